//! JSON, as Python's `json.dumps` writes it.

use std::fmt::Write as _;

use handlers_core::{Error, ErrorKind, Integer, Result, Value, with_line_buffer, write_json_text};

/// How values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) comma: &'static str,
    pub(super) colon: &'static str,
    /// What is done with what JSON does not know.
    pub(super) foreign: Foreign,
}

/// What becomes of bytes, objects, and numbers that are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Foreign {
    /// Text, as Python's `str` gives it.
    Text,
    /// What graypy makes of it: bytes are UTF-8, dates have a `T`, other objects are their `repr`.
    Graypy,
    /// The same, and `NaN` and `Infinity` bare, which is no JSON.
    GraypyExactly,
    /// An error, as `json.dumps` raises it, and bare numbers.
    Refuse,
}

impl Style {
    /// What `json.dumps` writes by default.
    pub(super) const fn spaced(foreign: Foreign) -> Self {
        Self { comma: ", ", colon: ": ", foreign }
    }

    /// `json.dumps(…, separators=",:")`.
    pub(super) const fn compact(foreign: Foreign) -> Self {
        Self { comma: ",", colon: ":", foreign }
    }

    /// Appends a value.
    ///
    /// # Errors
    ///
    /// JSON does not know it, and the style refuses such values.
    pub(super) fn write(self, value: &Value<'_>, out: &mut String) -> Result<()> {
        self.write_within(value, MAX_DEPTH, out)
    }

    fn write_within(self, value: &Value<'_>, depth: u32, out: &mut String) -> Result<()> {
        match value {
            Value::None => out.push_str("null"),
            Value::Bool(true) => out.push_str("true"),
            Value::Bool(false) => out.push_str("false"),
            Value::Int(number) => write_integer(number, out),
            Value::Float(number) => self.write_float(*number, value, out),
            Value::Str(text) => write_json_text(text, out),
            Value::Tuple(items) | Value::List(items) if depth > 0 => {
                return self.write_array(items, depth - 1, out);
            }
            Value::Dict(entries) if depth > 0 => return self.write_object(entries, depth - 1, out),
            other => return self.write_foreign(other, out),
        }
        Ok(())
    }

    fn write_array(self, items: &[Value<'_>], depth: u32, out: &mut String) -> Result<()> {
        let mut separator = "[";
        for item in items {
            out.push_str(separator);
            separator = self.comma;
            self.write_within(item, depth, out)?;
        }
        out.push_str(if items.is_empty() { "[]" } else { "]" });
        Ok(())
    }

    fn write_object(
        self,
        entries: &[(Value<'_>, Value<'_>)],
        depth: u32,
        out: &mut String,
    ) -> Result<()> {
        let mut separator = "{";
        for (key, value) in entries {
            out.push_str(separator);
            separator = self.comma;
            self.write_key(key, out)?;
            out.push_str(self.colon);
            self.write_within(value, depth, out)?;
        }
        out.push_str(if entries.is_empty() { "{}" } else { "}" });
        Ok(())
    }

    /// The keys of an object are text; those that JSON has are written as JSON.
    fn write_key(self, key: &Value<'_>, out: &mut String) -> Result<()> {
        match key {
            Value::None => out.push_str("\"null\""),
            Value::Bool(truth) => out.push_str(if *truth { "\"true\"" } else { "\"false\"" }),
            Value::Str(text) => write_json_text(text, out),
            Value::Bytes(bytes) if self.foreign.is_graypy() => write_utf8(bytes, out),
            Value::Float(number) => match bare_name(*number) {
                Some(name) => write_json_text(name, out),
                None => write_str(key, out),
            },
            other if self.foreign.is_exact() && !matches!(other, Value::Int(_)) => {
                let name = other.type_name();
                let text = format!("keys must be str, int, float, bool or None, not {name}");
                return Err(Error::new(ErrorKind::Type, text));
            }
            other => write_str(other, out),
        }
        Ok(())
    }

    fn write_float(self, number: f64, value: &Value<'_>, out: &mut String) {
        match bare_name(number) {
            None => value.write_str(out),
            Some(name) if self.foreign.is_exact() => out.push_str(name),
            Some(_) => write_str(value, out),
        }
    }

    fn write_foreign(self, value: &Value<'_>, out: &mut String) -> Result<()> {
        match (self.foreign, value) {
            (Foreign::Refuse, Value::Bytes(_) | Value::Object(_)) => {
                return Err(not_serializable(value));
            }
            (foreign, Value::Bytes(bytes)) if foreign.is_graypy() => write_utf8(bytes, out),
            (foreign, Value::Object(object)) if foreign.is_graypy() => {
                let class = object.class_of();
                if (&*class.module, &*class.name) == ("datetime", "datetime") {
                    with_str(value, |text| write_json_text(&text.replacen(' ', "T", 1), out));
                } else {
                    write_json_text(&value.repr(), out);
                }
            }
            _ => write_str(value, out),
        }
        Ok(())
    }
}

impl Foreign {
    fn is_graypy(self) -> bool {
        matches!(self, Self::Graypy | Self::GraypyExactly)
    }

    fn is_exact(self) -> bool {
        matches!(self, Self::GraypyExactly | Self::Refuse)
    }
}

fn write_integer(number: &Integer, out: &mut String) {
    if let Some(small) = number.to_i64() {
        let _ = write!(out, "{small}");
        return;
    }
    let digits = number.to_string();
    // More digits than Python prints are shown in another base, which is no number.
    if digits.contains('x') { write_json_text(&digits, out) } else { out.push_str(&digits) }
}

#[cold]
fn not_serializable(value: &Value<'_>) -> Error {
    let text = match value {
        Value::Object(object) => {
            format!("Object of type {} is not JSON serializable", object.class_of().name)
        }
        other => format!("Object of type {} is not JSON serializable", other.type_name()),
    };
    Error::new(ErrorKind::Type, text)
}

/// Appends Python's `str` of a value, as text.
fn write_str(value: &Value<'_>, out: &mut String) {
    with_str(value, |text| write_json_text(text, out));
}

fn write_utf8(bytes: &[u8], out: &mut String) {
    write_json_text(&String::from_utf8_lossy(bytes), out);
}

fn with_str(value: &Value<'_>, work: impl FnOnce(&str)) {
    with_line_buffer(|text| {
        value.write_str(text);
        work(text);
    });
}

/// What Python calls a number that JSON does not have.
fn bare_name(number: f64) -> Option<&'static str> {
    match number {
        _ if number.is_nan() => Some("NaN"),
        f64::INFINITY => Some("Infinity"),
        f64::NEG_INFINITY => Some("-Infinity"),
        _ => None,
    }
}

/// Deeper than people nest, and not as deep as readers of JSON give up.
const MAX_DEPTH: u32 = 64;
