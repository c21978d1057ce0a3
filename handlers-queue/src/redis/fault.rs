//! What can come of a command but an answer.

use std::io;

use ::redis::ServerError;
use handlers_core::{Error, ErrorKind};

/// Why there is no answer, or which one there is.
#[derive(Debug)]
pub(super) enum Fault {
    /// Nothing was tried: the server is away, and it is not time to try again.
    Away,
    /// There is no connection, or none any more.
    Broken {
        error: io::Error,
        /// Whether the server may have got the command, and done what it says.
        sent: bool,
        /// Whether the connection was one that had served before.
        used: bool,
    },
    /// The server has said no; it has done nothing.
    Refused { code: String, text: String },
}

impl Fault {
    /// Somebody else has kept the connection busy for too long.
    pub(super) fn timeout() -> Self {
        Self::Broken { error: io::ErrorKind::TimedOut.into(), sent: false, used: false }
    }

    /// What the server has said.
    pub(super) fn refused(error: &ServerError) -> Self {
        let code = error.code().to_owned();
        let text = match error.details() {
            Some(details) => format!("{code} {details}"),
            None => code.clone(),
        };
        Self::Refused { code, text }
    }

    /// What the server has said to a command with a password in it, which some answers repeat.
    pub(super) fn refused_password(error: &ServerError) -> Self {
        let code = error.code().to_owned();
        let text = format!("{code}: the server refuses the name and the password");
        Self::Refused { code, text }
    }

    /// What has come of preparing a connection: the server has not got the command itself.
    pub(super) fn before_the_command(self) -> Self {
        match self {
            Self::Broken { error, used, .. } => Self::Broken { error, sent: false, used },
            other => other,
        }
    }

    /// An answer that is none.
    pub(super) fn nonsense() -> Self {
        let error = io::Error::new(io::ErrorKind::InvalidData, "the answer makes no sense");
        Self::Broken { error, sent: true, used: false }
    }

    /// Whether the server may have done what it was told.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Broken { sent: true, .. })
    }

    /// Whether another connection could do better at once: the server may have been restarted.
    pub(super) fn is_stale(&self) -> bool {
        match self {
            Self::Broken { error, used, .. } => *used && error.kind() != io::ErrorKind::TimedOut,
            Self::Away | Self::Refused { .. } => false,
        }
    }

    /// Whether the server has answered with this error.
    pub(super) fn is(&self, expected: &str) -> bool {
        matches!(self, Self::Refused { code, .. } if code == expected)
    }

    /// The error of somebody who has attempted something.
    #[cold]
    pub(super) fn into_error(self, attempt: String) -> Error {
        match self {
            Self::Away => {
                let text = "the server is away and is not tried again yet";
                Error::io(attempt, io::Error::new(io::ErrorKind::NotConnected, text))
            }
            Self::Broken { error, .. } => Error::io(attempt, error),
            Self::Refused { text, .. } => Error::with_source(ErrorKind::Runtime, attempt, text),
        }
    }
}
