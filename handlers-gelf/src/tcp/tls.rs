//! The settings about encryption.

use std::path::{Path, PathBuf};

use handlers_core::{Result, get_logger, warning};
use handlers_net::SocketHandlerBuilder;
use handlers_net::transport::{Tcp, Tls};

use super::builder::GelfTcpHandlerBuilder;

/// What is asked of the server's certificate: `cert_reqs` of Python's `ssl`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CertReqs {
    /// Nothing: Python's `CERT_NONE`. Whoever stands between can read, and change, what is sent. The
    /// handler logs a warning, to the logger `handlers_gelf`, when it is built.
    None,
    /// The same as [`Required`](Self::Required), as in Python: every TLS server shows one.
    Optional,
    /// That it was issued by an authority that is trusted, has not expired, and is for the name of
    /// the host. Python's handlers never look at the name (GELF-17).
    #[default]
    Required,
}

#[derive(Debug, Default)]
pub(super) struct TlsSettings {
    is_on: bool,
    cert_reqs: CertReqs,
    ca_certs: Option<PathBuf>,
    client_certificate: Option<(PathBuf, PathBuf)>,
    server_name: Option<String>,
}

impl TlsSettings {
    /// Gives a handler its connections, encrypted or not.
    pub(super) fn connect_with(
        self,
        tcp: Tcp,
        socket: SocketHandlerBuilder,
    ) -> Result<SocketHandlerBuilder> {
        if !self.is_on {
            return Ok(socket.connector(tcp));
        }
        let mut tls = Tls::builder(tcp);
        if let Some(path) = self.ca_certs {
            tls = tls.ca_file(path);
        }
        if let Some((certificate, key)) = self.client_certificate {
            tls = tls.client_certificate(certificate, key);
        }
        if let Some(name) = self.server_name {
            tls = tls.server_name(name);
        }
        let tls = tls.danger_accept_invalid_certs(self.cert_reqs == CertReqs::None).build()?;
        if self.cert_reqs == CertReqs::None {
            let peer = handlers_net::transport::Connect::peer(&tls);
            warning!(get_logger("handlers_gelf"), "nobody checks the certificate of {peer}");
        }
        Ok(socket.connector(tls))
    }
}

impl GelfTcpHandlerBuilder {
    /// Sets whether what is sent is encrypted: `use_tls`. Optional; `false` by default.
    ///
    /// The server's certificate is then checked, unless [`cert_reqs`](Self::cert_reqs) says
    /// otherwise. Python's handlers check nothing by default (GELF-17).
    pub fn tls(mut self, is_on: bool) -> Self {
        self.tls.is_on = is_on;
        self
    }

    /// Sets what is asked of the server's certificate. Optional; [`CertReqs::Required`] by default.
    pub fn cert_reqs(mut self, cert_reqs: CertReqs) -> Self {
        self.tls.cert_reqs = cert_reqs;
        self
    }

    /// Sets the file of the authorities that are trusted instead of the system's, in PEM. Optional.
    pub fn ca_certs(mut self, path: impl AsRef<Path>) -> Self {
        self.tls.ca_certs = Some(path.as_ref().to_owned());
        self
    }

    /// Sets the files of a certificate to show to the server and of its private key, both in PEM;
    /// they may be one file. Optional.
    pub fn client_certificate(
        mut self,
        certificate: impl AsRef<Path>,
        key: impl AsRef<Path>,
    ) -> Self {
        let (certificate, key) = (certificate.as_ref().to_owned(), key.as_ref().to_owned());
        self.tls.client_certificate = Some((certificate, key));
        self
    }

    /// Sets the name that the server's certificate must be for. Optional; the host by default.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.tls.server_name = Some(name.into());
        self
    }
}
