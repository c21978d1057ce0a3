//! Rotation by size, as Python's handler of that name does it.

use std::fmt;
use std::num::NonZeroU64;
use std::path::Path;

use handlers_core::{Handler, HandlerBase, Result};

use crate::face::{handled_by, rolling_methods};
use crate::file::{FileOptions, file_setters};
use crate::mode::OpenMode;
use crate::rolling::{RollingHandler, RollingOptions, SizePolicy, rolling_setters};

/// Writes lines to a file and puts it aside before it grows too large: Python's
/// `RotatingFileHandler`.
///
/// `app.log` becomes `app.log.1`, `app.log.1` becomes `app.log.2`, and so on; the oldest is
/// overwritten. A record longer than the limit is written whole, into a file of its own.
///
/// # Differences from Python
///
/// A rollover that fails is undone and the record is written to the file as it is; Python loses the
/// record (FILE-28, FILE-50).
///
/// # Examples
///
/// ```
/// use handlers_core::{Handler, Record};
/// use handlers_file::RotatingFileHandler;
/// # let dir = std::env::temp_dir().join(format!("rotating-{}", std::process::id()));
/// # std::fs::create_dir_all(&dir).unwrap();
/// # let path = dir.join("app.log");
///
/// let handler = RotatingFileHandler::builder(&path).max_bytes(1_000_000).backup_count(5).build()?;
/// handler.handle(&Record::builder().message("hello").build());
/// handler.do_rollover()?;
/// assert_eq!(std::fs::read_to_string(dir.join("app.log.1")).unwrap(), "hello\n");
/// # std::fs::remove_dir_all(&dir).unwrap();
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub struct RotatingFileHandler {
    rolling: RollingHandler<SizePolicy>,
    policy: SizePolicy,
}

/// Builds a [`RotatingFileHandler`].
#[derive(Debug)]
#[must_use = "call `build` to open the file"]
pub struct RotatingFileHandlerBuilder {
    base: HandlerBase,
    file: FileOptions,
    rolling: RollingOptions,
    max_bytes: u64,
    backup_count: u32,
}

impl RotatingFileHandler {
    /// Begins a handler for the file at `path`.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`level`](RotatingFileHandlerBuilder::level) | `NOTSET`: every record |
    /// | [`formatter`](RotatingFileHandlerBuilder::formatter) | the bare message |
    /// | [`filter`](RotatingFileHandlerBuilder::filter) | none |
    /// | [`name`](RotatingFileHandlerBuilder::name) | none |
    /// | [`error_hook`](RotatingFileHandlerBuilder::error_hook) | Python's report on standard error |
    /// | [`max_bytes`](RotatingFileHandlerBuilder::max_bytes) | 0: never put aside |
    /// | [`backup_count`](RotatingFileHandlerBuilder::backup_count) | 0: no backups |
    /// | [`mode`](RotatingFileHandlerBuilder::mode) | [`OpenMode::APPEND`], always with a size |
    /// | [`encoding`](RotatingFileHandlerBuilder::encoding) | the locale's, UTF-8 |
    /// | [`errors`](RotatingFileHandlerBuilder::errors) | [`Strict`](crate::encoding::EncodeErrors::Strict) |
    /// | [`delay`](RotatingFileHandlerBuilder::delay) | `false`: opened now |
    /// | [`namer`](RotatingFileHandlerBuilder::namer) | numbers: [`SameName`](crate::rolling::SameName) |
    /// | [`rotator`](RotatingFileHandlerBuilder::rotator) | renames: [`Rename`](crate::rolling::Rename) |
    /// | [`compress`](RotatingFileHandlerBuilder::compress) | no: backups are left as they are |
    /// | [`shared`](RotatingFileHandlerBuilder::shared) | no: this handler alone writes the file |
    /// | [`terminator`](RotatingFileHandlerBuilder::terminator) | `"\n"` |
    /// | [`buffered`](RotatingFileHandlerBuilder::buffered) | no: one write for each record |
    /// | [`flush_level`](RotatingFileHandlerBuilder::flush_level) | `ERROR`, when buffered |
    pub fn builder(path: impl AsRef<Path>) -> RotatingFileHandlerBuilder {
        RotatingFileHandlerBuilder {
            base: HandlerBase::new(),
            file: FileOptions::new(path.as_ref()),
            rolling: RollingOptions::default(),
            max_bytes: 0,
            backup_count: 0,
        }
    }

    rolling_methods!();

    /// The size that the file does not reach; 0 if it may grow for ever.
    pub fn max_bytes(&self) -> u64 {
        self.policy.max_bytes().map_or(0, NonZeroU64::get)
    }

    /// How many backups are kept.
    pub fn backup_count(&self) -> u32 {
        self.policy.backup_count()
    }

    /// How the file is opened.
    pub fn mode(&self) -> &OpenMode {
        &self.rolling.settings().mode
    }
}

impl Handler for RotatingFileHandler {
    handled_by!(rolling);
}

impl fmt::Debug for RotatingFileHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rolling.fmt(f)
    }
}

impl RotatingFileHandlerBuilder {
    handlers_core::base_setters!();
    file_setters!();
    rolling_setters!();

    /// Sets the size in bytes before which the file is put aside; 0 is never. Optional; 0 by
    /// default. With a size the file is always opened for appending (FILE-34).
    pub fn max_bytes(mut self, max_bytes: u64) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// Sets how many backups are kept. Optional; with 0, the default, the file is never put aside.
    pub fn backup_count(mut self, backup_count: u32) -> Self {
        self.backup_count = backup_count;
        self
    }

    /// Opens the file, unless that is delayed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](handlers_core::ErrorKind::Io) if the file cannot be opened.
    pub fn build(mut self) -> Result<RotatingFileHandler> {
        let max_bytes = NonZeroU64::new(self.max_bytes);
        if max_bytes.is_some() {
            self.file.mode = OpenMode::APPEND;
        }
        let policy = SizePolicy::new(max_bytes, self.backup_count);
        let class = "RotatingFileHandler";
        let rolling = RollingHandler::open(class, self.base, self.file, self.rolling, policy)?;
        Ok(RotatingFileHandler { rolling, policy })
    }
}
