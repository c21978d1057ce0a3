//! How a log file is opened.

use std::borrow::Cow;
use std::fmt;
use std::fs::OpenOptions;
use std::str::FromStr;

use handlers_core::{Error, ErrorKind, Result};

/// How a log file is opened: a mode of Python's `open`.
///
/// [`FromStr`] takes all of Python's modes; the constants are those that make sense for a log.
///
/// # Examples
///
/// ```
/// use handlers_file::OpenMode;
///
/// assert_eq!("a".parse::<OpenMode>()?, OpenMode::APPEND);
/// assert!("q".parse::<OpenMode>().is_err());
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct OpenMode {
    text: Cow<'static, str>,
    access: Access,
    updates: bool,
    binary: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Append,
    Create,
    Read,
    Truncate,
}

impl OpenMode {
    /// `"a"`: what is in the file stays, and every write goes to its end. The default.
    pub const APPEND: Self = Self::new("a", Access::Append);

    /// `"x"`: the file must not exist yet.
    pub const CREATE: Self = Self::new("x", Access::Create);

    /// `"w"`: what is in the file is thrown away when it is opened.
    pub const TRUNCATE: Self = Self::new("w", Access::Truncate);

    const fn new(text: &'static str, access: Access) -> Self {
        Self { text: Cow::Borrowed(text), access, updates: false, binary: false }
    }

    /// The mode as Python writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a `b` is in the mode, so that it takes no text (FILE-15).
    pub fn is_binary(&self) -> bool {
        self.binary
    }

    /// Whether the mode is `"w"` to the letter, which keeps a closed handler closed (FILE-9).
    pub(crate) fn is_plain_truncate(&self) -> bool {
        self.text == "w"
    }

    /// Whether writes go to the end of the file, wherever that is.
    pub(crate) fn appends(&self) -> bool {
        self.access == Access::Append
    }

    pub(crate) fn options(&self) -> OpenOptions {
        let mut options = OpenOptions::new();
        match self.access {
            Access::Append => options.append(true).create(true),
            Access::Create => options.write(true).create_new(true),
            Access::Read => options.read(true).write(self.updates),
            Access::Truncate => options.write(true).create(true).truncate(true),
        };
        if self.updates {
            options.read(true);
        }
        options
    }
}

impl Default for OpenMode {
    fn default() -> Self {
        Self::APPEND
    }
}

impl FromStr for OpenMode {
    type Err = Error;

    /// Reads a mode as Python's `open` does.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`], with Python's text, for anything that `open` refuses.
    fn from_str(text: &str) -> Result<Self> {
        let invalid = |message: Cow<'static, str>| Error::new(ErrorKind::Value, message);
        let repeated = |c: char| text.matches(c).count() > 1;
        if text.chars().any(|c| !"axrwb+t".contains(c) || repeated(c)) {
            return Err(invalid(format!("invalid mode: '{text}'").into()));
        }
        if text.contains('t') && text.contains('b') {
            return Err(invalid("can't have text and binary mode at once".into()));
        }
        let mut accesses = text.chars().filter_map(access);
        let access = match (accesses.next(), accesses.next()) {
            (Some(access), None) => access,
            (None, _) => return Err(invalid(NO_ACCESS.into())),
            (Some(_), Some(_)) => return Err(invalid(MANY_ACCESSES.into())),
        };
        Ok(Self {
            text: Cow::Owned(text.to_owned()),
            access,
            updates: text.contains('+'),
            binary: text.contains('b'),
        })
    }
}

impl fmt::Debug for OpenMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenMode({:?})", self.text)
    }
}

fn access(c: char) -> Option<Access> {
    Some(match c {
        'a' => Access::Append,
        'x' => Access::Create,
        'r' => Access::Read,
        'w' => Access::Truncate,
        _ => return None,
    })
}

const MANY_ACCESSES: &str = "must have exactly one of create/read/write/append mode";

const NO_ACCESS: &str =
    "Must have exactly one of create/read/write/append mode and at most one plus";

#[cfg(test)]
mod tests {
    use super::*;

    // Texts from CPython 3.11's `open`.
    #[test]
    fn what_python_refuses_is_refused_with_its_words() {
        let error = |mode: &str| mode.parse::<OpenMode>().expect_err("no mode").to_string();
        assert_eq!(error("q"), "invalid mode: 'q'");
        assert_eq!(error("aa"), "invalid mode: 'aa'");
        assert_eq!(error("abt"), "can't have text and binary mode at once");
        assert_eq!(error("aw"), MANY_ACCESSES);
        assert_eq!(error(""), NO_ACCESS);
        assert_eq!(error("+"), NO_ACCESS);
    }

    #[test]
    fn only_the_bare_letter_keeps_a_closed_handler_closed() {
        let plain = |mode: &str| mode.parse::<OpenMode>().expect("a mode").is_plain_truncate();
        assert!(plain("w"));
        assert!(!plain("wt") && !plain("w+") && !plain("a"));
    }
}
