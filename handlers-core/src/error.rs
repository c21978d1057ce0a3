//! The one error type of the workspace.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;

/// What every fallible function of these crates returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong: a kind, a sentence, and the error beneath it if there is one.
///
/// One word wide and cheap to clone, so that one failed write can be reported to every record that
/// waited for it. `Display` gives the sentence alone; the cause is [`source`](StdError::source).
/// Texts that Python programs match on are CPython's, to the letter.
///
/// # Examples
///
/// ```
/// use handlers_core::{Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::Value, "Unknown level: 'LOUD'");
/// assert_eq!(error.to_string(), "Unknown level: 'LOUD'");
/// assert_eq!(error.python_name(), "ValueError");
/// ```
#[derive(Clone)]
pub struct Error {
    inner: Arc<Inner>,
}

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kinds of [`Error`], named after the Python exceptions they stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A value has no attribute of that name.
    Attribute,
    /// Text cannot be written in the encoding chosen for it.
    Encode,
    /// A queue has no room.
    Full,
    /// A name in a configuration stands for nothing that is known.
    Import,
    /// An index is out of range.
    Index,
    /// The operating system refused; [`Error::io_kind`] says how.
    Io,
    /// A mapping has no such key.
    Key,
    /// A codec or another registered thing is not known by that name.
    Lookup,
    /// A number is out of the range that the operation can take.
    Overflow,
    /// User code called by a handler panicked; the panic was contained.
    Panic,
    /// The operation cannot be done in this state, or input was not well formed as a whole.
    Runtime,
    /// A value is of the wrong type.
    Type,
    /// A value is of the right type but not acceptable.
    Value,
}

impl Error {
    /// Makes an error of `kind` that says `message`.
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { inner: Arc::new(Inner { kind, message: message.into(), source: None }) }
    }

    /// Makes an error of `kind` that says what was attempted and carries its cause.
    #[cold]
    pub fn with_source(
        kind: ErrorKind,
        message: impl Into<Cow<'static, str>>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner { kind, message: message.into(), source: Some(source.into()) }),
        }
    }

    /// Makes an [`ErrorKind::Io`] error: `attempt` is what was attempted, such as
    /// `"rename the log file app.log to app.log.1"`.
    #[cold]
    pub fn io(attempt: impl Into<Cow<'static, str>>, source: io::Error) -> Self {
        Self::with_source(ErrorKind::Io, attempt, source)
    }

    /// Wraps this error in another of the same kind that says what was attempted.
    #[cold]
    #[must_use]
    pub fn context(self, attempt: impl Into<Cow<'static, str>>) -> Self {
        Self::with_source(self.kind(), attempt, self)
    }

    /// The kind of this error.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The operating system's kind of error, if one is this error or its cause.
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        let first: &(dyn StdError + 'static) = self;
        let mut chain = std::iter::successors(Some(first), |&error| error.source()).take(MAX_CHAIN);
        chain.find_map(|error| error.downcast_ref::<io::Error>().map(io::Error::kind))
    }

    /// The name of the Python exception that CPython raises in this place.
    ///
    /// I/O errors give the subclass of `OSError` that CPython chooses for the operating system's
    /// error, such as `FileNotFoundError`.
    pub fn python_name(&self) -> &'static str {
        match self.kind() {
            ErrorKind::Attribute => "AttributeError",
            ErrorKind::Encode => "UnicodeEncodeError",
            ErrorKind::Full => "Full",
            ErrorKind::Import => "ModuleNotFoundError",
            ErrorKind::Index => "IndexError",
            ErrorKind::Io => self.io_kind().map_or("OSError", os_error_name),
            ErrorKind::Key => "KeyError",
            ErrorKind::Lookup => "LookupError",
            ErrorKind::Overflow => "OverflowError",
            ErrorKind::Panic => "Panic",
            ErrorKind::Runtime => "RuntimeError",
            ErrorKind::Type => "TypeError",
            ErrorKind::Value => "ValueError",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &self.inner.kind).field("message", &self.inner.message);
        if let Some(source) = &self.inner.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.source.as_deref().map(|source| source as _)
    }
}

/// An error that is its own source must not hang the program.
const MAX_CHAIN: usize = 64;

/// PEP 3151: which subclass of `OSError` an errno becomes.
fn os_error_name(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::NotFound => "FileNotFoundError",
        io::ErrorKind::AlreadyExists => "FileExistsError",
        io::ErrorKind::PermissionDenied => "PermissionError",
        io::ErrorKind::IsADirectory => "IsADirectoryError",
        io::ErrorKind::NotADirectory => "NotADirectoryError",
        io::ErrorKind::WouldBlock => "BlockingIOError",
        io::ErrorKind::BrokenPipe => "BrokenPipeError",
        io::ErrorKind::Interrupted => "InterruptedError",
        io::ErrorKind::ConnectionRefused => "ConnectionRefusedError",
        io::ErrorKind::ConnectionReset => "ConnectionResetError",
        io::ErrorKind::ConnectionAborted => "ConnectionAbortedError",
        io::ErrorKind::TimedOut => "TimeoutError",
        _ => "OSError",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_word_and_can_cross_threads() {
        fn crosses_threads<T: Send + Sync + 'static>() {}
        crosses_threads::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn display_gives_the_attempt_and_source_the_cause() {
        let cause = io::Error::from(io::ErrorKind::NotFound);
        let error = Error::io("open the log file a.log", cause).context("configure the handler");
        assert_eq!(error.to_string(), "configure the handler");
        let attempt = error.source().expect("the context has a source");
        assert_eq!(attempt.to_string(), "open the log file a.log");
        assert!(attempt.source().expect("the attempt has a source").is::<io::Error>());
        assert_eq!(error.io_kind(), Some(io::ErrorKind::NotFound));
        assert_eq!(error.python_name(), "FileNotFoundError");
    }
}
