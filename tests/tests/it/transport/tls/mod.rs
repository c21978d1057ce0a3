//! TLS, with certificates of OpenSSL and peers that run Python's `ssl`.

mod authority;
mod certificates;
mod clients;
mod peers;
mod server;
