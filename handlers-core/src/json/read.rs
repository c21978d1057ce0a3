//! JSON as values, the way Python's `json.loads` reads it.
//!
//! No reader of JSON for Rust takes all that Python's writes: `NaN`, integers beyond 64 bits, halves of
//! surrogate pairs.

use std::borrow::Cow;

use super::plain::plain_length;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Integer, Value, unique};

/// What JSON is read from: bytes that are not UTF-8 are U+FFFD.
pub(super) fn text(json: &[u8]) -> Cow<'_, str> {
    // The lossy way goes byte by byte.
    match str::from_utf8(json) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(json),
    }
}

/// Reads one object and hands on its entries. A name may come twice; its last value is the one that
/// counts.
///
/// # Errors
///
/// [`ErrorKind::Value`] in CPython's words if it is no JSON; [`ErrorKind::Type`] if it is no object.
pub(super) fn object<'t>(text: &'t str, entry: impl FnMut(Cow<'t, str>, Value<'t>)) -> Result<()> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { text, at: 0 };
    reader.skip_space();
    let read = match reader.peek() {
        Some(b'{') => Ok(reader.dict(MAX_DEPTH, entry)?),
        _ => Err(reader.value(MAX_DEPTH)?),
    };
    reader.skip_space();
    if reader.at < text.len() {
        return Err(reader.error("Extra data", reader.at));
    }
    read.map_err(|value| {
        let message = format!("a record must be a JSON object, not {}", value.type_name());
        Error::new(ErrorKind::Type, message)
    })
}

struct Reader<'t> {
    text: &'t str,
    /// How many bytes were read.
    at: usize,
}

impl<'t> Reader<'t> {
    fn value(&mut self, depth: u32) -> Result<Value<'t>> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::Str),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'{') => {
                let mut entries = Vec::new();
                self.dict(depth, |name, value| entries.push((name, value)))?;
                unique(&mut entries);
                let entries = entries.into_iter().map(|(name, value)| (Value::Str(name), value));
                Ok(Value::Dict(entries.collect()))
            }
            Some(b'[') => self.list(depth),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Value<'t>> {
        let (word, value) = match self.peek() {
            Some(b'n') => ("null", Value::None),
            Some(b't') => ("true", Value::Bool(true)),
            Some(b'f') => ("false", Value::Bool(false)),
            Some(b'N') => ("NaN", Value::Float(f64::NAN)),
            Some(b'I') => ("Infinity", Value::Float(f64::INFINITY)),
            _ => ("-Infinity", Value::Float(f64::NEG_INFINITY)),
        };
        if !self.rest().starts_with(word.as_bytes()) {
            return Err(self.error("Expecting value", self.at));
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Value<'t>> {
        let start = self.at;
        self.take_if(b'-');
        let first = self.at;
        let digits = self.skip_digits();
        if digits == 0 {
            self.at = start;
            return self.word();
        }
        // A zero in front is a number of its own, and what follows an error.
        if digits > 1 && self.text.as_bytes()[first] == b'0' {
            self.at = first + 1;
        }
        if !(self.skip_fraction() | self.skip_exponent()) {
            return integer(&self.text[start..self.at]).map(Value::Int);
        }
        let number = self.text[start..self.at].parse();
        number.map(Value::Float).map_err(|_| self.error("Expecting value", start))
    }

    fn skip_digits(&mut self) -> usize {
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += digits;
        digits
    }

    /// Skips a point and digits, if there are both.
    fn skip_fraction(&mut self) -> bool {
        let start = self.at;
        let is_one = self.take_if(b'.') && self.skip_digits() > 0;
        if !is_one {
            self.at = start;
        }
        is_one
    }

    fn skip_exponent(&mut self) -> bool {
        let start = self.at;
        let is_marked = self.take_if(b'e') || self.take_if(b'E');
        let is_signed = is_marked && (self.take_if(b'+') || self.take_if(b'-'));
        let is_one = (is_marked || is_signed) && self.skip_digits() > 0;
        if !is_one {
            self.at = start;
        }
        is_one
    }

    fn list(&mut self, depth: u32) -> Result<Value<'t>> {
        let depth = self.enter(depth)?;
        let mut items = Vec::new();
        if self.take_if(b']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            self.skip_space();
            if self.take_if(b']') {
                return Ok(Value::List(items));
            }
            let comma = self.comma()?;
            if self.peek() == Some(b']') {
                return Err(self.error("Illegal trailing comma before end of array", comma));
            }
        }
    }

    fn dict(&mut self, depth: u32, mut entry: impl FnMut(Cow<'t, str>, Value<'t>)) -> Result<()> {
        let depth = self.enter(depth)?;
        if self.take_if(b'}') {
            return Ok(());
        }
        loop {
            if self.peek() != Some(b'"') {
                let message = "Expecting property name enclosed in double quotes";
                return Err(self.error(message, self.at));
            }
            let name = self.string()?;
            self.skip_space();
            if !self.take_if(b':') {
                return Err(self.error("Expecting ':' delimiter", self.at));
            }
            self.skip_space();
            entry(name, self.value(depth)?);
            self.skip_space();
            if self.take_if(b'}') {
                return Ok(());
            }
            let comma = self.comma()?;
            if self.peek() == Some(b'}') {
                return Err(self.error("Illegal trailing comma before end of object", comma));
            }
        }
    }

    /// Takes the bracket and the space after it, and tells how deep what is in them may be.
    fn enter(&mut self, depth: u32) -> Result<u32> {
        let inner = depth.checked_sub(1);
        let inner = inner.ok_or_else(|| self.error("Containers are nested too deep", self.at))?;
        self.at += 1;
        self.skip_space();
        Ok(inner)
    }

    /// Takes a comma and the space after it, and tells where the comma is.
    fn comma(&mut self) -> Result<usize> {
        let comma = self.at;
        if !self.take_if(b',') {
            return Err(self.error("Expecting ',' delimiter", comma));
        }
        self.skip_space();
        Ok(comma)
    }

    /// Text without escapes stays where it is.
    fn string(&mut self) -> Result<Cow<'t, str>> {
        let quote = self.at;
        self.at += 1;
        let plain = self.plain(quote)?;
        if self.take_if(b'"') {
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = plain.to_owned();
        loop {
            if !self.take_if(b'\\') {
                return Err(self.error("Invalid control character at", self.at));
            }
            text.push(self.escape(quote)?);
            text.push_str(self.plain(quote)?);
            if self.take_if(b'"') {
                return Ok(Cow::Owned(text));
            }
        }
    }

    /// What stands for itself.
    fn plain(&mut self, quote: usize) -> Result<&'t str> {
        let length = plain_length(self.rest());
        let length = length.ok_or_else(|| self.error("Unterminated string starting at", quote))?;
        let start = self.at;
        self.at += length;
        Ok(&self.text[start..self.at])
    }

    /// What stands for the characters after a backslash.
    fn escape(&mut self, quote: usize) -> Result<char> {
        let Some(byte) = self.peek() else {
            return Err(self.error("Unterminated string starting at", quote));
        };
        let character = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => return Err(self.error("Invalid \\escape", self.at - 1)),
        };
        self.at += 1;
        Ok(character)
    }

    /// Four digits, and the other half of a surrogate pair if they are one. A half that is alone is
    /// U+FFFD.
    fn unicode_escape(&mut self) -> Result<char> {
        let unit = self.unit()?;
        if (0xd800..0xdc00).contains(&unit) && self.rest().starts_with(b"\\u") {
            let start = self.at;
            self.at += 1;
            let low = self.unit()?;
            if let Some(Ok(character)) = char::decode_utf16([unit, low]).next() {
                return Ok(character);
            }
            self.at = start;
        }
        Ok(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// An `u` and four hexadecimal digits.
    fn unit(&mut self) -> Result<u16> {
        let digits = self.text.as_bytes().get(self.at + 1..self.at + 5).unwrap_or_default();
        let unit = digits.iter().try_fold(0, |unit, byte| {
            let digit = char::from(*byte).to_digit(16)?;
            Some(unit << 4 | u16::try_from(digit).ok()?)
        });
        match unit {
            Some(unit) if digits.len() == 4 => {
                self.at += 5;
                Ok(unit)
            }
            _ => Err(self.error("Invalid \\uXXXX escape", self.at)),
        }
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn take_if(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'t [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// What Python's `JSONDecodeError` says, which counts characters.
    #[cold]
    fn error(&self, message: &str, at: usize) -> Error {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let character = before.chars().count();
        let place = format!("{message}: line {line} column {column} (char {character})");
        Error::new(ErrorKind::Value, place)
    }
}

/// Most numbers are small.
fn integer(digits: &str) -> Result<Integer> {
    digits.parse::<i64>().map_or_else(|_| digits.parse(), |small| Ok(small.into()))
}

/// As deep as readers of JSON go, and deeper than people nest.
const MAX_DEPTH: u32 = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(json: &[u8]) -> Result<Vec<(String, Value<'static>)>> {
        let mut entries = Vec::new();
        object(&text(json), |name, value| {
            entries.push((name.into_owned(), value.into_owned()));
        })?;
        Ok(entries)
    }

    fn read(json: &str) -> Value<'static> {
        let entries = entries(format!("{{\"x\": {json}}}").as_bytes());
        entries.unwrap_or_else(|error| panic!("{json}: {error}")).remove(0).1
    }

    fn refused(json: &str) -> String {
        let error = entries(json.as_bytes()).unwrap_err();
        format!("{}: {error}", error.python_name())
    }

    // What CPython's `json.loads` gives.
    #[test]
    fn values_are_read_as_python_reads_json() {
        assert_eq!(read(" null\n"), Value::None);
        assert_eq!(read("[true,false , []]").to_string(), "[True, False, []]");
        assert_eq!(read("-0"), Value::from(0));
        assert_eq!(read("-0.0").to_string(), "-0.0");
        assert_eq!(read("1e400"), Value::from(f64::INFINITY));
        assert_eq!(read("-Infinity"), Value::from(f64::NEG_INFINITY));
        assert_eq!(read("NaN").to_string(), "nan");
        assert_eq!(read("340282366920938463463374607431768211455"), Value::from(u128::MAX));
        assert_eq!(read(r#""\b\f\n\r\t\"\\\/\u00e9é""#), Value::from("\u{8}\u{c}\n\r\t\"\\/éé"));
        assert_eq!(read(r#"{"a": 1, "b": 2, "a": 3}"#).to_string(), "{'a': 3, 'b': 2}");
    }

    #[test]
    fn halves_of_surrogate_pairs_and_bad_utf8_lose_nothing_else() {
        assert_eq!(read(r#""\ud83d\ude00""#), Value::from("😀"));
        for half in [r"a\ud83db", r"a\ude00b"] {
            assert_eq!(read(&format!("\"{half}\"")), Value::from("a\u{fffd}b"));
        }
        assert_eq!(read(r#""\ud83d\ud83d\ude00\ud83d\n""#), Value::from("\u{fffd}😀\u{fffd}\n"));
        let entries = entries(b"\xef\xbb\xbf{\"\xff\": 1}").unwrap();
        assert_eq!(entries, [("\u{fffd}".to_owned(), Value::from(1))]);
    }

    // CPython 3.13's words.
    #[test]
    fn errors_say_what_python_says() {
        let cases = [
            ("", "Expecting value: line 1 column 1 (char 0)"),
            ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
            ("{\"é\" 1}", "Expecting ':' delimiter: line 1 column 6 (char 5)"),
            ("{\"a\":\n 1 2}", "Expecting ',' delimiter: line 2 column 4 (char 9)"),
            (
                "{\"a\": 1,}",
                "Illegal trailing comma before end of object: line 1 column 8 (char 7)",
            ),
            (
                "{\"a\": [1,]}",
                "Illegal trailing comma before end of array: line 1 column 9 (char 8)",
            ),
            ("{\"a", "Unterminated string starting at: line 1 column 2 (char 1)"),
            ("{\"a\n", "Invalid control character at: line 1 column 4 (char 3)"),
            (r#"{"\x"#, "Invalid \\escape: line 1 column 3 (char 2)"),
            (r#"{"\u12g4"#, "Invalid \\uXXXX escape: line 1 column 4 (char 3)"),
            ("{} {}", "Extra data: line 1 column 4 (char 3)"),
            ("{\"a\": 01}", "Expecting ',' delimiter: line 1 column 8 (char 7)"),
        ];
        for (json, message) in cases {
            assert_eq!(refused(json), format!("ValueError: {message}"), "{json}");
        }
        assert_eq!(refused("[1]"), "TypeError: a record must be a JSON object, not list");
    }

    #[test]
    fn depth_and_digits_have_an_end() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        read(&nested(127));
        for depth in [128, 1_000_000] {
            let message = refused(&format!("{{\"x\": {}}}", nested(depth)));
            assert!(message.starts_with("ValueError: Containers are nested too deep"), "{message}");
        }
        let message = refused(&format!("{{\"x\": {}}}", "1".repeat(4301)));
        assert!(message.starts_with("ValueError: Exceeds the limit (4300 digits)"), "{message}");
    }

    #[test]
    fn a_hundred_thousand_names_take_no_quadratic_time() {
        let names = (0..100_000).map(|number| format!("\"{}\": 0", number % 99_999));
        let json = format!("{{{}}}", names.collect::<Vec<_>>().join(", "));
        let record = crate::Record::from_json(json.as_bytes()).unwrap();
        assert!(record.attributes().count() > 99_999);
        assert!(matches!(read(&json), Value::Dict(entries) if entries.len() == 99_999));
    }
}
