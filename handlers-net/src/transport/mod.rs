//! How bytes reach a peer.
//!
//! | transport | peer | reports that nobody listens |
//! |---|---|---|
//! | [`Tcp`] | a host and a port | when it connects |
//! | `Tls`, with the feature `tls` | the same, encrypted | when it connects |
//! | [`Udp`] | a host and a port | if it is [`connected`](Udp::connected): at the next send |
//! | `Http`, with the feature `http` | a URL, over one of the others | when it connects, and at each request |
//! | [`Unix`] | a path, or an abstract name of Linux | when it connects, and at each datagram |
//!
//! They are settings: a handler connects when it has something to send, and again when a connection
//! is lost.

mod channel;
#[cfg(feature = "http")]
mod http;
mod refusal;
mod resolve;
mod system;
mod tcp;
#[cfg(feature = "tls")]
mod tls;
mod udp;
#[cfg(unix)]
mod unix;

#[cfg(feature = "http")]
pub use http::Http;
pub(crate) use refusal::Refusal;
pub use resolve::IpFamily;
pub use tcp::{Keepalive, Tcp};
#[cfg(feature = "tls")]
pub use tls::{Tls, TlsBuilder};
pub use udp::Udp;
#[cfg(unix)]
pub use unix::Unix;

use std::fmt::Debug;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use handlers_core::Result;

/// Makes connections to one peer: Python's `makeSocket`.
///
/// # Contract
///
/// No call blocks beyond its deadline, whatever the network, the name service or the peer does.
pub trait Connect: Debug + Send + Sync + 'static {
    /// Connects, or gives up when `deadline` has come.
    ///
    /// # Errors
    ///
    /// The peer cannot be found or reached.
    fn connect(&self, deadline: Instant) -> Result<Box<dyn Transport>>;

    /// The peer as errors name it, such as `tcp localhost:9020`.
    fn peer(&self) -> String;
}

impl<C: Connect + ?Sized> Connect for Arc<C> {
    fn connect(&self, deadline: Instant) -> Result<Box<dyn Transport>> {
        (**self).connect(deadline)
    }

    fn peer(&self) -> String {
        (**self).peer()
    }
}

/// A connection, or a socket for datagrams.
pub trait Transport: Debug + Send {
    /// Sends all of `bytes`: one datagram, or the next bytes of a stream.
    ///
    /// A stream is of no use after an error, since half a frame may have been sent.
    ///
    /// # Errors
    ///
    /// What the system said, or [`io::ErrorKind::TimedOut`] when `deadline` has come.
    fn send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()>;

    /// Receives some bytes, for protocols in which the peer answers; none if it has closed the
    /// connection. Not supported by default.
    ///
    /// # Errors
    ///
    /// What the system said, or [`io::ErrorKind::TimedOut`] when `deadline` has come.
    fn receive(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        let _ = (buffer, deadline);
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Sends frames that stand one behind the other in `bytes`; `ends` says where each one ends.
    /// Says how many were taken whole, which after an error may be some of them, and what went
    /// wrong with the next one.
    ///
    /// By default each is sent on its own. A stream may take them together if it can tell after an
    /// error how many the system has.
    fn send_frames(
        &mut self,
        bytes: &[u8],
        ends: &[usize],
        deadline: Instant,
    ) -> (usize, io::Result<()>) {
        let mut start = 0;
        for (sent, end) in ends.iter().enumerate() {
            let frame = bytes.get(start..*end).unwrap_or_default();
            if let Err(error) = self.send(frame, deadline) {
                return (sent, Err(error));
            }
            start = *end;
        }
        (ends.len(), Ok(()))
    }

    /// Whether the peer has closed the connection, as far as is known without waiting.
    fn is_closed(&mut self) -> bool {
        false
    }

    /// Whether a frame counts as sent only when the peer has said so. A connection that fails before
    /// the peer has said anything was then no success, and the back-off goes on.
    fn is_confirmed(&self) -> bool {
        false
    }

    /// Leaves the connection to another process, whose child this one is: nothing may be said to the
    /// peer any more, not even when this is dropped.
    fn leave(&mut self) {}

    /// Whether every send is one datagram, so that a failed one leaves nothing behind.
    fn is_datagram(&self) -> bool {
        false
    }
}
