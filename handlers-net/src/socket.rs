//! Records over a stream socket, with Python's rules for a peer that is away.

use std::fmt;
#[cfg(unix)]
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use handlers_core::{Error, Handler, HandlerBase, Record, Result};

use crate::backoff::Backoff;
use crate::encode::{Encode, Pickle};
use crate::frame::{frame_methods, frame_setters, with_frame};
use crate::link::{
    LinkCounters, LinkSettings, Peer, buffer_setters, handled_by_peer, link_setters, peer_methods,
};
use crate::transport::Tcp;
#[cfg(unix)]
use crate::transport::Unix;

/// Sends each record as one frame over TCP or a Unix socket: Python's `SocketHandler`.
///
/// A frame is what Python's `logging.makeLogRecord(pickle.loads(…))` takes, with its length in front;
/// [`encoder`](SocketHandlerBuilder::encoder) puts another form in its place. The connection is made
/// by the first record and kept. While the peer is away records are dropped without an error, and
/// counted; an attempt to reach it is made when the [`Backoff`] says so. With a
/// [`backlog`](SocketHandlerBuilder::backlog) they are kept and sent when it is back.
///
/// A record whose `handle` has returned is with the operating system, or was dropped or queued: one
/// system call sends it. [`buffered`](SocketHandlerBuilder::buffered) sends many with one, at less
/// than half the cost.
///
/// No record takes longer than the [`timeout`](SocketHandlerBuilder::timeout) in all. A frame that
/// was sent in part is never continued on another connection, so that a receiver finds the frames of
/// each connection whole, but for the last one.
///
/// A closed handler connects anew at the next record (NET-16).
///
/// # Differences from Python
///
/// - A connection that the peer has closed is noticed before the record is sent, which then goes
///   over a new one. Python loses that record, and does not know (cpython#84532).
/// - The wait of the back-off counts from the end of an attempt, and the timeout covers all of a
///   call: the search for the peer's address and the waiting for other threads too.
///
/// # Examples
///
/// ```
/// use handlers_core::{get_logger, warning};
/// use handlers_net::{Backlog, SocketHandler};
/// use std::net::TcpListener;
/// use std::sync::Arc;
///
/// let receiver = TcpListener::bind("127.0.0.1:0").unwrap();
/// let port = receiver.local_addr().unwrap().port();
///
/// let handler = Arc::new(SocketHandler::builder("127.0.0.1", port)
///     .backlog(Backlog::memory(16 << 20))
///     .build()?);
/// let app = get_logger("app");
/// app.add_handler(Arc::clone(&handler) as _);
/// warning!(app, "disk {} is {} % full", "sda", 91);
/// assert_eq!(handler.counters().sent, 1);
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub struct SocketHandler {
    peer: Arc<Peer>,
    encoder: Box<dyn Encode>,
    close_on_error: AtomicBool,
}

/// Builds a [`SocketHandler`].
#[must_use = "call `build` to make the handler"]
pub struct SocketHandlerBuilder {
    base: HandlerBase,
    link: LinkSettings,
    encoder: Box<dyn Encode>,
    close_on_error: bool,
}

impl SocketHandler {
    /// Makes a handler for the receiver at `host` and `port`, with all defaults. No connection is
    /// made yet.
    ///
    /// # Errors
    ///
    /// Those of [`SocketHandlerBuilder::build`].
    pub fn new(host: &str, port: u16) -> Result<Self> {
        Self::builder(host, port).build()
    }

    /// Begins a handler for the receiver at `host` and `port`.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`level`](SocketHandlerBuilder::level) | `NOTSET`: every record |
    /// | [`formatter`](SocketHandlerBuilder::formatter) | none; pickles have no use for one but for exceptions |
    /// | [`filter`](SocketHandlerBuilder::filter) | none |
    /// | [`name`](SocketHandlerBuilder::name) | none |
    /// | [`error_hook`](SocketHandlerBuilder::error_hook) | Python's report on standard error |
    /// | [`encoder`](SocketHandlerBuilder::encoder) | [`Pickle`] |
    /// | [`timeout`](SocketHandlerBuilder::timeout) | 1 s for a record in all |
    /// | [`backoff`](SocketHandlerBuilder::backoff) | 1 s, doubled up to 30 s |
    /// | [`backlog`](SocketHandlerBuilder::backlog) | none: what cannot be sent is dropped and counted |
    /// | [`buffered`](SocketHandlerBuilder::buffered) | no: one system call for each record |
    /// | [`flush_level`](SocketHandlerBuilder::flush_level) | `ERROR`, when buffered |
    /// | [`flush_interval`](SocketHandlerBuilder::flush_interval) | none, when buffered |
    /// | [`close_on_error`](SocketHandlerBuilder::close_on_error) | `false` |
    /// | [`connector`](SocketHandlerBuilder::connector) | TCP to `host` and `port` |
    /// | [`clock`](SocketHandlerBuilder::clock) | the system's |
    pub fn builder(host: &str, port: u16) -> SocketHandlerBuilder {
        SocketHandlerBuilder::new(LinkSettings::new(Tcp::new(host, port)))
    }

    /// Begins a handler for the receiver at the Unix socket `path`: Python's handler without a port
    /// (NET-4). The defaults are those of [`builder`](Self::builder).
    #[cfg(unix)]
    pub fn unix(path: impl AsRef<Path>) -> SocketHandlerBuilder {
        SocketHandlerBuilder::new(LinkSettings::new(Unix::stream(path)))
    }

    frame_methods!();
    peer_methods!();
}

impl Handler for SocketHandler {
    handled_by_peer!();

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        with_frame(|frame| {
            self.encoder.encode(self.base(), record, frame)?;
            self.peer.submit(frame, record.level()).or_drop(self.base())
        })
    }

    /// NET-15.
    fn handle_error(&self, record: &Record<'_>, error: &Error) {
        if !(self.close_on_error() && self.peer.disconnect()) {
            self.base().report(record, error);
        }
    }
}

impl Drop for SocketHandler {
    fn drop(&mut self) {
        self.peer.finish();
    }
}

impl fmt::Debug for SocketHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<SocketHandler ({})>", self.base().level())
    }
}

impl SocketHandlerBuilder {
    fn new(link: LinkSettings) -> Self {
        let base = HandlerBase::new();
        Self { base, link, encoder: Box::new(Pickle::new()), close_on_error: false }
    }

    handlers_core::base_setters!();
    link_setters!();
    buffer_setters!();
    frame_setters!();

    /// Makes the handler. No connection is made (NET-2).
    ///
    /// # Errors
    ///
    /// The spool of the backlog cannot be opened, or somebody else uses it.
    pub fn build(self) -> Result<SocketHandler> {
        let peer = Peer::new(self.base, &self.link)?;
        let close_on_error = AtomicBool::new(self.close_on_error);
        Ok(SocketHandler { peer, encoder: self.encoder, close_on_error })
    }
}

impl fmt::Debug for SocketHandlerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SocketHandlerBuilder")
            .field("base", &self.base)
            .field("link", &self.link)
            .field("close_on_error", &self.close_on_error)
            .finish_non_exhaustive()
    }
}
