//! Records as datagrams.

use std::fmt;
use std::net::Ipv6Addr;
#[cfg(unix)]
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use handlers_core::{Error, Handler, HandlerBase, Record, Result};

use crate::backoff::Backoff;
use crate::encode::{Encode, Pickle};
use crate::frame::{frame_methods, frame_setters, with_frame};
use crate::link::{LinkCounters, LinkSettings, Peer, handled_by_peer, link_setters, peer_methods};
#[cfg(unix)]
use crate::transport::Unix;
use crate::transport::{IpFamily, Udp};

/// Sends each record as one datagram: Python's `DatagramHandler`.
///
/// A datagram carries the frame that [`SocketHandler`](crate::SocketHandler) would send, with its
/// length in front (NET-36). Nobody says whether it arrives. What the system refuses is an error and
/// goes to the error hook, such as a record beyond the 65,507 bytes that UDP carries; the socket is
/// kept, and the next record is sent (NET-39).
///
/// A closed handler makes a new socket at the next record.
///
/// # Differences from Python
///
/// No record takes longer than the [`timeout`](DatagramHandlerBuilder::timeout): the search for the
/// peer's address and a Unix socket whose reader has stalled included. Python has none (NET-37).
///
/// # Examples
///
/// ```
/// use handlers_core::{get_logger, warning};
/// use handlers_net::DatagramHandler;
/// use std::net::UdpSocket;
/// use std::sync::Arc;
///
/// let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
/// let port = receiver.local_addr().unwrap().port();
///
/// let app = get_logger("app");
/// app.add_handler(Arc::new(DatagramHandler::new("127.0.0.1", port)?));
/// warning!(app, "disk {} is {} % full", "sda", 91);
///
/// let mut frame = [0; 65536];
/// let length = receiver.recv(&mut frame).unwrap();
/// assert_eq!(usize::from(frame[2]) * 256 + usize::from(frame[3]), length - 4);
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub struct DatagramHandler {
    peer: Arc<Peer>,
    encoder: Box<dyn Encode>,
    close_on_error: AtomicBool,
}

/// Builds a [`DatagramHandler`].
#[must_use = "call `build` to make the handler"]
pub struct DatagramHandlerBuilder {
    base: HandlerBase,
    link: LinkSettings,
    encoder: Box<dyn Encode>,
    close_on_error: bool,
}

impl DatagramHandler {
    /// Makes a handler for the receiver at `host` and `port`, with all defaults. No socket is
    /// made yet.
    ///
    /// # Errors
    ///
    /// Those of [`DatagramHandlerBuilder::build`].
    pub fn new(host: &str, port: u16) -> Result<Self> {
        Self::builder(host, port).build()
    }

    /// Begins a handler for the receiver at `host` and `port`.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`level`](DatagramHandlerBuilder::level) | `NOTSET`: every record |
    /// | [`formatter`](DatagramHandlerBuilder::formatter) | none; pickles have no use for one but for exceptions |
    /// | [`filter`](DatagramHandlerBuilder::filter) | none |
    /// | [`name`](DatagramHandlerBuilder::name) | none |
    /// | [`error_hook`](DatagramHandlerBuilder::error_hook) | Python's report on standard error |
    /// | [`encoder`](DatagramHandlerBuilder::encoder) | [`Pickle`] |
    /// | [`timeout`](DatagramHandlerBuilder::timeout) | 1 s for a record in all |
    /// | [`backoff`](DatagramHandlerBuilder::backoff) | 1 s, doubled up to 30 s |
    /// | [`backlog`](DatagramHandlerBuilder::backlog) | none: what cannot be sent is an error |
    /// | [`close_on_error`](DatagramHandlerBuilder::close_on_error) | `false` |
    /// | [`connector`](DatagramHandlerBuilder::connector) | UDP to `host`, over IPv4 unless it is an address of IPv6, and `port` |
    /// | [`clock`](DatagramHandlerBuilder::clock) | the system's |
    pub fn builder(host: &str, port: u16) -> DatagramHandlerBuilder {
        DatagramHandlerBuilder::new(LinkSettings::new(udp(host, port)))
    }

    /// Begins a handler for the receiver at the Unix socket `path`: Python's handler without a port
    /// (NET-36). The defaults are those of [`builder`](Self::builder).
    #[cfg(unix)]
    pub fn unix(path: impl AsRef<Path>) -> DatagramHandlerBuilder {
        DatagramHandlerBuilder::new(LinkSettings::new(Unix::datagram(path).late(true)))
    }

    frame_methods!();
    peer_methods!();
}

impl Handler for DatagramHandler {
    handled_by_peer!();

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        with_frame(|frame| {
            self.encoder.encode(self.base(), record, frame)?;
            self.peer.send(frame).or_fail()
        })
    }

    /// NET-15.
    fn handle_error(&self, record: &Record<'_>, error: &Error) {
        if !(self.close_on_error() && self.peer.disconnect()) {
            self.base().report(record, error);
        }
    }
}

impl Drop for DatagramHandler {
    fn drop(&mut self) {
        self.peer.finish();
    }
}

impl fmt::Debug for DatagramHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<DatagramHandler ({})>", self.base().level())
    }
}

impl DatagramHandlerBuilder {
    fn new(link: LinkSettings) -> Self {
        let base = HandlerBase::new();
        Self { base, link, encoder: Box::new(Pickle::new()), close_on_error: false }
    }

    handlers_core::base_setters!();
    link_setters!();
    frame_setters!();

    /// Makes the handler. No socket is made (NET-2).
    ///
    /// # Errors
    ///
    /// The spool of the backlog cannot be opened, or somebody else uses it.
    pub fn build(self) -> Result<DatagramHandler> {
        let peer = Peer::new(self.base, &self.link)?;
        let close_on_error = AtomicBool::new(self.close_on_error);
        Ok(DatagramHandler { peer, encoder: self.encoder, close_on_error })
    }
}

impl fmt::Debug for DatagramHandlerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatagramHandlerBuilder")
            .field("base", &self.base)
            .field("link", &self.link)
            .field("close_on_error", &self.close_on_error)
            .finish_non_exhaustive()
    }
}

/// NET-36: a name means its IPv4 address, where Python's receivers listen. An address of IPv6 means
/// itself; Python has no way to say it.
fn udp(host: &str, port: u16) -> Udp {
    let is_v6 = host.parse::<Ipv6Addr>().is_ok();
    Udp::new(host, port).family(if is_v6 { IpFamily::V6 } else { IpFamily::V4 })
}
