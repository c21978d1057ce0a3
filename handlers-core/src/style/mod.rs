//! Python's three styles of format strings, without any knowledge of records or handlers.

mod brace;
mod compiled;
mod dollar;
mod field_path;
mod format_spec;
mod format_value;
mod markup;
mod number;
mod template;
mod unicode;
mod validate;

pub(crate) use compiled::{Compiled, Piece};
pub(crate) use validate::validate;

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};

/// The syntax in which a format string names the fields of a record.
///
/// [`FromStr`] takes Python's one-character names: `"%"`, `"{"` and `"$"`.
///
/// # Differences from Python
///
/// In the `{` style, only numbers have attributes: `{lineno.real}` works, `{name.upper}` is an
/// error. A width or a precision for numbers may be 1,048,576 at most, where Python would fill all
/// memory. `{code:c}` of a lone surrogate is U+FFFD, as text in Rust holds none.
///
/// # Examples
///
/// ```
/// use handlers_core::Style;
///
/// let style: Style = "{".parse()?;
/// assert_eq!(style, Style::Brace);
/// assert_eq!(style.default_format(), "{message}");
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Style {
    /// The syntax of `str.format`: `{levelname:<8}`.
    Brace,
    /// The syntax of `string.Template`: `${levelname}`.
    Dollar,
    /// The syntax of the `%` operator: `%(levelname)-8s`.
    #[default]
    Percent,
}

impl Style {
    /// The character by which Python names the style.
    pub fn symbol(self) -> char {
        match self {
            Self::Brace => '{',
            Self::Dollar => '$',
            Self::Percent => '%',
        }
    }

    /// The format of a formatter that was given none, or an empty one: the bare message (CORE-89).
    pub fn default_format(self) -> &'static str {
        match self {
            Self::Brace => "{message}",
            Self::Dollar => "${message}",
            Self::Percent => "%(message)s",
        }
    }

    /// The format that `basicConfig` gives to its handlers when told none (CORE-171).
    pub fn basic_format(self) -> &'static str {
        match self {
            Self::Brace => "{levelname}:{name}:{message}",
            Self::Dollar => "${levelname}:${name}:${message}",
            Self::Percent => "%(levelname)s:%(name)s:%(message)s",
        }
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Write::write_char(f, self.symbol())
    }
}

impl FromStr for Style {
    type Err = Error;

    /// Takes a style by its character.
    ///
    /// # Errors
    ///
    /// Returns an [`ErrorKind::Value`] error for anything but `"%"`, `"{"` and `"$"` (CORE-88).
    fn from_str(symbol: &str) -> Result<Self> {
        match symbol {
            "%" => Ok(Self::Percent),
            "{" => Ok(Self::Brace),
            "$" => Ok(Self::Dollar),
            _ => Err(Error::new(ErrorKind::Value, "Style must be one of: %,{,$")),
        }
    }
}

/// Whether `format` may show the time, by which a formatter knows that it must compute one.
///
/// A search for a few characters, not for a field: `%%(asctime)s` and `{asctimes}` count, and
/// `{ asctime}` does not (CORE-101).
pub(crate) fn uses_time(style: Style, format: &str) -> bool {
    match style {
        Style::Brace => format.contains("{asctime"),
        Style::Dollar => format.contains("$asctime") || format.contains("${asctime}"),
        Style::Percent => format.contains("%(asctime)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_named_by_one_character() {
        for style in [Style::Brace, Style::Dollar, Style::Percent] {
            assert_eq!(style.to_string().parse::<Style>().expect("a known style"), style);
        }
        for unknown in ["", "x", "%%", " %"] {
            let error = unknown.parse::<Style>().expect_err("no style");
            assert_eq!(error.kind(), ErrorKind::Value);
            assert_eq!(error.to_string(), "Style must be one of: %,{,$");
        }
    }

    #[test]
    fn time_is_used_where_the_characters_of_the_field_appear() {
        let used = [
            (Style::Percent, "%%(asctime)s"),
            (Style::Percent, "%(asctime)-15s"),
            (Style::Brace, "{asctimes}"),
            (Style::Brace, "{{asctime}}"),
            (Style::Dollar, "$$asctime"),
            (Style::Dollar, "${asctime}--"),
        ];
        assert!(used.iter().all(|(style, format)| uses_time(*style, format)));
        let unused = [
            (Style::Percent, "%(asctimes)s"),
            (Style::Percent, "{asctime}"),
            (Style::Brace, "{ asctime}"),
            (Style::Dollar, "${asctime"),
        ];
        assert!(!unused.iter().any(|(style, format)| uses_time(*style, format)));
    }
}
