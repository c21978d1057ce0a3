//! Format strings of all three styles behind one interface.

use crate::error::{Error, ErrorKind, Result};
use crate::fields::Fields;
use crate::printf::{self, Segment};
use crate::style::Style;
use crate::style::template::{Part, Template};

/// A format string, parsed once and written for every record, piece by piece.
///
/// A malformed format compiles too: as in Python, it is an error each time it is used, and what
/// stands in front of the fault is looked up first. [`validate`](crate::style::validate()) is
/// what refuses it beforehand.
#[derive(Debug)]
pub(crate) struct Compiled(Repr);

#[derive(Debug)]
enum Repr {
    Parts(Template),
    Segments(printf::Template),
    /// Of `%` conversions without a name only the first gets something, the mapping itself: what
    /// one does depends on those in front of it.
    Whole(printf::Template),
}

/// What a formatter may know about a part of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    /// Something that only [`Compiled::write_piece`] can write.
    Complex,
    /// Text that is always the same.
    Literal(&'t str),
    /// The plain text of a field, of whatever type it is: `%(name)s`, `{name}`, `${name}`.
    Plain(&'t str),
}

impl Compiled {
    pub(crate) fn new(style: Style, format: &str) -> Self {
        Self(match style {
            Style::Brace => Repr::Parts(Template::brace(format)),
            Style::Dollar => Repr::Parts(Template::dollar(format)),
            Style::Percent => {
                let template = printf::Template::parse(format);
                let separable = template.is_separable();
                if separable { Repr::Segments(template) } else { Repr::Whole(template) }
            }
        })
    }

    /// The pieces which, written one after the other, are the text.
    pub(crate) fn pieces(&self) -> impl ExactSizeIterator<Item = Piece<'_>> {
        let count = match &self.0 {
            Repr::Parts(template) => template.parts().len(),
            Repr::Segments(template) => template.segments().len(),
            Repr::Whole(_) => 1,
        };
        (0..count).map(|index| match &self.0 {
            Repr::Parts(template) => Piece::of_part(&template.parts()[index]),
            Repr::Segments(template) => Piece::of_segment(&template.segments()[index]),
            Repr::Whole(_) => Piece::Complex,
        })
    }

    /// Appends the text of one of the [`pieces`](Self::pieces). If that fails, a part of it may be
    /// left.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`] for a field that is missing (CORE-98); otherwise what Python raises for
    /// the style (CORE-40, CORE-97, CORE-120).
    ///
    /// # Panics
    ///
    /// Panics if there are not so many pieces.
    pub(crate) fn write_piece(
        &self,
        index: usize,
        fields: &dyn Fields,
        out: &mut String,
    ) -> Result<()> {
        let written = match &self.0 {
            Repr::Parts(template) => template.parts()[index].write(fields, out),
            Repr::Segments(template) => template.write_segment(index, fields, out),
            Repr::Whole(template) => template.write_fields(fields, out),
        };
        written.map_err(missing_field)
    }
}

impl<'t> Piece<'t> {
    fn of_part(part: &'t Part) -> Self {
        match part {
            Part::Fail(_) | Part::Field(_) => Self::Complex,
            Part::Literal(text) => Self::Literal(text),
            Part::Plain(name) => Self::Plain(name),
        }
    }

    fn of_segment(segment: &'t Segment<Box<str>>) -> Self {
        match segment {
            Segment::Conversion(conversion) => {
                conversion.plain_name().map_or(Self::Complex, |name| Self::Plain(name))
            }
            Segment::Literal(text) => Self::Literal(text),
        }
    }
}

/// Tells a key that was not found as what it is to a formatter, and leaves other errors alone.
///
/// Python catches every `KeyError`, also that of a dictionary inside a field (CORE-98).
fn missing_field(error: Error) -> Error {
    if error.kind() != ErrorKind::Key {
        return error;
    }
    let message = format!("Formatting field not found in record: {error}");
    Error::with_source(ErrorKind::Value, message, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    fn write(style: Style, format: &str) -> Result<String> {
        let fields = Value::Dict(vec![
            ("name".into(), "app".into()),
            ("levelno".into(), 30.into()),
            ("d".into(), Value::Dict(vec![])),
        ]);
        let compiled = Compiled::new(style, format);
        let mut out = String::new();
        for index in 0..compiled.pieces().len() {
            compiled.write_piece(index, &fields, &mut out)?;
        }
        Ok(out)
    }

    #[test]
    fn the_plain_fields_of_all_styles_are_known() {
        let formats = [
            (Style::Percent, "[%(name)s] %(levelno)03d"),
            (Style::Brace, "[{name}] {levelno:03}"),
            (Style::Dollar, "[${name}] $levelno"),
        ];
        for (style, format) in formats {
            let compiled = Compiled::new(style, format);
            let last =
                if style == Style::Dollar { Piece::Plain("levelno") } else { Piece::Complex };
            let expected = [Piece::Literal("["), Piece::Plain("name"), Piece::Literal("] "), last];
            assert!(compiled.pieces().eq(expected), "{format}");
            let text = if style == Style::Dollar { "[app] 30" } else { "[app] 030" };
            assert_eq!(write(style, format).expect(format), text);
        }
        assert!(Compiled::new(Style::Brace, "{name!s}").pieces().eq([Piece::Plain("name")]));
    }

    // CORE-98.
    #[test]
    fn a_missing_field_is_told_alike_in_all_styles() {
        for (style, format) in [
            (Style::Percent, "%(nope)s"),
            (Style::Percent, "%(name)s%(nope)d %"),
            (Style::Brace, "{nope.x}"),
            (Style::Brace, "{d[nope]}"),
            (Style::Brace, "{name:{nope}}"),
            (Style::Dollar, "$name${nope}$"),
        ] {
            let error = write(style, format).expect_err(format);
            assert_eq!(error.kind(), ErrorKind::Value, "{format}");
            assert_eq!(error.to_string(), "Formatting field not found in record: 'nope'");
        }
        let error = write(Style::Brace, "{d[7]}").expect_err("no such key");
        assert_eq!(error.to_string(), "Formatting field not found in record: 7");
    }

    #[test]
    fn other_errors_stay_what_they_are() {
        let kind = |style, format| write(style, format).expect_err(format).kind();
        assert_eq!(kind(Style::Brace, "{}"), ErrorKind::Index);
        assert_eq!(kind(Style::Brace, "{name.x}"), ErrorKind::Attribute);
        assert_eq!(kind(Style::Brace, "{d:5}"), ErrorKind::Type);
        assert_eq!(kind(Style::Percent, "%(name)d"), ErrorKind::Type);
        let error = write(Style::Dollar, "$name\n$ ").expect_err("an invalid placeholder");
        assert_eq!(error.to_string(), "Invalid placeholder in string: line 2, col 1");
    }

    #[test]
    fn conversions_without_a_name_are_written_together() {
        let compiled = Compiled::new(Style::Percent, "%(name)s %s");
        assert!(compiled.pieces().eq([Piece::Complex]));
        let error = write(Style::Percent, "%(name)s %s").expect_err("nothing is left");
        assert_eq!(error.to_string(), "not enough arguments for format string");
        let all = write(Style::Percent, "%s").expect("the mapping");
        assert_eq!(all, "{'name': 'app', 'levelno': 30, 'd': {}}");
    }
}
