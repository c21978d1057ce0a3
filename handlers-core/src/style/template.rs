//! Format strings of the `{` and the `$` style, parsed once.

use crate::error::{Error, ErrorKind, Result};
use crate::fields::Fields;
use crate::style::brace::{self, Field};
use crate::style::dollar::{Token, Tokens, position};
use crate::style::field_path::missing_key;
use crate::value::{Form, Value};

/// A format string as the parts that make its text one after the other.
#[derive(Debug, Default)]
pub(super) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug)]
pub(super) enum Part {
    /// What is wrong with the rest of the format, to be told once it is reached.
    Fail(Error),
    Field(Field),
    Literal(String),
    /// A field of which the plain text is shown.
    Plain(Box<str>),
}

impl Template {
    /// Parses a format of the `{` style. A malformed one is an error only when it is used.
    pub(super) fn brace(format: &str) -> Self {
        brace::parse(format)
    }

    /// Parses a format of the `$` style. A malformed one is an error only when it is used.
    pub(super) fn dollar(format: &str) -> Self {
        let mut template = Self::default();
        for token in Tokens::new(format) {
            match token {
                Token::Field(name) => template.push(Part::Plain(name.into())),
                Token::Invalid(end) => {
                    template.push(Part::Fail(invalid_placeholder(format, end)));
                    break;
                }
                Token::Literal(text) => template.push_literal(text),
            }
        }
        template
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub(super) fn push(&mut self, part: Part) {
        self.parts.push(part);
    }

    /// Appends text, to the text that is the last part if it is one.
    pub(super) fn push_literal(&mut self, text: &str) {
        if let Some(Part::Literal(last)) = self.parts.last_mut() {
            last.push_str(text);
        } else if !text.is_empty() {
            self.parts.push(Part::Literal(text.to_owned()));
        }
    }

    /// Appends the text that `fields` give.
    ///
    /// # Errors
    ///
    /// What the first part that fails says: [`ErrorKind::Key`] for a field that is not there.
    pub(super) fn write(&self, fields: &dyn Fields, out: &mut String) -> Result<()> {
        self.parts.iter().try_for_each(|part| part.write(fields, out))
    }
}

impl Part {
    pub(super) fn write(&self, fields: &dyn Fields, out: &mut String) -> Result<()> {
        match self {
            Self::Fail(error) => Err(error.clone()),
            Self::Field(field) => field.write(fields, out),
            Self::Literal(text) => {
                out.push_str(text);
                Ok(())
            }
            Self::Plain(name) => match fields.get(name) {
                Some(value) => value.try_write(Form::Str, out),
                None => Err(missing_key(&Value::from(&**name))),
            },
        }
    }
}

#[cold]
fn invalid_placeholder(format: &str, end: usize) -> Error {
    let (line, column) = position(format, end);
    let message = format!("Invalid placeholder in string: line {line}, col {column}");
    Error::new(ErrorKind::Value, message)
}
