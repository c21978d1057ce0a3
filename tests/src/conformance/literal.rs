//! Python's literals: what the `repr` of values looks like.

use handlers_core::Value;

use super::objects;

/// Reads a literal: numbers, text, bytes, `None`, booleans, tuples, lists, dictionaries and sets of
/// such, and the calls that objects of the standard library look like. None if it is anything else.
pub(super) fn parse(text: &str) -> Option<Value<'static>> {
    let mut reader = Reader { rest: text };
    let value = reader.value(MAX_DEPTH)?;
    reader.rest.is_empty().then_some(value)
}

/// Reads a call: its name, its arguments, and those that have names.
pub(super) fn call(text: &str) -> Option<Call> {
    let mut reader = Reader { rest: text };
    let name = reader.name();
    let call = reader.call(name, MAX_DEPTH)?;
    reader.rest.is_empty().then_some(call)
}

type Call = (String, Vec<Value<'static>>, Vec<(String, Value<'static>)>);

/// As deep as any `repr` in the vectors will be, and no deeper than the stack is.
const MAX_DEPTH: u32 = 100;

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn value(&mut self, depth: u32) -> Option<Value<'static>> {
        let depth = depth.checked_sub(1)?;
        match self.rest.chars().next()? {
            '(' => self.tuple(depth),
            '[' => Some(Value::List(self.items("[", "]", |r| r.value(depth))?.0)),
            '{' => self.braces(depth),
            'b' if self.rest.starts_with("b'") || self.rest.starts_with("b\"") => self.bytes(),
            '\'' | '"' => self.text().map(Value::from),
            _ => self.word(depth),
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

    /// A dictionary, unless there are items without values: then it is a set.
    fn braces(&mut self, depth: u32) -> Option<Value<'static>> {
        let items = self.items("{", "}", |reader| reader.entry(depth))?.0;
        let is_set = !items.is_empty() && items.iter().all(|(_, value)| value.is_none());
        if is_set {
            return Some(objects::set(items.into_iter().map(|(key, _)| key).collect()));
        }
        let entries = items.into_iter().map(|(key, value)| Some((key, value?)));
        entries.collect::<Option<_>>().map(Value::Dict)
    }

    fn entry(&mut self, depth: u32) -> Option<(Value<'static>, Option<Value<'static>>)> {
        let key = self.value(depth)?;
        if !self.take(":") {
            return Some((key, None));
        }
        self.rest = self.rest.trim_start_matches(' ');
        Some((key, Some(self.value(depth)?)))
    }

    fn call(&mut self, name: &str, depth: u32) -> Option<Call> {
        let (mut arguments, mut keywords) = (Vec::new(), Vec::new());
        for (keyword, value) in self.items("(", ")", |reader| reader.argument(depth))?.0 {
            match keyword {
                Some(keyword) => keywords.push((keyword, value)),
                None => arguments.push(value),
            }
        }
        Some((name.to_owned(), arguments, keywords))
    }

    fn argument(&mut self, depth: u32) -> Option<(Option<String>, Value<'static>)> {
        let before = self.rest;
        let name = self.name();
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let keyword = (is_name && self.take("=")).then(|| name.to_owned());
        if keyword.is_none() {
            self.rest = before;
        }
        Some((keyword, self.value(depth)?))
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

    fn word(&mut self, depth: u32) -> Option<Value<'static>> {
        let word = self.name();
        if self.rest.starts_with('(') {
            let (name, arguments, keywords) = self.call(word, depth)?;
            return objects::call(&name, arguments, &keywords).map(Value::from);
        }
        Some(match word {
            "None" => Value::None,
            "True" => Value::Bool(true),
            "False" => Value::Bool(false),
            word => match (objects::constant(word), word.parse()) {
                (Some(constant), _) => constant,
                (None, Ok(integer)) => Value::Int(integer),
                (None, Err(_)) => Value::Float(word.parse().ok()?),
            },
        })
    }

    /// All up to what ends a word.
    fn name(&mut self) -> &'t str {
        let end = self.rest.find([',', '(', ')', ']', '}', ':', ' ', '=']);
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        name
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
        for text in ["", "x", "(1", "'a", "<object>", "1 2", "{1: 2, 3}", "f(1)", "('\\q',)"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&"[".repeat(100_000)), None);
    }
}
