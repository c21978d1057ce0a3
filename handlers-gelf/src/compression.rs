//! Messages made smaller.

use std::cell::Cell;

use flate2::{Compress, Crc, FlushCompress, Status};
use handlers_core::{Error, ErrorKind, Result};

/// How messages are compressed (GELF-9). Servers see by the first bytes what they get.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// The format of gzip, which is 12 bytes longer than that of zlib.
    Gzip,
    /// Not at all: plain JSON.
    None,
    /// The format of zlib, at its default level (GELF-55).
    #[default]
    Zlib,
}

impl Compression {
    /// What HTTP calls it (RFC 9110, section 8.4.1): `deflate` is the format of zlib.
    #[cfg(feature = "http")]
    pub(crate) fn content_coding(self) -> Option<&'static str> {
        match self {
            Self::Gzip => Some("gzip"),
            Self::None => None,
            Self::Zlib => Some("deflate"),
        }
    }

    /// Appends `message`, compressed.
    ///
    /// # Errors
    ///
    /// None that is known of.
    pub(crate) fn write(self, message: &[u8], out: &mut Vec<u8>) -> Result<()> {
        match self {
            Self::None => {
                out.extend_from_slice(message);
                Ok(())
            }
            Self::Zlib => deflate(&ZLIB, true, message, out),
            Self::Gzip => {
                out.extend_from_slice(&GZIP_HEAD);
                deflate(&RAW, false, message, out)?;
                let mut crc = Crc::new();
                crc.update(message);
                out.extend_from_slice(&crc.sum().to_le_bytes());
                out.extend_from_slice(&crc.amount().to_le_bytes());
                Ok(())
            }
        }
    }
}

/// A compressor is 200 KiB and more, too much to make one for each record.
fn deflate(
    kept: &'static std::thread::LocalKey<Cell<Option<Compress>>>,
    is_zlib: bool,
    message: &[u8],
    out: &mut Vec<u8>,
) -> Result<()> {
    let compress = kept.try_with(Cell::take).ok().flatten();
    let mut compress =
        compress.unwrap_or_else(|| Compress::new(flate2::Compression::default(), is_zlib));
    compress.reset();
    let done = run(&mut compress, message, out);
    // A thread that is ending has no place for it any more.
    let _ = kept.try_with(|kept| kept.set(Some(compress)));
    done
}

fn run(compress: &mut Compress, message: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let mut rest = message;
    loop {
        out.reserve(LEAST_ROOM.max(rest.len() / 2));
        let before = compress.total_in();
        let status = compress
            .compress_vec(rest, out, FlushCompress::Finish)
            .map_err(|error| Error::with_source(ErrorKind::Value, "compress a message", error))?;
        if status == Status::StreamEnd {
            return Ok(());
        }
        let taken = usize::try_from(compress.total_in() - before).unwrap_or(rest.len());
        rest = &rest[taken.min(rest.len())..];
    }
}

thread_local! {
    static ZLIB: Cell<Option<Compress>> = const { Cell::new(None) };
    static RAW: Cell<Option<Compress>> = const { Cell::new(None) };
}

/// RFC 1952: the magic number, deflate, no flags, no time, no hint, and no system.
const GZIP_HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

const LEAST_ROOM: usize = 256;

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::{GzDecoder, ZlibDecoder};

    use super::*;

    fn compressed(compression: Compression, message: &[u8]) -> Vec<u8> {
        let mut out = b"before".to_vec();
        compression.write(message, &mut out).unwrap();
        out.split_off(b"before".len())
    }

    /// Bytes that hardly get smaller.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn what_is_compressed_is_read_back() {
        for message in [&b""[..], b"{}", &vec![b'x'; 100_000], &noise(300_000)] {
            let mut read = Vec::new();
            let zlib = compressed(Compression::Zlib, message);
            assert_eq!(zlib[..2], [0x78, 0x9c]);
            ZlibDecoder::new(&*zlib).read_to_end(&mut read).unwrap();
            assert_eq!(read, message);
            read.clear();
            let gzip = compressed(Compression::Gzip, message);
            GzDecoder::new(&*gzip).read_to_end(&mut read).unwrap();
            assert_eq!(read, message);
            assert_eq!(compressed(Compression::None, message), message);
        }
    }

    #[test]
    fn the_compressor_forgets_the_message_before() {
        let first = compressed(Compression::Zlib, b"one message");
        compressed(Compression::Zlib, b"another message");
        assert_eq!(compressed(Compression::Zlib, b"one message"), first);
    }
}
