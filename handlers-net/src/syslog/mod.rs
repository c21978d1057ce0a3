//! What the messages of a [`SysLogHandler`](crate::SysLogHandler) are made of, and where they go.

mod address;
pub(crate) mod builder;
mod clock_text;
mod connector;
mod element;
mod escape;
mod facility;
mod format;
mod framing;
pub(crate) mod handler;
mod header;
mod message;
mod names;
mod priority;
mod priority_map;
mod rfc3164;
mod rfc5424;
mod setters;
mod severity;

pub use address::{Address, SYSLOG_TLS_PORT, SocketType};
pub use element::Element;
pub use facility::Facility;
pub use format::Format;
pub use framing::Framing;
pub use priority::Priority;
pub use priority_map::{LevelNames, PriorityMap};
pub use rfc3164::Rfc3164;
pub use rfc5424::{Bom, Rfc5424};
pub use severity::Severity;
