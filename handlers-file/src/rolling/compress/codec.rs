//! The formats of compressed backups.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How backups are compressed.
///
/// # Examples
///
/// ```
/// use handlers_file::rolling::Compression;
///
/// # #[cfg(feature = "gzip")]
/// assert_eq!(Compression::gzip().level(9).extension(), "gz");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Compression {
    format: Format,
    level: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    #[cfg(feature = "gzip")]
    Gzip,
    #[cfg(feature = "zstd")]
    Zstd,
}

impl Compression {
    /// Compresses as `gzip` does, with its level 6: `app.log.1` becomes `app.log.1.gz`.
    #[cfg(feature = "gzip")]
    #[cfg_attr(docsrs, doc(cfg(feature = "gzip")))]
    pub const fn gzip() -> Self {
        Self { format: Format::Gzip, level: 6 }
    }

    /// Compresses as `zstd` does, with its level 3: `app.log.1` becomes `app.log.1.zst`.
    #[cfg(feature = "zstd")]
    #[cfg_attr(docsrs, doc(cfg(feature = "zstd")))]
    pub const fn zstd() -> Self {
        Self { format: Format::Zstd, level: 3 }
    }

    /// Sets how much work is done for a smaller file: 1 to 9 for gzip, 1 to 19 for zstd. A level
    /// beyond these is the nearest of them.
    pub fn level(self, level: i32) -> Self {
        Self { level: level.clamp(1, self.highest_level()), ..self }
    }

    /// What stands behind the name of a compressed backup, without its dot: `"gz"` or `"zst"`.
    pub const fn extension(self) -> &'static str {
        match self.format {
            #[cfg(feature = "gzip")]
            Format::Gzip => "gz",
            #[cfg(feature = "zstd")]
            Format::Zstd => "zst",
        }
    }

    /// The name of the compressed form of a backup.
    pub(super) fn path_of(self, plain: &Path) -> PathBuf {
        with_extension(plain, self.extension())
    }

    /// Writes all of `source` to `dest`, compressed; `modified` is the time of what was compressed.
    #[cfg_attr(
        not(any(feature = "gzip", feature = "zstd")),
        expect(unused_variables, reason = "there is no format")
    )]
    pub(super) fn encode(
        self,
        source: &mut dyn Read,
        dest: &mut dyn Write,
        modified: Option<SystemTime>,
    ) -> io::Result<()> {
        match self.format {
            #[cfg(feature = "gzip")]
            Format::Gzip => {
                let level = flate2::Compression::new(self.level.unsigned_abs());
                let header = flate2::GzBuilder::new().mtime(gzip_time(modified));
                let mut encoder = header.write(dest, level);
                copy(source, &mut encoder)?;
                encoder.finish().map(drop)
            }
            #[cfg(feature = "zstd")]
            Format::Zstd => {
                let _ = modified;
                let mut encoder = zstd::Encoder::new(dest, self.level)?;
                encoder.include_checksum(true)?;
                copy(source, &mut encoder)?;
                encoder.finish().map(drop)
            }
        }
    }

    /// Reads what `source` holds compressed.
    #[cfg_attr(
        not(any(feature = "gzip", feature = "zstd")),
        expect(unused_variables, clippy::needless_pass_by_value, reason = "there is no format")
    )]
    #[cfg_attr(
        all(feature = "gzip", not(feature = "zstd")),
        expect(clippy::unnecessary_wraps, reason = "only zstd's can fail")
    )]
    pub(super) fn decode<'a>(self, source: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
        match self.format {
            #[cfg(feature = "gzip")]
            Format::Gzip => Ok(Box::new(flate2::read::MultiGzDecoder::new(source))),
            #[cfg(feature = "zstd")]
            Format::Zstd => Ok(Box::new(zstd::Decoder::new(source)?)),
        }
    }

    const fn highest_level(self) -> i32 {
        match self.format {
            #[cfg(feature = "gzip")]
            Format::Gzip => 9,
            // Those above take up to a gigabyte of memory; the program `zstd` has to be told to use
            // them, too.
            #[cfg(feature = "zstd")]
            Format::Zstd => 19,
        }
    }
}

/// The names that the compressed forms of a backup have, whatever is compiled in: a program may have
/// been built otherwise before.
pub(crate) fn compressed_forms(plain: &Path) -> [PathBuf; 2] {
    EXTENSIONS.map(|extension| with_extension(plain, extension))
}

/// Whether a name is that of a compressed backup.
pub(super) fn is_compressed(path: &Path) -> bool {
    EXTENSIONS.iter().any(|extension| path.extension() == Some(OsStr::new(extension)))
}

fn with_extension(plain: &Path, extension: &str) -> PathBuf {
    let mut path = OsString::from(plain);
    path.push(".");
    path.push(extension);
    PathBuf::from(path)
}

/// Copies until the end in chunks of which a few fit into a core's cache.
#[cfg(any(feature = "gzip", feature = "zstd"))]
fn copy(source: &mut dyn Read, dest: &mut impl Write) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        match read_some(source, &mut chunk)? {
            0 => return Ok(()),
            length => dest.write_all(&chunk[..length])?,
        }
    }
}

/// Reads what there is, whatever signals come; 0 at the end.
pub(super) fn read_some(source: &mut dyn Read, chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// RFC 1952: seconds since 1970, 0 if there is no such time.
#[cfg(feature = "gzip")]
fn gzip_time(modified: Option<SystemTime>) -> u32 {
    let age = modified.and_then(|modified| modified.duration_since(SystemTime::UNIX_EPOCH).ok());
    age.and_then(|age| u32::try_from(age.as_secs()).ok()).unwrap_or(0)
}

const EXTENSIONS: [&str; 2] = ["gz", "zst"];

/// How much is read at once.
pub(super) const CHUNK: usize = 128 * 1024;
