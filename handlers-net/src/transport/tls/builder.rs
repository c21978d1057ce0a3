//! The settings of TLS.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use handlers_core::{Error, ErrorKind, Result};
use rustls::ClientConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::ServerName;

use super::connector::Tls;
use super::credentials::{read_certificates, read_key};
use super::verifier::{Checks, Trust, Verifier};
use crate::transport::Tcp;

/// Builds a [`Tls`].
#[derive(Clone)]
#[must_use = "call `build` to read the certificates"]
pub struct TlsBuilder {
    tcp: Tcp,
    server_name: Option<String>,
    ca_file: Option<PathBuf>,
    client_certificate: Option<(PathBuf, PathBuf)>,
    checks: Checks,
    config: Option<Arc<ClientConfig>>,
}

impl TlsBuilder {
    pub(super) fn new(tcp: Tcp) -> Self {
        Self {
            tcp,
            server_name: None,
            ca_file: None,
            client_certificate: None,
            checks: Checks::All,
            config: None,
        }
    }

    /// Sets the name that the certificate of the peer must be for. Optional; the host by default.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// Sets the file of the certificates that are trusted instead of the system's: those of
    /// authorities, or the peer's own, one after the other in PEM. Optional.
    pub fn ca_file(mut self, path: impl AsRef<Path>) -> Self {
        self.ca_file = Some(path.as_ref().to_owned());
        self
    }

    /// Sets the files of a certificate to show to the peer, followed by those of its issuers, and of
    /// its private key, both in PEM; they may be one file. Optional.
    pub fn client_certificate(
        mut self,
        certificate: impl AsRef<Path>,
        key: impl AsRef<Path>,
    ) -> Self {
        self.client_certificate = Some((certificate.as_ref().to_owned(), key.as_ref().to_owned()));
        self
    }

    /// Sets whether the certificate may be for another name. Optional; `false` by default.
    ///
    /// Whoever has a certificate of any authority that is trusted can then read, and change, what is
    /// sent. It is safe only if [`ca_file`](Self::ca_file) names an authority of your own.
    pub fn danger_accept_invalid_hostnames(mut self, accept: bool) -> Self {
        self.checks = match (self.checks, accept) {
            (Checks::None, _) => Checks::None,
            (_, true) => Checks::AllButTheName,
            (_, false) => Checks::All,
        };
        self
    }

    /// Sets whether every certificate is accepted, be it expired, self-signed or for another name.
    /// Optional; `false` by default.
    ///
    /// Whoever stands between can then read, and change, what is sent.
    pub fn danger_accept_invalid_certs(mut self, accept: bool) -> Self {
        self.checks = match (self.checks, accept) {
            (_, true) => Checks::None,
            (Checks::None, false) => Checks::All,
            (checks, false) => checks,
        };
        self
    }

    /// Sets the whole configuration, for what has no setting here: session keys in hardware, other
    /// protocol versions, certificates that are read anew. Optional. No other setting but
    /// [`server_name`](Self::server_name) goes together with it.
    pub fn config(mut self, config: Arc<ClientConfig>) -> Self {
        self.config = Some(config);
        self
    }

    /// Reads the files, and the certificates that the system trusts if those are to be used: once in
    /// a program.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if a file cannot be read, and [`ErrorKind::Value`] if it does not hold what
    /// it should, if the server name is none, if the system trusts nobody, or if settings contradict
    /// each other.
    pub fn build(self) -> Result<Tls> {
        let name = self.server_name.as_deref().unwrap_or_else(|| self.tcp.resolver().host());
        let server_name = ServerName::try_from(name.to_owned()).map_err(|error| {
            let text = format!("{name:?} is no name that a certificate can be for");
            Error::with_source(ErrorKind::Value, text, error)
        })?;
        let config = match &self.config {
            Some(_) if self.has_settings() => {
                let text = "a TLS configuration does not go together with settings of its parts";
                return Err(Error::new(ErrorKind::Value, text));
            }
            Some(config) => Arc::clone(config),
            None => Arc::new(self.make_config()?),
        };
        Ok(Tls::from_parts(self.tcp, server_name, config))
    }

    fn has_settings(&self) -> bool {
        self.ca_file.is_some() || self.client_certificate.is_some() || self.checks != Checks::All
    }

    fn make_config(&self) -> Result<ClientConfig> {
        // Never the provider of the process: that is the program's to choose.
        let provider = Arc::new(ring::default_provider());
        let verifier = self.verifier(&provider)?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::with_source(ErrorKind::Value, "configure TLS", error))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let Some((certificate, key)) = &self.client_certificate else {
            return Ok(config.with_no_client_auth());
        };
        let chain = read_certificates(certificate)?;
        config.with_client_auth_cert(chain, read_key(key)?).map_err(|error| {
            let (certificate, key) = (certificate.display(), key.display());
            let text = format!("use the certificate in {certificate} with the key in {key}");
            Error::with_source(ErrorKind::Value, text, error)
        })
    }

    fn verifier(&self, provider: &CryptoProvider) -> Result<Verifier> {
        let trust = match (&self.ca_file, self.checks) {
            (Some(path), _) => Arc::new(Trust::in_file(path)?),
            (None, Checks::None) => Arc::new(Trust::nobody()),
            (None, _) => Trust::of_system()?,
        };
        Ok(Verifier::new(trust, self.checks, provider.signature_verification_algorithms))
    }
}

impl fmt::Debug for TlsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsBuilder")
            .field("tcp", &self.tcp)
            .field("server_name", &self.server_name)
            .field("ca_file", &self.ca_file)
            .field("client_certificate", &self.client_certificate)
            .field("checks", &self.checks)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> TlsBuilder {
        Tls::builder(Tcp::new("localhost", 6514))
    }

    fn config() -> Arc<ClientConfig> {
        Arc::new(builder().danger_accept_invalid_certs(true).make_config().unwrap())
    }

    #[test]
    fn a_configuration_of_the_users_own_is_taken_as_it_is() {
        assert!(builder().config(config()).build().is_ok());
        assert!(builder().config(config()).server_name("logs.example.com").build().is_ok());
    }

    #[test]
    fn a_configuration_goes_together_with_no_setting_of_its_parts() {
        for tls in [
            builder().ca_file("a.pem"),
            builder().client_certificate("a.pem", "a.key"),
            builder().danger_accept_invalid_certs(true),
            builder().danger_accept_invalid_hostnames(true),
        ] {
            let error = tls.config(config()).build().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Value);
        }
    }

    #[test]
    fn a_danger_that_is_taken_back_is_none() {
        let tls = builder().danger_accept_invalid_hostnames(true);
        assert_eq!(tls.checks, Checks::AllButTheName);
        assert_eq!(tls.danger_accept_invalid_hostnames(false).checks, Checks::All);
        let tls = builder().danger_accept_invalid_certs(true);
        let tls = tls.danger_accept_invalid_hostnames(false);
        assert_eq!(tls.checks, Checks::None);
        assert_eq!(tls.danger_accept_invalid_certs(false).checks, Checks::All);
    }
}
