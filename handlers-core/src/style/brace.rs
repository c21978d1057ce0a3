//! The replacement fields of `str.format`.

use std::borrow::Cow;

use crate::error::{Error, ErrorKind, Result};
use crate::fields::Fields;
use crate::style::field_path::{FieldPath, missing_key, whole_number};
use crate::style::format_spec::{FormatSpec, refuse};
use crate::style::markup::{Markups, RawField};
use crate::style::template::{Part, Template};
use crate::value::{Form, Value};

/// A field that needs more than the plain text of a value.
#[derive(Debug)]
pub(super) struct Field {
    name: Box<str>,
    path: FieldPath,
    conversion: Option<char>,
    spec: SpecSource,
}

/// Where the specification of a field comes from.
#[derive(Debug)]
enum SpecSource {
    Fixed(FormatSpec<'static>),
    /// Fields of its own make its text.
    Nested(Template),
    /// Fields in the fields of a specification are more than Python follows.
    TooDeep,
}

/// Parses a `{` format string.
pub(super) fn parse(format: &str) -> Template {
    parse_at(format, Depth::Format)
}

/// Whose text is parsed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Format,
    Spec,
}

fn parse_at(format: &str, depth: Depth) -> Template {
    let mut template = Template::default();
    for markup in Markups::new(format) {
        match markup {
            Ok(markup) => {
                template.push_literal(markup.literal);
                if let Some(field) = markup.field {
                    template.push(field_part(&field, depth).unwrap_or_else(Part::Fail));
                }
            }
            Err(error) => template.push(Part::Fail(error)),
        }
    }
    template
}

fn field_part(field: &RawField<'_>, depth: Depth) -> Result<Part> {
    let split = field.name.find(['.', '[']).unwrap_or(field.name.len());
    let (name, path) = field.name.split_at(split);
    let index = if name.is_empty() { Some(0) } else { whole_number(name)? };
    if let Some(index) = index {
        // There are no positional arguments: a formatter passes the fields by name. So the first
        // such field fails, and how the next ones would be counted does not matter.
        let message = format!("Replacement index {index} out of range for positional args tuple");
        return Err(Error::new(ErrorKind::Index, message));
    }
    let plain = path.is_empty() && field.spec.is_empty();
    if plain && matches!(field.conversion, None | Some('s')) {
        return Ok(Part::Plain(name.into()));
    }
    Ok(Part::Field(Field {
        name: name.into(),
        path: FieldPath::parse(path),
        conversion: field.conversion,
        spec: SpecSource::parse(field.spec, depth),
    }))
}

impl SpecSource {
    fn parse(text: &str, depth: Depth) -> Self {
        if !text.contains('{') {
            return Self::Fixed(FormatSpec::parse(text.to_owned()));
        }
        match depth {
            Depth::Format => Self::Nested(parse_at(text, Depth::Spec)),
            Depth::Spec => Self::TooDeep,
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Fixed(spec) if spec.is_empty())
    }
}

impl Field {
    /// Appends the field.
    pub(super) fn write(&self, fields: &dyn Fields, out: &mut String) -> Result<()> {
        let root = fields.get(&self.name).ok_or_else(|| missing_key(&Value::from(&*self.name)))?;
        let value = self.path.follow(Cow::Borrowed(&root))?;
        let value = match self.conversion.map(form).transpose()? {
            Some(form) if self.spec.is_empty() => return value.try_write(form, out),
            Some(form) => {
                let mut text = String::new();
                value.try_write(form, &mut text)?;
                Cow::Owned(Value::from(text))
            }
            None => value,
        };
        match &self.spec {
            SpecSource::Fixed(spec) => spec.write(&value, out),
            SpecSource::Nested(template) => {
                let mut text = String::new();
                template.write(fields, &mut text)?;
                FormatSpec::parse(text).write(&value, out)
            }
            SpecSource::TooDeep => Err(refuse("Max string recursion exceeded")),
        }
    }
}

/// What `!r`, `!s` and `!a` ask for.
fn form(conversion: char) -> Result<Form> {
    match conversion {
        'r' => Ok(Form::Repr),
        's' => Ok(Form::Str),
        'a' => Ok(Form::Ascii),
        '!'..='~' => Err(refuse(format!("Unknown conversion specifier {conversion}"))),
        _ => {
            let code = u32::from(conversion);
            Err(refuse(format!("Unknown conversion specifier \\x{code:x}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(format: &str) -> Result<String, (ErrorKind, String)> {
        let fields = Value::Dict(vec![
            ("v".into(), 42.into()),
            ("s".into(), "it's é".into()),
            ("w".into(), 6.into()),
            ("spec".into(), ">8".into()),
            ("d".into(), Value::Dict(vec![("k".into(), Value::List(vec![Value::from(1.5)]))])),
        ]);
        let mut out = String::new();
        let written = parse(format).write(&fields, &mut out);
        written.map(|()| out).map_err(|error| (error.kind(), error.to_string()))
    }

    fn text(format_string: &str) -> String {
        format(format_string).expect(format_string)
    }

    fn refusal(format_string: &str) -> (ErrorKind, String) {
        format(format_string).expect_err(format_string)
    }

    #[test]
    fn fields_are_converted_and_then_formatted() {
        assert_eq!(text("{{{v}}}"), "{42}");
        assert_eq!(text("{s!r}|{s!a:>13}|{v!s:<4}|"), r#""it's é"|  "it's \xe9"|42  |"#);
        assert_eq!(text("{d[k][0]:.2f} {v.real:#x}"), "1.50 0x2a");
        assert_eq!(text("{v!\0:d}"), "42");
    }

    #[test]
    fn a_specification_may_have_fields_of_its_own() {
        assert_eq!(text("{v:{w}}|{s:{spec}.{d[k][0]:.0f}}"), "    42|      it");
        let message = "Max string recursion exceeded".to_owned();
        assert_eq!(refusal("{v:{w:{w}}}"), (ErrorKind::Value, message));
    }

    #[test]
    fn of_two_faults_the_first_is_told() {
        let key = (ErrorKind::Key, "'nope'".to_owned());
        for format in ["{nope.}{", "{nope!x}", "{nope:{also}}", "{nope:q}", "{v}{nope}}"] {
            assert_eq!(refusal(format), key, "{format}");
        }
        let fault = |message: &str| (ErrorKind::Value, message.to_owned());
        assert_eq!(refusal("{v!x:{nope}}"), fault("Unknown conversion specifier x"));
        assert_eq!(refusal("{v!é}"), fault("Unknown conversion specifier \\xe9"));
        assert_eq!(refusal("{v:{w}q}"), fault("Unknown format code 'q' for object of type 'int'"));
        assert_eq!(refusal("{v}}{nope}"), fault("Single '}' encountered in format string"));
    }

    // CORE-98.
    #[test]
    fn there_are_no_positional_fields() {
        for (format, index) in [("{}", 0), ("{0}", 0), ("{٧!x}", 7), ("{v:{}}", 0), ("{.x}", 0)] {
            let message =
                format!("Replacement index {index} out of range for positional args tuple");
            assert_eq!(refusal(format), (ErrorKind::Index, message), "{format}");
        }
        let message = "Too many decimal digits in format string".to_owned();
        assert_eq!(refusal("{9223372036854775808}"), (ErrorKind::Value, message));
    }
}
