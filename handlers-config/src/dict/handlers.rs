//! Handlers (CONF-29 to CONF-44).

use std::sync::Arc;

use handlers_core::{ErrorKind, Formatter, Handler, Level, Value, register_handler};

use super::construct::{Spelling, callable_class};
use super::formatters::stand_in;
use super::store::{Content, Id, Item, Object};
use super::walk::{Access, Section, Walk};
use crate::fault::{Fault, Outcome};
use crate::registry::{Class, Given, Kind, Role};

impl Walk<'_> {
    /// Makes the handlers in the order of their names, those that wait for others afterwards
    /// (CONF-30, CONF-31).
    pub(super) fn handlers(&mut self) -> Outcome<()> {
        let Some(id) = self.section(Section::HANDLERS)? else { return Ok(()) };
        let sorted = sorted(self.reader.store.keys(id));
        let sorted = sorted.map_err(|fault| fault.at_key(Section::HANDLERS.key));
        let Some(names) = self.settle(sorted)? else { return Ok(()) };
        let mut waiting = Vec::new();
        for name in names {
            let mark = self.mark();
            match self.named_handler(id, &name) {
                Err(fault) if fault.is_deferred() => {
                    self.forget(mark);
                    waiting.push(name);
                }
                done => done?,
            }
        }
        for name in waiting {
            // There is no third time.
            let done = self.named_handler(id, &name).map_err(Fault::not_deferred);
            let keys = [Section::HANDLERS.key, &name.text()];
            let done = self.within(&keys, name.position, |walk| walk.settle(done))?;
            if done.is_none() {
                let (class, handler) = stand_in();
                self.put(id, &name, class, handler);
            }
        }
        Ok(())
    }

    fn named_handler(&mut self, id: Id, name: &Item) -> Outcome<()> {
        let made = self.object(Section::HANDLERS, id, name, |walk, config| {
            let (class, handler) = walk.handler(config)?;
            if !walk.is_check() {
                handler.base().set_name(Some(&name.text()));
            }
            Ok((class, handler))
        })?;
        let (class, handler) = made.unwrap_or_else(stand_in);
        self.keep(name, &handler);
        self.put(id, name, class, handler);
        Ok(())
    }

    fn put(&mut self, section: Id, name: &Item, class: Arc<str>, handler: Arc<dyn Handler>) {
        let object = Content::Object(Object::Handler(class, handler));
        self.reader.store.replace(section, name, object);
    }

    fn handler(&mut self, config: Id) -> Outcome<(Arc<str>, Arc<dyn Handler>)> {
        self.expect_entries(config, Access::Copy)?;
        let before = self.reader.store.values(config);
        let formatter = self.formatter_of(config);
        let formatter = self.settle(formatter)?.flatten();
        let level = self.reader.pop(config, "level");
        let level = self.settle(level)?.flatten();
        let filters = self.reader.pop(config, "filters");
        let filters = self.settle(filters)?.flatten();
        let made = self.make(config);
        if made.as_ref().is_err_and(Fault::is_deferred) {
            self.reader.store.restore(config, before);
        }
        let (class, handler) = self.settle(made)?.unwrap_or_else(stand_in);
        if let Some(formatter) = formatter {
            handler.base().set_formatter(Some(formatter));
        }
        if let Some(level) = level.filter(|level| !self.reader.store.is_null(*level)) {
            let level = self.level(level, "level");
            let level = self.settle(level)?.unwrap_or(Level::NOTSET);
            handler.base().set_level(level);
        }
        if let Some(filters) = filters {
            self.each_of(filters, "filters", &mut |walk, name| {
                handler.base().add_filter(walk.named_filter(name)?);
                Ok(())
            })?;
        }
        let popped = self.pop_attributes(config);
        self.settle(popped)?;
        Ok((class, handler))
    }

    /// CONF-32.
    fn formatter_of(&mut self, config: Id) -> Outcome<Option<Arc<dyn Formatter>>> {
        let Some(id) = self.reader.pop(config, "formatter")? else { return Ok(None) };
        if !self.reader.store.is_true(id) {
            return Ok(None);
        }
        let name = self.name_at(id);
        let found = self.refer(Section::FORMATTERS, &name).and_then(|found| {
            match self.reader.store.content(found) {
                Content::Object(Object::Formatter(_, formatter)) => Ok(Arc::clone(formatter)),
                _ => Err(Fault::new(ErrorKind::Type, "not a formatter", "this is no formatter")),
            }
        });
        let attempt = || format!("Unable to set formatter {}", name.repr());
        found
            .map(Some)
            .map_err(|fault| fault.within(attempt()).at(Some(name.position)).at_key("formatter"))
    }

    pub(super) fn name_at(&self, id: Id) -> Item {
        let store = &self.reader.store;
        Item { value: store.value(id), position: store.position(id) }
    }

    fn make(&mut self, config: Id) -> Outcome<(Arc<str>, Arc<dyn Handler>)> {
        let mut places = Vec::new();
        let (class, names) = if self.reader.store.get(config, "()").is_some() {
            let factory = self.factory(config)?;
            let names = self.keywords(config)?;
            (factory.class()?, names)
        } else {
            let class = self.class(config)?;
            places = self.prepare_roles(config, &class)?;
            let mut names = self.keywords(config)?;
            // The listener's, if there is one.
            names.retain(|given| places.is_empty() || given.name != RESPECTS_LEVELS);
            (class, names)
        };
        let attributes = self.preview_attributes(config);
        let (handler, _) =
            self.construct(&class, places, names, attributes, Some(Spelling::STREAM))?;
        if !self.is_check() {
            register_handler(&handler);
        }
        Ok((Arc::from(class.name.as_str()), handler))
    }

    /// The class under `class` (CONF-34, CONF-35).
    fn class(&mut self, config: Id) -> Outcome<Arc<Class<dyn Handler>>> {
        let Some(raw) = self.reader.store.get(config, "class") else {
            let text = "'NoneType' object has no attribute 'split'";
            let fault = Fault::new(ErrorKind::Attribute, text, "`class` is missing");
            return Err(fault.help("name a class, such as `logging.StreamHandler`".to_owned()));
        };
        let position = self.reader.store.position(raw);
        let id = self.reader.pop(config, "class")?.unwrap_or(raw);
        let class = self.resolved(id).and_then(|(name, named)| {
            if named.is_class() {
                return callable_class(&name, &named);
            }
            let plain = format!("`{name}` is {}, not a {}", named.kind(), <dyn Handler>::WORD);
            Err(Fault::new(ErrorKind::Type, "issubclass() arg 1 must be a class", plain))
        });
        class.map_err(|fault| fault.at(Some(position)).at_key("class"))
    }

    /// What is done to some arguments before the class gets them (CONF-40, CONF-41). Gives those
    /// that it gets by their places.
    fn prepare_roles(&mut self, config: Id, class: &Class<dyn Handler>) -> Outcome<Vec<Given>> {
        #[cfg_attr(not(feature = "queue"), expect(unused_mut, reason = "only queues have a place"))]
        let mut places = Vec::new();
        for (key, role) in class.parameters.roles() {
            #[cfg(feature = "queue")]
            if role == Role::Queue {
                places.push(self.queue_end(config, key)?);
                continue;
            }
            let Some(raw) = self.reader.store.get(config, key) else { continue };
            let position = self.reader.store.position(raw);
            let found = self.reader.get(config, key);
            let Some(id) = self.settle(found)?.flatten() else { continue };
            let item = Item { value: Value::from(key.to_owned()), position };
            match role {
                Role::Plain => {}
                #[cfg(feature = "queue")]
                Role::Queue => {}
                Role::Level => {
                    let level = self.level(id, key);
                    let level = self.settle(level)?.unwrap_or(Level::ERROR).number();
                    let content = Content::Plain(Value::from(level));
                    self.reader.store.replace(config, &item, content);
                }
                Role::Target => {
                    let target = self.target(id).map_err(|fault| fault.at_key(key));
                    let target = self.settle(target)?.unwrap_or_else(|| {
                        let (class, handler) = stand_in();
                        Object::Handler(class, handler)
                    });
                    self.reader.store.replace(config, &item, Content::Object(target));
                }
            }
        }
        Ok(places)
    }

    fn target(&mut self, id: Id) -> Outcome<Object> {
        let name = self.name_at(id);
        let found = self.refer(Section::HANDLERS, &name).and_then(|found| {
            if let Content::Object(object @ Object::Handler(..)) = self.reader.store.content(found)
            {
                return Ok(object.clone());
            }
            let text = "target not configured yet";
            let plain = format!("the handler {} is itself waiting for another", name.repr());
            let help = "a target that has a target must come before this one in the alphabet";
            Err(Fault::new(ErrorKind::Type, text, plain).help(help.to_owned()).deferred())
        });
        found.map_err(|fault| {
            let attempt = format!("Unable to set target handler {}", name.repr());
            fault.within(attempt).at(Some(name.position))
        })
    }
}

/// CONF-30: by code points; names that are not all text or all numbers cannot be sorted.
fn sorted(mut names: Vec<Item>) -> Outcome<Vec<Item>> {
    let texts = names.iter().filter(|name| name.value.as_str().is_some()).count();
    let numbers = names.iter().filter(|name| name.value.as_f64().is_some()).count();
    if texts == names.len() {
        names.sort_by(|left, right| left.value.as_str().cmp(&right.value.as_str()));
    } else if numbers == names.len() {
        names.sort_by(|left, right| {
            let (left, right) = (left.value.as_f64(), right.value.as_f64());
            left.partial_cmp(&right).unwrap_or(std::cmp::Ordering::Equal)
        });
    } else if names.len() > 1 {
        let text = "'<' not supported between instances of 'str' and 'int'";
        let odd = names.into_iter().find(|name| name.value.as_str().is_none());
        let position = odd.map(|name| name.position);
        return Err(Fault::new(ErrorKind::Type, text, "the name of a handler is text").at(position));
    }
    Ok(names)
}

/// The key of a queue handler that is read among the others, as in Python.
pub(super) const RESPECTS_LEVELS: &str = "respect_handler_level";
