//! How the way to a server is encrypted.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use handlers_core::{Error, ErrorKind, Result};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use super::builder::RedisTlsBuilder;
use super::session::Session;
use crate::redis::socket::Stream;

/// Encrypts the way of a [`RedisQueue`](crate::RedisQueue) to its server: TLS 1.2 or 1.3.
///
/// The server must show a certificate for its host name that an authority which the system trusts
/// has issued, and that has not expired. [`RedisTls::builder`] has the settings for everything else.
///
/// # Examples
///
/// ```no_run
/// use handlers_queue::{RedisQueue, RedisTls};
///
/// let tls = RedisTls::builder()
///     .ca_file("/etc/redis/ca.pem")
///     .client_certificate("/etc/app/redis.pem", "/etc/app/redis.key")
///     .build()?;
/// let queue = RedisQueue::builder().address("logs.example.com", 6380).tls(tls).build();
/// # drop(queue);
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "nothing is encrypted until a queue is given it"]
pub struct RedisTls {
    server_name: Option<ServerName<'static>>,
    config: Arc<ClientConfig>,
}

impl RedisTls {
    /// Makes the settings with all defaults, and reads the certificates that the system trusts.
    ///
    /// # Errors
    ///
    /// Those of [`RedisTlsBuilder::build`].
    pub fn new() -> Result<Self> {
        Self::builder().build()
    }

    /// Begins the settings.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`server_name`](RedisTlsBuilder::server_name) | the host of the queue |
    /// | [`ca_file`](RedisTlsBuilder::ca_file) | the authorities that the system trusts |
    /// | [`client_certificate`](RedisTlsBuilder::client_certificate) | none |
    /// | [`config`](RedisTlsBuilder::config) | made of the settings above |
    pub fn builder() -> RedisTlsBuilder {
        RedisTlsBuilder::default()
    }

    pub(super) fn from_parts(
        server_name: Option<ServerName<'static>>,
        config: Arc<ClientConfig>,
    ) -> Self {
        Self { server_name, config }
    }

    /// Encrypts a stream to `host`, which a Unix socket does not have.
    pub(in crate::redis) fn open(
        &self,
        stream: Stream,
        host: Option<&str>,
        deadline: Instant,
    ) -> io::Result<Session> {
        let name = self.name(host)?;
        let tls = ClientConnection::new(Arc::clone(&self.config), name).map_err(io::Error::other);
        let session = tls.and_then(|tls| Session::open(stream, tls, deadline));
        // What has failed is not the connecting.
        session.map_err(|error| {
            io::Error::new(error.kind(), Error::io("agree upon a TLS session", error))
        })
    }

    fn name(&self, host: Option<&str>) -> io::Result<ServerName<'static>> {
        if let Some(name) = &self.server_name {
            return Ok(name.clone());
        }
        parse_name(host.unwrap_or_default())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
    }
}

impl fmt::Debug for RedisTls {
    /// Without the configuration, which may hold a private key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisTls").field("server_name", &self.server_name).finish_non_exhaustive()
    }
}

pub(super) fn parse_name(name: &str) -> Result<ServerName<'static>> {
    ServerName::try_from(name.to_owned()).map_err(|error| {
        let text = format!("{name:?} is no name that a certificate can be for");
        Error::with_source(ErrorKind::Value, text, error)
    })
}

#[cfg(test)]
mod tests {
    use rustls::RootCertStore;

    use super::*;

    #[test]
    fn a_certificate_is_for_the_host_unless_another_name_is_set() {
        let config = ClientConfig::builder().with_root_certificates(RootCertStore::empty());
        let builder = RedisTls::builder().config(Arc::new(config.with_no_client_auth()));
        assert!(builder.clone().server_name("no name").build().is_err());
        let named = |name: Option<&str>, host| {
            let builder = name.into_iter().fold(builder.clone(), RedisTlsBuilder::server_name);
            builder.build().unwrap().name(host).map(|name| name.to_str().into_owned())
        };
        assert_eq!(named(None, Some("logs.example.com")).unwrap(), "logs.example.com");
        assert_eq!(named(None, Some("::1")).unwrap(), "::1");
        assert_eq!(named(Some("redis"), Some("10.0.0.1")).unwrap(), "redis");
        assert_eq!(named(Some("redis"), None).unwrap(), "redis");
        for host in [Some("no name"), None] {
            assert_eq!(named(None, host).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        }
    }
}
