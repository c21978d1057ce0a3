//! Values as JSON.

use std::io::Write as _;

use super::text::for_each_piece;
use crate::context::with_line_buffer;
use crate::value::{Integer, Value};

/// Writes one JSON object, entry by entry, as Python's `json.dumps` does.
///
/// All that is not ASCII, and every control character, is escaped: whatever the values hold, there
/// is no line end in what is written. Nothing is allocated for text and numbers.
///
/// | value | JSON |
/// |---|---|
/// | `None`, booleans, integers of any size, text | itself |
/// | floats | with the fewest digits that read back; `null` if infinite or not a number |
/// | tuples and lists | arrays |
/// | dictionaries | objects, with the keys as text |
/// | bytes, objects, and what lies more than 64 containers deep | text, as Python's `str` |
///
/// [`Record::write_json`](crate::Record::write_json) writes a record.
///
/// # Examples
///
/// ```
/// use handlers_core::{JsonObject, Value};
///
/// let mut out = Vec::new();
/// let mut object = JsonObject::begin(&mut out);
/// object.entry("user", &Value::from("Zo\u{eb}"));
/// object.entry("sizes", &Value::List(vec![1.into(), 2.5.into()]));
/// object.end();
/// assert_eq!(out, br#"{"user": "Zo\u00eb", "sizes": [1, 2.5]}"#);
/// ```
#[derive(Debug)]
#[must_use = "an object without its end is no JSON"]
pub struct JsonObject<'o> {
    out: &'o mut Vec<u8>,
    separator: &'static str,
}

impl<'o> JsonObject<'o> {
    /// Begins an object at the end of `out`.
    pub fn begin(out: &'o mut Vec<u8>) -> Self {
        Self { out, separator: "{" }
    }

    /// Writes an entry. Nobody looks whether there is one of that name.
    pub fn entry(&mut self, name: &str, value: &Value<'_>) {
        self.out.extend_from_slice(self.separator.as_bytes());
        self.separator = ", ";
        write_text(name, self.out);
        self.out.extend_from_slice(b": ");
        write_value(value, MAX_DEPTH, self.out);
    }

    /// Ends the object.
    pub fn end(self) {
        let end = if self.separator == "{" { "{}" } else { "}" };
        self.out.extend_from_slice(end.as_bytes());
    }
}

fn write_value(value: &Value<'_>, depth: u32, out: &mut Vec<u8>) {
    match value {
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Int(number) => write_integer(number, out),
        Value::Float(number) if number.is_finite() => {
            with_text(value, |text| out.extend_from_slice(text.as_bytes()));
        }
        Value::None | Value::Float(_) => out.extend_from_slice(b"null"),
        Value::Str(text) => write_text(text, out),
        Value::Tuple(items) | Value::List(items) if depth > 0 => {
            write_all(b'[', items, b']', out, |item, out| write_value(item, depth - 1, out));
        }
        Value::Dict(entries) if depth > 0 => {
            write_all(b'{', entries, b'}', out, |(key, value), out| {
                write_key(key, out);
                out.extend_from_slice(b": ");
                write_value(value, depth - 1, out);
            });
        }
        other => with_text(other, |text| write_text(text, out)),
    }
}

fn write_all<T>(
    open: u8,
    items: &[T],
    close: u8,
    out: &mut Vec<u8>,
    mut write: impl FnMut(&T, &mut Vec<u8>),
) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(b", ");
        }
        write(item, out);
    }
    out.push(close);
}

/// The keys of an object are text. Those that JSON has are written as JSON, as `json.dumps` does.
fn write_key(key: &Value<'_>, out: &mut Vec<u8>) {
    match key {
        Value::None => write_text("null", out),
        Value::Bool(truth) => write_text(if *truth { "true" } else { "false" }, out),
        Value::Str(text) => write_text(text, out),
        other => with_text(other, |text| write_text(text, out)),
    }
}

fn write_integer(number: &Integer, out: &mut Vec<u8>) {
    if let Some(small) = number.to_i64() {
        // Writing to a vector does not fail.
        let _ = write!(out, "{small}");
        return;
    }
    let digits = number.to_string();
    // More digits than Python prints are shown in another base, which is no number.
    if digits.contains('x') {
        write_text(&digits, out);
    } else {
        out.extend_from_slice(digits.as_bytes());
    }
}

/// Lends Python's `str` of a value.
fn with_text(value: &Value<'_>, work: impl FnOnce(&str)) {
    with_line_buffer(|text| {
        value.write_str(text);
        work(text);
    });
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    for_each_piece(text, |piece| out.extend_from_slice(piece.as_bytes()));
}

/// Deeper than people nest, and not as deep as readers of JSON give up.
const MAX_DEPTH: u32 = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Object;

    fn json(value: impl Into<Value<'static>>) -> String {
        let mut out = Vec::new();
        write_value(&value.into(), MAX_DEPTH, &mut out);
        String::from_utf8(out).unwrap()
    }

    // What CPython's `json.dumps` gives, but for the last of the floats.
    #[test]
    fn values_are_written_as_python_writes_json() {
        assert_eq!(json(Value::None), "null");
        assert_eq!(json(true), "true");
        assert_eq!(json(-5), "-5");
        assert_eq!(json(u128::MAX), "340282366920938463463374607431768211455");
        assert_eq!(json(1e22), "1e+22");
        assert_eq!(json(-0.0), "-0.0");
        assert_eq!(json(f64::NAN), "null");
        let list = vec![1.into(), "a".into(), Value::Tuple(vec![])];
        assert_eq!(json(list), r#"[1, "a", []]"#);
        let keys = [Value::from("k"), Value::None, false.into(), 7.into(), 1.5.into()];
        let entries = keys.into_iter().map(|key| (key, 0.into())).collect();
        let expected = r#"{"k": 0, "null": 0, "false": 0, "7": 0, "1.5": 0}"#;
        assert_eq!(json(Value::Dict(entries)), expected);
    }

    #[test]
    fn what_json_does_not_know_is_text() {
        assert_eq!(json(b"\xff"), r#""b'\\xff'""#);
        assert_eq!(json(Object::timedelta(1, 0, 0).unwrap()), r#""1 day, 0:00:00""#);
        let huge = json(Integer::from_signed_bytes_le(&[1; 2000]));
        assert!(huge.starts_with("\"0x"), "{}", &huge[..9]);
    }

    #[test]
    fn depth_ends_in_text() {
        let nested = (1..100_000).fold(Value::List(vec![]), |inner, _| Value::List(vec![inner]));
        let mut text = Vec::new();
        write_value(&nested, MAX_DEPTH, &mut text);
        // Dropping is a danger: see the documentation of `Value`.
        std::mem::forget(nested);
        assert!(text.starts_with(&[b'['; 64]) && text[64] == b'"');
    }

    #[test]
    fn an_object_without_entries_is_one() {
        let mut out = Vec::new();
        JsonObject::begin(&mut out).end();
        assert_eq!(out, b"{}");
    }
}
