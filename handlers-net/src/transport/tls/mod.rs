//! Streams over TCP that are encrypted.

mod builder;
mod connector;
mod credentials;
mod fault;
mod session;
mod verifier;

pub use builder::TlsBuilder;
pub use connector::Tls;
