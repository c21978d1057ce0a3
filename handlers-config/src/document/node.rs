//! The tree that a document becomes.

use std::borrow::Cow;

use handlers_core::{Error, ErrorKind, Integer, Value};

use super::Position;

/// A value of a document and the place where it stands there.
///
/// # Examples
///
/// ```
/// use handlers_config::document::{Format, read};
///
/// let text = "handlers:\n  console:\n    level: INFO\n";
/// let config = read(text.as_bytes(), Some(Format::Yaml))?;
/// let level = config.at(&["handlers", "console", "level"]).expect("it is there");
/// assert_eq!(level.as_str(), Some("INFO"));
/// assert_eq!(level.position().to_string(), "line 3 column 12");
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Node {
    value: NodeValue,
    position: Position,
    repeated: Option<Position>,
}

/// What a [`Node`] can be.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum NodeValue {
    /// JSON's `null`, Python's `None`.
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer of any size.
    Int(Integer),
    /// A double.
    Float(f64),
    /// Text.
    Str(String),
    /// Bytes, from YAML's `!!binary`.
    Bytes(Vec<u8>),
    /// A list.
    List(Vec<Node>),
    /// A tuple, as in the pairs of YAML's `!!omap`.
    Tuple(Vec<Node>),
    /// A mapping in the order of the document, without two equal keys.
    Map(Vec<(Node, Node)>),
}

impl Node {
    pub(crate) fn new(value: NodeValue, position: Position) -> Self {
        Self { value, position, repeated: None }
    }

    /// Says that this key of a mapping stands there once more.
    pub(super) fn set_repeated(&mut self, position: Position) {
        self.repeated = Some(position);
    }

    /// The value.
    pub fn value(&self) -> &NodeValue {
        &self.value
    }

    /// The value, by itself.
    pub fn into_value(self) -> NodeValue {
        self.value
    }

    /// Where the value begins in its document.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Where this key stands once more in its mapping, if it does. Its value is the one from there,
    /// as in Python, which says nothing of the others.
    pub fn repeated_at(&self) -> Option<Position> {
        self.repeated
    }

    /// What the value of `key` is, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The key and the value of the entry called `key`; the key's position is where an editor
    /// should be sent.
    pub fn entry(&self, key: &str) -> Option<(&Self, &Self)> {
        let found = self.entries().iter().find(|(name, _)| name.as_str() == Some(key));
        found.map(|(name, value)| (name, value))
    }

    /// Follows a path of keys; a number in it also finds its way into a list or a tuple.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, step| match &node.value {
            NodeValue::List(items) | NodeValue::Tuple(items) => {
                items.get(step.parse::<usize>().ok()?)
            }
            _ => node.get(step),
        })
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self.value, NodeValue::Null)
    }

    /// Whether Python takes this for true: all but null, false, zero and what is empty.
    pub fn is_true(&self) -> bool {
        match &self.value {
            NodeValue::Null => false,
            NodeValue::Bool(flag) => *flag,
            NodeValue::Int(number) => number.to_i64() != Some(0),
            NodeValue::Float(number) => *number != 0.0,
            NodeValue::Str(text) => !text.is_empty(),
            NodeValue::Bytes(bytes) => !bytes.is_empty(),
            NodeValue::List(items) | NodeValue::Tuple(items) => !items.is_empty(),
            NodeValue::Map(entries) => !entries.is_empty(),
        }
    }

    /// The truth value, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            NodeValue::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    /// The integer, if this is one that fits in 64 bits. A truth value is none, other than in
    /// Python.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.value {
            NodeValue::Int(number) => number.to_i64(),
            _ => None,
        }
    }

    /// The text, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if this is a list or a tuple.
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.value {
            NodeValue::List(items) | NodeValue::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The entries in the order of the document, if this is a mapping.
    pub fn as_map(&self) -> Option<&[(Self, Self)]> {
        match &self.value {
            NodeValue::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// What kind of value this is, in the words of an error message: "a list".
    pub fn kind(&self) -> &'static str {
        match self.value {
            NodeValue::Null => "null",
            NodeValue::Bool(_) => "a truth value",
            NodeValue::Int(_) => "an integer",
            NodeValue::Float(_) => "a float",
            NodeValue::Str(_) => "text",
            NodeValue::Bytes(_) => "bytes",
            NodeValue::List(_) => "a list",
            NodeValue::Tuple(_) => "a tuple",
            NodeValue::Map(_) => "a mapping",
        }
    }

    /// An error about this value, with its place in front: `line 12 column 5: …`.
    #[cold]
    pub fn error(&self, kind: ErrorKind, message: &str) -> Error {
        Error::new(kind, format!("{}: {message}", self.position))
    }

    /// The tree without its positions.
    pub fn to_value(&self) -> Value<'static> {
        let all = |items: &[Self]| items.iter().map(Self::to_value).collect();
        match &self.value {
            NodeValue::Null => Value::None,
            NodeValue::Bool(flag) => Value::Bool(*flag),
            NodeValue::Int(number) => Value::Int(number.clone()),
            NodeValue::Float(number) => Value::Float(*number),
            NodeValue::Str(text) => Value::Str(Cow::Owned(text.clone())),
            NodeValue::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.clone())),
            NodeValue::List(items) => Value::List(all(items)),
            NodeValue::Tuple(items) => Value::Tuple(all(items)),
            NodeValue::Map(entries) => {
                let pair = |(key, value): &(Self, Self)| (key.to_value(), value.to_value());
                Value::Dict(entries.iter().map(pair).collect())
            }
        }
    }

    fn entries(&self) -> &[(Self, Self)] {
        self.as_map().unwrap_or_default()
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value && self.position == other.position
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Format, read};

    fn yaml(text: &str) -> Node {
        read(text.as_bytes(), Some(Format::Yaml)).unwrap()
    }

    #[test]
    fn a_path_leads_through_mappings_and_lists() {
        let node = yaml("a:\n  b.c: [x, {d: y}]\n  '0': z\n");
        assert_eq!(node.at(&["a", "b.c", "1", "d"]).and_then(Node::as_str), Some("y"));
        assert_eq!(node.at(&["a", "0"]).and_then(Node::as_str), Some("z"));
        assert_eq!(node.at(&["a", "b", "c"]), None);
        assert_eq!(node.at(&["a", "b.c", "2"]), None);
        assert_eq!(node.at(&[]), Some(&node));
    }

    #[test]
    fn truth_is_pythons() {
        for text in ["no", "0", "0.0", "''", "[]", "{}", "~", "!!binary ''", "-0.0"] {
            assert!(!yaml(text).is_true(), "{text}");
        }
        for text in ["yes", "1", ".nan", "'no'", "[0]", "{a: }", "0x10000000000000000"] {
            assert!(yaml(text).is_true(), "{text}");
        }
    }

    #[test]
    fn a_truth_value_is_no_integer() {
        assert_eq!(yaml("yes").as_i64(), None);
        assert_eq!(yaml("yes").as_bool(), Some(true));
        assert_eq!(yaml("0644").as_i64(), Some(420));
        assert_eq!(yaml("0x10000000000000000").as_i64(), None);
    }

    #[test]
    fn an_error_begins_with_the_place() {
        let node = yaml("level: LOUD");
        let level = node.get("level").unwrap();
        let error = level.error(ErrorKind::Value, "Unknown level: 'LOUD'");
        assert_eq!(error.to_string(), "line 1 column 8: Unknown level: 'LOUD'");
    }
}
