//! When a file is put aside, and as what: the part that differs from one rotating handler to the
//! next.

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use handlers_core::{Level, Result, Timestamp};

use super::Rollover;
use crate::log_file::LogFile;

/// Decides when a [`RollingHandler`](super::RollingHandler) puts its file aside, and moves it.
///
/// # Contract
///
/// [`should_rollover`](Self::should_rollover) is asked about every line before it is written, under
/// the handler's lock: it is quick and does not block. [`rollover`](Self::rollover) moves the file
/// away through the [`Rollover`] it is given; when it returns, the handler opens the path anew, and
/// then calls [`finish`](Self::finish). If one of these fails, the moves are undone and the handler
/// goes on with the file it has: nothing is lost, and the error is reported with the record that came
/// next.
///
/// # Examples
///
/// A new file for every record that begins a chapter:
///
/// ```
/// use handlers_core::{Level, Result};
/// use handlers_file::rolling::{FileStatus, LineStatus, Rollover, RolloverPolicy};
///
/// #[derive(Debug)]
/// struct Chapters;
///
/// impl RolloverPolicy for Chapters {
///     fn should_rollover(&mut self, file: &FileStatus<'_>, line: &LineStatus<'_>) -> bool {
///         line.level >= Level::CRITICAL && file.position() > Some(0)
///     }
///
///     fn rollover(&mut self, files: &mut Rollover<'_>) -> Result<()> {
///         let old = files.backup_path(".old");
///         files.rotate_to(&old)
///     }
/// }
/// ```
pub trait RolloverPolicy: Debug + Send + 'static {
    /// Called once, when the handler is built. The file at `path` has been opened, unless that is
    /// delayed (FILE-68).
    fn start(&mut self, path: &Path) {
        let _ = path;
    }

    /// Whether the file is put aside before `line` is written.
    fn should_rollover(&mut self, file: &FileStatus<'_>, line: &LineStatus<'_>) -> bool;

    /// Puts the file aside.
    ///
    /// # Errors
    ///
    /// The file could not be put aside. Moves made through `files` will be undone.
    fn rollover(&mut self, files: &mut Rollover<'_>) -> Result<()>;

    /// Called when the rollover stands: the moves are made and the new file is open.
    fn finish(&mut self) {}

    /// The backups that there are, newest first: those that this policy could have made, and nothing
    /// else; a compressed form counts as one of its own. They are asked for only if old ones are to be
    /// removed for their age or size, or if backups are compressed.
    ///
    /// # Errors
    ///
    /// The backups cannot be looked for; none is removed.
    fn backups(&self, files: &Rollover<'_>) -> Result<Vec<PathBuf>> {
        let _ = files;
        Ok(Vec::new())
    }

    /// What all processes that share the file must agree on, as text. It is kept in the lock file.
    fn shared_state(&self) -> Option<String> {
        None
    }

    /// Takes over what another process has left with [`shared_state`](Self::shared_state). Text that
    /// makes no sense is left alone.
    fn adopt_state(&mut self, state: &str) {
        let _ = state;
    }

    /// A size in bytes below which the file is never put aside. About lines that end before, the
    /// policy is not asked; if it is 0, it is asked about each.
    fn min_size(&self) -> u64 {
        0
    }
}

fn _obj_safe(_: Box<dyn RolloverPolicy>) {}

/// What a policy knows of the file.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct FileStatus<'a> {
    file: &'a LogFile,
}

impl<'a> FileStatus<'a> {
    pub(super) fn of(file: &'a LogFile) -> Self {
        Self { file }
    }

    /// The absolute path.
    pub fn path(&self) -> &'a Path {
        self.file.path()
    }

    /// Where the next line would begin, in bytes: 0 if no line is in the file. None for something
    /// that has no positions, such as a FIFO (FILE-42). The system is asked for it.
    pub fn position(&self) -> Option<u64> {
        self.file.position()
    }
}

/// What a policy knows of the line.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct LineStatus<'a> {
    /// The formatted record, without a line end.
    pub text: &'a str,
    /// The level of the record.
    pub level: Level,
    /// The time of the record.
    pub created: Timestamp,
}

impl LineStatus<'_> {
    /// The characters of the formatted record and one for the line end, whatever that is (FILE-38).
    pub fn characters(&self) -> usize {
        self.text.chars().count() + 1
    }
}
