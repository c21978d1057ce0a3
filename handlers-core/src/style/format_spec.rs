//! Format specifications: the mini-language behind the `:` of a replacement field.

use std::borrow::Cow;

use crate::error::{Error, ErrorKind, Result};
use crate::style::field_path::too_many_digits;
use crate::style::number::Groups;
use crate::style::unicode::decimal_digit;

/// A format specification with its text, which errors show.
#[derive(Debug)]
pub(super) struct FormatSpec<'t> {
    text: Cow<'t, str>,
    parsed: Result<Spec, Malformed>,
}

/// What a specification says: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`
/// (CORE-118).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Spec {
    fill: Option<char>,
    align: Option<Align>,
    pub(super) sign: Option<Sign>,
    /// `z`: a zero loses its minus sign.
    pub(super) unsigned_zero: bool,
    pub(super) alternate: bool,
    /// `0` in front of the width.
    zero_padded: bool,
    pub(super) width: Option<u64>,
    pub(super) grouping: Option<Grouping>,
    pub(super) precision: Option<u64>,
    pub(super) kind: Option<char>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Center,
    /// Between the sign and the digits.
    Inside,
    Left,
    Right,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Minus,
    Plus,
    Space,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grouping {
    Comma,
    Underscore,
}

/// Why a text is no specification for any type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Malformed {
    CommaAndUnderscore,
    MissingPrecision,
    TooManyDigits,
    TrailingText,
}

impl<'t> FormatSpec<'t> {
    pub(super) fn parse(text: impl Into<Cow<'t, str>>) -> Self {
        let text = text.into();
        let parsed = Spec::parse(&text);
        Self { text, parsed }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The specification for a value of a type, which shows in the message for unknown text.
    pub(super) fn for_type(&self, type_name: &str) -> Result<&Spec> {
        self.parsed.as_ref().map_err(|malformed| match malformed {
            Malformed::CommaAndUnderscore => refuse("Cannot specify both ',' and '_'."),
            Malformed::MissingPrecision => refuse("Format specifier missing precision"),
            Malformed::TooManyDigits => too_many_digits(),
            Malformed::TrailingText => refuse(format!(
                "Invalid format specifier '{}' for object of type '{type_name}'",
                self.text
            )),
        })
    }
}

impl Spec {
    fn parse(text: &str) -> Result<Self, Malformed> {
        let mut text = Cursor(text);
        let (fill, align) = text.take_alignment();
        let sign = text.take_map(Sign::from_char);
        let unsigned_zero = text.take('z');
        let alternate = text.take('#');
        // Behind a fill character the zero is but a digit of the width.
        let zero_padded = fill.is_none() && text.take('0');
        let width = text.take_number()?;
        let grouping = text.take_grouping()?;
        let precision = text.take('.').then(|| text.take_number()).transpose()?;
        if precision == Some(None) {
            return Err(Malformed::MissingPrecision);
        }
        let kind = text.take_map(Some);
        if !text.0.is_empty() {
            return Err(Malformed::TrailingText);
        }
        Ok(Self {
            fill,
            align,
            sign,
            unsigned_zero,
            alternate,
            zero_padded,
            width,
            grouping,
            precision: precision.flatten(),
            kind,
        })
    }

    pub(super) fn fill(&self) -> char {
        self.fill.unwrap_or(if self.zero_padded { '0' } else { ' ' })
    }

    /// The alignment of a value that stands on the right if nothing else is said.
    pub(super) fn align_right(&self) -> Align {
        self.align.unwrap_or(if self.zero_padded { Align::Inside } else { Align::Right })
    }

    /// The alignment of text, which a `0` does not change since Python 3.10.
    pub(super) fn align_left(&self) -> Align {
        self.align.unwrap_or(Align::Left)
    }

    /// Groups of `size` digits, if there are to be groups.
    pub(super) fn groups(&self, size: usize) -> Option<Groups> {
        self.grouping.map(|grouping| Groups { size, separator: grouping.separator() })
    }

    /// The type, by default `kind`, if the grouping is one that it can have.
    pub(super) fn kind_or(&self, kind: char) -> Result<char> {
        let kind = self.kind.unwrap_or(kind);
        let Some(grouping) = self.grouping else { return Ok(kind) };
        match (kind, grouping) {
            ('d' | 'e' | 'f' | 'g' | 'E' | 'F' | 'G' | '%' | '\0', _)
            | ('b' | 'o' | 'x' | 'X', Grouping::Underscore) => Ok(kind),
            _ => {
                let (separator, kind) = (grouping.separator(), shown(kind));
                Err(refuse(format!("Cannot specify '{separator}' with '{kind}'.")))
            }
        }
    }
}

impl Sign {
    fn from_char(c: char) -> Option<Self> {
        match c {
            '-' => Some(Self::Minus),
            '+' => Some(Self::Plus),
            ' ' => Some(Self::Space),
            _ => None,
        }
    }
}

impl Align {
    fn from_char(c: char) -> Option<Self> {
        match c {
            '^' => Some(Self::Center),
            '=' => Some(Self::Inside),
            '<' => Some(Self::Left),
            '>' => Some(Self::Right),
            _ => None,
        }
    }
}

impl Grouping {
    fn separator(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Underscore => '_',
        }
    }
}

/// What Python raises for a type letter that values of the type do not have.
#[cold]
pub(super) fn unknown_kind(kind: char, type_name: &str) -> Error {
    let kind = shown(kind);
    refuse(format!("Unknown format code '{kind}' for object of type '{type_name}'"))
}

/// What Python raises for something that a specification must not ask for.
#[cold]
pub(super) fn refuse(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Value, message)
}

/// CPython shows ASCII as it is, but for spaces and control characters, and the rest by number.
fn shown(kind: char) -> String {
    match kind {
        '!'..='\x7f' => kind.to_string(),
        _ => format!("\\x{:x}", u32::from(kind)),
    }
}

/// The text that is still to read.
struct Cursor<'t>(&'t str);

impl Cursor<'_> {
    fn take(&mut self, c: char) -> bool {
        self.take_map(|next| (next == c).then_some(())).is_some()
    }

    fn take_map<T>(&mut self, read: impl FnOnce(char) -> Option<T>) -> Option<T> {
        let mut chars = self.0.chars();
        let taken = read(chars.next()?)?;
        self.0 = chars.as_str();
        Some(taken)
    }

    /// The second character tells whether the first one is a fill.
    fn take_alignment(&mut self) -> (Option<char>, Option<Align>) {
        let mut filled = Cursor(self.0);
        let fill = filled.take_map(Some);
        if let Some(align) = filled.take_map(Align::from_char) {
            self.0 = filled.0;
            return (fill, Some(align));
        }
        (None, self.take_map(Align::from_char))
    }

    fn take_number(&mut self) -> Result<Option<u64>, Malformed> {
        let mut number = None;
        while let Some(digit) = self.take_map(decimal_digit) {
            let tens = number.unwrap_or(0_i64).checked_mul(10);
            let next = tens.and_then(|tens| tens.checked_add(i64::from(digit)));
            number = Some(next.ok_or(Malformed::TooManyDigits)?);
        }
        Ok(number.map(i64::unsigned_abs))
    }

    fn take_grouping(&mut self) -> Result<Option<Grouping>, Malformed> {
        let comma = self.take(',');
        let underscore = self.take('_');
        if underscore && (comma || self.0.starts_with(',')) {
            return Err(Malformed::CommaAndUnderscore);
        }
        let underscore = underscore.then_some(Grouping::Underscore);
        Ok(if comma { Some(Grouping::Comma) } else { underscore })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> Spec {
        Spec::parse(text).expect("a specification")
    }

    #[test]
    fn all_parts_have_their_place() {
        let expected = Spec {
            fill: Some('é'),
            align: Some(Align::Center),
            sign: Some(Sign::Plus),
            unsigned_zero: true,
            alternate: true,
            zero_padded: false,
            width: Some(12),
            grouping: Some(Grouping::Underscore),
            precision: Some(3),
            kind: Some('f'),
        };
        assert_eq!(spec("é^+z#012_.3f"), expected);
        assert_eq!(spec(""), Spec::default());
        assert_eq!(spec("٣").width, Some(3));
    }

    #[test]
    fn an_alignment_may_be_the_fill_of_another() {
        assert_eq!(spec("<>").fill(), '<');
        assert_eq!(spec("<>").align_left(), Align::Right);
        assert_eq!(spec("<").fill(), ' ');
        assert_eq!(spec("05").fill(), '0');
        assert_eq!(spec("05").align_right(), Align::Inside);
        assert_eq!(spec("05").align_left(), Align::Left);
        assert_eq!(spec("<05").align_right(), Align::Left);
    }

    #[test]
    fn malformed_text_is_refused_in_the_words_of_cpython() {
        let message = |text: &'static str| {
            FormatSpec::parse(text).for_type("int").expect_err(text).to_string()
        };
        assert_eq!(message(",_"), "Cannot specify both ',' and '_'.");
        assert_eq!(message("_,"), "Cannot specify both ',' and '_'.");
        assert_eq!(message("5."), "Format specifier missing precision");
        assert_eq!(message("9223372036854775808"), "Too many decimal digits in format string");
        assert_eq!(message("dd"), "Invalid format specifier 'dd' for object of type 'int'");
    }

    #[test]
    fn only_some_types_can_be_grouped() {
        let kind = |text, default| spec(text).kind_or(default).map_err(|error| error.to_string());
        assert_eq!(kind(",", 'd'), Ok('d'));
        assert_eq!(kind("_x", 'd'), Ok('x'));
        assert_eq!(kind(",x", 'd'), Err("Cannot specify ',' with 'x'.".to_owned()));
        assert_eq!(kind("_", 's'), Err("Cannot specify '_' with 's'.".to_owned()));
        assert_eq!(kind(",é", 's'), Err("Cannot specify ',' with '\\xe9'.".to_owned()));
    }
}
