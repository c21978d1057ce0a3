//! Text in quotes.

use super::reader::Reader;
use crate::document::fault::{Fault, Parsed};

impl Reader<'_> {
    /// Reads text from its opening quote to its closing one.
    pub(super) fn string(&mut self) -> Parsed<String> {
        let start = self.position();
        self.skip(1);
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let special = |byte| matches!(byte, b'"' | b'\\' | 0..=0x1f);
            let Some(length) = rest.bytes().position(special) else {
                return Err(Fault::new(start, "the closing quote is missing"));
            };
            text.push_str(rest.get(..length).unwrap_or_default());
            self.skip(length);
            if self.take(b'"') {
                return Ok(text);
            }
            if !self.take(b'\\') {
                return Err(self.expected("'\"'"));
            }
            text.push(self.escape()?);
        }
    }

    /// Reads what stands behind a backslash.
    fn escape(&mut self) -> Parsed<char> {
        let character = match self.peek() {
            Some(quoted @ (b'"' | b'\\' | b'/')) => char::from(quoted),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.skip(1);
                return self.code_point();
            }
            _ => return Err(self.expected("a character that can be escaped")),
        };
        self.skip(1);
        Ok(character)
    }

    /// Reads the digits behind `\u` and, if they are the first half of a surrogate pair, the second
    /// half.
    fn code_point(&mut self) -> Parsed<char> {
        let position = self.position();
        let first = self.unit()?;
        let mut units = [first, 0];
        let mut count = 1;
        if is_leading(first) && self.rest().starts_with("\\u") {
            self.skip(2);
            units[1] = self.unit()?;
            count = 2;
        }
        let mut decoded = char::decode_utf16(units.into_iter().take(count));
        match (decoded.next(), decoded.next()) {
            (Some(Ok(character)), None) => Ok(character),
            _ => Err(Fault::new(position, "half a surrogate pair is no character")),
        }
    }

    fn unit(&mut self) -> Parsed<u16> {
        let digits = self.rest().get(..4).unwrap_or_default();
        // `from_str_radix` would take a sign.
        let all = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u16::from_str_radix(digits, 16) {
            Ok(unit) if all => {
                self.skip(4);
                Ok(unit)
            }
            _ => Err(self.expected("four hexadecimal digits")),
        }
    }
}

fn is_leading(unit: u16) -> bool {
    (0xd800..0xdc00).contains(&unit)
}

#[cfg(test)]
mod tests {
    use crate::document::json::read;

    fn message(text: &str) -> String {
        handlers_core::Error::from(read(text).unwrap_err()).to_string()
    }

    #[test]
    fn escapes_are_undone() {
        let node = read(r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 é""#).unwrap();
        assert_eq!(node.as_str(), Some("\"\\/\u{8}\u{c}\n\r\té😀 é"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        assert_eq!(message("[\"a"), "line 1 column 2: the closing quote is missing");
        assert_eq!(message("\"a\nb\""), "line 1 column 3: expected '\"', found '\\n'");
        assert_eq!(
            message(r#""\x""#),
            "line 1 column 3: expected a character that can be escaped, found 'x'"
        );
        assert_eq!(
            message(r#""\u+123""#),
            "line 1 column 4: expected four hexadecimal digits, found '+'"
        );
    }

    #[test]
    fn half_a_surrogate_pair_is_refused() {
        for text in [r#""\ud83d""#, r#""\ude00""#, r#""\ud83d\u0041""#, r#""\ud83d\n""#] {
            assert_eq!(message(text), "line 1 column 4: half a surrogate pair is no character");
        }
    }
}
