//! The settings of the handler for TCP.

use std::sync::Arc;
use std::time::Duration;

use handlers_core::{Handler, Level, Result};
use handlers_net::transport::{Connect, Keepalive, Tcp};
use handlers_net::{SocketHandler, SocketHandlerBuilder};

use super::frame::Frame;
use super::handler::GelfTcpHandler;
use crate::content::Content;
use crate::formatter::{GelfFormatter, GraypyFormatter};
use crate::forward::forwarded_setters;
use crate::framing::Framing;
#[cfg(feature = "tls")]
use crate::tls::{TlsSettings, tls_setters};

/// Builds a [`GelfTcpHandler`].
#[derive(Debug)]
#[must_use = "call `build` to make the handler"]
pub struct GelfTcpHandlerBuilder {
    socket: SocketHandlerBuilder,
    frame: Frame,
    tcp: Tcp,
    #[cfg(feature = "tls")]
    tls: TlsSettings,
    has_connector: bool,
}

impl GelfTcpHandlerBuilder {
    pub(super) fn new(host: &str, port: u16) -> Self {
        Self {
            socket: SocketHandler::builder(host, port),
            frame: Frame { content: Content::default(), framing: Framing::default() },
            tcp: Tcp::new(host, port).keepalive(KEEPALIVE),
            #[cfg(feature = "tls")]
            tls: TlsSettings::default(),
            has_connector: false,
        }
    }

    forwarded_setters!(socket);
    #[cfg(feature = "tls")]
    tls_setters!();

    /// Sets how the server tells where a message ends. Optional; by a NUL by default.
    pub fn framing(mut self, framing: Framing) -> Self {
        self.frame.framing = framing;
        self
    }

    /// Holds messages back until they have `capacity` bytes, a record of the
    /// [`flush_level`](Self::flush_level) comes, or somebody flushes; then all are sent with one
    /// system call. Optional; without it, and with a capacity of 0, each record is sent at once.
    /// 65536 is a good choice.
    ///
    /// It is the setting of [`SocketHandlerBuilder::buffered`], where it is said what becomes of
    /// records that are held back, and of a batch that cannot be sent.
    pub fn buffered(mut self, capacity: usize) -> Self {
        self.socket = self.socket.buffered(capacity);
        self
    }

    /// Sets the level from which on a record is not held back: it is sent at once, after those
    /// that are. Optional; `ERROR` by default.
    pub fn flush_level(mut self, level: Level) -> Self {
        self.socket = self.socket.flush_level(level);
        self
    }

    /// Sets how long a record is held back at most, 1 ms at least. Optional; without it a record
    /// waits until there are enough, or somebody flushes. A thread does this.
    pub fn flush_interval(mut self, interval: Duration) -> Self {
        self.socket = self.socket.flush_interval(interval);
        self
    }

    /// Sends what the handlers of graypy send: `formatter` makes the messages, and the formatter of
    /// the handler, if it gets one, the text in them (GELF-47). Optional.
    pub fn graypy(mut self, formatter: GraypyFormatter) -> Self {
        self.frame.content = Content::Graypy(Box::new(formatter));
        self
    }

    /// Sets when a connection on which nothing happens is probed. Optional; by default after one
    /// second, every three seconds, and five times (GELF-16).
    pub fn keepalive(mut self, keepalive: Keepalive) -> Self {
        self.tcp = self.tcp.keepalive(keepalive);
        self
    }

    /// Sets what makes the connections, in the place of all that is set about TCP and TLS. Optional.
    pub fn connector(mut self, connector: impl Connect) -> Self {
        self.socket = self.socket.connector(connector);
        self.has_connector = true;
        self
    }

    /// Makes the handler. No connection is made.
    ///
    /// # Errors
    ///
    /// The spool of the backlog cannot be opened, or somebody else uses it. With TLS also what is
    /// wrong with the certificates.
    pub fn build(self) -> Result<GelfTcpHandler> {
        let needs_formatter = self.frame.content.needs_formatter();
        let mut socket = self.socket.encoder(self.frame);
        if !self.has_connector {
            #[cfg(feature = "tls")]
            {
                socket = socket.connector(self.tls.apply_to(self.tcp)?);
            }
            #[cfg(not(feature = "tls"))]
            {
                socket = socket.connector(self.tcp);
            }
        }
        let socket = socket.build()?;
        if needs_formatter && socket.base().formatter().is_none() {
            socket.base().set_formatter(Some(Arc::new(GelfFormatter::new())));
        }
        Ok(GelfTcpHandler::from_socket(socket))
    }
}

/// GELF-16.
const KEEPALIVE: Keepalive =
    Keepalive::after(Duration::from_secs(1)).interval(Duration::from_secs(3)).retries(5);
