//! GELF over TCP.

mod builder;
mod frame;
mod handler;
#[cfg(feature = "tls")]
mod tls;

pub use builder::GelfTcpHandlerBuilder;
pub use handler::GelfTcpHandler;
#[cfg(feature = "tls")]
pub use tls::CertReqs;
