//! Python's literals: what the `repr` of plain values looks like.

use handlers_core::Value;

/// Reads a literal: numbers, text, bytes, `None`, booleans, and tuples, lists and dictionaries of
/// such. None if it is anything else.
pub(super) fn parse(text: &str) -> Option<Value<'static>> {
    let mut reader = Reader { rest: text };
    let value = reader.value(MAX_DEPTH)?;
    reader.rest.is_empty().then_some(value)
}

/// As deep as any `repr` in the vectors will be, and no deeper than the stack is.
const MAX_DEPTH: u32 = 100;

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn value(&mut self, depth: u32) -> Option<Value<'static>> {
        let depth = depth.checked_sub(1)?;
        match self.rest.chars().next()? {
            '(' => self.tuple(depth),
            '[' => Some(Value::List(self.items("[", "]", |r| r.value(depth))?.0)),
            '{' => Some(Value::Dict(self.items("{", "}", |r| r.entry(depth))?.0)),
            'b' => self.bytes(),
            '\'' | '"' => self.text().map(Value::from),
            _ => self.word(),
        }
    }

    /// One item needs a comma to be a tuple; without it the brackets are only brackets.
    fn tuple(&mut self, depth: u32) -> Option<Value<'static>> {
        let (mut items, comma) = self.items("(", ")", |reader| reader.value(depth))?;
        match (items.len(), comma) {
            (1, false) => items.pop(),
            _ => Some(Value::Tuple(items)),
        }
    }

    /// The items between two brackets, and whether a comma came after the last.
    fn items<T>(
        &mut self,
        open: &str,
        close: &str,
        mut item: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<(Vec<T>, bool)> {
        self.take(open).then_some(())?;
        let mut items = Vec::new();
        loop {
            if self.take(close) {
                return Some((items, true));
            }
            items.push(item(self)?);
            if !self.take(",") {
                return self.take(close).then_some((items, false));
            }
            self.rest = self.rest.trim_start_matches(' ');
        }
    }

    fn entry(&mut self, depth: u32) -> Option<(Value<'static>, Value<'static>)> {
        let key = self.value(depth)?;
        self.take(":").then_some(())?;
        self.rest = self.rest.trim_start_matches(' ');
        Some((key, self.value(depth)?))
    }

    fn bytes(&mut self) -> Option<Value<'static>> {
        self.take("b").then_some(())?;
        let text = self.text()?;
        let bytes = text.chars().map(|c| u8::try_from(u32::from(c)).ok());
        bytes.collect::<Option<Vec<u8>>>().map(Value::from)
    }

    fn text(&mut self) -> Option<String> {
        let quote = self.next()?;
        let mut text = String::new();
        loop {
            match self.next()? {
                '\\' => text.push(self.escape()?),
                c if c == quote => return Some(text),
                c => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let digits = match self.next()? {
            'n' => return Some('\n'),
            'r' => return Some('\r'),
            't' => return Some('\t'),
            c @ ('\\' | '\'' | '"') => return Some(c),
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => return None,
        };
        let (code, rest) = self.rest.split_at_checked(digits)?;
        self.rest = rest;
        char::from_u32(u32::from_str_radix(code, 16).ok()?)
    }

    fn word(&mut self) -> Option<Value<'static>> {
        let end = self.rest.find([',', ')', ']', '}', ':', ' ']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(match word {
            "None" => Value::None,
            "True" => Value::Bool(true),
            "False" => Value::Bool(false),
            number => match number.parse() {
                Ok(integer) => Value::Int(integer),
                Err(_) => Value::Float(number.parse().ok()?),
            },
        })
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn take(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_printed_as_it_was_read() {
        for literal in [
            "('x',)",
            "('a', 2)",
            "()",
            "({'b': 1, 2: [None, True, 1.5]},)",
            "('\\n\\t\\x00é', b'\\xff\\\\', \"it's\")",
            "[-7, 1e+16, inf, {}]",
        ] {
            let value = parse(literal).unwrap_or_else(|| panic!("{literal} is a literal"));
            assert_eq!(value.repr(), literal);
        }
    }

    #[test]
    fn brackets_alone_make_no_tuple() {
        assert_eq!(parse("(1)"), Some(Value::from(1)));
        assert_eq!(parse("(1,)"), Some(Value::Tuple(vec![Value::from(1)])));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "x", "(1", "'a", "<object>", "1 2", "{1}", "('\\q',)"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&"[".repeat(100_000)), None);
    }
}
