//! The handler for TCP.

use handlers_core::Result;
use handlers_net::{LinkCounters, SocketHandler};

use super::builder::GelfTcpHandlerBuilder;
use crate::forward::forwarded_handler;

/// Sends each record as a GELF message over TCP or TLS: logging-gelf's `GELFTCPSocketHandler`,
/// graypy's `GELFTCPHandler` and `GELFTLSHandler`.
///
/// It is a [`SocketHandler`] whose encoder makes GELF and whose connections are kept alive. What is
/// said there about time, back-off and backlog holds here; [`socket`](Self::socket) is that handler.
/// The messages are a [`GelfFormatter`](crate::GelfFormatter)'s unless another formatter is set.
///
/// GELF has no acknowledgements: what a connection held when its server died is lost, and counted
/// as sent. With [`buffered`](GelfTcpHandlerBuilder::buffered) messages are counted one by one all
/// the same: as `queued` while they are held back, and when their batch is sent as `sent`, or those
/// of which the system did not take all as `dropped`.
///
/// # Examples
///
/// ```
/// use handlers_core::{get_logger, warning};
/// use handlers_gelf::GelfTcpHandler;
/// use handlers_net::Backlog;
/// use std::net::TcpListener;
/// use std::sync::Arc;
///
/// let server = TcpListener::bind("127.0.0.1:0").unwrap();
/// let port = server.local_addr().unwrap().port();
///
/// let handler = GelfTcpHandler::builder("127.0.0.1", port)
///     .backlog(Backlog::memory(16 << 20))
///     .build()?;
/// let handler = Arc::new(handler);
/// let app = get_logger("app");
/// app.add_handler(Arc::clone(&handler) as _);
/// warning!(app, "disk {} is {} % full", "sda", 91);
/// assert_eq!(handler.counters().sent, 1);
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub struct GelfTcpHandler {
    socket: SocketHandler,
}

impl GelfTcpHandler {
    /// Makes a handler for the server at `host` and `port`, with all defaults. No connection is
    /// made yet.
    ///
    /// # Errors
    ///
    /// Those of [`GelfTcpHandlerBuilder::build`].
    pub fn new(host: &str, port: u16) -> Result<Self> {
        Self::builder(host, port).build()
    }

    /// Begins a handler for the server at `host` and `port`.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`level`](GelfTcpHandlerBuilder::level) | `NOTSET`: every record |
    /// | [`formatter`](GelfTcpHandlerBuilder::formatter) | a [`GelfFormatter`](crate::GelfFormatter) |
    /// | [`filter`](GelfTcpHandlerBuilder::filter) | none |
    /// | [`name`](GelfTcpHandlerBuilder::name) | none |
    /// | [`error_hook`](GelfTcpHandlerBuilder::error_hook) | Python's report on standard error |
    /// | [`framing`](GelfTcpHandlerBuilder::framing) | [`Framing::Null`](crate::Framing::Null) |
    /// | [`keepalive`](GelfTcpHandlerBuilder::keepalive) | after 1 s, every 3 s, 5 times |
    /// | `tls`, `cert_reqs`, `ca_certs`, `client_certificate`, `server_name`, with the feature `tls` | plain TCP |
    /// | [`timeout`](GelfTcpHandlerBuilder::timeout) | 1 s for a record in all |
    /// | [`backoff`](GelfTcpHandlerBuilder::backoff) | 1 s, doubled up to 30 s |
    /// | [`backlog`](GelfTcpHandlerBuilder::backlog) | none: what cannot be sent is dropped and counted |
    /// | [`buffered`](GelfTcpHandlerBuilder::buffered) | no: one system call for each record |
    /// | [`flush_level`](GelfTcpHandlerBuilder::flush_level) | `ERROR`, when buffered |
    /// | [`flush_interval`](GelfTcpHandlerBuilder::flush_interval) | none, when buffered |
    /// | [`close_on_error`](GelfTcpHandlerBuilder::close_on_error) | `false` |
    /// | [`connector`](GelfTcpHandlerBuilder::connector) | made of the settings above |
    /// | [`clock`](GelfTcpHandlerBuilder::clock) | the system's |
    pub fn builder(host: &str, port: u16) -> GelfTcpHandlerBuilder {
        GelfTcpHandlerBuilder::new(host, port)
    }

    pub(super) fn from_socket(socket: SocketHandler) -> Self {
        Self { socket }
    }

    /// The handler that does the work.
    pub fn socket(&self) -> &SocketHandler {
        &self.socket
    }

    /// What became of the records so far, each of which is one message.
    pub fn counters(&self) -> LinkCounters {
        self.socket.counters()
    }
}

forwarded_handler!(GelfTcpHandler, socket);
