//! Python's handlers for the network in Rust: records to a socket, as datagrams, to syslog.

mod backlog;
mod backoff;
mod datagram;
mod encode;
mod frame;
mod link;
mod owner;
mod pickle;
mod ports;
mod socket;
pub mod syslog;
pub mod transport;

pub use backlog::{Backlog, WhenFull};
pub use backoff::Backoff;
pub use datagram::{DatagramHandler, DatagramHandlerBuilder};
#[cfg(feature = "signing")]
pub use encode::Signed;
pub use encode::{Encode, JsonLines, Pickle};
pub use link::LinkCounters;
pub use ports::{
    DEFAULT_HTTP_LOGGING_PORT, DEFAULT_SOAP_LOGGING_PORT, DEFAULT_TCP_LOGGING_PORT,
    DEFAULT_UDP_LOGGING_PORT, SYSLOG_TCP_PORT, SYSLOG_UDP_PORT,
};
pub use socket::{SocketHandler, SocketHandlerBuilder};
pub use syslog::builder::SysLogHandlerBuilder;
pub use syslog::handler::SysLogHandler;
