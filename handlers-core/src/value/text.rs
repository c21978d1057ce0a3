//! Values as text: Python's `str`, `repr` and `ascii`.

use std::fmt::{self, Write as _};
use std::slice;

use crate::error::Result;
use crate::value::printable::is_printable;
use crate::value::{Object, Value, digits, float};

/// Which of Python's three functions makes the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Ascii,
    Repr,
    Str,
}

impl Value<'_> {
    /// Python's `repr()`: text in quotes, with what does not print escaped.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::Value;
    ///
    /// assert_eq!(Value::from("it's").repr(), r#""it's""#);
    /// assert_eq!(Value::from("a\tb").repr(), r"'a\tb'");
    /// ```
    pub fn repr(&self) -> String {
        let mut out = String::new();
        self.write_repr(&mut out);
        out
    }

    /// Python's `ascii()`: like [`repr`](Value::repr), with all that is not ASCII escaped.
    pub fn ascii(&self) -> String {
        let mut out = String::new();
        write(self, Form::Ascii, &mut out);
        out
    }

    /// Appends what [`Display`](fmt::Display) gives, without a detour.
    pub fn write_str(&self, out: &mut String) {
        write(self, Form::Str, out);
    }

    /// Appends what [`repr`](Value::repr) gives.
    pub fn write_repr(&self, out: &mut String) {
        write(self, Form::Repr, out);
    }

    /// Appends the text in one of its forms.
    ///
    /// # Errors
    ///
    /// [`Value`](crate::ErrorKind::Value) if an integer, in whatever depth, is larger than Python
    /// prints.
    pub(crate) fn try_write(&self, form: Form, out: &mut String) -> Result<()> {
        if write(self, form, out) { Ok(()) } else { Err(digits::too_many_digits()) }
    }
}

/// Python's `str()`, padded and truncated as the format string wants it.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = self.as_str() {
            return f.pad(text);
        }
        let mut text = String::new();
        self.write_str(&mut text);
        f.pad(&text)
    }
}

/// Appends `bytes` as `repr` does.
fn write_bytes(bytes: &[u8], out: &mut String) {
    let quote = quote(bytes);
    out.push('b');
    out.push(quote);
    for byte in bytes {
        match *byte {
            0x80.. => push_escape(u32::from(*byte), out),
            byte => push_ascii(char::from(byte), quote, out),
        }
    }
    out.push(quote);
}

/// Appends `text` in quotes, with escapes (CORE-54).
fn write_quoted(text: &str, form: Form, out: &mut String) {
    let quote = quote(text.as_bytes());
    let escaped = |character: &char| match *character {
        '\\' => true,
        ' '..='~' => *character == quote,
        '\0'..='\x7f' => true,
        _ => form == Form::Ascii || !is_printable(*character),
    };
    out.push(quote);
    let mut rest = text;
    while let Some((index, character)) = rest.char_indices().find(|(_, c)| escaped(c)) {
        out.push_str(&rest[..index]);
        if character.is_ascii() {
            push_ascii(character, quote, out);
        } else {
            push_escape(u32::from(character), out);
        }
        rest = &rest[index + character.len_utf8()..];
    }
    out.push_str(rest);
    out.push(quote);
}

/// Single quotes, unless only the text holds some and no double ones.
fn quote(text: &[u8]) -> char {
    if text.contains(&b'\'') && !text.contains(&b'"') { '"' } else { '\'' }
}

fn push_ascii(character: char, quote: char, out: &mut String) {
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\0'..' ' | '\x7f' => push_escape(u32::from(character), out),
        _ => {
            if character == quote || character == '\\' {
                out.push('\\');
            }
            out.push(character);
        }
    }
}

fn push_escape(code: u32, out: &mut String) {
    // Writing to a `String` does not fail.
    let _ = match code {
        0..=0xff => write!(out, "\\x{code:02x}"),
        0x100..=0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

/// Appends `value`, and says whether all its integers came out in decimal.
///
/// What is in a container is in `repr` form at least. The containers that are open are a list, not
/// the call stack: values of any depth can be printed.
fn write(value: &Value<'_>, form: Form, out: &mut String) -> bool {
    let mut open = Vec::new();
    let mut decimal = begin(value, form, out, &mut open);
    let form = if form == Form::Str { Form::Repr } else { form };
    while let Some(container) = open.last_mut() {
        match container.next(out) {
            Some(value) => decimal &= begin(value, form, out, &mut open),
            None => {
                open.pop();
            }
        }
    }
    decimal
}

/// Writes a value that holds no others, or opens it.
fn begin<'v>(value: &'v Value<'_>, form: Form, out: &mut String, open: &mut Vec<Open<'v>>) -> bool {
    match value {
        Value::None => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Int(number) => return number.write_str(out),
        Value::Float(number) => float::repr(*number, out),
        Value::Str(text) if form == Form::Str => out.push_str(text),
        Value::Str(text) => write_quoted(text, form, out),
        Value::Bytes(bytes) => write_bytes(bytes, out),
        Value::Tuple(items) => {
            out.push('(');
            open.push(Open::items(items, if items.len() == 1 { ",)" } else { ")" }));
        }
        Value::List(items) => {
            out.push('[');
            open.push(Open::items(items, "]"));
        }
        Value::Dict(entries) => {
            out.push('{');
            open.push(Open { separator: "", rest: Rest::Entries(entries.iter(), None) });
        }
        Value::Object(object) => begin_object(object, form, out, open),
    }
    true
}

/// Writes an object that has a text, or opens the call that makes it.
fn begin_object<'v>(object: &'v Object, form: Form, out: &mut String, open: &mut Vec<Open<'v>>) {
    let given = if form == Form::Str { object.text() } else { object.repr() };
    match given {
        Some(text) if form == Form::Ascii => push_ascii_text(text, out),
        Some(text) => out.push_str(text),
        None => {
            let class = object.class_of();
            match object.construction() {
                Some(construction) => {
                    out.push_str(class.name.rsplit('.').next().unwrap_or_default());
                    out.push('(');
                    open.push(Open::items(&construction.arguments, ")"));
                }
                None => object.write_import(out),
            }
        }
    }
}

/// Appends `text`, escaped where it is not ASCII.
fn push_ascii_text(text: &str, out: &mut String) {
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            push_escape(u32::from(character), out);
        }
    }
}

/// A container of which a part is written.
struct Open<'v> {
    separator: &'static str,
    rest: Rest<'v>,
}

enum Rest<'v> {
    /// With the closing bracket.
    Items(slice::Iter<'v, Value<'v>>, &'static str),
    /// With the value of the key that was written last.
    Entries(slice::Iter<'v, (Value<'v>, Value<'v>)>, Option<&'v Value<'v>>),
}

impl<'v> Open<'v> {
    fn items(items: &'v [Value<'_>], close: &'static str) -> Self {
        Self { separator: "", rest: Rest::Items(items.iter(), close) }
    }

    /// Writes what stands in front of the next value in the container, or closes it.
    fn next(&mut self, out: &mut String) -> Option<&'v Value<'v>> {
        let (next, close) = match &mut self.rest {
            Rest::Items(items, close) => (items.next(), *close),
            Rest::Entries(entries, value) => {
                if let Some(value) = value.take() {
                    out.push_str(": ");
                    return Some(value);
                }
                let next = entries.next();
                *value = next.map(|(_, value)| value);
                (next.map(|(key, _)| key), "}")
            }
        };
        out.push_str(if next.is_some() { self.separator } else { close });
        self.separator = ", ";
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! repr {
        ($value:expr) => {
            Value::from($value).repr()
        };
    }

    // CORE-54.
    #[test]
    fn text_is_quoted_and_escaped_as_python_does() {
        assert_eq!(repr!("a'b"), r#""a'b""#);
        assert_eq!(repr!("it's \"x\""), r#"'it\'s "x"'"#);
        assert_eq!(repr!("q\"q\\"), r#"'q"q\\'"#);
        assert_eq!(repr!("tab\tnl\n\r"), r"'tab\tnl\n\r'");
        assert_eq!(repr!("\0\x1f\x7f\u{80}\u{ad}"), r"'\x00\x1f\x7f\x80\xad'");
        assert_eq!(repr!("\u{200b}\u{e000}\u{10ffff}"), r"'\u200b\ue000\U0010ffff'");
        assert_eq!(repr!("héllo 日本 😀"), "'héllo 日本 😀'");
        assert_eq!(Value::from("é日😀").ascii(), r"'\xe9\u65e5\U0001f600'");
    }

    // CORE-55.
    #[test]
    fn floats_have_the_fewest_digits_that_read_back() {
        let texts = ["1e+16", "1e-07", "123456789.125", "1e+22", "1.0", "-0.0", "nan", "-inf"];
        let numbers = [1e16, 1e-7, 123_456_789.125, 1e22, 1.0, -0.0, f64::NAN, f64::NEG_INFINITY];
        for (text, number) in texts.into_iter().zip(numbers) {
            assert_eq!(repr!(number), text);
        }
        assert_eq!(repr!(0.0001), "0.0001");
        assert_eq!(repr!(9_999_999_999_999_998.0), "9999999999999998.0");
        assert_eq!(repr!(5e-324), "5e-324");
    }

    // CORE-56.
    #[test]
    fn containers_show_what_they_hold_in_repr_form() {
        let tuple = |items: &[i32]| Value::Tuple(items.iter().map(|item| (*item).into()).collect());
        assert_eq!(tuple(&[]).to_string(), "()");
        assert_eq!(tuple(&[1]).to_string(), "(1,)");
        assert_eq!(tuple(&[1, 2]).to_string(), "(1, 2)");
        let list = Value::List(vec![1.into(), "a".into(), Value::None, true.into()]);
        assert_eq!(list.to_string(), "[1, 'a', None, True]");
        let dict = Value::Dict(vec![("k".into(), 1.into()), (tuple(&[2]), list)]);
        assert_eq!(dict.to_string(), "{'k': 1, (2,): [1, 'a', None, True]}");
        assert_eq!(Value::Dict(vec![]).to_string(), "{}");
        assert_eq!(Value::List(vec!["é".into()]).ascii(), r"['\xe9']");
    }

    #[test]
    fn bytes_are_printed_as_a_literal() {
        assert_eq!(repr!(b"by\0\xff'"), r#"b"by\x00\xff'""#);
        assert_eq!(repr!(b"\t\n\r\\'\"\x7f"), r#"b'\t\n\r\\\'"\x7f'"#);
        assert_eq!(Value::from(b"x").to_string(), "b'x'");
    }

    #[test]
    fn display_pads_and_truncates() {
        assert_eq!(
            format!("{:>5}|{:<6}|{:.2}", Value::from("ab"), Value::None, Value::from(1.5)),
            "   ab|None  |1."
        );
    }

    #[test]
    fn depth_is_no_danger_to_printing() {
        const DEPTH: usize = 100_000;
        let nested = (1..DEPTH).fold(Value::List(vec![]), |inner, _| Value::List(vec![inner]));
        let text = nested.repr();
        // Dropping is: see the documentation of `Value`.
        std::mem::forget(nested);
        assert_eq!(text.len(), 2 * DEPTH);
    }

    #[test]
    fn an_integer_too_large_for_python_is_reported_wherever_it_is() {
        let large = crate::Integer::from_signed_bytes_le(&[1; 2000]);
        let value = Value::List(vec![Value::Dict(vec![(1.into(), Value::Int(large))])]);
        let error = value.try_write(Form::Str, &mut String::new()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Exceeds the limit (4300 digits) for integer string \
            conversion; use sys.set_int_max_str_digits() to increase the limit"
        );
    }
}
