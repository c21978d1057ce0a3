//! Reading values of the document as `dictConfig` does: references are followed on the way.

use std::sync::Arc;

use handlers_core::{ErrorKind, Integer, Value};

use super::cfg_path::{Reference, Step, Steps};
use super::store::{Content, Id, Item, Object, Store};
use crate::argument::Argument;
use crate::fault::{Fault, Outcome};
use crate::registry::{Named, Registry};
use crate::suggest::hint;

/// A document and what the names in it stand for.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    pub(crate) store: Store,
    pub(crate) registry: &'a Registry,
    /// How many references lead to the one that is followed now.
    depth: usize,
    /// How many steps may still be made for the value that is read now.
    fuel: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(store: Store, registry: &'a Registry) -> Self {
        Self { store, registry, depth: 0, fuel: 0 }
    }

    /// Reads the value under a key of a mapping.
    pub(crate) fn get(&mut self, map: Id, key: &str) -> Outcome<Option<Id>> {
        let found = self.store.get(map, key);
        self.read(found, key)
    }

    /// Takes the value under a key out of a mapping.
    pub(crate) fn pop(&mut self, map: Id, key: &str) -> Outcome<Option<Id>> {
        let found = self.store.pop(map, key);
        self.read(found, key)
    }

    fn read(&mut self, found: Option<Id>, key: &str) -> Outcome<Option<Id>> {
        let Some(id) = found else { return Ok(None) };
        let position = self.store.position(id);
        let value = self.convert(id).map_err(|fault| fault.at(Some(position)).at_key(key))?;
        Ok(Some(value))
    }

    /// Reads `container[key]`, as Python does (CONF-77).
    pub(crate) fn index(&mut self, container: Id, key: &Value<'_>) -> Outcome<Id> {
        match self.store.content(container) {
            Content::Map(_) if !is_hashable(key) => Err(unhashable(key)),
            Content::Map(_) => {
                let found = self.store.find(container, key);
                let id = found.ok_or_else(|| self.no_key(container, key))?;
                self.convert(id)
            }
            Content::List(items) | Content::Tuple(items) => {
                let id = list_item(items, key).map_err(|fault| match fault {
                    ListFault::Range => Fault::new(
                        ErrorKind::Index,
                        "list index out of range",
                        format!("the list has no item {key}"),
                    ),
                    ListFault::Type => not_an_index("list", "or slices, ", key),
                })?;
                self.convert(id)
            }
            Content::Plain(Value::Str(text)) => {
                let Some(place) = key.as_i64() else {
                    return Err(not_an_index("string", "", key));
                };
                let letter = usize::try_from(place).ok().and_then(|place| text.chars().nth(place));
                let letter = letter.ok_or_else(|| {
                    let text = "string index out of range";
                    Fault::new(ErrorKind::Index, text, format!("the text has no letter {key}"))
                })?;
                Ok(self.store.add(Content::Plain(Value::from(letter.to_string())), container))
            }
            _ => Err(self.not_subscriptable(container)),
        }
    }

    /// Follows the reference that a text is; anything else is itself (CONF-73 to CONF-79).
    pub(crate) fn convert(&mut self, id: Id) -> Outcome<Id> {
        if self.depth == 0 {
            self.fuel = MAX_STEPS;
        }
        let Some(text) = self.store.text(id) else { return Ok(id) };
        let Some(reference) = Reference::parse(text) else { return Ok(id) };
        self.fuel = self.fuel.saturating_sub(1);
        if self.depth >= MAX_DEPTH || self.fuel == 0 {
            let text = "maximum recursion depth exceeded";
            return Err(Fault::new(
                ErrorKind::Runtime,
                text,
                "the reference never comes to an end",
            ));
        }
        self.depth += 1;
        let converted = match reference {
            Reference::Ext(name) => {
                let named = self.registry.resolve(name).map(|named| (Arc::from(name), named));
                named.map(|(name, named)| self.add_named(name, named, id))
            }
            Reference::Cfg(path) => {
                let path = path.to_owned();
                self.follow_cfg(&path)
            }
        };
        self.depth -= 1;
        converted
    }

    /// CONF-75.
    fn add_named(&mut self, name: Arc<str>, named: Named, from: Id) -> Id {
        let content = match named {
            Named::Constant(value) => Content::Plain(value),
            named => Content::Object(Object::Named(name, named)),
        };
        self.store.add(content, from)
    }

    /// CONF-76, CONF-78.
    fn follow_cfg(&mut self, path: &str) -> Outcome<Id> {
        let shown = Value::from(path).repr();
        let Some((word, mut steps)) = Steps::parse(path) else {
            let text = format!("Unable to convert {shown}");
            return Err(Fault::new(ErrorKind::Value, text, "`cfg://` needs a key behind it"));
        };
        let mut id = self.index(Store::ROOT, &Value::from(word))?;
        loop {
            let step = steps.next_step().map_err(|rest| {
                let rest = Value::from(rest).repr();
                let text = format!("Unable to convert {shown} at {rest}");
                Fault::new(ErrorKind::Value, text, format!("{rest} is no step of a path"))
            })?;
            id = match step {
                None => return Ok(id),
                Some(Step::Key(key)) => self.index(id, &Value::from(key))?,
                Some(Step::Index(text)) => self.follow_index(id, text)?,
            };
        }
    }

    /// Digits are a number, unless that is of the wrong type here.
    fn follow_index(&mut self, container: Id, text: &str) -> Outcome<Id> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && let Ok(number) = text.parse::<Integer>() {
            match self.index(container, &Value::Int(number)) {
                Err(fault) if fault.error().kind() == ErrorKind::Type => {
                    let cause = fault.into_error();
                    return self
                        .index(container, &Value::from(text))
                        .map_err(|fault| fault.because(&cause));
                }
                found => return found,
            }
        }
        self.index(container, &Value::from(text))
    }

    /// What a loop over the value gives, raw: the items of a list, the keys of a mapping, the
    /// letters of a text.
    pub(crate) fn iterate(&self, id: Id) -> Outcome<Items> {
        let position = self.store.position(id);
        Ok(match self.store.content(id) {
            Content::Map(_) => Items::All(self.store.keys(id).into_iter()),
            Content::List(items) | Content::Tuple(items) => Items::Ids(items.clone().into_iter()),
            Content::Plain(Value::Str(text)) => {
                Items::Letters { text: text.to_string(), at: 0, position }
            }
            _ => return Err(self.not_iterable(id)),
        })
    }

    /// The value as an argument of a class.
    pub(crate) fn argument(&self, id: Id) -> Argument {
        match self.store.content(id) {
            Content::Object(Object::Filter(_, filter)) => Argument::Filter(Arc::clone(filter)),
            Content::Object(Object::Formatter(_, formatter)) => {
                Argument::Formatter(Arc::clone(formatter))
            }
            Content::Object(Object::Handler(_, handler)) => Argument::Handler(Arc::clone(handler)),
            Content::Object(Object::Named(_, Named::Stream(open))) => Argument::Stream(open()),
            Content::Object(Object::Named(name, _)) => Argument::Class(name.to_string()),
            _ => Argument::Value(self.store.value(id)),
        }
    }

    fn no_key(&self, map: Id, key: &Value<'_>) -> Fault {
        let names = self.store.some_keys(map);
        let fault =
            Fault::new(ErrorKind::Key, key.repr(), format!("there is no key {}", key.repr()));
        fault.help(hint(&key.to_string(), names.iter().map(String::as_str)))
    }

    fn not_subscriptable(&self, id: Id) -> Fault {
        let text = format!("'{}' object is not subscriptable", self.store.type_name(id));
        Fault::new(ErrorKind::Type, text, format!("{} has no keys", self.store.kind(id)))
    }

    pub(crate) fn not_iterable(&self, id: Id) -> Fault {
        let text = format!("'{}' object is not iterable", self.store.type_name(id));
        let found = self.store.kind(id);
        Fault::new(ErrorKind::Type, text, format!("expected a list of names, found {found}"))
    }
}

/// Items of a loop.
#[derive(Debug)]
pub(crate) enum Items {
    All(std::vec::IntoIter<Item>),
    Ids(std::vec::IntoIter<Id>),
    /// One at a time: a text may be long.
    Letters {
        text: String,
        at: usize,
        position: crate::document::Position,
    },
}

impl Items {
    pub(crate) fn next_item(&mut self, store: &Store) -> Option<Item> {
        match self {
            Self::All(items) => items.next(),
            Self::Ids(ids) => {
                let id = ids.next()?;
                Some(Item { value: store.value(id), position: store.position(id) })
            }
            Self::Letters { text, at, position } => {
                let letter = text[*at..].chars().next()?;
                *at += letter.len_utf8();
                Some(Item { value: Value::from(letter.to_string()), position: *position })
            }
        }
    }
}

/// Whether Python accepts the value as a key.
fn is_hashable(key: &Value<'_>) -> bool {
    match key {
        Value::List(_) | Value::Dict(_) => false,
        Value::Tuple(items) => items.iter().all(is_hashable),
        _ => true,
    }
}

/// What an empty mapping says of a key.
pub(crate) fn missing_key(key: &Value<'_>) -> Fault {
    if is_hashable(key) { Fault::new(ErrorKind::Key, key.repr(), "") } else { unhashable(key) }
}

fn unhashable(key: &Value<'_>) -> Fault {
    let text = format!("unhashable type: '{}'", key.type_name());
    let found = crate::argument::kind_of(key);
    Fault::new(ErrorKind::Type, text, format!("expected a name, found {found}"))
}

fn not_an_index(what: &str, or: &str, key: &Value<'_>) -> Fault {
    let name = key.type_name();
    let name = if what == "string" { format!("'{name}'") } else { name.to_owned() };
    let comma = if or.is_empty() { ", " } else { " " };
    let text = format!("{what} indices must be integers{comma}{or}not {name}");
    let what = if what == "string" { "text" } else { "a list" };
    Fault::new(ErrorKind::Type, text, format!("{what} has no key {}", key.repr()))
}

enum ListFault {
    Range,
    Type,
}

/// An item of a list; negative numbers count from the end.
fn list_item(items: &[Id], key: &Value<'_>) -> Result<Id, ListFault> {
    if !matches!(key, Value::Int(_) | Value::Bool(_)) {
        return Err(ListFault::Type);
    }
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let place =
        key.as_i64().map(|place| if place < 0 { place.saturating_add(length) } else { place });
    let place = place.and_then(|place| usize::try_from(place).ok());
    place.and_then(|place| items.get(place)).copied().ok_or(ListFault::Range)
}

/// References that lead to references: Python's stack takes about as many.
const MAX_DEPTH: usize = 100;

/// Steps that one value may take, so that references to references cannot multiply.
const MAX_STEPS: usize = 10_000;
