//! Formats, filled in.

use std::borrow::Borrow;

use crate::error::Result;
use crate::fields::Fields;
use crate::printf::arguments::Arguments;
use crate::printf::convert::Spec;
use crate::printf::parser::{Count, Key, Kind, Parser};
use crate::printf::{Conversion, Segment, error};
use crate::value::Value;

/// Appends `format % args`: a tuple gives its items in turn, a mapping what is asked for by name,
/// and anything else is the one argument (CORE-39).
///
/// # Errors
///
/// CPython's, in the order in which it finds them (CORE-40). `out` is then as it was.
pub(crate) fn merge(format: &str, args: &Value<'_>, out: &mut String) -> Result<()> {
    fill_in(Parser::new(format), Arguments::of_value(args), out)
}

/// A format that has been read, to be filled in for many records.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    segments: Box<[Segment<Box<str>>]>,
}

impl Template {
    /// Reads a format. Mistakes in it are reported when it is filled in.
    pub(crate) fn parse(format: &str) -> Self {
        Self { segments: Parser::new(format).map(|segment| segment.map(Box::from)).collect() }
    }

    /// The literal pieces and the conversions, in order.
    pub(crate) fn segments(&self) -> &[Segment<Box<str>>] {
        &self.segments
    }

    /// Whether the segments can be written one by one: every conversion names its value, and none
    /// takes its width or precision from the arguments.
    pub(crate) fn is_separable(&self) -> bool {
        self.segments.iter().all(|segment| match segment {
            Segment::Literal(_) => true,
            Segment::Conversion(conversion) => conversion.is_separable(),
        })
    }

    /// Appends one segment of a template that [is separable](Self::is_separable).
    ///
    /// # Errors
    ///
    /// As for [`write_fields`](Self::write_fields).
    ///
    /// # Panics
    ///
    /// Panics if there are not so many segments.
    pub(crate) fn write_segment(
        &self,
        index: usize,
        fields: &dyn Fields,
        out: &mut String,
    ) -> Result<()> {
        fill_in([&self.segments[index]], Arguments::of_fields(fields), out)
    }

    /// Appends the format with the values of `fields` in their places: `format % mapping`
    /// (CORE-95).
    ///
    /// # Errors
    ///
    /// As for [`merge`]; a name that `fields` does not have is an [`ErrorKind::Key`] with the name
    /// in `repr` form.
    ///
    /// [`ErrorKind::Key`]: crate::ErrorKind::Key
    pub(crate) fn write_fields(&self, fields: &dyn Fields, out: &mut String) -> Result<()> {
        fill_in(&self.segments, Arguments::of_fields(fields), out)
    }
}

fn fill_in<T: Borrow<Segment<S>>, S: AsRef<str>>(
    segments: impl IntoIterator<Item = T>,
    mut arguments: Arguments<'_>,
    out: &mut String,
) -> Result<()> {
    let start = out.len();
    let mut padding = MAX_PADDING;
    let fill = || {
        for segment in segments {
            match segment.borrow() {
                Segment::Literal(text) => out.push_str(text.as_ref()),
                Segment::Conversion(conversion) => {
                    convert(conversion, &mut arguments, &mut padding, out)?;
                }
            }
        }
        arguments.finish()
    };
    let filled = fill();
    if filled.is_err() {
        out.truncate(start);
    }
    filled
}

/// Takes the steps of one conversion in CPython's order, each of which may fail.
fn convert<S: AsRef<str>>(
    conversion: &Conversion<S>,
    arguments: &mut Arguments<'_>,
    padding: &mut usize,
    out: &mut String,
) -> Result<()> {
    match &conversion.key {
        Key::Absent => {}
        Key::Name(name) => arguments.select(Some(name.as_ref()))?,
        Key::Unclosed => arguments.select(None)?,
    }
    let mut spec = Spec { flags: conversion.flags, width: None, precision: None };
    match conversion.width {
        Count::Absent => {}
        Count::Fixed(width) => spec.width = Some(width),
        Count::Argument => spec.set_width(arguments.next_count(i64::MIN, i64::MAX, "ssize_t")?),
        Count::TooBig => return Err(error::value("width too big")),
    }
    match conversion.precision {
        Count::Absent => {}
        Count::Fixed(precision) => spec.precision = Some(precision),
        Count::Argument => {
            let (lowest, highest) = (i64::from(i32::MIN), i64::from(i32::MAX));
            spec.set_precision(arguments.next_count(lowest, highest, "int")?);
        }
        Count::TooBig => return Err(error::value("precision too big")),
    }
    if conversion.kind == Kind::Incomplete {
        return Err(error::value("incomplete format"));
    }
    let value = arguments.next()?;
    *padding = spec.charge(conversion.kind, *padding)?;
    spec.write(conversion.kind, &value, out)
}

/// See the differences from Python in the module's documentation.
const MAX_PADDING: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn dict(entries: &[(&'static str, i32)]) -> Value<'static> {
        Value::Dict(entries.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect())
    }

    fn tuple(items: &[Value<'static>]) -> Value<'static> {
        Value::Tuple(items.to_vec())
    }

    /// The text, or the error as `Kind: message`.
    fn merged(format: &str, args: &Value<'_>) -> String {
        let mut out = String::from("left alone");
        let result = merge(format, args, &mut out);
        let text = out.strip_prefix("left alone").unwrap();
        match result {
            Ok(()) => text.to_owned(),
            Err(error) if text.is_empty() => format!("{}: {error}", error.python_name()),
            Err(error) => panic!("{error} came after {text:?} was written"),
        }
    }

    // CORE-41.
    #[test]
    fn a_tuple_has_to_be_used_up() {
        let two = tuple(&["a".into(), 2.into()]);
        assert_eq!(merged("%s-%s", &two), "a-2");
        assert_eq!(merged("%s%s%s", &two), "TypeError: not enough arguments for format string");
        let left = "TypeError: not all arguments converted during string formatting";
        assert_eq!(merged("%s", &two), left);
        assert_eq!(merged("100%%", &tuple(&["x".into()])), left);
        assert_eq!(merged("plain", &Value::from("text is no mapping")), left);
    }

    #[test]
    fn a_mapping_gives_names_and_itself_once() {
        let args = dict(&[("a", 1), ("a(b)", 2), ("", 3)]);
        assert_eq!(merged("%(a)s %(a(b))03d %()s%%", &args), "1 002 3%");
        assert_eq!(merged("%s %(a)s", &dict(&[("a", 1)])), "{'a': 1} 1");
        assert_eq!(merged("%(a)s %s", &args), "TypeError: not enough arguments for format string");
        assert_eq!(merged("%(it's)s", &args), r#"KeyError: "it's""#);
        assert_eq!(merged("plain", &args), "plain");
        assert_eq!(merged("%(a)*d", &args), "TypeError: not enough arguments for format string");
    }

    #[test]
    fn names_need_a_mapping() {
        let one = tuple(&[dict(&[])]);
        assert_eq!(merged("%(a)s", &one), "TypeError: format requires a mapping");
        let list = Value::List(vec![1.into()]);
        assert_eq!(merged("plain", &list), "plain");
        let wrong_index = "TypeError: list indices must be integers or slices, not str";
        assert_eq!(merged("%(a)s", &list), wrong_index);
    }

    // The order is CPython's.
    #[test]
    fn of_several_mistakes_the_leftmost_is_reported() {
        let one = tuple(&[1.into()]);
        assert_eq!(
            merged("%z%", &one),
            "ValueError: unsupported format character 'z' (0x7a) at index 1"
        );
        assert_eq!(merged("%s%z", &one), "TypeError: not enough arguments for format string");
        assert_eq!(merged("%s%", &one), "ValueError: incomplete format");
        assert_eq!(merged("%(a", &one), "TypeError: format requires a mapping");
        assert_eq!(merged("%(a", &dict(&[])), "ValueError: incomplete format key");
        assert_eq!(merged("%(a)", &dict(&[])), "KeyError: 'a'");
        assert_eq!(
            merged("%(v)%", &dict(&[("v", 1)])),
            "ValueError: unsupported format character '%' (0x25) at index 4"
        );
        assert_eq!(
            merged("日本%é", &one),
            "ValueError: unsupported format character '?' (0xe9) at index 3"
        );
    }

    // CORE-53.
    #[test]
    fn a_star_takes_an_integer_from_the_arguments() {
        let args = |items: &[i64], last: Value<'static>| {
            tuple(&items.iter().map(|item| (*item).into()).chain([last]).collect::<Vec<_>>())
        };
        assert_eq!(merged("%*d|", &args(&[5], 42.into())), "   42|");
        assert_eq!(merged("%*d|", &args(&[-5], 42.into())), "42   |");
        assert_eq!(merged("%.*f", &args(&[2], 1.239.into())), "1.24");
        assert_eq!(merged("%.*f", &args(&[-2], 1.239.into())), "1");
        assert_eq!(merged("%*d", &tuple(&[true.into(), 7.into()])), "7");
        assert_eq!(merged("%*d", &tuple(&["5".into(), 7.into()])), "TypeError: * wants int");
        assert_eq!(
            merged("%.*d", &args(&[1 << 31], 7.into())),
            "OverflowError: Python int too large to convert to C int"
        );
        assert_eq!(
            merged("%*d", &tuple(&[u64::MAX.into(), 7.into()])),
            "OverflowError: Python int too large to convert to C ssize_t"
        );
    }

    #[test]
    fn a_small_format_cannot_ask_for_much_memory() {
        let one = tuple(&[1.into()]);
        assert_eq!(merged("%900000000s", &one), "OverflowError: width too large");
        assert_eq!(merged("%.900000000d", &one), "OverflowError: precision too large");
        assert_eq!(merged("%99999999999999999999s", &one), "ValueError: width too big");
        assert_eq!(merged("%.99999999999999999999s", &one), "ValueError: precision too big");
        assert_eq!(merged("%.900000000s", &one), "1");
        let many = "%(a)99999s".repeat(20);
        assert_eq!(merged(&many, &dict(&[("a", 1)])), "OverflowError: width too large");
        assert_eq!(merged("%99999d", &one).len(), 99999);
    }

    #[test]
    fn a_template_is_read_once_and_filled_in_often() {
        let template = Template::parse("%(a)-3d|%(b)s 100%%");
        let mut out = String::new();
        template.write_fields(&dict(&[("a", 1), ("b", 2)]), &mut out).unwrap();
        template.write_fields(&dict(&[("b", 4), ("a", 3)]), &mut out).unwrap();
        assert_eq!(out, "1  |2 100%3  |4 100%");
        let error = template.write_fields(&dict(&[("a", 5)]), &mut out).unwrap_err();
        assert_eq!((error.python_name(), error.to_string()), ("KeyError", "'b'".to_owned()));
        assert_eq!(out, "1  |2 100%3  |4 100%");
    }

    #[test]
    fn a_separable_template_can_be_written_in_pieces() {
        let template = Template::parse("a %(a)03d b");
        assert!(template.is_separable());
        let mut out = String::new();
        for index in [2, 1] {
            template.write_segment(index, &dict(&[("a", 1)]), &mut out).unwrap();
        }
        assert_eq!(out, " b001");
        assert!(!Template::parse("%(a)s %s").is_separable());
        assert!(!Template::parse("%(a)*s").is_separable());
        assert!(!Template::parse("%(a).*s").is_separable());
    }
}
