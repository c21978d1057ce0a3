//! Where a server listens.

use std::fmt;
#[cfg(unix)]
use std::path::PathBuf;

/// A host with its port, or a socket of the same machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    Tcp {
        host: String,
        port: u16,
    },
    #[cfg(unix)]
    Unix(PathBuf),
}

impl Address {
    /// The name or the address of the machine, if it need not be this one.
    #[cfg(feature = "redis-tls")]
    pub(super) fn host(&self) -> Option<&str> {
        match self {
            Self::Tcp { host, .. } => Some(host),
            #[cfg(unix)]
            Self::Unix(_) => None,
        }
    }
}

impl Default for Address {
    /// That of a server of this machine.
    fn default() -> Self {
        Self::Tcp { host: "127.0.0.1".to_owned(), port: 6379 }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "redis [{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "redis {host}:{port}"),
            #[cfg(unix)]
            Self::Unix(path) => write!(f, "redis {}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_as_people_write_it() {
        let tcp = |host: &str| Address::Tcp { host: host.to_owned(), port: 6379 }.to_string();
        assert_eq!(tcp("logs.example.com"), "redis logs.example.com:6379");
        assert_eq!(tcp("::1"), "redis [::1]:6379");
        #[cfg(unix)]
        assert_eq!(Address::Unix("/run/redis.sock".into()).to_string(), "redis /run/redis.sock");
    }
}
