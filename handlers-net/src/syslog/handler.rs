//! Sending to a syslog daemon.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use handlers_core::{Handler, HandlerBase, Record, Result, with_line_buffer};

use super::address::{Address, SocketType};
use super::builder::SysLogHandlerBuilder;
use super::connector::Known;
use super::facility::Facility;
use super::message::MessageSettings;
use crate::backoff::Backoff;
use crate::link::{LinkCounters, Peer, handled_by_peer, peer_methods};

/// Sends each record to a syslog daemon: Python's `SysLogHandler`.
///
/// By default the bytes are Python's: the priority, the text, and a NUL (NET-55). That says neither
/// when, where nor by which program it was logged; [`format`](SysLogHandlerBuilder::format) turns to
/// RFC 5424, which does, or to RFC 3164.
///
/// # Connections
///
/// A socket of the daemon's host is found and, if it is a stream, connected when the handler is
/// made; that is an error if it fails (NET-52). A Unix domain socket may be missing then (NET-51).
/// A connection that breaks is made anew, and the record at hand is sent once more: over a stream
/// the daemon may then see a part of it before the whole. A datagram to a host is sent once. A host that cannot be reached is tried
/// again when the [back-off](SysLogHandlerBuilder::backoff) says so, a Unix domain socket with each
/// record. A record that could not be sent is an error, unless a
/// [backlog](SysLogHandlerBuilder::backlog) keeps it.
///
/// No logging call takes longer than the [timeout](SysLogHandlerBuilder::timeout). A daemon that is
/// there and does not read its socket costs that time once; until it reads again, what it does not
/// take at once is an error.
///
/// A closed handler connects anew at the next record (NET-64).
///
/// # Differences from Python
///
/// - A TCP connection that is broken is made anew; in Python every record is an error from then on
///   (NET-63).
/// - Calls have a timeout, of one second; Python waits for ever.
/// - A Unix domain socket whose type was found out is tried as the other type again, should the
///   daemon come back with that.
/// - The name of a facility is checked where it is read, not by each record (NET-65).
///
/// # Examples
///
/// ```no_run
/// use handlers_core::{get_logger, warning};
/// use handlers_net::SysLogHandler;
/// use handlers_net::syslog::Facility;
/// use std::sync::Arc;
///
/// let handler = SysLogHandler::builder("/dev/log").facility(Facility::LOCAL3).build()?;
/// let app = get_logger("app");
/// app.add_handler(Arc::new(handler));
/// warning!(app, "disk {} is {} % full", "sda", 91);
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub struct SysLogHandler {
    peer: Arc<Peer>,
    address: Address,
    known: Known,
    message: MessageSettings,
}

impl SysLogHandler {
    /// Makes a handler for the daemon at `address`, with all defaults.
    ///
    /// # Errors
    ///
    /// Those of [`SysLogHandlerBuilder::build`].
    pub fn new(address: impl Into<Address>) -> Result<Self> {
        Self::builder(address).build()
    }

    /// Begins a handler for the daemon at `address`; [`Address::default`] is Python's default.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`level`](SysLogHandlerBuilder::level) | `NOTSET`: every record |
    /// | [`formatter`](SysLogHandlerBuilder::formatter) | the bare message |
    /// | [`filter`](SysLogHandlerBuilder::filter) | none |
    /// | [`name`](SysLogHandlerBuilder::name) | none |
    /// | [`error_hook`](SysLogHandlerBuilder::error_hook) | Python's report on standard error |
    /// | [`facility`](SysLogHandlerBuilder::facility) | [`Facility::USER`] |
    /// | [`socket_type`](SysLogHandlerBuilder::socket_type) | UDP; on a path what the daemon has |
    /// | [`ident`](SysLogHandlerBuilder::ident) | `""` |
    /// | [`append_nul`](SysLogHandlerBuilder::append_nul) | `true` |
    /// | [`priority_map`](SysLogHandlerBuilder::priority_map) | [`LevelNames::default`](super::LevelNames) |
    /// | [`format`](SysLogHandlerBuilder::format) | [`Format::Python`](super::Format::Python) |
    /// | [`framing`](SysLogHandlerBuilder::framing) | none for Python's format, else the length |
    /// | [`max_size`](SysLogHandlerBuilder::max_size) | no limit |
    /// | [`timeout`](SysLogHandlerBuilder::timeout) | 1 s |
    /// | [`backoff`](SysLogHandlerBuilder::backoff) | 1, 2, 4 … 30 s; on a path none |
    /// | [`backlog`](SysLogHandlerBuilder::backlog) | none |
    /// | [`connector`](SysLogHandlerBuilder::connector) | what the address asks for |
    /// | [`clock`](SysLogHandlerBuilder::clock) | the system's |
    pub fn builder(address: impl Into<Address>) -> SysLogHandlerBuilder {
        SysLogHandlerBuilder::new(address.into())
    }

    pub(super) fn from_parts(
        peer: Arc<Peer>,
        address: Address,
        known: Known,
        message: MessageSettings,
    ) -> Self {
        Self { peer, address, known, message }
    }

    /// Where the daemon is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The facility of all messages.
    pub fn facility(&self) -> Facility {
        self.message.facility
    }

    /// The type of the socket: the one that was set, or that worked; none as long as none has
    /// (NET-49, NET-51).
    pub fn socket_type(&self) -> Option<SocketType> {
        self.known.get()
    }

    /// What each text begins with.
    pub fn ident(&self) -> &str {
        &self.message.ident
    }

    /// Whether a NUL follows each text.
    pub fn append_nul(&self) -> bool {
        self.message.append_nul
    }

    peer_methods!();
}

impl Handler for SysLogHandler {
    handled_by_peer!();

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        with_line_buffer(|out| {
            let start = self.message.write(self.base(), record, out)?;
            self.peer.send(&out.as_bytes()[start..]).or_fail()
        })
    }
}

impl Drop for SysLogHandler {
    fn drop(&mut self) {
        self.peer.finish();
    }
}

impl fmt::Debug for SysLogHandler {
    /// CORE-84.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<SysLogHandler ({})>", self.base().level())
    }
}
