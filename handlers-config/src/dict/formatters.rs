//! Formatters and filters (CONF-18 to CONF-26).

use std::sync::Arc;

use handlers_core::{Filter, Formatter, Value};

use super::construct::{Spelling, callable_class};
use super::store::{Id, Object};
use super::walk::{Access, Walk};
use crate::argument::Argument;
use crate::fault::Outcome;
use crate::registry::{Class, Given, Kind, Named};

impl Walk<'_> {
    pub(super) fn formatter(&mut self, config: Id) -> Outcome<Object> {
        self.expect_entries(config, Access::Search)?;
        let made = if self.reader.store.get(config, "()").is_some() {
            self.custom::<dyn Formatter>(config, Some(Spelling::FORMAT))
        } else {
            self.plain_formatter(config)
        };
        let (class, formatter) = self.settle(made)?.unwrap_or_else(stand_in);
        Ok(Object::Formatter(class, formatter))
    }

    pub(super) fn filter(&mut self, config: Id) -> Outcome<Object> {
        self.expect_entries(config, Access::Search)?;
        let made = if self.reader.store.get(config, "()").is_some() {
            self.custom::<dyn Filter>(config, None)
        } else {
            self.plain_filter(config)
        };
        let (class, filter) = self.settle(made)?.unwrap_or_else(stand_in);
        Ok(Object::Filter(class, filter))
    }

    /// CONF-18, CONF-19: the class is called with places, not names.
    fn plain_formatter(&mut self, config: Id) -> Outcome<(Arc<str>, Arc<dyn Formatter>)> {
        let mut places = Vec::new();
        for key in ["format", "datefmt", "style"] {
            let default = if key == "style" { Value::from("%") } else { Value::None };
            places.push(self.place(config, key, default)?);
        }
        let class = self.reader.get(config, "class")?;
        let defaults = self.named(config, "defaults")?;
        let class = match class.filter(|class| self.reader.store.is_true(*class)) {
            None => self.class_named::<dyn Formatter>("logging.Formatter"),
            Some(name) => self.imported_class(name),
        }?;
        if self.reader.store.get(config, "validate").is_some() {
            places.push(self.place(config, "validate", Value::None)?);
        }
        let names = defaults.into_iter().filter(|given| !given.argument.is_none()).collect();
        let formatter = self.call(&class, places, names)?;
        Ok((Arc::from(class.name.as_str()), formatter))
    }

    /// CONF-25.
    fn plain_filter(&mut self, config: Id) -> Outcome<(Arc<str>, Arc<dyn Filter>)> {
        let name = self.place(config, "name", Value::from(""))?;
        let class = self.class_named::<dyn Filter>("logging.Filter")?;
        let filter = self.call(&class, vec![name], Vec::new())?;
        Ok((Arc::from(class.name.as_str()), filter))
    }

    /// A value that is given by its place. It keeps the name it has in the configuration until the
    /// class is known.
    fn place(&mut self, config: Id, key: &str, default: Value<'static>) -> Outcome<Given> {
        let given = self.named(config, key)?;
        Ok(given.unwrap_or_else(|| Given::new(key, Argument::Value(default))))
    }

    fn named(&mut self, config: Id, key: &str) -> Outcome<Option<Given>> {
        let position = self.reader.store.get(config, key).map(|id| self.reader.store.position(id));
        let value = self.reader.get(config, key)?;
        let given = |id| Given { position, ..Given::new(key, self.reader.argument(id)) };
        Ok(value.map(given))
    }

    /// The `class` of a formatter: its errors are those of Python's import, not wrapped.
    fn imported_class<T: Kind + ?Sized>(&mut self, id: Id) -> Outcome<Arc<Class<T>>> {
        let store = &self.reader.store;
        let position = store.position(id);
        let found = match store.text(id) {
            Some(name) => {
                let name = name.to_owned();
                self.reader.registry.import(&name).map(|named| (name, named))
            }
            None => Err(self.no_name(id)),
        };
        let class = found.and_then(|(name, named)| callable_class(&name, &named));
        class.map_err(|fault| fault.at(Some(position)).at_key("class"))
    }

    fn class_named<T: Kind + ?Sized>(&mut self, name: &str) -> Outcome<Arc<Class<T>>> {
        let named: Named = self.reader.registry.import(name)?;
        callable_class(name, &named)
    }
}

pub(super) fn stand_in<T: Kind + ?Sized>() -> (Arc<str>, Arc<T>) {
    (Arc::from(T::WORD), T::stand_in())
}
