//! GELF over TCP.

mod builder;
mod frame;
mod handler;

pub use builder::GelfTcpHandlerBuilder;
pub use handler::GelfTcpHandler;
