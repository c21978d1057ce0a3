//! The error that is logged with a record, and the text it becomes.

use std::error::Error as StdError;
use std::fmt;

use crate::contain::{contain, text_of};

/// An error with its causes, taken down when it was logged.
///
/// `Display` is the text that a formatter appends to the line: the causes first, as Python prints
/// them, each a line of its own (and more if its text has more).
///
/// # Examples
///
/// ```
/// use handlers_core::{Error, Exception};
/// use std::io;
///
/// let cause = io::Error::other("disk on fire");
/// let exception = Exception::new(&Error::io("open the log file a.log", cause));
/// assert_eq!(exception.message(), "open the log file a.log");
/// assert_eq!(
///     exception.to_string(),
///     "disk on fire\n\n\
///      The above exception was the direct cause of the following exception:\n\n\
///      open the log file a.log",
/// );
/// ```
///
/// # Differences from Python
///
/// There is no traceback and no name of a class: Rust's errors carry neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The error, then its causes. Empty for Python's `(None, None, None)`.
    chain: Vec<String>,
}

impl Exception {
    /// Takes down `error` and its chain of [`source`](StdError::source)s.
    pub fn new(error: &(impl StdError + ?Sized)) -> Self {
        let mut chain = vec![text_of(error)];
        let mut cause = source_of(error);
        while let Some(error) = cause.filter(|_| chain.len() < MAX_CHAIN) {
            chain.push(text_of(error));
            cause = source_of(error);
        }
        Self { chain }
    }

    /// An exception that was asked for where there was none: its text is `NoneType: None`
    /// (CORE-36).
    pub const fn none() -> Self {
        Self { chain: Vec::new() }
    }

    /// An exception of which only the text is known.
    pub(crate) fn from_text(text: &str) -> Self {
        Self { chain: vec![text.to_owned()] }
    }

    /// What the error says, without its causes.
    pub fn message(&self) -> &str {
        self.chain.first().map_or("NoneType: None", String::as_str)
    }

    /// What the error says, then what each of its causes says.
    pub fn chain(&self) -> impl Iterator<Item = &str> {
        self.chain.iter().map(String::as_str)
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for cause in self.chain.iter().skip(1).rev() {
            f.write_str(cause)?;
            f.write_str(CAUSE)?;
        }
        f.write_str(self.message())
    }
}

/// The cause of an error; one that panics has none.
fn source_of(error: &(impl StdError + ?Sized)) -> Option<&(dyn StdError + 'static)> {
    contain("find the cause of an error", || error.source()).ok().flatten()
}

/// What CPython's `traceback` prints between a cause and its effect.
const CAUSE: &str = "\n\nThe above exception was the direct cause of the following exception:\n\n";

/// An error that is its own source must not hang the program.
const MAX_CHAIN: usize = 64;
