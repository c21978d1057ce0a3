//! What became of a frame.

use std::io;

use handlers_core::{Error, ErrorKind, HandlerBase, Result};

/// What became of a frame that a handler wanted to send.
#[derive(Debug)]
#[must_use = "a frame that was lost must be reported or counted"]
pub(crate) enum Outcome {
    /// The system has taken it.
    Sent,
    /// It is held back, to be sent with others.
    Held,
    /// It waits in the backlog.
    Queued,
    /// The backlog was full and its rule let this frame go, which has been counted as dropped.
    Overflowed,
    /// It is lost, and nobody has been told.
    Lost(Loss),
}

/// Why a frame was lost.
#[derive(Debug)]
pub(crate) enum Loss {
    /// There is no connection, and no attempt is due yet.
    Waiting,
    /// Other threads kept the connection busy until the deadline.
    Busy,
    /// The attempt to connect has failed.
    Unreachable(Error),
    /// Sending has failed. A stream is closed, since a part may have been sent; a socket for
    /// datagrams is kept.
    Broken(Error),
    /// The backlog could not take it: its spool cannot be written.
    Spool(Error),
}

impl Outcome {
    /// What Python's `SocketHandler` makes of it: whatever is the fault of the network or the peer is
    /// dropped in silence, and counted (NET-11, NET-12). Other errors are errors (NET-10).
    ///
    /// # Errors
    ///
    /// Those that are not of the network, and those of the spool.
    pub(crate) fn or_drop(self, base: &HandlerBase) -> Result<()> {
        match self {
            Self::Lost(loss) if !loss.is_of_network() => Err(loss.into_error()),
            Self::Lost(_) => {
                base.count_dropped(1);
                Ok(())
            }
            Self::Sent | Self::Held | Self::Queued | Self::Overflowed => Ok(()),
        }
    }

    /// What Python's other handlers make of it: a frame that is lost is an error (NET-39).
    ///
    /// # Errors
    ///
    /// Whatever lost the frame.
    pub(crate) fn or_fail(self) -> Result<()> {
        match self {
            Self::Lost(loss) => Err(loss.into_error()),
            Self::Sent | Self::Held | Self::Queued | Self::Overflowed => Ok(()),
        }
    }
}

impl Loss {
    /// Whether it is the fault of the network or the peer, as far as one can tell.
    pub(crate) fn is_of_network(&self) -> bool {
        match self {
            Self::Waiting | Self::Busy | Self::Broken(_) => true,
            Self::Unreachable(error) => error.kind() == ErrorKind::Io,
            Self::Spool(_) => false,
        }
    }

    /// What the transport said, if it was one that failed.
    pub(super) fn cause(&self) -> Option<&io::Error> {
        let Self::Broken(error) = self else { return None };
        std::error::Error::source(error)?.downcast_ref()
    }

    /// The error that tells of it.
    #[cold]
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Waiting => Error::io(
                "send a record to a peer that is away",
                io::Error::new(io::ErrorKind::NotConnected, "the next attempt is not due yet"),
            ),
            Self::Busy => Error::io(
                "wait for other threads that send to the same peer",
                io::ErrorKind::TimedOut.into(),
            ),
            Self::Unreachable(error) | Self::Broken(error) | Self::Spool(error) => error,
        }
    }
}
