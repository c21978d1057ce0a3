//! When a file is put aside, and as what: the part that differs from one rotating handler to the
//! next.

use std::fmt::Debug;
use std::path::Path;

use handlers_core::{Level, Result, Timestamp};

use super::Rollover;

/// Decides when a [`RollingHandler`](super::RollingHandler) puts its file aside, and moves it.
///
/// # Contract
///
/// [`should_rollover`](Self::should_rollover) is asked about every line before it is written, under
/// the handler's lock: it is quick and does not block. [`rollover`](Self::rollover) moves the file
/// away through the [`Rollover`] it is given; when it returns, the handler opens the path anew. If it
/// fails, the moves it made are undone and the handler goes on with the file it has: nothing is lost,
/// and the error is reported with the record that came next.
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
///     fn should_rollover(&mut self, file: &FileStatus<'_>, line: &LineStatus) -> bool {
///         line.level >= Level::CRITICAL && file.position > Some(0)
///     }
///
///     fn rollover(&mut self, files: &mut Rollover<'_>) -> Result<()> {
///         let old = files.backup_path(".old");
///         files.rotate_to(&old)
///     }
/// }
/// ```
pub trait RolloverPolicy: Debug + Send + 'static {
    /// Whether the file is put aside before `line` is written.
    fn should_rollover(&mut self, file: &FileStatus<'_>, line: &LineStatus) -> bool;

    /// Puts the file aside.
    ///
    /// # Errors
    ///
    /// The file could not be put aside. Moves made through `files` will be undone.
    fn rollover(&mut self, files: &mut Rollover<'_>) -> Result<()>;

    /// Whether [`LineStatus::characters`] is wanted; if not, it is 0 and costs nothing. Asked once,
    /// when the file is opened.
    fn counts_characters(&self) -> bool {
        true
    }
}

fn _obj_safe(_: Box<dyn RolloverPolicy>) {}

/// What a policy knows of the file.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct FileStatus<'a> {
    /// The absolute path.
    pub path: &'a Path,
    /// Where the next line would begin, in bytes; none for something that has no positions, such as
    /// a FIFO (FILE-42).
    pub position: Option<u64>,
}

/// What a policy knows of the line.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct LineStatus {
    /// The characters of the formatted record and one for the line end (FILE-38).
    pub characters: usize,
    /// The level of the record.
    pub level: Level,
    /// The time of the record.
    pub created: Timestamp,
}
