//! Whether a compressed file holds the same as a plain one.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use super::codec::{CHUNK, Compression, read_some};
use super::plain::Plain;

/// The length of the plain file if `compressed` holds the same bytes, durably; none if it holds
/// others, or nothing that can be read.
///
/// # Errors
///
/// One of the two could not be read, or the compressed one not be made durable.
pub(super) fn is_equal(
    plain: &Plain,
    compressed: &Path,
    compression: Compression,
) -> io::Result<Option<u64>> {
    let mut left = plain.file();
    left.rewind()?;
    let compressed = File::open(compressed)?;
    let mut right = match compression.decode(&compressed) {
        Err(error) if is_malformed(&error) => return Ok(None),
        result => result?,
    };
    let (mut left_chunk, mut right_chunk) = (vec![0; CHUNK], vec![0; CHUNK]);
    let mut length = 0;
    loop {
        let read = fill(&mut left, &mut left_chunk)?;
        let same = match fill(&mut right, &mut right_chunk) {
            Err(error) if is_malformed(&error) => return Ok(None),
            result => left_chunk[..read] == right_chunk[..result?],
        };
        if !same {
            return Ok(None);
        }
        if read == 0 {
            // It may have been written by somebody who did not see to that.
            compressed.sync_all()?;
            return Ok(Some(length));
        }
        length += read as u64;
    }
}

/// Reads a whole chunk, but for the last.
fn fill(source: &mut dyn Read, chunk: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < chunk.len() {
        match read_some(source, &mut chunk[filled..])? {
            0 => break,
            length => filled += length,
        }
    }
    Ok(filled)
}

/// Whether it is the fault of what was read.
fn is_malformed(error: &io::Error) -> bool {
    error.raw_os_error().is_none()
}
