//! Frames that begin with their length.

use handlers_core::{Error, ErrorKind, Result};

/// Appends what `write` does, with its length in front of it (NET-19). If `write` fails nothing is
/// left of it.
pub(super) fn framed(
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<()>,
) -> Result<()> {
    let start = out.len();
    out.extend([0; LENGTH]);
    let written = write(out).and_then(|()| length(out.len() - start - LENGTH));
    match written {
        Ok(length) => out[start..start + LENGTH].copy_from_slice(&length),
        Err(_) => out.truncate(start),
    }
    written.map(drop)
}

fn length(length: usize) -> Result<[u8; LENGTH]> {
    let length = u32::try_from(length).map(u32::to_be_bytes);
    length.map_err(|_| Error::new(ErrorKind::Overflow, "a frame of more than 4 GiB"))
}

/// Bytes that tell the length.
const LENGTH: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_as_long_as_four_bytes_can_say() {
        assert_eq!(length(498).unwrap(), [0, 0, 1, 0xf2]);
        assert_eq!(length(u32::MAX as usize).unwrap(), [0xff; 4]);
        if let Some(too_long) = (u32::MAX as usize).checked_add(1) {
            assert_eq!(length(too_long).unwrap_err().kind(), ErrorKind::Overflow);
        }
    }

    #[test]
    fn nothing_is_left_of_a_frame_that_failed() {
        let mut out = b"before".to_vec();
        let fails = |out: &mut Vec<u8>| {
            out.push(1);
            Err(Error::new(ErrorKind::Type, "no"))
        };
        assert!(framed(&mut out, fails).is_err());
        assert_eq!(out, b"before");
    }
}
