//! Structured data: what RFC 5424 has for fields.

use handlers_core::{Error, ErrorKind, Fields, Record, Result, Value};

use super::escape::{is_control, push_escape};
use super::header::push_with;

/// An element of structured data, such as `[request@32473 id="7" user="ann"]`: a name, and which
/// fields of a record stand in it.
///
/// A field that a record does not have, or that is `None`, is left out; an element without fields
/// is too. Names are cut to 32 characters, and `_` stands for what may not be in them. Values are
/// escaped as the RFC has it; characters that end a line somewhere are written as in Python's
/// `repr`.
///
/// # Examples
///
/// ```
/// use handlers_net::syslog::Element;
///
/// let element = Element::new("request@32473")?
///     .extras()
///     .attribute("threadName")
///     .attribute_as("logger", "name")
///     .constant("environment", "production");
/// assert_eq!(element.id(), "request@32473");
/// assert!(Element::new("my request").is_err());
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    id: String,
    params: Vec<Param>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Param {
    Attribute { name: String, attribute: String },
    Constant { name: String, value: String },
    Extras,
}

impl Element {
    /// Makes an element that has no fields yet.
    ///
    /// `id` is a name, `@` and a private enterprise number (32473 is the one for examples), or one
    /// of the names without a number that are registered, such as `origin`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`] if `id` is empty, longer than 32 characters, or has others in it than
    /// printable ASCII without space, `=`, `]` and `"`.
    pub fn new(id: impl Into<String>) -> Result<Self> {
        let id = id.into();
        if id.is_empty() || id.len() > NAME || !id.chars().all(is_name_character) {
            let id = Value::from(id).repr();
            return Err(Error::new(ErrorKind::Value, format!("no name for structured data: {id}")));
        }
        Ok(Self { id, params: Vec::new() })
    }

    /// Adds the fields of each logging call.
    #[must_use]
    pub fn extras(self) -> Self {
        self.param(Param::Extras)
    }

    /// Adds what a record has under a name: one of Python's attributes, such as `threadName`, or a
    /// field of the call.
    #[must_use]
    pub fn attribute(self, name: &str) -> Self {
        self.attribute_as(name, name)
    }

    /// Adds what a record has under `attribute`, and calls it `name`.
    #[must_use]
    pub fn attribute_as(self, name: &str, attribute: &str) -> Self {
        self.param(Param::Attribute { name: name.to_owned(), attribute: attribute.to_owned() })
    }

    /// Adds a field that is the same in all messages.
    #[must_use]
    pub fn constant(self, name: &str, value: &str) -> Self {
        self.param(Param::Constant { name: name.to_owned(), value: value.to_owned() })
    }

    /// The name.
    pub fn id(&self) -> &str {
        &self.id
    }

    fn param(mut self, param: Param) -> Self {
        self.params.push(param);
        self
    }

    /// Appends the element for a record, unless it is empty; says whether it was not.
    pub(super) fn write(&self, record: &Record<'_>, out: &mut String) -> bool {
        let start = out.len();
        out.push('[');
        out.push_str(&self.id);
        let empty = out.len();
        for param in &self.params {
            param.write(record, out);
        }
        if out.len() == empty {
            out.truncate(start);
            return false;
        }
        out.push(']');
        true
    }
}

impl Param {
    fn write(&self, record: &Record<'_>, out: &mut String) {
        match self {
            Self::Attribute { name, attribute } => {
                if let Some(value) = Fields::get(record, attribute) {
                    push_param(name, &value, out);
                }
            }
            Self::Constant { name, value } => push_param(name, &Value::from(value.as_str()), out),
            Self::Extras => {
                let extras = record.attributes().skip(STANDARD_ATTRIBUTES);
                extras.for_each(|(name, value)| push_param(name, &value, out));
            }
        }
    }
}

fn push_param(name: &str, value: &Value<'_>, out: &mut String) {
    if matches!(value, Value::None) {
        return;
    }
    out.push(' ');
    match name {
        "" => out.push('_'),
        name => push_with(name, NAME, is_name_character, out),
    }
    out.push_str("=\"");
    let start = out.len();
    value.write_str(out);
    escape(out, start);
    out.push('"');
}

/// RFC 5424, section 6.3.3: a backslash before what would end the value.
fn escape(out: &mut String, start: usize) {
    let needs_escape = |c: char| matches!(c, '"' | '\\' | ']') || is_control(c);
    let Some(first) = out[start..].find(needs_escape) else { return };
    let rest = out.split_off(start + first);
    for character in rest.chars() {
        match character {
            '"' | '\\' | ']' => out.extend(['\\', character]),
            // The receiver takes one of the backslashes away.
            control if is_control(control) => {
                out.push('\\');
                push_escape(control, out);
            }
            other => out.push(other),
        }
    }
}

fn is_name_character(character: char) -> bool {
    character.is_ascii_graphic() && !matches!(character, '=' | ']' | '"')
}

/// How many attributes every record has before the fields of the call (CORE-14).
const STANDARD_ATTRIBUTES: usize = 21;

/// The longest name.
const NAME: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn written(element: &Element, record: &Record<'_>) -> String {
        let mut out = String::new();
        element.write(record, &mut out);
        out
    }

    fn request() -> Element {
        Element::new("request@32473").expect("the name is valid")
    }

    #[test]
    fn a_value_cannot_leave_its_quotes() {
        let element = request().extras();
        let record = Record::builder().field("a", r#"x"] \ [y"#).expect("free");
        let record = record.field("b", "1\n<14>2\0").expect("free").build();
        let expected = r#"[request@32473 a="x\"\] \\ [y" b="1\\n<14>2\\x00"]"#;
        assert_eq!(written(&element, &record), expected);
    }

    #[test]
    fn a_name_cannot_leave_its_place() {
        let element = request().extras();
        let long = "n".repeat(40);
        let record = Record::builder().field("a b=\"]ä\n", 1).expect("free");
        let record = record.field("", 2).expect("free").field(&*long, 3).expect("free").build();
        let expected = format!(r#"[request@32473 a_b_____="1" _="2" {}="3"]"#, &long[..32]);
        assert_eq!(written(&element, &record), expected);
    }

    #[test]
    fn fields_that_a_record_does_not_have_are_left_out() {
        let element = request().attribute("taskName").attribute("nothing");
        assert_eq!(written(&element, &Record::builder().build()), "");
        let element = element.attribute_as("logger", "name").constant("tier", "]");
        let record = Record::builder().name("db").build();
        let expected = r#"[request@32473 logger="db" tier="\]"]"#;
        assert_eq!(written(&element, &record), expected);
    }

    #[test]
    fn the_fields_of_a_record_that_came_from_python_are_extras_too() {
        let attributes = [("name", "db"), ("user", "ann")];
        let record =
            Record::from_attributes(attributes.map(|(n, v)| (n.to_owned(), Value::from(v))));
        assert_eq!(written(&request().extras(), &record), r#"[request@32473 user="ann"]"#);
    }

    #[test]
    fn a_name_of_an_element_is_checked() {
        let long = "x".repeat(33);
        for id in ["", "a b", "a=b", "a]", "a\"", "ä", "a\n", &long] {
            let error = Element::new(id).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Value, "{id}");
        }
    }
}
