//! Certificates and keys in files.

use std::fs;
use std::path::Path;

use handlers_core::{Error, ErrorKind, Result};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Reads all certificates of a file, of which there must be one at least.
pub(super) fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let attempt = || format!("read the certificates in {}", path.display());
    let text = fs::read(path).map_err(|error| Error::io(attempt(), error))?;
    let read: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&text).collect();
    match read {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(value(attempt(), pem::Error::NoItemsFound)),
        Err(error) => Err(value(attempt(), error)),
    }
}

/// Reads the first private key of a file.
pub(super) fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let attempt = || format!("read the private key in {}", path.display());
    let text = fs::read(path).map_err(|error| Error::io(attempt(), error))?;
    if is_encrypted(&text) {
        let text = format!("the private key in {} is encrypted: decrypt it first", path.display());
        return Err(Error::new(ErrorKind::Value, text));
    }
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| value(attempt(), error))
}

/// Whether a file holds a key that needs a password: by RFC 5958, or in OpenSSL's older way.
fn is_encrypted(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n').any(|line| {
        line.starts_with(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
            || line.starts_with(b"Proc-Type: 4,ENCRYPTED")
    })
}

/// The line that [`pem::Error`] shows may be of a key; it is left out.
fn value(attempt: String, error: pem::Error) -> Error {
    let reason = match error {
        pem::Error::NoItemsFound => "there are none".to_owned(),
        pem::Error::Base64Decode(_) => "they are not encoded in Base64".to_owned(),
        pem::Error::IllegalSectionStart { .. } => "a section has no proper beginning".to_owned(),
        pem::Error::MissingSectionEnd { .. } => "a section has no end".to_owned(),
        other => other.to_string(),
    };
    Error::with_source(ErrorKind::Value, attempt, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encrypted_key_is_recognized() {
        assert!(is_encrypted(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII\n"));
        assert!(is_encrypted(b"-----BEGIN RSA PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED\r\n"));
        assert!(!is_encrypted(b"-----BEGIN PRIVATE KEY-----\nMII\n"));
    }
}
