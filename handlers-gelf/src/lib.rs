//! GELF, the format of Graylog, for the handlers of these crates.
//!
//! | handler | how messages go |
//! |---|---|
//! | [`GelfTcpHandler`] | over TCP, or TLS with the feature `tls` |
//! | [`GelfUdpHandler`] | over UDP, compressed and in chunks |
//! | `GelfHttpHandler`, with the feature `http` | over HTTP, or HTTPS with the feature `tls`, compressed |
//!
//! | formatter | whose messages it makes |
//! |---|---|
//! | [`GelfFormatter`] | GELF 1.1, as its description has it |
//! | [`LoggingGelfFormatter`] | those of the Python package logging-gelf |
//! | [`GraypyFormatter`] | those of the Python package graypy |
//!
//! A handler with a queue before it, `QueueHandler` of handlers-queue, takes the time that the
//! network needs out of the logging calls.

mod compression;
mod content;
mod formatter;
mod forward;
mod framing;
#[cfg(feature = "http")]
mod http;
mod ports;
mod tcp;
#[cfg(feature = "tls")]
mod tls;
mod udp;

pub use compression::Compression;
pub use formatter::{
    GelfFormatter, GelfFormatterBuilder, GelfSchema, GraypyFormatter, GraypyFormatterBuilder,
    LoggingGelfFormatter, LoggingGelfFormatterBuilder,
};
pub use framing::Framing;
#[cfg(feature = "http")]
pub use http::{GelfHttpHandler, GelfHttpHandlerBuilder};
pub use ports::{
    DEFAULT_GELF_HTTP_PORT, DEFAULT_GELF_TCP_PORT, DEFAULT_GELF_TLS_PORT, DEFAULT_GELF_UDP_PORT,
};
pub use tcp::{GelfTcpHandler, GelfTcpHandlerBuilder};
#[cfg(feature = "tls")]
pub use tls::CertReqs;
pub use udp::{Chunked, GelfUdpHandler, GelfUdpHandlerBuilder, LAN_CHUNK, WAN_CHUNK};
