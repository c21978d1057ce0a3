//! Frames that show that they come from someone who knows the key.

use std::fmt;

use handlers_core::{HandlerBase, Record, Result};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Encode;
use super::framed::framed;

/// Signs the frames of another encoder, so that a receiver can refuse those of others before it
/// looks at them: to load a pickle is to run it.
///
/// A frame is
///
/// | bytes | what |
/// |---|---|
/// | 4 | the length of the rest, the highest byte first |
/// | 32 | HMAC-SHA256 of the payload |
/// | the rest | the [payload](Encode::encode_payload) of the other encoder |
///
/// so that a receiver in Python that shares the key does this:
///
/// ```python
/// length, = struct.unpack(">L", read(4))
/// digest, payload = read(32), read(length - 32)
/// if hmac.compare_digest(hmac.digest(key, payload, "sha256"), digest):
///     record = logging.makeLogRecord(pickle.loads(payload))
/// ```
///
/// A signature keeps nothing secret, and one who can listen can send a frame again.
///
/// # Examples
///
/// ```
/// use handlers_core::{HandlerBase, Record};
/// use handlers_net::{Encode, Pickle, Signed};
///
/// let encoder = Signed::new(b"a key of the program's own", Pickle::new());
/// let record = Record::builder().message("ready").build();
/// let (mut signed, mut plain) = (Vec::new(), Vec::new());
/// encoder.encode(&HandlerBase::new(), &record, &mut signed)?;
/// Pickle::new().encode(&HandlerBase::new(), &record, &mut plain)?;
/// assert_eq!(signed.len(), plain.len() + 32);
/// assert_eq!(signed[36..], plain[4..]);
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Signed<E> {
    encoder: E,
    /// With the key in it, to be copied for each frame.
    mac: Hmac<Sha256>,
}

impl<E: Encode> Signed<E> {
    /// Signs what `encoder` makes with `key`, which is of any length; one of 32 random bytes is as
    /// good as it gets.
    ///
    /// # Panics
    ///
    /// Never: no key has a wrong length.
    pub fn new(key: impl AsRef<[u8]>, encoder: E) -> Self {
        let mac = Hmac::new_from_slice(key.as_ref()).expect("HMAC takes keys of any length");
        Self { encoder, mac }
    }
}

impl<E: Encode> Encode for Signed<E> {
    fn encode(&self, handler: &HandlerBase, record: &Record<'_>, out: &mut Vec<u8>) -> Result<()> {
        framed(out, |out| self.encode_payload(handler, record, out))
    }

    fn encode_payload(
        &self,
        handler: &HandlerBase,
        record: &Record<'_>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let start = out.len();
        out.extend([0; DIGEST]);
        let written = self.encoder.encode_payload(handler, record, out);
        if written.is_err() {
            out.truncate(start);
            return written;
        }
        let mut mac = self.mac.clone();
        mac.update(&out[start + DIGEST..]);
        out[start..start + DIGEST].copy_from_slice(&mac.finalize().into_bytes());
        Ok(())
    }
}

impl<E> fmt::Debug for Signed<E> {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").finish_non_exhaustive()
    }
}

/// The bytes of a signature.
const DIGEST: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(key: &str, text: &'static [u8]) -> Vec<u8> {
        let payload = move |_: &HandlerBase, _: &Record<'_>, out: &mut Vec<u8>| {
            out.extend_from_slice(text);
            Ok(())
        };
        let mut out = b"before".to_vec();
        let record = Record::builder().build();
        Signed::new(key, payload).encode(&HandlerBase::new(), &record, &mut out).unwrap();
        assert!(out.starts_with(b"before"));
        out.split_off(6)
    }

    // RFC 4231, test case 2.
    #[test]
    fn the_signature_is_the_hmac_of_the_payload() {
        let frame = frame("Jefe", b"what do ya want for nothing?");
        let digest = [
            0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95,
            0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9,
            0x64, 0xec, 0x38, 0x43,
        ];
        assert_eq!(frame[..4], [0, 0, 0, 60]);
        assert_eq!(frame[4..36], digest);
        assert_eq!(frame[36..], *b"what do ya want for nothing?");
    }

    #[test]
    fn the_key_is_not_in_debug() {
        let encoder = Signed::new("hunter2", crate::Pickle::new());
        assert_eq!(format!("{encoder:?}"), "Signed { .. }");
    }

    #[test]
    fn keys_of_any_length_are_taken() {
        let long = "k".repeat(1000);
        assert_ne!(frame("", b"x")[4..36], frame(&long, b"x")[4..36]);
    }
}
