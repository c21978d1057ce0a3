//! What becomes of a character that the encoding does not have.

use std::fmt::{self, Write};
use std::str::FromStr;

use handlers_core::{Error, ErrorKind};

/// What becomes of a character that the encoding does not have: Python's error handlers.
///
/// # Examples
///
/// ```
/// use handlers_file::encoding::EncodeErrors;
///
/// assert_eq!("backslashreplace".parse::<EncodeErrors>()?, EncodeErrors::BackslashReplace);
/// let error = "bogus".parse::<EncodeErrors>().unwrap_err();
/// assert_eq!(error.to_string(), "unknown error handler name 'bogus'");
/// # Ok::<(), handlers_core::Error>(())
/// ```
///
/// # Differences from Python
///
/// Python looks a name up when the first character fails, so that a wrong name may pass unnoticed
/// for long; here it fails when it is read. Error handlers cannot be registered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EncodeErrors {
    /// Writes the character's number: `\xe9`, `\u65e5`, `\U0001f600`.
    BackslashReplace,
    /// Leaves the character out.
    Ignore,
    /// Writes the character's Unicode name, `\N{LATIN SMALL LETTER E WITH ACUTE}`, or its number
    /// if it has no name.
    ///
    /// The names are those of Unicode 17, and Python 3.13 knows those of Unicode 15.1: characters
    /// added since then have a name here and a number there.
    NameReplace,
    /// Writes `?`.
    Replace,
    /// Refuses the whole text. This is the default.
    #[default]
    Strict,
    /// Does as [`Strict`](Self::Strict) does: Python smuggles bytes through text as lone
    /// surrogates, which a `str` cannot hold.
    SurrogateEscape,
    /// Does as [`Strict`](Self::Strict) does: Python writes lone surrogates, which a `str` cannot
    /// hold.
    SurrogatePass,
    /// Writes a character reference of XML: `&#233;`.
    XmlCharRefReplace,
}

impl EncodeErrors {
    /// Python's name of this error handler.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BackslashReplace => "backslashreplace",
            Self::Ignore => "ignore",
            Self::NameReplace => "namereplace",
            Self::Replace => "replace",
            Self::Strict => "strict",
            Self::SurrogateEscape => "surrogateescape",
            Self::SurrogatePass => "surrogatepass",
            Self::XmlCharRefReplace => "xmlcharrefreplace",
        }
    }

    /// Writes what stands for `c`; false if nothing may.
    pub(super) fn substitute(self, c: char, out: &mut impl Write) -> Result<bool, fmt::Error> {
        match self {
            Self::Strict | Self::SurrogateEscape | Self::SurrogatePass => return Ok(false),
            Self::Ignore => {}
            Self::Replace => out.write_char('?')?,
            Self::XmlCharRefReplace => write!(out, "&#{};", u32::from(c))?,
            Self::BackslashReplace => write!(out, "{}", Number(c))?,
            Self::NameReplace => match unicode_names2::name(c) {
                Some(name) => write!(out, "\\N{{{name}}}")?,
                None => write!(out, "{}", Number(c))?,
            },
        }
        Ok(true)
    }
}

impl fmt::Display for EncodeErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for EncodeErrors {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let unknown = || format!("unknown error handler name '{name}'");
        ALL.into_iter()
            .find(|errors| errors.name() == name)
            .ok_or_else(|| Error::new(ErrorKind::Lookup, unknown()))
    }
}

/// A character's number as a string literal of Python's has it, and CPython's errors too.
pub(super) struct Number(pub(super) char);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match u32::from(self.0) {
            code @ ..=0xff => write!(f, "\\x{code:02x}"),
            code @ ..=0xffff => write!(f, "\\u{code:04x}"),
            code => write!(f, "\\U{code:08x}"),
        }
    }
}

const ALL: [EncodeErrors; 8] = [
    EncodeErrors::BackslashReplace,
    EncodeErrors::Ignore,
    EncodeErrors::NameReplace,
    EncodeErrors::Replace,
    EncodeErrors::Strict,
    EncodeErrors::SurrogateEscape,
    EncodeErrors::SurrogatePass,
    EncodeErrors::XmlCharRefReplace,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn substituted(errors: EncodeErrors, c: char) -> Option<String> {
        let mut out = String::new();
        errors.substitute(c, &mut out).unwrap().then_some(out)
    }

    #[test]
    fn names_are_found_in_their_own_case_only() {
        for errors in ALL {
            assert_eq!(errors.name().parse::<EncodeErrors>().unwrap(), errors);
        }
        for name in ["Strict", "", "xmlcharref"] {
            let error = name.parse::<EncodeErrors>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Lookup);
            assert_eq!(error.to_string(), format!("unknown error handler name '{name}'"));
        }
    }

    #[test]
    fn a_number_is_as_long_as_it_must_be() {
        for (c, number) in [('é', "\\xe9"), ('日', "\\u65e5"), ('😀', "\\U0001f600")] {
            assert_eq!(substituted(EncodeErrors::BackslashReplace, c).as_deref(), Some(number));
        }
    }

    #[test]
    fn a_name_is_unicodes_and_a_character_without_one_gives_its_number() {
        let named = |c| substituted(EncodeErrors::NameReplace, c).unwrap();
        assert_eq!(named('é'), "\\N{LATIN SMALL LETTER E WITH ACUTE}");
        assert_eq!(named('日'), "\\N{CJK UNIFIED IDEOGRAPH-65E5}");
        assert_eq!(named('각'), "\\N{HANGUL SYLLABLE GAG}");
        assert_eq!(named('\u{80}'), "\\x80");
        assert_eq!(named('\u{e000}'), "\\ue000");
        assert_eq!(named('\u{10ffff}'), "\\U0010ffff");
    }

    #[test]
    fn surrogates_cannot_be_in_a_str_so_their_handlers_are_strict() {
        assert_eq!(substituted(EncodeErrors::SurrogateEscape, 'é'), None);
        assert_eq!(substituted(EncodeErrors::SurrogatePass, 'é'), None);
    }
}
