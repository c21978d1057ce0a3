//! Values, lists and mappings.

use crate::document::fault::{Fault, Parsed};
use crate::document::limits::{Budget, MAX_DEPTH, too_deep};
use crate::document::position::Locator;
use crate::document::{Node, NodeValue, Position, keys};

/// Reads a JSON document as `json.loads` does: `NaN`, `Infinity` and `-Infinity` are numbers,
/// integers have any size, and of two equal keys the later one counts.
pub(in crate::document) fn read(text: &str) -> Parsed<Node> {
    let mut reader = Reader::new(text);
    reader.skip_space();
    let node = reader.value(0)?;
    reader.skip_space();
    if reader.peek().is_some() {
        return Err(reader.expected("the end of the document"));
    }
    Ok(node)
}

#[derive(Debug)]
pub(super) struct Reader<'a> {
    text: &'a str,
    offset: usize,
    locator: Locator<'a>,
    budget: Budget,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, offset: 0, locator: Locator::new(text), budget: Budget::new() }
    }

    fn value(&mut self, depth: usize) -> Parsed<Node> {
        let position = self.position();
        self.budget.take_nodes(1, position)?;
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => NodeValue::Str(self.string()?),
            _ => self.literal()?,
        };
        Ok(Node::new(value, position))
    }

    fn object(&mut self, depth: usize) -> Parsed<NodeValue> {
        let mut entries = Vec::new();
        self.enter(depth)?;
        if self.take(b'}') {
            return Ok(NodeValue::Map(entries));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.expected("a key in double quotes"));
            }
            let key = self.value(depth + 1)?;
            self.skip_space();
            if !self.take(b':') {
                return Err(self.expected("':'"));
            }
            self.skip_space();
            entries.push((key, self.value(depth + 1)?));
            self.skip_space();
            if self.take(b'}') {
                return Ok(NodeValue::Map(keys::last_wins(entries, 0)));
            }
            if !self.take(b',') {
                return Err(self.expected("',' or '}'"));
            }
            self.skip_space();
        }
    }

    fn array(&mut self, depth: usize) -> Parsed<NodeValue> {
        let mut items = Vec::new();
        self.enter(depth)?;
        if self.take(b']') {
            return Ok(NodeValue::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.take(b']') {
                return Ok(NodeValue::List(items));
            }
            if !self.take(b',') {
                return Err(self.expected("',' or ']'"));
            }
            self.skip_space();
        }
    }

    /// Passes an opening bracket.
    fn enter(&mut self, depth: usize) -> Parsed<()> {
        if depth >= MAX_DEPTH {
            return Err(too_deep(self.position()));
        }
        self.offset += 1;
        self.skip_space();
        Ok(())
    }

    /// Reads a number or a word. As in Python, a word ends where it is complete: what follows it is
    /// the business of whoever expects something there.
    fn literal(&mut self) -> Parsed<NodeValue> {
        let rest = self.rest();
        for (word, value) in WORDS {
            if rest.starts_with(word) {
                self.offset += word.len();
                return Ok(value.clone());
            }
        }
        self.number()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    /// Passes `byte`, which is ASCII, if it is the next one.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.offset += usize::from(found);
        found
    }

    /// What has not been read. The offset only ever moves over whole characters.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    /// Passes `length` bytes.
    pub(super) fn skip(&mut self, length: usize) {
        self.offset += length;
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.offset += 1;
        }
    }

    pub(super) fn position(&mut self) -> Position {
        self.locator.locate(self.offset)
    }

    #[cold]
    pub(super) fn expected(&mut self, what: &str) -> Fault {
        let position = self.position();
        let message = match self.rest().chars().next() {
            Some(found) => format!("expected {what}, found {found:?}"),
            None => format!("expected {what}, found the end of the document"),
        };
        Fault::new(position, message)
    }
}

const WORDS: &[(&str, NodeValue)] = &[
    ("null", NodeValue::Null),
    ("true", NodeValue::Bool(true)),
    ("false", NodeValue::Bool(false)),
    ("NaN", NodeValue::Float(f64::NAN)),
    ("Infinity", NodeValue::Float(f64::INFINITY)),
    ("-Infinity", NodeValue::Float(f64::NEG_INFINITY)),
];

#[cfg(test)]
mod tests {
    use super::read;
    use crate::document::Position;

    fn repr(text: &str) -> String {
        read(text).unwrap().to_value().repr()
    }

    fn message(text: &str) -> String {
        handlers_core::Error::from(read(text).unwrap_err()).to_string()
    }

    // What CPython's json.loads makes of the same texts.
    #[test]
    fn values_are_those_of_python() {
        assert_eq!(repr(" [null, true, false, {}, []] \r\n\t"), "[None, True, False, {}, []]");
        assert_eq!(repr("[NaN, Infinity, -Infinity]"), "[nan, inf, -inf]");
        assert_eq!(repr(r#"{"b": 1, "a": 2, "b": 3}"#), "{'b': 3, 'a': 2}");
    }

    #[test]
    fn every_value_knows_its_place() {
        let node = read("{\n \"é\": [1,\n  22]}").unwrap();
        let (key, list) = node.entry("é").unwrap();
        assert_eq!(key.position(), Position { line: 2, column: 2 });
        assert_eq!(list.position(), Position { line: 2, column: 7 });
        assert_eq!(list.at(&["1"]).unwrap().position(), Position { line: 3, column: 3 });
    }

    #[test]
    fn what_python_rejects_is_rejected_with_its_place() {
        assert_eq!(message(""), "line 1 column 1: expected a value, found the end of the document");
        assert_eq!(message("[1,]"), "line 1 column 4: expected a value, found ']'");
        assert_eq!(message("[1 2]"), "line 1 column 4: expected ',' or ']', found '2'");
        assert_eq!(
            message("{\"a\": 1,}"),
            "line 1 column 9: expected a key in double quotes, found '}'"
        );
        assert_eq!(
            message("{a: 1}"),
            "line 1 column 2: expected a key in double quotes, found 'a'"
        );
        assert_eq!(message("{\"a\" 1}"), "line 1 column 6: expected ':', found '1'");
        assert_eq!(
            message("{} // b"),
            "line 1 column 4: expected the end of the document, found '/'"
        );
        assert_eq!(message("nul"), "line 1 column 1: expected a value, found 'n'");
        assert_eq!(
            message("truer"),
            "line 1 column 5: expected the end of the document, found 'r'"
        );
        assert_eq!(message("\u{feff}1"), "line 1 column 1: expected a value, found '\\u{feff}'");
    }

    #[test]
    fn nesting_has_a_limit() {
        let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(read(&nested(128)).is_ok());
        let error = message(&nested(129));
        assert_eq!(error, "line 1 column 129: the document is nested more than 128 levels deep");
    }
}
