//! Standard error, as the library's own reports reach it.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwapOption;

use crate::contain::contain;

/// Writes `text` to standard error; a failure is ignored, since there is nobody left to tell.
///
/// This is where error reports, the last resort and [`StderrHandler`](crate::StderrHandler) write.
pub fn write_standard_error(text: &str) {
    let _ = try_write(text);
}

/// Writes `text` to standard error and says how that went.
pub(crate) fn try_write(text: &str) -> io::Result<()> {
    match &*TARGET.load() {
        Some(target) => contain("write to standard error", || target.0.write(text))
            .unwrap_or_else(|panic| Err(io::Error::other(panic))),
        None => Ok(()),
    }
}

/// Whether there is a standard error to write to (CORE-79).
pub(crate) fn exists() -> bool {
    TARGET.load().is_some()
}

/// Puts something in the place of standard error, for the whole process; `None` means that there is
/// none and nothing is reported, as `sys.stderr = None` does in Python (CORE-79).
///
/// # Examples
///
/// ```
/// use handlers_core::{ProcessStandardError, set_standard_error};
/// use std::sync::{Arc, Mutex};
///
/// let seen = Arc::new(Mutex::new(String::new()));
/// let sink = Arc::clone(&seen);
/// set_standard_error(Some(Box::new(move |text: &str| {
///     sink.lock().unwrap().push_str(text);
///     Ok(())
/// })));
/// handlers_core::warning!(handlers_core::get_logger("app"), "no handler is set");
/// set_standard_error(Some(Box::new(ProcessStandardError)));
/// assert_eq!(*seen.lock().unwrap(), "no handler is set\n");
/// ```
pub fn set_standard_error(target: Option<Box<dyn StandardError>>) {
    TARGET.store(target.map(|target| Arc::new(Target(target))));
}

/// A place for what the library says about itself.
pub trait StandardError: Send + Sync {
    /// Writes `text`, whole.
    ///
    /// # Errors
    ///
    /// Whatever the place answers; callers that cannot do anything about it ignore it.
    fn write(&self, text: &str) -> io::Result<()>;
}

impl<F: Fn(&str) -> io::Result<()> + Send + Sync> StandardError for F {
    fn write(&self, text: &str) -> io::Result<()> {
        self(text)
    }
}

/// The standard error of the process: the default.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessStandardError;

impl StandardError for ProcessStandardError {
    fn write(&self, text: &str) -> io::Result<()> {
        io::stderr().lock().write_all(text.as_bytes())
    }
}

struct Target(Box<dyn StandardError>);

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Target")
    }
}

static TARGET: LazyLock<ArcSwapOption<Target>> =
    LazyLock::new(|| ArcSwapOption::from_pointee(Target(Box::new(ProcessStandardError))));
