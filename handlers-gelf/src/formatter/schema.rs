//! The fields that a program declares.

use handlers_core::{Error, ErrorKind, Integer, Result, Value};

/// The extra fields that a [`LoggingGelfFormatter`](crate::LoggingGelfFormatter) sends, in their
/// order: what a Python program declares in a class under `logging_gelf.schemas.GelfSchema`.
///
/// # Examples
///
/// ```
/// use handlers_gelf::GelfSchema;
///
/// let schema = GelfSchema::new().string("user").integer("count").raw("context");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a schema is for a formatter"]
pub struct GelfSchema {
    fields: Vec<Declared>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declared {
    /// The name of the attribute.
    pub(super) attribute: String,
    /// The name of the field: the attribute's, with `_` before it unless GELF knows it (GELF-42).
    pub(super) field: String,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    String,
    Integer,
    Raw,
}

impl GelfSchema {
    /// Makes a schema without fields of its own: records have none but those of GELF itself.
    pub fn new() -> Self {
        let line = Declared::new("lineno", "line", Kind::Integer);
        Self { fields: vec![line, Declared::new("pathname", "file", Kind::String)] }
    }

    /// Declares a field that is text: whatever its value is, its `str` is sent.
    pub fn string(self, name: impl Into<String>) -> Self {
        self.with(name.into(), Kind::String)
    }

    /// Declares a field that is an integer: floats lose what is behind the point, and text must be
    /// digits.
    pub fn integer(self, name: impl Into<String>) -> Self {
        self.with(name.into(), Kind::Integer)
    }

    /// Declares a field that is sent as it is; mappings and lists become several fields.
    pub fn raw(self, name: impl Into<String>) -> Self {
        self.with(name.into(), Kind::Raw)
    }

    pub(super) fn fields(&self) -> &[Declared] {
        &self.fields
    }

    fn with(mut self, attribute: String, kind: Kind) -> Self {
        let is_known = STANDARD.contains(&&*attribute);
        let field = if is_known { attribute.clone() } else { format!("_{attribute}") };
        self.fields.push(Declared { attribute, field, kind });
        self
    }
}

impl Default for GelfSchema {
    fn default() -> Self {
        Self::new()
    }
}

impl Declared {
    fn new(attribute: &str, field: &str, kind: Kind) -> Self {
        Self { attribute: attribute.to_owned(), field: field.to_owned(), kind }
    }

    /// The value of the field for what the record has under its name.
    ///
    /// # Errors
    ///
    /// It is no integer, and is declared as one.
    pub(super) fn convert<'v>(&self, value: Value<'v>) -> Result<Value<'v>> {
        match (self.kind, value) {
            (_, Value::None) => Ok(Value::None),
            (Kind::Raw, value) | (Kind::String, value @ Value::Str(_)) => Ok(value),
            (Kind::String, Value::Bytes(bytes)) => {
                Ok(String::from_utf8_lossy(&bytes).into_owned().into())
            }
            (Kind::String, other) => Ok(other.to_string().into()),
            (Kind::Integer, value) => integer(&value).map(Value::Int),
        }
    }
}

/// Python's `int(value)`.
fn integer(value: &Value<'_>) -> Result<Integer> {
    match value {
        Value::Int(number) => Ok(number.clone()),
        Value::Bool(truth) => Ok(Integer::from(i64::from(*truth))),
        Value::Float(number) if number.is_nan() => {
            Err(Error::new(ErrorKind::Value, "cannot convert float NaN to integer"))
        }
        Value::Float(number) if number.is_infinite() => {
            Err(Error::new(ErrorKind::Overflow, "cannot convert float infinity to integer"))
        }
        Value::Float(number) => format!("{:.0}", number.trunc()).parse(),
        Value::Str(text) => text.parse(),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).parse(),
        other => {
            let expected = "a string, a bytes-like object or a real number";
            let name = other.type_name();
            let text = format!("int() argument must be {expected}, not '{name}'");
            Err(Error::new(ErrorKind::Type, text))
        }
    }
}

/// The fields of GELF itself, as logging-gelf names them.
const STANDARD: [&str; 8] =
    ["version", "host", "short_message", "full_message", "timestamp", "level", "line", "file"];
