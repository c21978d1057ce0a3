//! Connecting with TLS.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use handlers_core::{Error, Result};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use super::builder::TlsBuilder;
use super::fault::described;
use super::session::Session;
use crate::transport::{Connect, Tcp, Transport};

/// Connects to a host and a port over TCP and encrypts what is sent: TLS 1.2 or 1.3.
///
/// The peer must show a certificate for its host name that an authority which the system trusts has
/// issued, and that has not expired. [`Tls::builder`] has the settings for everything else.
///
/// # Examples
///
/// ```
/// use handlers_net::transport::{Connect, Tcp, Tls};
///
/// let tcp = Tcp::new("logs.example.com", 6514).nodelay(true);
/// match Tls::builder(tcp).ca_file("no-such-file.pem").build() {
///     Ok(tls) => println!("{}", tls.peer()),
///     Err(error) => assert_eq!(error.to_string(), "read the certificates in no-such-file.pem"),
/// }
/// ```
#[derive(Clone)]
#[must_use = "nothing is sent until somebody connects"]
pub struct Tls {
    tcp: Tcp,
    server_name: ServerName<'static>,
    config: Arc<ClientConfig>,
}

impl Tls {
    /// Makes the settings for `host` and `port`, with all defaults. Reads the certificates that the
    /// system trusts, once in a program.
    ///
    /// # Errors
    ///
    /// Those of [`TlsBuilder::build`].
    pub fn new(host: impl AsRef<str>, port: u16) -> Result<Self> {
        Self::builder(Tcp::new(host, port)).build()
    }

    /// Begins the settings for a connection over `tcp`.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`server_name`](TlsBuilder::server_name) | the host of `tcp` |
    /// | [`ca_file`](TlsBuilder::ca_file) | the authorities that the system trusts |
    /// | [`client_certificate`](TlsBuilder::client_certificate) | none |
    /// | [`danger_accept_invalid_hostnames`](TlsBuilder::danger_accept_invalid_hostnames) | `false` |
    /// | [`danger_accept_invalid_certs`](TlsBuilder::danger_accept_invalid_certs) | `false` |
    /// | [`config`](TlsBuilder::config) | made of the settings above |
    pub fn builder(tcp: Tcp) -> TlsBuilder {
        TlsBuilder::new(tcp)
    }

    pub(super) fn from_parts(
        tcp: Tcp,
        server_name: ServerName<'static>,
        config: Arc<ClientConfig>,
    ) -> Self {
        Self { tcp, server_name, config }
    }

    fn open(&self, deadline: Instant) -> Result<Session> {
        let channel = self.tcp.open(deadline)?;
        let connection = ClientConnection::new(Arc::clone(&self.config), self.server_name.clone());
        let connection =
            connection.map_err(|error| Error::io("begin a TLS session", described(error)))?;
        let mut session = Session::new(channel, connection);
        match session.shake_hands(deadline) {
            Ok(()) => Ok(session),
            Err(error) => Err(Error::io("agree upon a TLS session", error)),
        }
    }
}

impl Connect for Tls {
    fn connect(&self, deadline: Instant) -> Result<Box<dyn Transport>> {
        match self.open(deadline) {
            Ok(session) => Ok(Box::new(session)),
            Err(error) => Err(error.context(format!("connect to {}", self.peer()))),
        }
    }

    fn peer(&self) -> String {
        self.tcp.resolver().peer("tls")
    }
}

impl fmt::Debug for Tls {
    /// Without the configuration, which may hold a private key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Tls");
        debug.field("tcp", &self.tcp).field("server_name", &self.server_name);
        debug.finish_non_exhaustive()
    }
}
