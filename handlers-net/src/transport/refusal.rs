//! Frames that a peer does not want.

use std::error::Error as StdError;
use std::fmt;
use std::io;

/// The peer has refused a frame. The connection is as good as before.
#[derive(Debug)]
pub(crate) struct Refusal {
    reason: String,
    /// Whether it would refuse the same frame again.
    pub(crate) is_final: bool,
}

impl Refusal {
    /// What `error` says of a frame that was refused; nothing if something else went wrong.
    pub(crate) fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    /// Makes an error of a transport.
    #[cfg(any(test, feature = "http"))]
    #[cold]
    pub(crate) fn error(reason: impl Into<String>, is_final: bool) -> io::Error {
        io::Error::other(Self { reason: reason.into(), is_final })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl StdError for Refusal {}
