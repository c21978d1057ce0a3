//! The settings of the handler for TCP.

use std::sync::Arc;
use std::time::Duration;

use handlers_core::{Handler, Result};
use handlers_net::transport::{Connect, Keepalive, Tcp};
use handlers_net::{SocketHandler, SocketHandlerBuilder};

use super::frame::Frame;
use super::handler::GelfTcpHandler;
#[cfg(feature = "tls")]
use super::tls::TlsSettings;
use crate::content::Content;
use crate::formatter::{GelfFormatter, GraypyFormatter};
use crate::forward::forwarded_setters;
use crate::framing::Framing;

/// Builds a [`GelfTcpHandler`].
#[derive(Debug)]
#[must_use = "call `build` to make the handler"]
pub struct GelfTcpHandlerBuilder {
    socket: SocketHandlerBuilder,
    frame: Frame,
    tcp: Tcp,
    #[cfg(feature = "tls")]
    pub(super) tls: TlsSettings,
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

    /// Sets how the server tells where a message ends. Optional; by a NUL by default.
    pub fn framing(mut self, framing: Framing) -> Self {
        self.frame.framing = framing;
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
                socket = self.tls.connect_with(self.tcp, socket)?;
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
