//! The document while it is worked through: values may be taken out and replaced by objects.

use std::collections::HashMap;
use std::sync::Arc;

use handlers_core::{Filter, Formatter, Handler, Value};

use crate::argument::kind_of;
use crate::document::{Node, NodeValue, Position};
use crate::registry::Named;

/// All values of a document, under numbers.
///
/// `dictConfig` takes keys out of its mappings and puts what it makes in their places, and `cfg://`
/// sees what is there at that moment (CONF-5). Numbers make that possible while others hold them.
#[derive(Debug)]
pub(crate) struct Store {
    slots: Vec<Slot>,
}

/// The number of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Id(usize);

#[derive(Debug)]
struct Slot {
    content: Content,
    position: Position,
}

/// What a value is.
#[derive(Debug)]
pub(crate) enum Content {
    /// No list and no mapping.
    Plain(Value<'static>),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Map(Entries),
    Object(Object),
}

/// What a value of the configuration has become.
#[derive(Clone)]
pub(crate) enum Object {
    Filter(Arc<str>, Arc<dyn Filter>),
    Formatter(Arc<str>, Arc<dyn Formatter>),
    Handler(Arc<str>, Arc<dyn Handler>),
    Named(Arc<str>, Named),
}

/// The entries of a mapping, in their order.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    list: Vec<Entry>,
    by_text: HashMap<String, usize>,
    /// Of keys that are no text, by what they have in common with equal ones.
    by_other: HashMap<String, usize>,
}

/// An entry; one that was taken out has no value.
#[derive(Debug)]
struct Entry {
    key: Value<'static>,
    position: Position,
    value: Option<Id>,
}

/// A name that a loop over a section or a list of names gives.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) value: Value<'static>,
    pub(crate) position: Position,
}

impl Store {
    /// Takes a document; its value has the number [`Store::ROOT`].
    pub(crate) fn new(document: &Node) -> Self {
        let mut store = Self { slots: Vec::new() };
        store.slots.push(Slot { content: Content::Plain(Value::None), position: Position::START });
        let content = store.content_of(document);
        store.slots[Self::ROOT.0] = Slot { content, position: document.position() };
        store
    }

    pub(crate) const ROOT: Id = Id(0);

    pub(crate) fn content(&self, id: Id) -> &Content {
        &self.slots[id.0].content
    }

    pub(crate) fn position(&self, id: Id) -> Position {
        self.slots[id.0].position
    }

    /// Adds a value that stands where another does.
    pub(crate) fn add(&mut self, content: Content, like: Id) -> Id {
        let position = self.position(like);
        self.push(content, position)
    }

    /// The entries of a mapping; none of anything else.
    pub(crate) fn entries(&self, map: Id) -> Option<&Entries> {
        match self.content(map) {
            Content::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value under a key of a mapping.
    pub(crate) fn get(&self, map: Id, key: &str) -> Option<Id> {
        let entries = self.entries(map)?;
        entries.list[*entries.by_text.get(key)?].value
    }

    /// The value under a key of a mapping, which may be no text.
    pub(crate) fn find(&self, map: Id, key: &Value<'_>) -> Option<Id> {
        let entries = self.entries(map)?;
        entries.list[entries.place(key)?].value
    }

    /// Takes a value out of a mapping.
    pub(crate) fn pop(&mut self, map: Id, key: &str) -> Option<Id> {
        let Content::Map(entries) = &mut self.slots[map.0].content else { return None };
        let place = *entries.by_text.get(key)?;
        entries.list[place].value.take()
    }

    /// Puts another value in the place of one of a mapping.
    pub(crate) fn replace(&mut self, map: Id, key: &Item, content: Content) {
        let id = self.push(content, key.position);
        if let Content::Map(entries) = &mut self.slots[map.0].content
            && let Some(place) = entries.place(&key.value)
        {
            entries.list[place].value = Some(id);
        }
    }

    /// Adds an empty mapping under a key that a mapping does not have.
    pub(crate) fn insert_empty(&mut self, map: Id, key: &str) {
        let position = self.position(map);
        let value = Some(self.push(Content::Map(Entries::default()), position));
        if let Content::Map(entries) = &mut self.slots[map.0].content {
            entries.push(Entry { key: Value::from(key.to_owned()), position, value });
        }
    }

    /// The values of a mapping as they are now, for [`restore`](Self::restore).
    pub(crate) fn values(&self, map: Id) -> Vec<Option<Id>> {
        let entries = self.entries(map).map_or(&[][..], |entries| &entries.list);
        entries.iter().map(|entry| entry.value).collect()
    }

    /// Puts the values of a mapping back.
    pub(crate) fn restore(&mut self, map: Id, values: Vec<Option<Id>>) {
        if let Content::Map(entries) = &mut self.slots[map.0].content {
            for (entry, value) in entries.list.iter_mut().zip(values) {
                entry.value = value;
            }
        }
    }

    /// The keys of a mapping that are still there; none of anything else.
    pub(crate) fn keys(&self, map: Id) -> Vec<Item> {
        self.entries(map).map(Entries::keys).unwrap_or_default()
    }

    /// Keys of a mapping, as text: so many that a misspelt one can be looked for among them.
    pub(crate) fn some_keys(&self, map: Id) -> Vec<String> {
        let entries = self.entries(map).map_or(&[][..], |entries| &entries.list);
        entries.iter().take(SOME).map(|entry| entry.key.to_string()).collect()
    }

    /// Whether Python takes the value for true.
    pub(crate) fn is_true(&self, id: Id) -> bool {
        match self.content(id) {
            Content::Plain(value) => value.is_truthy(),
            Content::List(items) | Content::Tuple(items) => !items.is_empty(),
            Content::Map(entries) => entries.list.iter().any(|entry| entry.value.is_some()),
            Content::Object(_) => true,
        }
    }

    pub(crate) fn is_null(&self, id: Id) -> bool {
        matches!(self.content(id), Content::Plain(Value::None))
    }

    pub(crate) fn text(&self, id: Id) -> Option<&str> {
        match self.content(id) {
            Content::Plain(Value::Str(text)) => Some(text),
            _ => None,
        }
    }

    /// The value with all that is in it. Objects are their names.
    pub(crate) fn value(&self, id: Id) -> Value<'static> {
        let all = |ids: &[Id]| ids.iter().map(|id| self.value(*id)).collect();
        match self.content(id) {
            Content::Plain(value) => value.clone(),
            Content::List(ids) => Value::List(all(ids)),
            Content::Tuple(ids) => Value::Tuple(all(ids)),
            Content::Map(entries) => {
                let live = entries.list.iter().filter_map(|entry| Some((entry, entry.value?)));
                Value::Dict(live.map(|(entry, id)| (entry.key.clone(), self.value(id))).collect())
            }
            Content::Object(object) => Value::Str(format!("<{}>", object.class()).into()),
        }
    }

    /// What kind of value it is, in plain words.
    pub(crate) fn kind(&self, id: Id) -> &'static str {
        match self.content(id) {
            Content::Plain(value) => kind_of(value),
            Content::List(_) => "a list",
            Content::Tuple(_) => "a tuple",
            Content::Map(_) => "a mapping",
            Content::Object(object) => object.kind(),
        }
    }

    /// The name of the Python type of the value.
    pub(crate) fn type_name(&self, id: Id) -> &str {
        match self.content(id) {
            Content::Plain(value) => value.type_name(),
            Content::List(_) => "ConvertingList",
            Content::Tuple(_) => "ConvertingTuple",
            Content::Map(_) => "ConvertingDict",
            Content::Object(object) => object.type_name(),
        }
    }

    fn push(&mut self, content: Content, position: Position) -> Id {
        self.slots.push(Slot { content, position });
        Id(self.slots.len() - 1)
    }

    fn add_node(&mut self, node: &Node) -> Id {
        let content = self.content_of(node);
        self.push(content, node.position())
    }

    fn content_of(&mut self, node: &Node) -> Content {
        match node.value() {
            NodeValue::List(nodes) => Content::List(self.add_nodes(nodes)),
            NodeValue::Tuple(nodes) => Content::Tuple(self.add_nodes(nodes)),
            NodeValue::Map(nodes) => {
                let mut entries = Entries::default();
                for (key, node) in nodes {
                    let value = Some(self.add_node(node));
                    entries.push(Entry { key: key.to_value(), position: key.position(), value });
                }
                Content::Map(entries)
            }
            _ => Content::Plain(node.to_value()),
        }
    }

    fn add_nodes(&mut self, nodes: &[Node]) -> Vec<Id> {
        nodes.iter().map(|node| self.add_node(node)).collect()
    }
}

impl Entries {
    fn push(&mut self, entry: Entry) {
        match &entry.key {
            Value::Str(text) => self.by_text.insert(text.to_string(), self.list.len()),
            other => self.by_other.insert(common(other), self.list.len()),
        };
        self.list.push(entry);
    }

    /// The keys whose values are still there.
    fn keys(&self) -> Vec<Item> {
        let live = self.list.iter().filter(|entry| entry.value.is_some());
        live.map(|entry| Item { value: entry.key.clone(), position: entry.position }).collect()
    }

    fn place(&self, key: &Value<'_>) -> Option<usize> {
        match key {
            Value::Str(text) => self.by_text.get(&**text).copied(),
            other => self.by_other.get(&common(other)).copied(),
        }
    }
}

/// A text that is the same for values that Python takes for one key: `1`, `1.0` and `True`. (Floats
/// beyond 64 bits never equal integers here.)
fn common(key: &Value<'_>) -> String {
    let whole = match key {
        #[expect(clippy::cast_possible_truncation, reason = "a whole number within 64 bits")]
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 9e18 => {
            Some(*number as i64)
        }
        other => other.as_i64(),
    };
    whole.map_or_else(|| key.repr(), |number| number.to_string())
}

impl Item {
    /// The name as the repr that messages show (CONF-11).
    pub(crate) fn repr(&self) -> String {
        self.value.repr()
    }

    /// The name as text.
    pub(crate) fn text(&self) -> String {
        self.value.to_string()
    }
}

impl Object {
    /// The name of its class, or its own.
    pub(crate) fn class(&self) -> &str {
        match self {
            Self::Filter(class, _)
            | Self::Formatter(class, _)
            | Self::Handler(class, _)
            | Self::Named(class, _) => class,
        }
    }

    pub(crate) fn type_name(&self) -> &str {
        match self {
            Self::Named(_, named) => named.type_name(),
            made => made.class().rsplit('.').next().unwrap_or_default(),
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Filter(..) => "a filter",
            Self::Formatter(..) => "a formatter",
            Self::Handler(..) => "a handler",
            Self::Named(_, named) => named.kind(),
        }
    }
}

impl std::fmt::Debug for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{}>", self.class())
    }
}

/// As many as CPython compares a misspelt name with.
const SOME: usize = 750;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Format, read};

    #[test]
    fn keys_are_found_as_in_a_python_dictionary() {
        let text =
            "{1: int, '1': text, null: nothing, 2.5: float, !!binary aGk=: bytes, yes: truth}";
        let store = Store::new(&read(text.as_bytes(), Some(Format::Yaml)).unwrap());
        let found = |key: Value<'static>| {
            let id = store.find(Store::ROOT, &key)?;
            store.text(id).map(str::to_owned)
        };
        // `true` is 1 and comes later.
        assert_eq!(found(Value::from(1)).as_deref(), Some("truth"));
        assert_eq!(found(Value::from(1.0)).as_deref(), Some("truth"));
        assert_eq!(found(Value::from("1")).as_deref(), Some("text"));
        assert_eq!(found(Value::None).as_deref(), Some("nothing"));
        assert_eq!(found(Value::from(2.5)).as_deref(), Some("float"));
        assert_eq!(found(Value::from(b"hi")).as_deref(), Some("bytes"));
        assert_eq!(found(Value::from("None")), None);
        assert_eq!(found(Value::from(2)), None);
    }

    #[test]
    fn what_was_taken_out_is_gone_until_it_is_put_back() {
        let mut store = Store::new(&read(b"{a: 1, b: 2}", None).unwrap());
        let before = store.values(Store::ROOT);
        assert!(store.pop(Store::ROOT, "a").is_some());
        assert!(store.pop(Store::ROOT, "a").is_none() && store.get(Store::ROOT, "a").is_none());
        assert_eq!(store.keys(Store::ROOT).len(), 1);
        store.restore(Store::ROOT, before);
        assert_eq!(store.value(Store::ROOT).to_string(), "{'a': 1, 'b': 2}");
    }
}
