//! TLS, with certificates of OpenSSL and peers that run Python's `ssl`.

pub(crate) mod authority;
mod certificates;
mod clients;
mod peers;
pub(crate) mod server;
