//! The first reading of a `{` format string: literal text and replacement fields.

use crate::error::{Error, ErrorKind, Result};

/// Splits a format string as `string.Formatter.parse` does.
///
/// Errors come in their turn, so that what stands in front of one is seen first; nothing comes
/// after one.
#[derive(Debug)]
pub(super) struct Markups<'t> {
    rest: &'t str,
}

/// Literal text and the field behind it, if it does not end at an escaped brace or at the end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Markup<'t> {
    pub(super) literal: &'t str,
    pub(super) field: Option<RawField<'t>>,
}

/// A replacement field whose parts are not read yet.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RawField<'t> {
    /// What to look up; may be empty.
    pub(super) name: &'t str,
    /// The character after `!`.
    pub(super) conversion: Option<char>,
    /// What stands behind `:`, fields and all; may be empty.
    pub(super) spec: &'t str,
}

impl<'t> Markups<'t> {
    pub(super) fn new(format: &'t str) -> Self {
        Self { rest: format }
    }

    fn parse(&mut self) -> Result<Markup<'t>> {
        let text = std::mem::take(&mut self.rest);
        let Some(at) = text.find(['{', '}']) else {
            return Ok(Markup { literal: text, field: None });
        };
        let (before, brace, after) = (&text[..at], &text[at..=at], &text[at + 1..]);
        if let Some(rest) = after.strip_prefix(brace) {
            // Doubled, it is itself.
            self.rest = rest;
            return Ok(Markup { literal: &text[..=at], field: None });
        }
        if brace == "}" {
            return Err(malformed("Single '}' encountered in format string"));
        }
        if after.is_empty() {
            return Err(malformed("Single '{' encountered in format string"));
        }
        let (field, rest) = RawField::parse(after)?;
        self.rest = rest;
        Ok(Markup { literal: before, field: Some(field) })
    }
}

impl<'t> Iterator for Markups<'t> {
    type Item = Result<Markup<'t>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() { None } else { Some(self.parse()) }
    }
}

impl<'t> RawField<'t> {
    /// Reads the field whose opening brace is in front of `text`; returns it and what follows it.
    fn parse(text: &'t str) -> Result<(Self, &'t str)> {
        let end = name_end(text)?;
        let (name, after) = (&text[..end], &text[end + 1..]);
        match text.as_bytes()[end] {
            b'}' => Ok((Self { name, conversion: None, spec: "" }, after)),
            b':' => {
                let (spec, rest) = split_spec(after)?;
                Ok((Self { name, conversion: None, spec }, rest))
            }
            _ => Self::parse_conversion(name, after),
        }
    }

    /// Reads on behind the `!`.
    fn parse_conversion(name: &'t str, text: &'t str) -> Result<(Self, &'t str)> {
        let mut chars = text.chars();
        let Some(conversion) = chars.next() else {
            return Err(malformed("end of string while looking for conversion specifier"));
        };
        // CPython marks "no conversion" with this character.
        let conversion = Some(conversion).filter(|conversion| *conversion != '\0');
        let after = chars.as_str();
        if let Some(rest) = after.strip_prefix('}') {
            return Ok((Self { name, conversion, spec: "" }, rest));
        }
        if !after.is_empty() && !after.starts_with(':') {
            return Err(malformed("expected ':' after conversion specifier"));
        }
        let (spec, rest) = split_spec(after.get(1..).unwrap_or_default())?;
        Ok((Self { name, conversion, spec }, rest))
    }
}

/// The place of the character that ends the field name. One in brackets does not.
fn name_end(text: &str) -> Result<usize> {
    let mut in_brackets = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b']' => in_brackets = false,
            _ if in_brackets => {}
            b'[' => in_brackets = true,
            b'{' => return Err(malformed("unexpected '{' in field name")),
            b'}' | b':' | b'!' => return Ok(at),
            _ => {}
        }
    }
    Err(malformed("expected '}' before end of string"))
}

/// Cuts `text` at the brace that closes the field.
fn split_spec(text: &str) -> Result<(&str, &str)> {
    let mut open = 1_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' if open == 1 => return Ok((&text[..at], &text[at + 1..])),
            b'}' => open -= 1,
            _ => {}
        }
    }
    Err(malformed("unmatched '{' in format spec"))
}

#[cold]
fn malformed(message: &'static str) -> Error {
    Error::new(ErrorKind::Value, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(format: &str) -> String {
        let last = Markups::new(format).last().expect("a markup");
        last.expect_err("a malformed format").to_string()
    }

    #[test]
    fn a_field_has_a_name_a_conversion_and_a_specification() {
        let all: Vec<_> = Markups::new("a{{b{n.x[}:!]!r:>{w}}c").map(Result::unwrap).collect();
        let field = RawField { name: "n.x[}:!]", conversion: Some('r'), spec: ">{w}" };
        let expected = [
            Markup { literal: "a{", field: None },
            Markup { literal: "b", field: Some(field) },
            Markup { literal: "c", field: None },
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn errors_come_after_what_stands_in_front_of_them() {
        let mut markups = Markups::new("{a}}");
        assert!(markups.next().expect("the field").is_ok());
        assert!(markups.next().expect("the brace").is_err());
        assert!(markups.next().is_none());
    }

    #[test]
    fn malformed_formats_are_refused_in_the_words_of_cpython() {
        assert_eq!(error_of("}"), "Single '}' encountered in format string");
        assert_eq!(error_of("{"), "Single '{' encountered in format string");
        assert_eq!(error_of("{a"), "expected '}' before end of string");
        assert_eq!(error_of("{a[}"), "expected '}' before end of string");
        assert_eq!(error_of("{a{b}}"), "unexpected '{' in field name");
        assert_eq!(error_of("{a!"), "end of string while looking for conversion specifier");
        assert_eq!(error_of("{a!r"), "unmatched '{' in format spec");
        assert_eq!(error_of("{a!rx}"), "expected ':' after conversion specifier");
        assert_eq!(error_of("{a:{b}"), "unmatched '{' in format spec");
    }
}
