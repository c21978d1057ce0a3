//! Writing lines to a file that others move away.

use std::fmt;
use std::path::Path;

use handlers_core::{Handler, HandlerBase, Result};

use crate::encoding::{EncodeErrors, Encoding};
use crate::face::handled_by;
use crate::file::{FileHandler, FileOptions, file_setters};
use crate::mode::OpenMode;

/// Writes lines to a file, and opens it anew when somebody has moved, replaced or deleted it: Python's
/// `WatchedFileHandler`, for files that `logrotate` and the like put aside.
///
/// Before each write the path is looked at: if it means another file than the open one, by device and
/// inode, or none, it is opened anew, as the file was opened first. With mode `"w"` that throws away
/// what the new file has (FILE-23). A file that was truncated in place stays the same, and is written
/// from its new end (FILE-24).
///
/// This is [`FileHandler`] with [`watch`](crate::FileHandlerBuilder::watch). On systems other than
/// Unix it is not told when the file is replaced (FILE-26).
///
/// # Differences from Python
///
/// No error reaches the code that logs (FILE-10). If the path cannot be opened, the old file is
/// written as long as it has a name, and the error is reported with the record; a record that could
/// only go to a deleted file is refused and reported, where Python raises for each (FILE-22). A file
/// that is opened by the first record is not opened a second time by the next, which in Python
/// destroys the first with mode `"w"` (FILE-25).
///
/// # Examples
///
/// ```
/// use handlers_core::{Handler, Record};
/// use handlers_file::WatchedFileHandler;
/// # let dir = std::env::temp_dir().join(format!("watched-{}", std::process::id()));
/// # std::fs::create_dir_all(&dir).unwrap();
/// # let path = dir.join("app.log");
///
/// let handler = WatchedFileHandler::new(&path)?;
/// handler.handle(&Record::builder().message("before").build());
/// std::fs::rename(&path, dir.join("app.log.old")).unwrap();
/// handler.handle(&Record::builder().message("after").build());
/// # #[cfg(unix)]
/// assert_eq!(std::fs::read_to_string(&path).unwrap(), "after\n");
/// # std::fs::remove_dir_all(&dir).unwrap();
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub struct WatchedFileHandler {
    file: FileHandler,
}

/// Builds a [`WatchedFileHandler`].
#[derive(Debug)]
#[must_use = "call `build` to open the file"]
pub struct WatchedFileHandlerBuilder {
    base: HandlerBase,
    file: FileOptions,
}

impl WatchedFileHandler {
    /// Opens `path` for appending, with all defaults.
    ///
    /// # Errors
    ///
    /// Those of [`WatchedFileHandlerBuilder::build`].
    pub fn new(path: impl AsRef<Path>) -> Result<Self> {
        Self::builder(path).build()
    }

    /// Begins a handler for the file at `path`. The settings and their defaults are those of
    /// [`FileHandler`](FileHandler::builder), but that the path is watched.
    pub fn builder(path: impl AsRef<Path>) -> WatchedFileHandlerBuilder {
        let mut file = FileOptions::new(path.as_ref());
        file.watch = true;
        WatchedFileHandlerBuilder { base: HandlerBase::new(), file }
    }

    /// The absolute path of the file: Python's `baseFilename`.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// How the file is opened.
    pub fn mode(&self) -> &OpenMode {
        self.file.mode()
    }

    /// The encoding of the file; none for a binary mode (FILE-3).
    pub fn encoding(&self) -> Option<&Encoding> {
        self.file.encoding()
    }

    /// What becomes of characters that the encoding does not have.
    pub fn errors(&self) -> EncodeErrors {
        self.file.errors()
    }

    /// Whether the file is opened by the first record.
    pub fn delay(&self) -> bool {
        self.file.delay()
    }

    /// Whether a file is open now.
    pub fn is_open(&self) -> bool {
        self.file.is_open()
    }

    /// Opens the path anew if it has come to mean another file, or none, without waiting for a
    /// record. Nothing happens if no file is open (FILE-20).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](handlers_core::ErrorKind::Io) if the path cannot be opened. The handler
    /// keeps the file that it has.
    pub fn reopen_if_needed(&self) -> Result<()> {
        self.file.reopen_if_needed()
    }
}

impl Handler for WatchedFileHandler {
    handled_by!(file);
}

impl fmt::Debug for WatchedFileHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.file.fmt(f)
    }
}

impl WatchedFileHandlerBuilder {
    handlers_core::base_setters!();
    file_setters!();

    /// Opens the file, unless that is delayed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](handlers_core::ErrorKind::Io) if the file cannot be opened.
    pub fn build(self) -> Result<WatchedFileHandler> {
        let file = FileHandler::open("WatchedFileHandler", self.base, self.file)?;
        Ok(WatchedFileHandler { file })
    }
}
