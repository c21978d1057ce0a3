//! What is wrong with a peer, in words.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use rustls::{CertificateError, Error as TlsError, OtherError};

/// A certificate that was issued by its own key, and is not trusted.
#[derive(Debug)]
pub(super) struct SelfSigned;

impl fmt::Display for SelfSigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the certificate of the peer is self-signed, and not among the trusted ones")
    }
}

impl StdError for SelfSigned {}

/// Makes an I/O error of one of TLS.
pub(super) fn described(error: TlsError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Fault(error))
}

/// An error of TLS, shown in words that are about the peer.
#[derive(Debug)]
struct Fault(TlsError);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TlsError::InvalidCertificate(error) = &self.0 else {
            return fmt::Display::fmt(&self.0, f);
        };
        match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                f.write_str("the certificate of the peer has expired")
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                f.write_str("the certificate of the peer is not valid yet")
            }
            CertificateError::NotValidForNameContext { expected, presented } => {
                write_names(f, &expected.to_str(), presented)
            }
            CertificateError::UnknownIssuer => {
                f.write_str("nobody who is trusted has issued the certificate of the peer")
            }
            CertificateError::Other(OtherError(other)) if other.is::<SelfSigned>() => {
                fmt::Display::fmt(other, f)
            }
            other => write!(f, "the certificate of the peer is invalid: {other}"),
        }
    }
}

impl StdError for Fault {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // Any other error has been shown as it is.
        matches!(self.0, TlsError::InvalidCertificate(_)).then_some(&self.0 as _)
    }
}

fn write_names(f: &mut fmt::Formatter<'_>, expected: &str, presented: &[String]) -> fmt::Result {
    if presented.is_empty() {
        return write!(f, "the certificate of the peer is for no name at all, not for {expected}");
    }
    write!(f, "the certificate of the peer is for {}, not for {expected}", presented.join(", "))
}
