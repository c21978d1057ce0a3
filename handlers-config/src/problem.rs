//! What a check finds.

use std::fmt;

use crate::document::Position;

/// Something that is wrong with a configuration, or probably not what was meant.
///
/// [`Display`](fmt::Display) gives one line; the [`help`](Self::help) is for the reader to add.
///
/// # Examples
///
/// ```
/// use handlers_config::{Config, Severity};
///
/// let config = Config::parse("version: 1\nroot: {level: debug}\n", None)?;
/// let problems = config.check();
/// assert_eq!(problems[0].severity, Severity::Error);
/// assert_eq!(
///     problems[0].to_string(),
///     "line 2 column 15: error: root.level: no level is called 'debug'"
/// );
/// assert_eq!(problems[0].help.as_deref(), Some("did you mean `DEBUG`?"));
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The keys that lead to the place, as in `handlers.file.maxBytes`; empty for the whole.
    pub path: String,
    /// The place in the document.
    pub position: Option<Position>,
    /// What is wrong: lower case, one line.
    pub message: String,
    /// What would be right, if that can be told.
    pub help: Option<String>,
}

/// How bad a [`Problem`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// It can be configured, but something in it has no effect, or another one than it seems.
    Warning,
    /// It cannot be configured.
    Error,
}

impl Problem {
    /// Makes one. Names come from the document, and what is told is one line each.
    pub(crate) fn new(
        severity: Severity,
        path: &[&str],
        position: Option<Position>,
        message: &str,
        help: Option<&str>,
    ) -> Self {
        Self {
            severity,
            path: one_line(&path.join(".")),
            position,
            message: one_line(message),
            help: help.map(one_line),
        }
    }
}

fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = &self.position {
            write!(f, "{position}: ")?;
        }
        write!(f, "{}: ", self.severity)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_one_line() {
        let problem = Problem::new(Severity::Error, &["a\nb", "é"], None, "x\u{1b}[1m", Some("\r"));
        assert_eq!(problem.to_string(), r"error: a\nb.é: x\u{1b}[1m");
        assert_eq!(problem.help.as_deref(), Some(r"\r"));
    }
}
