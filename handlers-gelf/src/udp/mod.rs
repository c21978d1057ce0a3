//! GELF over UDP.

mod builder;
mod chunked;
mod chunking;
mod fields;
mod handler;
mod packet;
mod truncate;

pub use builder::GelfUdpHandlerBuilder;
pub use chunked::Chunked;
pub use chunking::{LAN_CHUNK, WAN_CHUNK};
pub use handler::GelfUdpHandler;
