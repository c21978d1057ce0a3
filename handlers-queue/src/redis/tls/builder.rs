//! The settings of TLS, and the files that they name.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use handlers_core::{Error, ErrorKind, Result};
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use super::settings::{RedisTls, parse_name};

/// Builds a [`RedisTls`].
#[derive(Clone, Default)]
#[must_use = "call `build` to read the certificates"]
pub struct RedisTlsBuilder {
    config: Option<Arc<ClientConfig>>,
    server_name: Option<String>,
    ca_file: Option<PathBuf>,
    client_certificate: Option<(PathBuf, PathBuf)>,
}

impl RedisTlsBuilder {
    /// Sets the whole configuration, for what has no setting here: session keys in hardware, other
    /// protocol versions, certificates that are read anew or verified in another way. Optional. No
    /// other setting but [`server_name`](Self::server_name) goes together with it.
    pub fn config(mut self, config: Arc<ClientConfig>) -> Self {
        self.config = Some(config);
        self
    }

    /// Sets the name that the certificate of the server must be for. Optional; the host of the
    /// queue by default.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// Sets the file of the authorities that are trusted instead of the system's: their
    /// certificates, one after the other in PEM. Optional.
    ///
    /// The certificate of a server is not one of an authority. `openssl req -x509` makes one that
    /// is both, and a server that shows it is refused even if it is in this file: make an authority
    /// and have it issue a certificate, or give a [`config`](Self::config).
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(path.into());
        self
    }

    /// Sets the files of a certificate to show to the server, followed by those of its issuers, and
    /// of its private key, both in PEM and without a password; they may be one file. Optional.
    pub fn client_certificate(
        mut self,
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Self {
        self.client_certificate = Some((certificate.into(), key.into()));
        self
    }

    /// Reads the files, or the certificates that the system trusts, which may take a tenth of a
    /// second: several queues can have clones of what comes of it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if a file cannot be read, and [`ErrorKind::Value`] if it does not hold what
    /// it should, if the server name is none, if the system trusts nobody, or if settings
    /// contradict each other.
    pub fn build(self) -> Result<RedisTls> {
        let server_name = self.server_name.as_deref().map(parse_name).transpose()?;
        let config = match (&self.config, &self.ca_file, &self.client_certificate) {
            (Some(config), None, None) => Arc::clone(config),
            (Some(_), ..) => {
                let text = "a TLS configuration does not go together with settings of its parts";
                return Err(Error::new(ErrorKind::Value, text));
            }
            (None, ..) => Arc::new(self.make_config()?),
        };
        Ok(RedisTls::from_parts(server_name, config))
    }

    fn make_config(&self) -> Result<ClientConfig> {
        // Never the provider of the process: that is the program's to choose.
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::with_source(ErrorKind::Value, "configure TLS", error))?
            .with_root_certificates(self.roots()?);
        let Some((certificate, key)) = &self.client_certificate else {
            return Ok(config.with_no_client_auth());
        };
        let (chain, private) = (read_certificates(certificate)?, read_key(key)?);
        config.with_client_auth_cert(chain, private).map_err(|error| {
            let (certificate, key) = (certificate.display(), key.display());
            let text = format!("use the certificate in {certificate} with the key in {key}");
            Error::with_source(ErrorKind::Value, text, error)
        })
    }

    fn roots(&self) -> Result<RootCertStore> {
        let (certificates, reason) = if let Some(path) = &self.ca_file {
            (read_certificates(path)?, format!("in {} is none", path.display()))
        } else {
            // Looks into `SSL_CERT_FILE` if that is set, as OpenSSL does.
            let found = rustls_native_certs::load_native_certs();
            let fault = found.errors.first().map(ToString::to_string);
            (found.certs, fault.unwrap_or_else(|| "this system has none".to_owned()))
        };
        let mut roots = RootCertStore::empty();
        // There are certificates on real systems that nobody can read.
        if roots.add_parsable_certificates(certificates).0 == 0 {
            return Err(Error::with_source(ErrorKind::Value, "trust a certificate", reason));
        }
        Ok(roots)
    }
}

impl fmt::Debug for RedisTlsBuilder {
    /// Without the configuration, which may hold a private key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisTlsBuilder")
            .field("server_name", &self.server_name)
            .field("ca_file", &self.ca_file)
            .field("client_certificate", &self.client_certificate)
            .finish_non_exhaustive()
    }
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    match read {
        Ok(read) if read.is_empty() => Err(pem::Error::NoItemsFound),
        read => read,
    }
    .map_err(|error| unreadable("certificates", path, error))
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let key = PrivateKeyDer::from_pem_file(path);
    key.map_err(|error| unreadable("a private key without a password", path, error))
}

fn unreadable(what: &str, path: &Path, error: pem::Error) -> Error {
    let attempt = format!("read {what} in {}", path.display());
    match error {
        pem::Error::Io(error) => Error::io(attempt, error),
        pem::Error::NoItemsFound => {
            Error::with_source(ErrorKind::Value, attempt, "there is nothing of that kind")
        }
        // It may show a line of the file, which may be of a key.
        _ => Error::with_source(ErrorKind::Value, attempt, "the file is damaged"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_of_the_users_own_is_alone() {
        let config = ClientConfig::builder().with_root_certificates(RootCertStore::empty());
        let tls = RedisTls::builder().config(Arc::new(config.with_no_client_auth()));
        assert!(tls.clone().build().is_ok());
        assert!(tls.clone().server_name("logs.example.com").build().is_ok());
        for tls in [tls.clone().ca_file("a.pem"), tls.client_certificate("a.pem", "a.key")] {
            assert_eq!(tls.build().unwrap_err().kind(), ErrorKind::Value);
        }
    }
}
