//! Frames: four bytes of length, the highest first, and that many bytes of JSON.

use handlers_core::{Error, ErrorKind, Record, Result};

/// The frame of a record.
///
/// # Errors
///
/// The record cannot be written, or has more than `max` bytes.
pub(super) fn of(record: &Record<'_>, max: usize) -> Result<Vec<u8>> {
    let mut frame = Vec::with_capacity(TYPICAL);
    frame.extend([0; LENGTH]);
    record.write_json(&mut frame)?;
    let length = frame.len() - LENGTH;
    match u32::try_from(length) {
        Ok(bytes) if length <= max => frame[..LENGTH].copy_from_slice(&bytes.to_be_bytes()),
        _ => return Err(too_long(length, max)),
    }
    Ok(frame)
}

/// Where the first frame in `bytes` ends, if it has one: `None` as long as there is not all of it.
///
/// # Errors
///
/// It is longer than `max`.
pub(super) fn end(bytes: &[u8], max: usize) -> Result<Option<usize>> {
    let Some(length) = bytes.first_chunk() else { return Ok(None) };
    let length = u32::from_be_bytes(*length) as usize;
    if length > max {
        return Err(too_long(length, max));
    }
    let end = length + LENGTH;
    Ok((bytes.len() >= end).then_some(end))
}

#[cold]
fn too_long(length: usize, max: usize) -> Error {
    Error::new(ErrorKind::Value, format!("a record of {length} bytes, of which {max} are allowed"))
}

/// The bytes of a length.
pub(super) const LENGTH: usize = 4;

/// Most records have less: their attributes alone have some 500 bytes.
const TYPICAL: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_a_length_and_json() {
        let record = Record::builder().message("ready").build();
        let frame = of(&record, 10_000).unwrap();
        let (length, json) = frame.split_at(4);
        assert_eq!(length, u32::try_from(json.len()).unwrap().to_be_bytes());
        assert_eq!(Record::from_json(json).unwrap().message().unwrap(), "ready");
        assert_eq!(end(&frame, 10_000).unwrap(), Some(frame.len()));
        for cut in 0..frame.len() {
            assert_eq!(end(&frame[..cut], 10_000).unwrap(), None);
        }
    }

    #[test]
    fn what_is_too_long_is_an_error_at_both_ends() {
        let record = Record::builder().message("x".repeat(1000)).build();
        let length = of(&record, 10_000).unwrap().len() - 4;
        assert!(of(&record, length).is_ok());
        let error = of(&record, length - 1).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("a record of {length} bytes, of which {} are allowed", length - 1)
        );
        assert!(end(&[0, 0, 0, 8], 8).is_ok());
        assert!(end(&[0, 0, 0, 9], 8).is_err());
        assert!(end(b"GET / HTTP", 1 << 20).is_err());
    }
}
