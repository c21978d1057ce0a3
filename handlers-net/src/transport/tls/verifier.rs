//! Which certificates of a peer are accepted.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use handlers_core::{Error, ErrorKind, Result};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, DigitallySignedStruct, Error as TlsError, OtherError, RootCertStore,
    SignatureScheme,
};

use super::credentials::read_certificates;
use super::fault::SelfSigned;

/// What is asked of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checks {
    All,
    AllButTheName,
    None,
}

/// Whose certificates are accepted.
#[derive(Debug)]
pub(super) struct Trust {
    roots: RootCertStore,
    /// The same, byte by byte.
    certificates: Vec<CertificateDer<'static>>,
}

impl Trust {
    pub(super) fn nobody() -> Self {
        Self { roots: RootCertStore::empty(), certificates: Vec::new() }
    }

    /// Trusts what is in a file.
    pub(super) fn in_file(path: &Path) -> Result<Self> {
        let certificates = read_certificates(path)?;
        let mut roots = RootCertStore::empty();
        for certificate in &certificates {
            roots.add(certificate.clone()).map_err(|error| {
                let text = format!("use the certificates in {}", path.display());
                Error::with_source(ErrorKind::Value, text, error)
            })?;
        }
        Ok(Self { roots, certificates })
    }

    /// Trusts whom the system trusts, or the file in `SSL_CERT_FILE`, as OpenSSL does. To find out
    /// takes a tenth of a second, so it is done once.
    pub(super) fn of_system() -> Result<Arc<Self>> {
        if let Some(trust) = OF_SYSTEM.get() {
            return Ok(Arc::clone(trust));
        }
        let found = rustls_native_certs::load_native_certs();
        let mut roots = RootCertStore::empty();
        // There are certificates on real systems that nobody can read.
        roots.add_parsable_certificates(found.certs.iter().cloned());
        if roots.is_empty() {
            let text = "find the certificates that this system trusts";
            return Err(match found.errors.into_iter().next() {
                Some(error) => Error::with_source(ErrorKind::Value, text, error),
                None => Error::with_source(ErrorKind::Value, text, "there are none"),
            });
        }
        let trust = Arc::new(Self { roots, certificates: found.certs });
        Ok(Arc::clone(OF_SYSTEM.get_or_init(|| trust)))
    }
}

static OF_SYSTEM: OnceLock<Arc<Trust>> = OnceLock::new();

/// Verifies a peer as OpenSSL does.
#[derive(Debug)]
pub(super) struct Verifier {
    trust: Arc<Trust>,
    checks: Checks,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(
        trust: Arc<Trust>,
        checks: Checks,
        algorithms: WebPkiSupportedAlgorithms,
    ) -> Self {
        Self { trust, checks, algorithms }
    }

    fn verify(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), TlsError> {
        let parsed = ParsedCertificate::try_from(certificate)?;
        let signed = self.issued_by(&self.trust.roots, &parsed, intermediates, now);
        if let Err(error) = signed
            && !(is_ca(&error) && self.trust.certificates.contains(certificate))
        {
            return Err(self.explain(error, certificate, &parsed, now));
        }
        match self.checks {
            Checks::All => verify_server_name(&parsed, name),
            Checks::AllButTheName | Checks::None => Ok(()),
        }
    }

    fn issued_by(
        &self,
        roots: &RootCertStore,
        parsed: &ParsedCertificate<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), TlsError> {
        let algorithms = self.algorithms.all;
        verify_server_cert_signed_by_trust_anchor(parsed, roots, intermediates, now, algorithms)
    }

    /// Says of a certificate that nobody has issued but itself that it is so. Of one that has another
    /// fault too, such as its dates, that one is said.
    fn explain(
        &self,
        error: TlsError,
        certificate: &CertificateDer<'_>,
        parsed: &ParsedCertificate<'_>,
        now: UnixTime,
    ) -> TlsError {
        let mut itself = RootCertStore::empty();
        let added = itself.add(certificate.clone().into_owned());
        let self_signed = match self.issued_by(&itself, parsed, &[], now) {
            Ok(()) => added.is_ok(),
            Err(error) => is_ca(&error),
        };
        if self_signed {
            let fault = OtherError(Arc::new(SelfSigned));
            return TlsError::InvalidCertificate(CertificateError::Other(fault));
        }
        error
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        if self.checks != Checks::None {
            self.verify(end_entity, intermediates, server_name, now)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        match self.checks {
            // Proves nothing about a certificate that nobody has checked, and cannot be done with
            // one of X.509 version 1.
            Checks::None => Ok(HandshakeSignatureValid::assertion()),
            _ => verify_tls12_signature(message, cert, dss, &self.algorithms),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        match self.checks {
            Checks::None => Ok(HandshakeSignatureValid::assertion()),
            _ => verify_tls13_signature(message, cert, dss, &self.algorithms),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Whether the only fault of a certificate is that it is one of an authority.
///
/// `openssl req -x509` makes such certificates, and OpenSSL accepts one that is trusted itself. It
/// is said after the dates have been checked, and before anything is known of the issuer.
fn is_ca(error: &TlsError) -> bool {
    let TlsError::InvalidCertificate(CertificateError::Other(OtherError(error))) = error else {
        return false;
    };
    matches!(error.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}
