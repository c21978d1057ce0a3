//! Where the syslog daemon is.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::ports::SYSLOG_UDP_PORT;

/// Where a syslog daemon listens.
///
/// As in Python a pair is a host and a port, and a text by itself is the path of a Unix domain
/// socket (NET-47).
///
/// # Examples
///
/// ```
/// use handlers_net::syslog::Address;
///
/// assert_eq!(Address::from(("localhost", 514)), Address::default());
/// assert_eq!(Address::from("/dev/log").to_string(), "/dev/log");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Address {
    /// A port of a host: UDP, TCP or TLS.
    Host(String, u16),
    /// The path of a Unix domain socket.
    Path(PathBuf),
}

/// Whether messages are datagrams or go into a stream: Python's `socktype`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SocketType {
    /// `SOCK_DGRAM`: UDP, or datagrams of a Unix domain socket.
    Datagram,
    /// `SOCK_STREAM`: TCP, or a stream of a Unix domain socket.
    Stream,
}

/// The port of syslog over TLS (RFC 5425).
pub const SYSLOG_TLS_PORT: u16 = 6514;

impl Default for Address {
    /// NET-46.
    fn default() -> Self {
        Self::from(("localhost", SYSLOG_UDP_PORT))
    }
}

impl From<(&str, u16)> for Address {
    fn from((host, port): (&str, u16)) -> Self {
        Self::Host(host.to_owned(), port)
    }
}

impl From<(String, u16)> for Address {
    fn from((host, port): (String, u16)) -> Self {
        Self::Host(host, port)
    }
}

impl From<&str> for Address {
    fn from(path: &str) -> Self {
        Self::Path(path.into())
    }
}

impl From<&Path> for Address {
    fn from(path: &Path) -> Self {
        Self::Path(path.to_owned())
    }
}

impl From<PathBuf> for Address {
    fn from(path: PathBuf) -> Self {
        Self::Path(path)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host, port) if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Host(host, port) => write!(f, "{host}:{port}"),
            Self::Path(path) => write!(f, "{}", path.display()),
        }
    }
}
