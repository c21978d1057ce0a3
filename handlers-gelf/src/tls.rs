//! The settings about encryption.

use std::path::PathBuf;
use std::sync::Arc;

use handlers_core::{Result, get_logger, warning};
use handlers_net::transport::{Connect, Tcp, Tls};

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
pub(crate) struct TlsSettings {
    pub(crate) is_on: bool,
    pub(crate) cert_reqs: CertReqs,
    pub(crate) ca_certs: Option<PathBuf>,
    pub(crate) client_certificate: Option<(PathBuf, PathBuf)>,
    pub(crate) server_name: Option<String>,
}

impl TlsSettings {
    /// Encrypts what goes over `tcp`, or does not.
    ///
    /// # Errors
    ///
    /// What is wrong with the certificates.
    pub(crate) fn apply_to(self, tcp: Tcp) -> Result<Arc<dyn Connect>> {
        if !self.is_on {
            return Ok(Arc::new(tcp));
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
            let peer = tls.peer();
            warning!(get_logger("handlers_gelf"), "nobody checks the certificate of {peer}");
        }
        Ok(Arc::new(tls))
    }
}

/// Gives a builder, which has a field `tls`, the setters about encryption.
macro_rules! tls_setters {
    () => {
        /// Sets whether what is sent is encrypted: `use_tls`. Optional; `false` by default.
        ///
        /// The server's certificate is then checked, unless [`cert_reqs`](Self::cert_reqs) says
        /// otherwise. Python's handlers check nothing by default (GELF-17).
        pub fn tls(mut self, is_on: bool) -> Self {
            self.tls.is_on = is_on;
            self
        }

        /// Sets what is asked of the server's certificate. Optional;
        /// [`CertReqs::Required`](crate::CertReqs::Required) by default.
        pub fn cert_reqs(mut self, cert_reqs: $crate::CertReqs) -> Self {
            self.tls.cert_reqs = cert_reqs;
            self
        }

        /// Sets the file of the authorities that are trusted instead of the system's, in PEM. Optional.
        pub fn ca_certs(mut self, path: impl AsRef<::std::path::Path>) -> Self {
            self.tls.ca_certs = Some(path.as_ref().to_owned());
            self
        }

        /// Sets the files of a certificate to show to the server and of its private key, both in PEM;
        /// they may be one file. Optional.
        pub fn client_certificate(
            mut self,
            certificate: impl AsRef<::std::path::Path>,
            key: impl AsRef<::std::path::Path>,
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
    };
}
pub(crate) use tls_setters;
