//! One walk over a configuration: to apply it, or to check it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use handlers_core::{Error, ErrorKind, Handler, Level, Manager, Value, level_names_mapping};

use super::incremental::known_handler;
use super::reader::{Reader, missing_key};
use super::store::{Content, Id, Item, Store};
use crate::document::Position;
use crate::fault::{Fault, Outcome};
use crate::problem::{Problem, Severity};
use crate::registry::Sharing;
use crate::suggest::nearest;

/// A configuration that is being worked through.
///
/// Applying and checking take the same way, step by step, so that what the one accepts the other
/// does. Applying does each step and ends with the first that fails. Checking does nothing, notes
/// what would fail, and goes on as if it had not.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    pub(crate) reader: Reader<'a>,
    goal: Goal<'a>,
    /// The keys that lead to the object at hand.
    trail: Vec<String>,
    /// Where that is.
    position: Option<Position>,
}

#[derive(Debug)]
enum Goal<'a> {
    Apply { manager: &'a Manager, made: Vec<(String, Arc<dyn Handler>)> },
    Check { problems: Vec<Problem>, files: BTreeMap<(PathBuf, Sharing), String> },
}

/// A section of the configuration in which objects have names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) key: &'static str,
    pub(crate) word: &'static str,
    order: Order,
}

/// How Python goes through a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    AsWritten,
    /// By name (CONF-30).
    Sorted,
    /// As written, and each name must be that of a handler (CONF-13).
    Known,
}

impl Section {
    pub(crate) const FILTERS: Self =
        Self { key: "filters", word: "filter", order: Order::AsWritten };
    pub(crate) const FORMATTERS: Self =
        Self { key: "formatters", word: "formatter", order: Order::AsWritten };
    pub(crate) const HANDLERS: Self =
        Self { key: "handlers", word: "handler", order: Order::Sorted };
    /// Handlers that are there already.
    pub(crate) const KNOWN_HANDLERS: Self = Self { order: Order::Known, ..Self::HANDLERS };
    pub(crate) const LOGGERS: Self =
        Self { key: "loggers", word: "logger", order: Order::AsWritten };
}

impl<'a> Walk<'a> {
    /// Begins a walk that does what it finds.
    pub(crate) fn applying(reader: Reader<'a>, manager: &'a Manager) -> Self {
        let goal = Goal::Apply { manager, made: Vec::new() };
        Self { reader, goal, trail: Vec::new(), position: None }
    }

    /// Begins a walk that only looks.
    pub(crate) fn checking(reader: Reader<'a>) -> Self {
        let goal = Goal::Check { problems: Vec::new(), files: BTreeMap::new() };
        Self { reader, goal, trail: Vec::new(), position: None }
    }

    /// The handlers that were made, with their names.
    pub(crate) fn into_made(self) -> Vec<(String, Arc<dyn Handler>)> {
        match self.goal {
            Goal::Apply { made, .. } => made,
            Goal::Check { .. } => Vec::new(),
        }
    }

    /// What was found.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        match self.goal {
            Goal::Apply { .. } => Vec::new(),
            Goal::Check { problems, .. } => problems,
        }
    }

    /// The tree to change; none in a check.
    pub(crate) fn manager(&self) -> Option<&'a Manager> {
        match &self.goal {
            Goal::Apply { manager, .. } => Some(manager),
            Goal::Check { .. } => None,
        }
    }

    pub(crate) fn is_check(&self) -> bool {
        matches!(self.goal, Goal::Check { .. })
    }

    /// Keeps a handler that was made.
    pub(crate) fn keep(&mut self, name: &Item, handler: &Arc<dyn Handler>) {
        if let Goal::Apply { made, .. } = &mut self.goal {
            made.push((name.text(), Arc::clone(handler)));
        }
    }

    /// How many problems there are, for [`forget`](Self::forget).
    pub(crate) fn mark(&self) -> usize {
        match &self.goal {
            Goal::Apply { .. } => 0,
            Goal::Check { problems, .. } => problems.len(),
        }
    }

    /// Forgets the problems found since, of what will be looked at again.
    pub(crate) fn forget(&mut self, mark: usize) {
        if let Goal::Check { problems, .. } = &mut self.goal {
            problems.truncate(mark);
        }
    }

    /// Hands a result on; a check notes a fault and goes on with nothing.
    pub(crate) fn settle<T>(&mut self, outcome: Outcome<T>) -> Outcome<Option<T>> {
        let fault = match outcome {
            Ok(value) => return Ok(Some(value)),
            Err(fault) if fault.is_deferred() || !self.is_check() => return Err(fault),
            Err(fault) => fault,
        };
        self.note(Severity::Error, fault)?;
        Ok(None)
    }

    /// Notes something that works, but probably not as it was meant.
    pub(crate) fn warn(&mut self, fault: Fault) -> Outcome<()> {
        if self.is_check() { self.note(Severity::Warning, fault) } else { Ok(()) }
    }

    fn note(&mut self, severity: Severity, fault: Fault) -> Outcome<()> {
        let Goal::Check { problems, .. } = &mut self.goal else { return Err(fault) };
        // A text of a million letters where a list should be is not worth a million problems.
        if problems.len() >= MAX_PROBLEMS {
            return Err(fault);
        }
        let (message, help, keys, position) = fault.into_parts();
        let path: Vec<&str> = self.trail.iter().chain(&keys).map(String::as_str).collect();
        let position = position.or(self.position);
        problems.push(Problem::new(severity, &path, position, &message, help.as_deref()));
        Ok(())
    }

    /// Notes that the object at hand writes a file. Gives the name of another one that does, if the
    /// two do not go together.
    pub(crate) fn note_file(&mut self, path: PathBuf, sharing: Sharing) -> Option<String> {
        let Goal::Check { files, .. } = &mut self.goal else { return None };
        let clashes = Sharing::ALL.into_iter().filter(|other| sharing.clashes_with(*other));
        let other =
            clashes.map(|other| (path.clone(), other)).find_map(|key| files.get(&key).cloned());
        files.entry((path, sharing)).or_insert_with(|| self.trail.join("."));
        other
    }

    /// Works on what stands under `keys`.
    pub(crate) fn within<T>(
        &mut self,
        keys: &[&str],
        position: Position,
        work: impl FnOnce(&mut Self) -> Outcome<T>,
    ) -> Outcome<T> {
        let outside = self.position.replace(position);
        let depth = self.trail.len();
        self.trail.extend(keys.iter().map(|key| (*key).to_owned()));
        let done = work(self);
        self.trail.truncate(depth);
        self.position = outside;
        done
    }

    /// Reads a section; none if it is not there, or is an empty list or text, as which Python loops
    /// over it.
    ///
    /// # Errors
    ///
    /// Of a section that is no mapping those of Python, which tries to loop over it.
    pub(crate) fn section(&mut self, section: Section) -> Outcome<Option<Id>> {
        let found = self.reader.get(Store::ROOT, section.key);
        let Some(id) = self.settle(found)?.flatten() else {
            // Python keeps the mapping that it takes instead: `cfg://` finds it.
            if self.reader.store.get(Store::ROOT, section.key).is_none() {
                self.reader.store.insert_empty(Store::ROOT, section.key);
            }
            return Ok(None);
        };
        if self.reader.store.entries(id).is_some() {
            return Ok(Some(id));
        }
        match self.no_section(id, section) {
            None => Ok(None),
            Some(fault) => {
                let position = self.reader.store.position(id);
                let found = self.reader.store.kind(id);
                let plain = format!("expected a mapping of names, found {found}");
                let fault = fault.say(plain).help(None).at(Some(position)).at_key(section.key);
                self.settle(Err(fault))
            }
        }
    }

    /// What Python says of a section that is no mapping: it takes what a loop gives for names, and
    /// does not find the first.
    fn no_section(&mut self, id: Id, section: Section) -> Option<Fault> {
        let mut names = match self.reader.iterate(id) {
            Ok(names) => names,
            Err(fault) => return Some(fault),
        };
        let store = &self.reader.store;
        let mut first = names.next_item(store)?;
        while section.order == Order::Sorted
            && let Some(name) = names.next_item(store)
        {
            if matches!((&name.value, &first.value), (Value::Str(a), Value::Str(b)) if a < b) {
                first = name;
            }
        }
        if section.order == Order::Known
            && let Err(fault) = known_handler(&first)
        {
            return Some(fault);
        }
        let fault = match self.reader.index(id, &first.value) {
            Err(fault) => fault,
            Ok(_) => Fault::new(ErrorKind::Type, "a name must be text", ""),
        };
        Some(fault.within(format!("Unable to configure {} {}", section.word, first.repr())))
    }

    /// A level, by name or by number (CONF-33, CONF-57).
    pub(crate) fn level(&self, id: Id, key: &str) -> Outcome<Level> {
        let store = &self.reader.store;
        let value = store.value(id);
        let level = match store.content(id) {
            Content::Object(_) => {
                let text = format!("Level not an integer or a valid string: {value}");
                Err(Error::new(ErrorKind::Type, text))
            }
            _ => Level::from_value(&value),
        };
        level.map_err(|error| {
            let kind = error.kind();
            let fault = Fault::from_error(error);
            let fault = match &value {
                Value::Str(name) if kind == ErrorKind::Value => {
                    let fault = fault.say(format!("no level is called {}", value.repr()));
                    fault.help(level_hint(name))
                }
                Value::Int(_) => fault.say("the level is beyond 64 bits"),
                _ => {
                    let found = store.kind(id);
                    fault.say(format!("expected the name or the number of a level, found {found}"))
                }
            };
            fault.at(Some(store.position(id))).at_key(key)
        })
    }

    /// The object that a name in a section stands for.
    pub(crate) fn refer(&mut self, section: Section, name: &Item) -> Outcome<Id> {
        let names = self.reader.index(Store::ROOT, &Value::from(section.key));
        let found = match &names {
            Ok(names) => self.reader.index(*names, &name.value),
            // A check goes on without the section.
            Err(_) => Err(missing_key(&name.value)),
        };
        let names = names.ok();
        found.map_err(|fault| {
            if fault.error().kind() != ErrorKind::Key {
                return fault;
            }
            let known = names.map(|names| self.reader.store.some_keys(names)).unwrap_or_default();
            let known = known.iter().map(String::as_str);
            let fault = fault.say(format!("no {} is called {}", section.word, name.repr()));
            let none = format!("there are no {}", section.key);
            fault.help(crate::suggest::hint(&name.text(), known).or(Some(none)))
        })
    }

    /// How long the first item is, which Python takes for a key with its value. One that has no
    /// length is an error of another kind.
    fn first_length(&self, id: Id) -> usize {
        let store = &self.reader.store;
        let Content::List(items) = store.content(id) else { return 1 };
        let length = |id: Id| match store.content(id) {
            Content::List(items) | Content::Tuple(items) => items.len(),
            Content::Map(_) => store.keys(id).len(),
            Content::Plain(Value::Str(text)) => text.chars().count(),
            _ => 2,
        };
        items.first().map_or(2, |first| length(*first))
    }

    /// What `dict(config)` and `config.pop` say of a configuration that is no mapping.
    pub(crate) fn expect_entries(&self, id: Id, access: Access) -> Outcome<()> {
        let store = &self.reader.store;
        let kind = match (store.content(id), access) {
            (Content::Map(_), _) => return Ok(()),
            (Content::Plain(Value::Str(text)), Access::Copy) if !text.is_empty() => {
                ErrorKind::Value
            }
            (Content::Plain(Value::Str(_)), Access::Copy | Access::Search) | (_, Access::Get) => {
                ErrorKind::Attribute
            }
            (Content::List(_) | Content::Tuple(_), Access::Search) => ErrorKind::Attribute,
            (Content::List(_), Access::Copy) if self.first_length(id) != 2 => ErrorKind::Value,
            _ => ErrorKind::Type,
        };
        let text = match kind {
            ErrorKind::Attribute => {
                format!("'{}' object has no attribute 'get'", store.type_name(id))
            }
            ErrorKind::Value => {
                let length = self.first_length(id);
                format!("dictionary update sequence element #0 has length {length}; 2 is required")
            }
            _ => format!("'{}' object is not iterable", store.type_name(id)),
        };
        let found = store.kind(id);
        let fault = Fault::new(kind, text, format!("expected a mapping, found {found}"));
        Err(fault.at(Some(store.position(id))))
    }
}

/// What Python does first with the configuration of an object, which shows in its error if that is
/// no mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Copies it: handlers.
    Copy,
    /// Asks it for a key: loggers.
    Get,
    /// Looks whether `()` is in it: formatters and filters.
    Search,
}

fn level_hint(name: &str) -> String {
    let known = level_names_mapping();
    let upper = name.trim().to_uppercase();
    let meant = known.get_key_value(&upper).map(|(name, _)| name.as_str());
    if let Some(meant) = meant.or_else(|| nearest(&upper, known.keys().map(String::as_str))) {
        return format!("did you mean `{meant}`?");
    }
    if name.trim().parse::<i64>().is_ok() {
        return "a number is written without quotes".to_owned();
    }
    let mut names: Vec<_> = known.into_iter().collect();
    names.sort_by_key(|(_, level)| *level);
    let names: Vec<String> = names.iter().map(|(name, _)| format!("`{name}`")).collect();
    format!("use one of {}", names.join(", "))
}

/// A check that has found so much goes no further.
const MAX_PROBLEMS: usize = 1000;
