//! Queues and the listeners behind them, for handlers of queues (CONF-45 to CONF-55).

use std::sync::Arc;

use handlers_core::{ErrorKind, Handler, Value};
use handlers_queue::{Channel, QueueListener, QueueListenerBuilder, RecordQueue};

use super::construct::{References, callable_class};
use super::handlers::RESPECTS_LEVELS;
use super::store::{Content, Id, Item, Object};
use super::walk::{Section, Walk};
use crate::argument::{Argument, QueueEnd};
use crate::fault::{Fault, Outcome};
use crate::registry::{Given, ListenerClass, Named, Parameters};

impl Walk<'_> {
    /// Takes the keys that are not the handler's own, and makes of them what it gets (CONF-52). The
    /// listener is not started (CONF-54).
    pub(super) fn queue_end(&mut self, config: Id, parameter: &str) -> Outcome<Given> {
        let has_own_queue = self.reader.store.get(config, "queue").is_some();
        let queue = self.special(config, "queue", Self::queue)?;
        let listener = self.special(config, "listener", Self::listener)?;
        let handlers = self.handlers_behind(config)?;
        // What is wrong with it comes to light among the handler's own arguments, as in Python.
        let respects = self.reader.get(config, RESPECTS_LEVELS).ok().flatten();
        let respects = respects.is_some_and(|id| self.reader.store.is_true(id));
        // A queue of the program's own may have other readers.
        if handlers.as_ref().is_some_and(Vec::is_empty) && !has_own_queue {
            let plain = "the listener has no handlers, so the records go nowhere";
            let fault = Fault::new(ErrorKind::Value, "", plain);
            self.warn(fault.help("name some under `handlers`".to_owned()))?;
        }
        // CONF-46.
        let queue = queue.unwrap_or_else(|| Arc::new(Channel::unbounded()));
        let mut end = QueueEnd { queue, listener: None };
        // A check makes nothing that others could see.
        if !self.is_check() {
            let builder = QueueListener::builder(Arc::clone(&end.queue));
            let builder = builder.handlers(handlers.unwrap_or_default());
            let builder = builder.respect_handler_level(respects);
            let configure = listener.unwrap_or_else(|| Arc::new(as_it_is));
            end.listener = Some(Arc::new(configure(builder).build()));
        }
        Ok(Given::new(parameter, Argument::Queue(end)))
    }

    /// Takes what stands under a key, and makes something of it.
    fn special<T>(
        &mut self,
        config: Id,
        key: &str,
        make: fn(&mut Self, Id) -> Outcome<T>,
    ) -> Outcome<Option<T>> {
        let Some(raw) = self.reader.store.get(config, key) else { return Ok(None) };
        let position = self.reader.store.position(raw);
        let found = self.reader.pop(config, key);
        let Some(id) = self.settle(found)?.flatten() else { return Ok(None) };
        self.within(&[key], position, |walk| {
            let outcome = make(walk, id);
            walk.settle(outcome)
        })
    }

    /// CONF-47 to CONF-49.
    fn queue(&mut self, id: Id) -> Outcome<Arc<dyn RecordQueue>> {
        match self.reader.store.content(id) {
            Content::Plain(Value::Str(name)) => {
                let name = name.to_string();
                let named = self.reader.registry.resolve(&name)?;
                if !named.is_class() {
                    return Err(self.invalid("queue", id));
                }
                let class = callable_class::<dyn RecordQueue>(&name, &named)?;
                self.call(&class, Vec::new(), Vec::new())
            }
            Content::Map(_) if self.reader.store.get(id, "()").is_some() => self.custom_queue(id),
            _ => Err(self.invalid("queue", id)),
        }
    }

    /// What `()` makes. Here, unlike elsewhere, Python follows no references.
    fn custom_queue(&mut self, config: Id) -> Outcome<Arc<dyn RecordQueue>> {
        let (name, named, given) = self.custom_parts(config)?;
        let class = callable_class::<dyn RecordQueue>(&name, &named);
        let class = class.map_err(|fault| fault.at_key("()"))?;
        let queue = self.call(&class, Vec::new(), given)?;
        let popped = self.pop_attributes(config);
        self.settle(popped)?;
        Ok(queue)
    }

    /// What stands under `()`, and the arguments for it. The configuration stays as it is: it may be
    /// read once more (CONF-31).
    fn custom_parts(&mut self, config: Id) -> Outcome<(String, Named, Vec<Given>)> {
        let before = self.reader.store.values(config);
        let factory = self.reader.store.pop(config, "()");
        let found = match factory {
            Some(factory) => self.resolved(factory),
            None => Err(Fault::new(ErrorKind::Key, "'()'", "`()` is missing")),
        };
        let position = factory.map(|factory| self.reader.store.position(factory));
        let parts = match found {
            Err(fault) => Err(fault.at(position).at_key("()")),
            Ok((name, named)) => {
                let given = self.keywords_of(config, References::Keep);
                given.map(|given| (name, named, given))
            }
        };
        self.reader.store.restore(config, before);
        parts
    }

    /// CONF-50.
    fn listener(&mut self, id: Id) -> Outcome<Arc<ListenerClass>> {
        let named = match self.reader.store.content(id) {
            Content::Object(Object::Named(_, named)) => named.clone(),
            Content::Plain(Value::Str(name)) => self.reader.registry.resolve(name)?,
            Content::Map(_) if self.reader.store.get(id, "()").is_some() => {
                return Err(self.no_listener(id));
            }
            _ => return Err(self.invalid("listener", id)),
        };
        match named {
            Named::Listener(class) => Ok(class),
            _ => Err(self.invalid("listener", id)),
        }
    }

    /// What `()` makes would have to be called once more, which nothing that is known can be.
    fn no_listener(&mut self, config: Id) -> Fault {
        let (name, named, given) = match self.custom_parts(config) {
            Ok(parts) => parts,
            Err(fault) => return fault,
        };
        if !named.is_class() {
            let fault = callable_class::<dyn RecordQueue>(&name, &named).err();
            return fault.unwrap_or_else(|| self.invalid("listener", config)).at_key("()");
        }
        let parameters = Parameters::new().required("queue").keyword("respect_handler_level");
        let given: Vec<&str> = given.iter().map(|given| given.name.as_str()).collect();
        let faults = match named {
            Named::Listener(_) => parameters.faults(&name, 0, &given, &[]),
            _ => Vec::new(),
        };
        faults.into_iter().next().unwrap_or_else(|| self.invalid("listener", config))
    }

    /// What Python says of a queue or a listener that is none.
    fn invalid(&self, word: &str, id: Id) -> Fault {
        let store = &self.reader.store;
        let shown = match store.content(id) {
            Content::Object(Object::Named(name, named)) if named.is_class() => {
                format!("<class '{name}'>")
            }
            _ => store.value(id).repr(),
        };
        let found = match store.text(id) {
            Some(name) => format!("`{name}`, which is none"),
            None if store.entries(id).is_some() => "a mapping without a class of one".to_owned(),
            None => store.kind(id).to_owned(),
        };
        let text = format!("Invalid {word} specifier {shown}");
        let plain = format!("expected the name of a {word} class, found {found}");
        Fault::new(ErrorKind::Type, text, plain).at(Some(store.position(id)))
    }

    /// The handlers of the listener, which no logger gets by that (CONF-55); none if a check finds
    /// that they are not named.
    fn handlers_behind(&mut self, config: Id) -> Outcome<Option<Vec<Arc<dyn Handler>>>> {
        const KEY: &str = "handlers";
        let found = self.reader.pop(config, KEY);
        let Some(found) = self.settle(found)? else { return Ok(None) };
        let Some(names) = found else { return Ok(Some(Vec::new())) };
        if self.reader.iterate(names).is_err() {
            let fault = self.reader.not_iterable(names);
            let fault = fault.at(Some(self.reader.store.position(names))).at_key(KEY);
            return self.settle(Err(fault));
        }
        let mut handlers = Vec::new();
        self.each_of(names, KEY, &mut |walk, name| {
            handlers.push(walk.handler_behind(name)?);
            Ok(())
        })?;
        Ok(Some(handlers))
    }

    /// CONF-51.
    fn handler_behind(&mut self, name: &Item) -> Outcome<Arc<dyn Handler>> {
        let found = self.refer(Section::HANDLERS, name).and_then(|found| {
            if let Content::Object(Object::Handler(_, handler)) = self.reader.store.content(found) {
                return Ok(Arc::clone(handler));
            }
            let text = format!("Required handler {} is not configured yet", name.repr());
            let plain = format!("the handler {} is itself waiting for another", name.repr());
            let help = "a handler that waits for another must come before this one in the alphabet";
            Err(Fault::new(ErrorKind::Type, text, plain).help(help.to_owned()).deferred())
        });
        found.map_err(|fault| {
            let attempt = format!("Unable to set required handler {}", name.repr());
            fault.within(attempt).at(Some(name.position))
        })
    }
}

fn as_it_is(builder: QueueListenerBuilder) -> QueueListenerBuilder {
    builder
}
