//! Making an object of a class, from what a configuration says (CONF-22, CONF-36 to CONF-39, CONF-80,
//! CONF-81).

use std::sync::Arc;

use handlers_core::{Error, ErrorKind, Value};

use super::store::{Content, Id, Object};
use super::walk::Walk;
use crate::argument::kind_of;
use crate::document::Position;
use crate::fault::{Fault, Outcome};
use crate::registry::{Arguments, Class, Given, Kind, Named};

/// Two names of one argument: a class that does not take it by the first gets it by the second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spelling {
    wanted: &'static str,
    quoted: &'static str,
    other: &'static str,
    /// Whether Python fails if the first is not there, or goes on with `None`.
    needed: bool,
}

impl Spelling {
    /// CONF-23.
    pub(super) const FORMAT: Self =
        Self { wanted: "format", quoted: "'format'", other: "fmt", needed: false };
    /// CONF-38.
    pub(super) const STREAM: Self =
        Self { wanted: "stream", quoted: "'stream'", other: "strm", needed: true };
}

/// What becomes of a reference when a value is read.
#[derive(Debug, Clone, Copy)]
pub(super) enum References {
    Follow,
    #[cfg_attr(not(feature = "queue"), expect(dead_code, reason = "only queues are read so"))]
    Keep,
}

impl Walk<'_> {
    /// Makes an object by what stands under `()`.
    pub(super) fn custom<T: Kind + ?Sized>(
        &mut self,
        config: Id,
        spelling: Option<Spelling>,
    ) -> Outcome<(Arc<str>, Arc<T>)> {
        let factory = self.factory(config)?;
        let names = self.keywords(config)?;
        let class = factory.class()?;
        let attributes = self.preview_attributes(config);
        let (object, retried) = self.construct(&class, Vec::new(), names, attributes, spelling)?;
        let popped = self.pop_attributes(config);
        let popped = popped.map_err(|fault| match &retried {
            Some(cause) => fault.because(cause),
            None => fault,
        });
        self.settle(popped)?;
        Ok((Arc::from(class.name.as_str()), object))
    }

    /// What stands under `()`.
    pub(super) fn factory(&mut self, config: Id) -> Outcome<Factory> {
        let position = self.reader.store.get(config, "()").map(|id| self.reader.store.position(id));
        let found = match self.reader.pop(config, "()")? {
            Some(id) => self.resolved(id),
            None => Err(Fault::new(ErrorKind::Key, "'()'", "`()` is missing")),
        };
        let (name, named) = found.map_err(|fault| fault.at(position).at_key("()"))?;
        Ok(Factory { name, named, position })
    }

    /// What a name stands for, or what `ext://` has found already.
    pub(super) fn resolved(&self, id: Id) -> Outcome<(String, Named)> {
        match self.reader.store.content(id) {
            Content::Object(Object::Named(name, named)) => Ok((name.to_string(), named.clone())),
            Content::Plain(Value::Str(name)) => {
                let named = self.reader.registry.resolve(name)?;
                Ok((name.to_string(), named))
            }
            _ => Err(self.no_name(id)),
        }
    }

    /// What Python says of a name that is no text.
    pub(super) fn no_name(&self, id: Id) -> Fault {
        let store = &self.reader.store;
        let text = format!("'{}' object has no attribute 'split'", store.type_name(id));
        let found = store.kind(id);
        Fault::new(
            ErrorKind::Attribute,
            text,
            format!("expected the name of a class, found {found}"),
        )
    }

    /// Everything that is left in the configuration of an object, but for its attributes, in order.
    pub(super) fn keywords(&mut self, config: Id) -> Outcome<Vec<Given>> {
        self.keywords_of(config, References::Follow)
    }

    /// The same, whether references are followed or not.
    pub(super) fn keywords_of(
        &mut self,
        config: Id,
        references: References,
    ) -> Outcome<Vec<Given>> {
        let mut names = Vec::new();
        for key in self.reader.store.keys(config) {
            if key.value.as_str() == Some(".") {
                continue;
            }
            let identified = identifier(&key.value);
            let identified =
                identified.map_err(|fault| fault.at(Some(key.position)).at_key(key.text()));
            let Some(name) = self.settle(identified)? else { continue };
            let position =
                self.reader.store.get(config, &name).map(|id| self.reader.store.position(id));
            let value = match references {
                References::Follow => self.reader.get(config, &name),
                References::Keep => Ok(self.reader.store.get(config, &name)),
            };
            if let Some(value) = self.settle(value)?.flatten() {
                let key_position = Some(key.position);
                let given = Given::new(name, self.reader.argument(value));
                names.push(Given { position, key_position, ..given });
            }
        }
        Ok(names)
    }

    /// Calls a class with places and names; once more with an argument under its other name, if that
    /// was it. Then the first error comes along: Python goes on while it handles that.
    pub(super) fn construct<T: Kind + ?Sized>(
        &mut self,
        class: &Class<T>,
        places: Vec<Given>,
        mut names: Vec<Given>,
        attributes: Vec<(String, Value<'static>)>,
        spelling: Option<Spelling>,
    ) -> Outcome<(Arc<T>, Option<Error>)> {
        let first = class.faults(places.len(), &name_list(&names)).into_iter().next();
        let misspelt = |(fault, spelling): (Fault, Spelling)| {
            let text = fault.error().to_string();
            text.contains(spelling.quoted).then_some((fault, spelling))
        };
        let Some((first, spelling)) = first.zip(spelling).and_then(misspelt) else {
            let made = self.call_prepared(class, places, names, attributes)?;
            return Ok((made, None));
        };
        let cause = first.error().clone();
        let place = names.iter().position(|given| given.name == spelling.wanted);
        if place.is_none() && spelling.needed {
            // Python took a misspelt `stream` for the old name of it.
            let text = format!("'{}'", spelling.wanted);
            let fault = first.becomes(ErrorKind::Key, text).because(&cause);
            return Err(located(fault, &names));
        }
        let given = place.map(|place| names.remove(place));
        let given = given.unwrap_or_else(|| Given::new("", Value::None.into()));
        names.retain(|given| given.name != spelling.other);
        names.push(Given { name: spelling.other.to_owned(), ..given });
        match self.call_prepared(class, places, names, attributes) {
            Ok(made) => Ok((made, Some(cause))),
            Err(fault) => Err(fault.because(&cause)),
        }
    }

    /// Calls a class with places and names.
    pub(super) fn call<T: Kind + ?Sized>(
        &mut self,
        class: &Class<T>,
        places: Vec<Given>,
        names: Vec<Given>,
    ) -> Outcome<Arc<T>> {
        self.call_prepared(class, places, names, Vec::new())
    }

    fn call_prepared<T: Kind + ?Sized>(
        &mut self,
        class: &Class<T>,
        places: Vec<Given>,
        mut names: Vec<Given>,
        attributes: Vec<(String, Value<'static>)>,
    ) -> Outcome<Arc<T>> {
        for fault in class.faults(places.len(), &name_list(&names)) {
            self.settle::<()>(Err(located(fault, &names)))?;
        }
        // A check goes on without what is not known.
        names.retain(|given| class.parameters.takes(&given.name));
        if !class.faults(places.len(), &name_list(&names)).is_empty() {
            return Ok(T::stand_in());
        }
        let places = places.into_iter().enumerate().map(|(place, given)| {
            let name = class.parameters.at(place).map_or(given.name, str::to_owned);
            Given { name, ..given }
        });
        let mut given: Vec<Given> = places.collect();
        given.append(&mut names);
        let mut arguments = Arguments::new(&class.name, given).with_attributes(attributes);
        let prepared = (class.prepare)(&mut arguments);
        let prepared = prepared.map_err(|error| blamed(Fault::from(error), &arguments))?;
        if !self.is_check() {
            return prepared.make().map_err(Fault::from);
        }
        self.look_at(prepared, &arguments)
    }

    /// The entries under `.`, as far as they can be read now. Classes read them before they make an
    /// object; what is wrong with them comes to light when they are set, after all else.
    pub(super) fn preview_attributes(&mut self, config: Id) -> Vec<(String, Value<'static>)> {
        let Ok(Some(id)) = self.reader.get(config, ".") else { return Vec::new() };
        let Value::Dict(entries) = self.reader.store.value(id) else { return Vec::new() };
        let named = entries.into_iter().filter_map(|(key, value)| match key {
            Value::Str(name) => Some((name.into_owned(), value)),
            _ => None,
        });
        named.collect()
    }

    /// CONF-39.
    pub(super) fn pop_attributes(&mut self, config: Id) -> Outcome<()> {
        let Some(id) = self.reader.pop(config, ".")? else { return Ok(()) };
        if !self.reader.store.is_true(id) {
            return Ok(());
        }
        let store = &self.reader.store;
        let position = Some(store.position(id));
        if store.entries(id).is_none() {
            let text = format!("'{}' object has no attribute 'items'", store.type_name(id));
            let plain = format!("expected a mapping, found {}", store.kind(id));
            return Err(Fault::new(ErrorKind::Attribute, text, plain).at(position).at_key("."));
        }
        match store.keys(id).into_iter().find(|key| key.value.as_str().is_none()) {
            None => Ok(()),
            Some(key) => {
                let found = key.value.type_name();
                let text = format!("attribute name must be string, not '{found}'");
                let plain =
                    format!("expected the name of an attribute, found {}", kind_of(&key.value));
                Err(Fault::new(ErrorKind::Type, text, plain).at(Some(key.position)).at_key("."))
            }
        }
    }
}

/// What is to be called, whether it can be called or not.
#[derive(Debug)]
pub(super) struct Factory {
    name: String,
    named: Named,
    position: Option<Position>,
}

impl Factory {
    /// The class, if it is one of the kind that is wanted. Python finds out last.
    pub(super) fn class<T: Kind + ?Sized>(&self) -> Outcome<Arc<Class<T>>> {
        let class = callable_class(&self.name, &self.named);
        class.map_err(|fault| fault.at(self.position).at_key("()"))
    }
}

/// A class that is to be called, of the kind that is wanted.
pub(super) fn callable_class<T: Kind + ?Sized>(
    name: &str,
    named: &Named,
) -> Outcome<Arc<Class<T>>> {
    if let Some(class) = T::class(named) {
        return Ok(Arc::clone(class));
    }
    let plain = format!("`{name}` is {}, not a {}", named.kind(), T::WORD);
    let text = match named {
        Named::Later => {
            let plain = format!("{name} is not there yet in this version");
            return Err(Fault::new(ErrorKind::Import, plain.clone(), plain));
        }
        named if named.is_class() => plain.clone(),
        named => format!("'{}' object is not callable", named.type_name()),
    };
    Err(Fault::new(ErrorKind::Type, text, plain))
}

fn name_list(given: &[Given]) -> Vec<&str> {
    given.iter().map(|given| given.name.as_str()).collect()
}

/// Puts a fault about an argument where the argument stands.
fn located(fault: Fault, names: &[Given]) -> Fault {
    let position = fault.key().and_then(|key| names.iter().find(|given| given.name == key));
    let position = position.and_then(|given| given.key_position);
    fault.at(position)
}

fn blamed(fault: Fault, arguments: &Arguments) -> Fault {
    match arguments.blamed() {
        Some((key, position)) => fault.at(position).at_key(key),
        None => fault,
    }
}

/// CONF-80.
fn identifier(key: &Value<'static>) -> Outcome<String> {
    let Some(name) = key.as_str() else {
        let found = key.type_name();
        let text = format!("expected string or bytes-like object, got '{found}'");
        let plain = format!("expected the name of an argument, found {}", kind_of(key));
        return Err(Fault::new(ErrorKind::Type, text, plain));
    };
    // The `$` of Python's pattern lets one line end pass.
    let word = name.strip_suffix('\n').unwrap_or(name);
    let begins = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if begins && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Ok(name.to_owned());
    }
    let shown = key.repr();
    let text = format!("Not a valid Python identifier: {shown}");
    Err(Fault::new(ErrorKind::Value, text, format!("{shown} cannot be the name of an argument")))
}
