//! Encodings by the names that Python knows.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use handlers_core::{Error, ErrorKind, Result};

use super::codec::{self, Codec, Found};

/// An encoding, found by any name that Python has for it.
///
/// # Examples
///
/// ```
/// use handlers_file::encoding::Encoding;
///
/// let encoding = Encoding::by_name("Windows-1252")?;
/// assert_eq!(encoding.name(), "Windows-1252");
/// assert_eq!(encoding.codec_name(), "cp1252");
///
/// let error = Encoding::by_name("no-such-codec").unwrap_err();
/// assert_eq!(error.to_string(), "unknown encoding: no-such-codec");
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Encoding {
    name: Cow<'static, str>,
    codec: &'static Codec,
}

impl Encoding {
    /// The encoding that Python takes from the system, which here is always UTF-8. Its name is
    /// `locale`.
    pub const LOCALE: Self = Self { name: Cow::Borrowed("locale"), codec: &codec::UTF_8 };

    /// UTF-8.
    pub const UTF_8: Self = Self { name: Cow::Borrowed("utf-8"), codec: &codec::UTF_8 };

    /// Finds an encoding by a name or an alias of Python's, spelled as loosely as Python allows:
    /// upper or lower case, and anything but letters, digits and full stops between the words.
    ///
    /// # Errors
    ///
    /// Returns an [`ErrorKind::Lookup`] error with CPython's message if there is no such encoding
    /// or if it does not encode text, and one that says so if Python has the encoding but this
    /// crate has not. Returns an [`ErrorKind::Value`] error if the name has a NUL in it.
    pub fn by_name(name: &str) -> Result<Self> {
        if name.contains('\0') {
            return Err(Error::new(ErrorKind::Value, "embedded null character"));
        }
        if name == Self::LOCALE.name {
            return Ok(Self::LOCALE);
        }
        let lookup = |message| Err(Error::new(ErrorKind::Lookup, message));
        match codec::find(name) {
            Found::Codec(codec) => Ok(Self { name: Cow::Owned(name.to_owned()), codec }),
            Found::NotText => lookup(format!(
                "'{name}' is not a text encoding; use codecs.open() to handle arbitrary codecs"
            )),
            Found::NotSupported => lookup(format!(
                "unknown encoding: {name} (Python has it, but it is not supported here)"
            )),
            Found::Nothing => lookup(format!("unknown encoding: {name}")),
        }
    }

    /// The name that this encoding was asked for by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of Python's codec for this encoding, such as `utf-8`, `iso8859-1` or `cp1252`.
    pub fn codec_name(&self) -> &'static str {
        self.codec.name
    }

    /// Whether text comes out as it is.
    pub fn is_utf8(&self) -> bool {
        self.codec.is_utf8()
    }

    pub(super) fn codec(&self) -> &'static Codec {
        self.codec
    }
}

impl Default for Encoding {
    fn default() -> Self {
        Self::LOCALE
    }
}

/// Two encodings are equal if they have the same codec, by whatever name.
impl PartialEq for Encoding {
    fn eq(&self, other: &Self) -> bool {
        self.codec_name() == other.codec_name()
    }
}

impl Eq for Encoding {}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl FromStr for Encoding {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::by_name(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(name: &str) -> (ErrorKind, String) {
        let error = Encoding::by_name(name).unwrap_err();
        (error.kind(), error.to_string())
    }

    #[test]
    fn the_name_is_kept_as_it_was_given() {
        for (name, codec) in [
            ("UTF-8", "utf-8"),
            ("locale", "utf-8"),
            ("utf 8", "utf-8"),
            ("U8", "utf-8"),
            ("ISO8859.1", "iso8859-1"),
            ("Latin-1", "iso8859-1"),
            ("ansi_x3.4_1968", "ascii"),
            ("mac_latin2", "mac-latin2"),
            ("windows-31j", "cp932"),
            ("sjis", "shift_jis"),
            ("utf_8_sig", "utf-8-sig"),
        ] {
            let encoding: Encoding = name.parse().unwrap();
            assert_eq!((encoding.name(), encoding.codec_name()), (name, codec));
            assert_eq!(encoding.to_string(), name);
        }
    }

    #[test]
    fn an_unknown_encoding_is_named_in_the_error() {
        for name in ["no-such-codec", "", "LOCALE", "utf.8", "utf_8.sig", "latin_1.", "csHPRoman8"]
        {
            assert_eq!(refusal(name), (ErrorKind::Lookup, format!("unknown encoding: {name}")));
        }
    }

    #[test]
    fn a_codec_for_other_things_than_text_is_refused_as_open_does() {
        let message =
            "'rot13' is not a text encoding; use codecs.open() to handle arbitrary codecs";
        assert_eq!(refusal("rot13"), (ErrorKind::Lookup, message.to_owned()));
    }

    #[test]
    fn an_encoding_that_only_python_has_is_told_from_one_that_nobody_has() {
        let (kind, message) = refusal("Big5-HKSCS");
        assert_eq!(kind, ErrorKind::Lookup);
        assert_eq!(
            message,
            "unknown encoding: Big5-HKSCS (Python has it, but it is not supported here)"
        );
    }

    #[test]
    fn a_nul_is_refused_before_the_name_is_looked_up() {
        assert_eq!(refusal("utf\0-8"), (ErrorKind::Value, "embedded null character".to_owned()));
    }

    #[test]
    fn two_names_of_one_codec_are_equal() {
        assert_eq!(Encoding::default(), Encoding::by_name("cp65001").unwrap());
        assert_ne!(Encoding::UTF_8, Encoding::by_name("utf-8-sig").unwrap());
        assert!(Encoding::LOCALE.is_utf8());
        assert!(!Encoding::by_name("utf-8-sig").unwrap().is_utf8());
    }
}
