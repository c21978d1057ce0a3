//! The handler for UDP.

use handlers_core::Result;
use handlers_net::{DatagramHandler, LinkCounters};

use super::builder::GelfUdpHandlerBuilder;
use crate::forward::forwarded_handler;

/// Sends each record as a GELF message over UDP, compressed and in chunks if it is long:
/// logging-gelf's `GELFUDPSocketHandler` and graypy's `GELFUDPHandler`.
///
/// It is a [`DatagramHandler`] whose encoder compresses GELF and whose connector, [`Chunked`], cuts
/// it; [`datagrams`](Self::datagrams) is that handler. The messages are a
/// [`GelfFormatter`](crate::GelfFormatter)'s unless another formatter is set.
///
/// Nobody says whether a message arrives, and one chunk that is lost costs the whole message. A
/// message of more than 128 chunks, some 180 KiB after compression, is an error: it is dropped,
/// counted and reported, or shortened if
/// [`truncate`](GelfUdpHandlerBuilder::truncate) is set.
///
/// [`Chunked`]: crate::Chunked
///
/// # Examples
///
/// ```
/// use handlers_core::{get_logger, warning};
/// use handlers_gelf::{Compression, GelfUdpHandler};
/// use std::net::UdpSocket;
/// use std::sync::Arc;
///
/// let server = UdpSocket::bind("127.0.0.1:0").unwrap();
/// let port = server.local_addr().unwrap().port();
///
/// let handler =
///     GelfUdpHandler::builder("127.0.0.1", port).compression(Compression::None).build()?;
/// let app = get_logger("app");
/// app.add_handler(Arc::new(handler));
/// warning!(app, "disk {} is {} % full", "sda", 91);
///
/// let mut message = [0; 8192];
/// let length = server.recv(&mut message).unwrap();
/// assert!(message[..length].starts_with(br#"{"version": "1.1", "host": "#));
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub struct GelfUdpHandler {
    datagrams: DatagramHandler,
}

impl GelfUdpHandler {
    /// Makes a handler for the server at `host` and `port`, with all defaults. No socket is made
    /// yet.
    ///
    /// # Errors
    ///
    /// Those of [`GelfUdpHandlerBuilder::build`].
    pub fn new(host: &str, port: u16) -> Result<Self> {
        Self::builder(host, port).build()
    }

    /// Begins a handler for the server at `host` and `port`.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`level`](GelfUdpHandlerBuilder::level) | `NOTSET`: every record |
    /// | [`formatter`](GelfUdpHandlerBuilder::formatter) | a [`GelfFormatter`](crate::GelfFormatter) |
    /// | [`filter`](GelfUdpHandlerBuilder::filter) | none |
    /// | [`name`](GelfUdpHandlerBuilder::name) | none |
    /// | [`error_hook`](GelfUdpHandlerBuilder::error_hook) | Python's report on standard error |
    /// | [`compression`](GelfUdpHandlerBuilder::compression) | [`Compression::Zlib`](crate::Compression::Zlib) |
    /// | [`chunk_size`](GelfUdpHandlerBuilder::chunk_size) | [`WAN_CHUNK`](crate::WAN_CHUNK) |
    /// | [`chunk_at_size`](GelfUdpHandlerBuilder::chunk_at_size) | `false` |
    /// | [`truncate`](GelfUdpHandlerBuilder::truncate) | `false`: what is too long is dropped |
    /// | [`timeout`](GelfUdpHandlerBuilder::timeout) | 1 s for a record in all |
    /// | [`backoff`](GelfUdpHandlerBuilder::backoff) | 1 s, doubled up to 30 s |
    /// | [`backlog`](GelfUdpHandlerBuilder::backlog) | none: what cannot be sent is an error |
    /// | [`close_on_error`](GelfUdpHandlerBuilder::close_on_error) | `false` |
    /// | [`connector`](GelfUdpHandlerBuilder::connector) | UDP to `host`, over IPv4 unless it is an address of IPv6, and `port` |
    /// | [`clock`](GelfUdpHandlerBuilder::clock) | the system's |
    pub fn builder(host: &str, port: u16) -> GelfUdpHandlerBuilder {
        GelfUdpHandlerBuilder::new(host, port)
    }

    pub(super) fn from_datagrams(datagrams: DatagramHandler) -> Self {
        Self { datagrams }
    }

    /// The handler that does the work.
    pub fn datagrams(&self) -> &DatagramHandler {
        &self.datagrams
    }

    /// What became of the records so far. A message in several chunks is one.
    pub fn counters(&self) -> LinkCounters {
        self.datagrams.counters()
    }
}

forwarded_handler!(GelfUdpHandler, datagrams);
