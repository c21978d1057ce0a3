//! The handler that all rotating handlers are faces of.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use handlers_core::{Handler, HandlerBase, Record, Result, with_line_buffer};

use super::builder::RollingHandlerBuilder;
use super::compress::{Compressor, Housekeeper};
use super::options::RollingOptions;
use super::policy::RolloverPolicy;
use super::rolling_file::RollingFile;
use super::shared::share;
use crate::file::FileOptions;
use crate::log_file::FileSettings;
use crate::output::{Combiner, Line, emit};

/// Writes lines to a file that a policy puts aside from time to time: Python's
/// `BaseRotatingHandler`.
///
/// [`RotatingFileHandler`](crate::RotatingFileHandler) is this with a [`SizePolicy`](super::SizePolicy).
///
/// A rollover that fails is undone, reported and tried again at the next occasion; the record, and
/// those that follow, go to the file as it is. Nothing is truncated and no file is lost by it.
///
/// # Examples
///
/// ```
/// use handlers_core::{Handler, Record};
/// use handlers_file::rolling::{RollingHandler, SizePolicy};
/// # let dir = std::env::temp_dir().join(format!("rolling-{}", std::process::id()));
/// # std::fs::create_dir_all(&dir).unwrap();
/// # let path = dir.join("app.log");
///
/// let policy = SizePolicy::new(std::num::NonZeroU64::new(20), 3);
/// let handler = RollingHandler::new(&path, policy)?;
/// handler.handle(&Record::builder().message("the first of two").build());
/// handler.handle(&Record::builder().message("the second").build());
/// assert_eq!(std::fs::read_to_string(dir.join("app.log.1")).unwrap(), "the first of two\n");
/// assert_eq!(std::fs::read_to_string(&path).unwrap(), "the second\n");
/// # std::fs::remove_dir_all(&dir).unwrap();
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub struct RollingHandler<P: RolloverPolicy> {
    base: HandlerBase,
    class: &'static str,
    settings: FileSettings,
    held: Arc<AtomicU64>,
    output: Arc<Combiner<RollingFile<P>>>,
    compressor: Option<Compressor>,
}

impl<P: RolloverPolicy> RollingHandler<P> {
    /// Opens `path` for appending and puts it aside as `policy` says; all else by default.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](handlers_core::ErrorKind::Io) if the file cannot be opened.
    pub fn new(path: impl AsRef<Path>, policy: P) -> Result<Self> {
        Self::builder(path, policy).build()
    }

    /// Begins a handler for the file at `path`. The settings and their defaults are those of
    /// [`FileHandler`](crate::FileHandler::builder), with a namer and a rotator besides.
    pub fn builder(path: impl AsRef<Path>, policy: P) -> RollingHandlerBuilder<P> {
        RollingHandlerBuilder::new(path.as_ref(), policy)
    }

    /// Opens the file of a handler that is shown as `class`.
    pub(crate) fn open(
        class: &'static str,
        base: HandlerBase,
        mut file: FileOptions,
        options: RollingOptions,
        policy: P,
    ) -> Result<Self> {
        if options.shared {
            share(&mut file)?;
        }
        let (settings, file) = file.open()?;
        let held = file.held();
        let mut rolling = RollingFile::new(file, policy, options, settings.mode.clone());
        rolling.start()?;
        let compressor = rolling.compressor().cloned();
        let output = Arc::new(Combiner::new(rolling));
        settings.flush_regularly(&output)?;
        if let Some(compressor) = &compressor {
            let keeper: Weak<dyn Housekeeper> = Arc::downgrade(&output) as _;
            let started = compressor.start(keeper);
            started.unwrap_or_else(|error| output.report(error));
        }
        Ok(Self { base, class, settings, held, output, compressor })
    }

    /// The absolute path of the file that is written.
    pub fn path(&self) -> &Path {
        &self.settings.path
    }

    /// Puts the file aside now, even if it is empty or missing (FILE-52).
    ///
    /// # Errors
    ///
    /// A file could not be moved or opened: everything is where it was, and the handler goes on. Or
    /// the file was put aside, and one that should have gone could not be removed.
    pub fn do_rollover(&self) -> Result<()> {
        self.output.with(RollingFile::roll)
    }

    /// Whether the file would be put aside before `record` is written.
    ///
    /// # Errors
    ///
    /// The record cannot be formatted, or the file cannot be opened.
    pub fn should_rollover(&self, record: &Record<'_>) -> Result<bool> {
        with_line_buffer(|text| {
            self.base.format(record, text)?;
            text.push_str(&self.settings.terminator);
            let (level, created) = (record.level(), record.created());
            let line = Line { text, level, created };
            self.output.with(|file| file.in_turn(|file| file.should_rollover(&line)))
        })
    }

    /// Waits until no backup is being compressed, and says whether that came within `timeout`. At
    /// once, if backups are not compressed.
    ///
    /// A program need not wait before it ends: what was not finished then is done by the next one.
    pub fn wait_until_compressed(&self, timeout: Duration) -> bool {
        self.compressor.as_ref().is_none_or(|compressor| compressor.wait_until_idle(timeout))
    }

    /// Looks at the policy, between two lines.
    pub(crate) fn with_policy<R>(&self, look: impl FnOnce(&P) -> R) -> R {
        self.output.with(|rolling| look(rolling.policy()))
    }

    pub(crate) fn settings(&self) -> &FileSettings {
        &self.settings
    }
}

impl<P: RolloverPolicy> Handler for RollingHandler<P> {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        emit(self, &self.output, &self.settings.terminator, record)
    }

    fn flush(&self) -> Result<()> {
        self.output.with(RollingFile::flush)
    }

    fn close(&self) -> Result<()> {
        let closed = self.output.with(RollingFile::close);
        self.base.mark_closed();
        closed
    }

    /// The lines that a buffered handler holds back.
    fn pending(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }
}

impl<P: RolloverPolicy> Drop for RollingHandler<P> {
    /// A thread of the handler's own may have the file for a moment longer. It must not be the one
    /// that writes what is held back: the process may end before.
    fn drop(&mut self) {
        if Arc::weak_count(&self.output) > 0 && !self.settings.shared {
            let _ = self.output.with(|rolling| {
                if rolling.file.is_open() { rolling.file.write_out() } else { Ok(()) }
            });
        }
    }
}

impl<P: RolloverPolicy> fmt::Debug for RollingHandler<P> {
    /// FILE-16.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} {} ({})>", self.class, self.path().display(), self.base.level())
    }
}
