//! Writing lines to a file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use handlers_core::{Error, ErrorKind, Handler, HandlerBase, Level, Record, Result};

use crate::encoding::{EncodeErrors, Encoding};
use crate::log_file::{Buffer, FileSettings, LogFile, absolute};
use crate::mode::OpenMode;
use crate::output::{Combiner, emit};

/// Writes each record as a line to a file: Python's `FileHandler`.
///
/// A record whose `handle` has returned is with the operating system: one `write` for each, none
/// held back, unless [`buffered`](FileHandlerBuilder::buffered) asks for that. Threads that log at
/// the same time share their writes; lines never mix.
///
/// A closed handler opens its file anew at the next record, except in the mode `"w"`, in which the
/// record is dropped and counted (FILE-8).
///
/// # Differences from Python
///
/// A file that cannot be opened by the record that should open it is an error like any other: it
/// goes to [`handle_error`](Handler::handle_error), not to the code that logs (FILE-10).
///
/// # Examples
///
/// ```
/// use handlers_core::{PatternFormatter, get_logger, warning};
/// use handlers_file::FileHandler;
/// use std::sync::Arc;
/// # let path = std::env::temp_dir().join(format!("file-handler-{}.log", std::process::id()));
///
/// let handler = FileHandler::builder(&path)
///     .formatter(PatternFormatter::new("%(levelname)s %(message)s")?)
///     .build()?;
/// let app = get_logger("app");
/// app.add_handler(Arc::new(handler));
/// warning!(app, "disk {} is {} % full", "sda", 91);
/// assert_eq!(std::fs::read_to_string(&path).unwrap(), "WARNING disk sda is 91 % full\n");
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub struct FileHandler {
    base: HandlerBase,
    class: &'static str,
    settings: FileSettings,
    held: Arc<AtomicU64>,
    output: Arc<Combiner<LogFile>>,
}

/// Builds a [`FileHandler`].
#[derive(Debug)]
#[must_use = "call `build` to open the file"]
pub struct FileHandlerBuilder {
    base: HandlerBase,
    file: FileOptions,
}

impl FileHandler {
    /// Opens `path` for appending, with all defaults.
    ///
    /// # Errors
    ///
    /// Those of [`FileHandlerBuilder::build`].
    pub fn new(path: impl AsRef<Path>) -> Result<Self> {
        Self::builder(path).build()
    }

    /// Begins a handler for the file at `path`.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`level`](FileHandlerBuilder::level) | `NOTSET`: every record |
    /// | [`formatter`](FileHandlerBuilder::formatter) | the bare message |
    /// | [`filter`](FileHandlerBuilder::filter) | none |
    /// | [`name`](FileHandlerBuilder::name) | none |
    /// | [`error_hook`](FileHandlerBuilder::error_hook) | Python's report on standard error |
    /// | [`mode`](FileHandlerBuilder::mode) | [`OpenMode::APPEND`] |
    /// | [`encoding`](FileHandlerBuilder::encoding) | the locale's, UTF-8 |
    /// | [`errors`](FileHandlerBuilder::errors) | [`EncodeErrors::Strict`] |
    /// | [`delay`](FileHandlerBuilder::delay) | `false`: opened now |
    /// | [`terminator`](FileHandlerBuilder::terminator) | `"\n"` |
    /// | [`buffered`](FileHandlerBuilder::buffered) | no: one write for each record |
    /// | [`flush_level`](FileHandlerBuilder::flush_level) | `ERROR`, when buffered |
    pub fn builder(path: impl AsRef<Path>) -> FileHandlerBuilder {
        FileHandlerBuilder { base: HandlerBase::new(), file: FileOptions::new(path.as_ref()) }
    }

    /// Opens the file of a handler that is shown as `class`.
    pub(crate) fn open(class: &'static str, base: HandlerBase, file: FileOptions) -> Result<Self> {
        let (settings, file) = file.open()?;
        let held = file.held();
        let output = Arc::new(Combiner::new(file));
        settings.flush_regularly(&output)?;
        Ok(Self { base, class, settings, held, output })
    }

    /// The absolute path of the file: Python's `baseFilename`.
    pub fn path(&self) -> &Path {
        &self.settings.path
    }

    /// How the file is opened.
    pub fn mode(&self) -> &OpenMode {
        &self.settings.mode
    }

    /// The encoding of the file; none for a binary mode (FILE-3).
    pub fn encoding(&self) -> Option<&Encoding> {
        self.settings.encoding.as_ref()
    }

    /// What becomes of characters that the encoding does not have.
    pub fn errors(&self) -> EncodeErrors {
        self.settings.errors
    }

    /// Whether the file is opened by the first record.
    pub fn delay(&self) -> bool {
        self.settings.delay
    }

    /// Whether the file is open now.
    pub fn is_open(&self) -> bool {
        self.output.with(|file| file.is_open())
    }

    /// Opens the path anew if it has come to mean another file, or none: Python's `reopenIfNeeded`.
    /// Nothing happens if no file is open (FILE-20).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the path cannot be opened. The handler keeps the file that it has.
    pub fn reopen_if_needed(&self) -> Result<()> {
        self.output.with(LogFile::reopen_if_needed)
    }
}

impl Handler for FileHandler {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        emit(self, &self.output, &self.settings.terminator, record)
    }

    fn flush(&self) -> Result<()> {
        self.output.with(LogFile::write_out)
    }

    fn close(&self) -> Result<()> {
        let closed = self.output.with(LogFile::close);
        self.base.mark_closed();
        closed
    }

    /// The lines that a buffered handler holds back.
    fn pending(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }
}

impl Drop for FileHandler {
    /// The thread that flushes may have the file for a moment longer. It must not be the one that
    /// writes what is held back: the process may end before.
    fn drop(&mut self) {
        if Arc::weak_count(&self.output) > 0 {
            let _ = self.output.with(|file| if file.is_open() { file.write_out() } else { Ok(()) });
        }
    }
}

impl fmt::Debug for FileHandler {
    /// FILE-16.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} {} ({})>", self.class, self.path().display(), self.base.level())
    }
}

impl FileHandlerBuilder {
    handlers_core::base_setters!();
    file_setters!();

    /// Opens the file, unless that is delayed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the file cannot be opened (FILE-6).
    pub fn build(self) -> Result<FileHandler> {
        FileHandler::open("FileHandler", self.base, self.file)
    }
}

/// What the builders of all file handlers have in common.
#[derive(Debug)]
pub(crate) struct FileOptions {
    pub(crate) path: PathBuf,
    pub(crate) mode: OpenMode,
    pub(crate) encoding: Option<Result<Encoding>>,
    pub(crate) errors: Option<EncodeErrors>,
    pub(crate) delay: bool,
    pub(crate) terminator: String,
    pub(crate) capacity: usize,
    pub(crate) flush_level: Level,
    pub(crate) flush_interval: Option<Duration>,
    pub(crate) watch: bool,
    pub(crate) shared: bool,
    pub(crate) permissions: Option<u32>,
    pub(crate) header: Option<String>,
    pub(crate) link: Option<PathBuf>,
}

impl FileOptions {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            mode: OpenMode::APPEND,
            encoding: None,
            errors: None,
            delay: false,
            terminator: "\n".to_owned(),
            capacity: 0,
            flush_level: Level::ERROR,
            flush_interval: None,
            watch: false,
            shared: false,
            permissions: None,
            header: None,
            link: None,
        }
    }

    /// Opens the file, unless that is delayed. A binary mode takes neither encoding nor errors.
    ///
    /// FILE-3: text without an encoding is written in the locale's. FILE-6: an encoding that is not
    /// known is found out once the file is open.
    pub(crate) fn open(self) -> Result<(FileSettings, LogFile)> {
        if self.mode.is_binary() && (self.encoding.is_some() || self.errors.is_some()) {
            let argument = if self.encoding.is_some() { "encoding" } else { "errors" };
            let message = format!("binary mode doesn't take an {argument} argument");
            return Err(Error::new(ErrorKind::Value, message));
        }
        let (encoding, unknown) = match (self.mode.is_binary(), self.encoding) {
            (true, _) => (None, None),
            (false, None) => (Some(Encoding::LOCALE), None),
            (false, Some(Ok(encoding))) => (Some(encoding), None),
            (false, Some(Err(error))) => (Some(Encoding::LOCALE), Some(error)),
        };
        let buffer = Buffer {
            capacity: self.capacity,
            flush_level: self.flush_level,
            interval: self.flush_interval,
        };
        let settings = FileSettings {
            path: absolute(&self.path)?,
            mode: self.mode,
            encoding,
            errors: self.errors.unwrap_or_default(),
            delay: self.delay,
            buffer: (self.capacity > 0).then_some(buffer),
            terminator: self.terminator,
            watch: self.watch,
            shared: self.shared,
            permissions: self.permissions,
            header: self.header,
            link: self.link.as_deref().map(absolute).transpose()?,
        };
        let file = LogFile::new(settings.clone())?;
        unknown.map_or(Ok((settings, file)), Err)
    }
}

/// Gives the builder of a file handler, which has a field `file`, the setters about the file.
macro_rules! file_setters {
    () => {
        /// Sets how the file is opened. Optional; for appending by default.
        pub fn mode(mut self, mode: $crate::OpenMode) -> Self {
            self.file.mode = mode;
            self
        }

        /// Sets the encoding of the file. Optional; UTF-8 by default.
        pub fn encoding(mut self, encoding: $crate::encoding::Encoding) -> Self {
            self.file.encoding = Some(Ok(encoding));
            self
        }

        /// Sets the encoding by a name of Python's. Optional; UTF-8 by default. A name that is not
        /// known is an error of `build`.
        pub fn encoding_name(mut self, name: &str) -> Self {
            self.file.encoding = Some($crate::encoding::Encoding::by_name(name));
            self
        }

        /// Sets what becomes of characters that the encoding does not have. Optional; by default the
        /// record is an error (FILE-4).
        pub fn errors(mut self, errors: $crate::encoding::EncodeErrors) -> Self {
            self.file.errors = Some(errors);
            self
        }

        /// Sets whether the file is opened by the first record only. Optional; it is opened at once
        /// by default.
        pub fn delay(mut self, delay: bool) -> Self {
            self.file.delay = delay;
            self
        }

        /// Sets what ends each line. Optional; `"\n"` by default.
        pub fn terminator(mut self, terminator: impl Into<String>) -> Self {
            self.file.terminator = terminator.into();
            self
        }

        /// Holds lines back until there are `capacity` bytes of them, a line of the
        /// [`flush_level`](Self::flush_level) comes, or somebody flushes. Optional; without it each
        /// line is written at once.
        ///
        /// Lines that are held back are lost if the process is killed.
        pub fn buffered(mut self, capacity: usize) -> Self {
            self.file.capacity = capacity;
            self
        }

        /// Sets the level from which on a line is not held back. Optional; `ERROR` by default.
        pub fn flush_level(mut self, level: ::handlers_core::Level) -> Self {
            self.file.flush_level = level;
            self
        }

        /// Sets how long a line is held back at most. Optional; without it a line waits until the
        /// buffer is full, or somebody flushes. One thread does this for all handlers.
        pub fn flush_interval(mut self, interval: ::std::time::Duration) -> Self {
            self.file.flush_interval = Some(interval);
            self
        }

        /// Looks at the path before each write, and opens it anew if it has come to mean another file
        /// or none. Optional; without it a file that was moved or deleted goes on being written.
        ///
        /// Looking costs about a fourth of a write. If the path cannot be opened, the old file is
        /// written as long as it has a name, and a record that nobody could ever read is refused.
        pub fn watch(mut self, watch: bool) -> Self {
            self.file.watch = watch;
            self
        }

        /// Sets the permissions of new files, as `chmod` takes them: `0o640`. Optional; by default
        /// what the mask of the process leaves. Unix only.
        pub fn permissions(mut self, permissions: u32) -> Self {
            self.file.permissions = Some(permissions);
            self
        }

        /// Sets the line that every new file begins with. Optional. It is written with the first
        /// record, and is not counted as one.
        pub fn header(mut self, header: impl Into<String>) -> Self {
            self.file.header = Some(header.into());
            self
        }

        /// Keeps a symbolic link to the file at `link`. Optional. What is there and is no link is
        /// left alone, and is an error.
        pub fn link(mut self, link: impl AsRef<::std::path::Path>) -> Self {
            self.file.link = Some(link.as_ref().to_owned());
            self
        }
    };
}
pub(crate) use file_setters;
