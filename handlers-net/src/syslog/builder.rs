//! The settings of a syslog handler.

use std::fmt;
use std::sync::Arc;

use handlers_core::{Error, ErrorKind, HandlerBase, Result};

use super::address::{Address, SocketType};
use super::connector::{Known, NotYet, connector};
use super::facility::Facility;
use super::format::Format;
use super::framing::Framing;
use super::handler::SysLogHandler;
use super::message::MessageSettings;
use super::priority_map::PriorityMap;
use crate::backoff::Backoff;
use crate::link::{LinkSettings, Peer, link_setters};
use crate::transport::Connect;

/// Builds a [`SysLogHandler`].
#[must_use = "call `build` to make the handler"]
pub struct SysLogHandlerBuilder {
    base: HandlerBase,
    link: LinkSettings,
    /// What is in the link as long as the user has not said what connects.
    not_yet: Arc<dyn Connect>,
    address: Address,
    socket_type: Option<SocketType>,
    message: MessageSettings,
}

impl SysLogHandlerBuilder {
    pub(super) fn new(address: Address) -> Self {
        let mut link = LinkSettings::new(NotYet);
        if matches!(address, Address::Path(_)) {
            // To look whether a path is there costs next to nothing.
            link.backoff = Backoff::NONE;
        }
        Self {
            base: HandlerBase::new(),
            not_yet: Arc::clone(&link.connector),
            link,
            address,
            socket_type: None,
            message: MessageSettings::new(),
        }
    }

    handlers_core::base_setters!();
    link_setters!();

    /// Sets the facility. Optional; [`Facility::USER`] by default (NET-46).
    pub fn facility(mut self, facility: Facility) -> Self {
        self.message.facility = facility;
        self
    }

    /// Sets whether messages are datagrams or go into a stream: Python's `socktype`. Optional; by
    /// default a host is sent UDP, and a path is tried with datagrams first and then as a stream
    /// (NET-49).
    ///
    /// With a [`connector`](Self::connector) of one's own this says what it makes.
    pub fn socket_type(mut self, socket_type: SocketType) -> Self {
        self.socket_type = Some(socket_type);
        self
    }

    /// Sets what each text begins with, such as `app: `. Optional; nothing by default (NET-56).
    pub fn ident(mut self, ident: impl Into<String>) -> Self {
        self.message.ident = ident.into();
        self
    }

    /// Sets whether a NUL follows each text. Optional; it does by default, since old daemons expect
    /// it (NET-56). It never does in the formats of the RFCs, or in frames.
    pub fn append_nul(mut self, append_nul: bool) -> Self {
        self.message.append_nul = append_nul;
        self
    }

    /// Sets how severe the records of a level are: Python's `mapPriority`. Optional; Python's table
    /// by default (NET-44).
    pub fn priority_map(mut self, map: impl PriorityMap + 'static) -> Self {
        self.message.priorities = Box::new(map);
        self
    }

    /// Sets the form of the messages: an [`Rfc5424`](super::Rfc5424), an
    /// [`Rfc3164`](super::Rfc3164), or Python's. Optional; Python's by default.
    pub fn format(mut self, format: impl Into<Format>) -> Self {
        self.message.format = format.into();
        self
    }

    /// Sets where a message ends in a stream. Optional; [`Framing::Bare`] by default for Python's
    /// format, [`Framing::OctetCounting`] for the others. Datagrams have no frames.
    pub fn framing(mut self, framing: Framing) -> Self {
        self.message.framing = Some(framing);
        self
    }

    /// Sends the messages over TLS, in the frames of RFC 5425; `tls` has the host and the port, which
    /// by the RFC is [`SYSLOG_TLS_PORT`](super::SYSLOG_TLS_PORT), and what is trusted. Optional.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use handlers_net::SysLogHandler;
    /// use handlers_net::syslog::{Rfc5424, SYSLOG_TLS_PORT};
    /// use handlers_net::transport::{Tcp, Tls};
    ///
    /// let host = "logs.example.org";
    /// let tcp = Tcp::new(host, SYSLOG_TLS_PORT);
    /// let tls = Tls::builder(tcp).ca_file("/etc/ssl/logs.pem").build()?;
    /// let handler = SysLogHandler::builder((host, SYSLOG_TLS_PORT))
    ///     .tls(tls)
    ///     .format(Rfc5424::new().app_name("shop"))
    ///     .build()?;
    /// # Ok::<(), handlers_core::Error>(())
    /// ```
    #[cfg(feature = "tls")]
    pub fn tls(self, tls: crate::transport::Tls) -> Self {
        let mut builder = self.connector(tls).socket_type(SocketType::Stream);
        builder.message.framing.get_or_insert(Framing::OctetCounting);
        builder
    }

    /// Cuts the texts of messages that are longer than `bytes`, and marks them with `[...]`.
    /// Optional; without it a datagram that is longer than the system sends is an error.
    ///
    /// Header and structured data are never cut. Receivers take 480 bytes at least and should take
    /// 2048 (RFC 5424); UDP carries up to 65507.
    pub fn max_size(mut self, bytes: usize) -> Self {
        self.message.max_size = Some(bytes);
        self
    }

    /// Makes the handler, and its socket (NET-48).
    ///
    /// # Errors
    ///
    /// - The host cannot be found, or a stream to it not be connected (NET-52). With a
    ///   [`backlog`](Self::backlog) that is no error: what is logged waits until it can be.
    /// - [`ErrorKind::Value`] for a facility with a number that the RFC of the format does not know.
    /// - The spool of the backlog cannot be opened, or somebody else uses it.
    pub fn build(mut self) -> Result<SysLogHandler> {
        let facility = self.message.facility;
        if !self.message.format.is_python() && !facility.is_standard() {
            let message = format!("there is no facility {facility} in the RFCs of syslog");
            return Err(Error::new(ErrorKind::Value, message));
        }
        let is_path = matches!(self.address, Address::Path(_));
        let socket_type = match self.socket_type {
            None if !is_path => Some(SocketType::Datagram),
            given => given,
        };
        let framing = match socket_type {
            Some(SocketType::Datagram) => Framing::Bare,
            _ => self.message.framing.unwrap_or_else(|| self.message.format.framing()),
        };
        self.message.framing = Some(framing);
        // NET-59. A datagram to a host is not sent again (NET-61): that would hide what a connected
        // socket is told, which is that nobody listens.
        self.link.resend = is_path || socket_type == Some(SocketType::Stream);
        let known = Known::new(socket_type);
        if Arc::ptr_eq(&self.link.connector, &self.not_yet) {
            self.link.connector = connector(&self.address, socket_type, &known, framing)?;
        }
        let waits = self.link.backlog.is_some();
        let peer = Peer::new(self.base, &self.link)?;
        match peer.connect() {
            // NET-51: a daemon may be started later.
            Err(_) if is_path || waits => {}
            connected => connected?,
        }
        Ok(SysLogHandler::from_parts(peer, self.address, known, self.message))
    }
}

impl fmt::Debug for SysLogHandlerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SysLogHandlerBuilder")
            .field("base", &self.base)
            .field("link", &self.link)
            .field("address", &self.address)
            .field("socket_type", &self.socket_type)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}
