//! Numbers.

use handlers_core::Integer;

use super::reader::Reader;
use crate::document::NodeValue;
use crate::document::fault::{Fault, Parsed};

impl Reader<'_> {
    /// Reads an integer or, if it has a fraction or an exponent, a float. A dot or an `e` without
    /// digits behind it is left for whoever comes next to stumble over.
    pub(super) fn number(&mut self) -> Parsed<NodeValue> {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let sign = usize::from(bytes.first() == Some(&b'-'));
        let whole = sign + if bytes.get(sign) == Some(&b'0') { 1 } else { digits(bytes, sign) };
        if whole == sign {
            return Err(self.expected("a value"));
        }
        let end = exponent_end(bytes, fraction_end(bytes, whole));
        let number = rest.get(..end).unwrap_or_default();
        let value = if end == whole {
            let position = self.position();
            let integer = number.parse::<Integer>();
            NodeValue::Int(integer.map_err(|error| Fault::new(position, error.to_string()))?)
        } else {
            // Too large a float is infinite, as in Python.
            NodeValue::Float(number.parse().expect("the text is a number to JSON's grammar"))
        };
        self.skip(end);
        Ok(value)
    }
}

fn fraction_end(bytes: &[u8], start: usize) -> usize {
    if bytes.get(start) != Some(&b'.') {
        return start;
    }
    match digits(bytes, start + 1) {
        0 => start,
        count => start + 1 + count,
    }
}

fn exponent_end(bytes: &[u8], start: usize) -> usize {
    if !matches!(bytes.get(start), Some(b'e' | b'E')) {
        return start;
    }
    let sign = usize::from(matches!(bytes.get(start + 1), Some(b'+' | b'-')));
    match digits(bytes, start + 1 + sign) {
        0 => start,
        count => start + 1 + sign + count,
    }
}

/// How many digits there are from `start` on.
fn digits(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use crate::document::json::read;

    fn repr(text: &str) -> Option<String> {
        read(text).ok().map(|node| node.to_value().repr())
    }

    // What CPython's json.loads makes of the same texts.
    #[test]
    fn numbers_are_those_of_python() {
        for (text, expected) in [
            ("-0", "0"),
            ("-0.0", "-0.0"),
            ("1E5", "100000.0"),
            ("1.5e-3", "0.0015"),
            ("1e400", "inf"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
        ] {
            assert_eq!(repr(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_rejected() {
        for text in ["-", "+1", "01", ".5", "1.", "1.e5", "1e", "1e+", "0x1", "1_0", "-a", "٣"] {
            assert_eq!(repr(text), None, "{text}");
        }
        assert!(repr(&"9".repeat(4300)).is_some());
        assert!(repr(&"9".repeat(4301)).is_none());
    }
}
