//! Loggers (CONF-57 to CONF-67).

use std::collections::BTreeSet;
use std::sync::Arc;

use handlers_core::{ErrorKind, Filter, Level, Logger, TreeEntry};

use super::existing;
use super::reader::Items;
use super::store::{Content, Id, Item, Object, Store};
use super::walk::{Access, Section, Walk};
use crate::fault::{Fault, Outcome};

impl Walk<'_> {
    /// Configures the loggers of the section, and treats those that are not in it (CONF-68 to
    /// CONF-72).
    pub(super) fn loggers(&mut self, disable_existing: bool) -> Outcome<()> {
        let existing = self.existing_names();
        let section = self.section(Section::LOGGERS)?;
        let names = section.map(|id| self.reader.store.keys(id)).unwrap_or_default();
        if let Some(id) = section {
            for name in &names {
                self.object(Section::LOGGERS, id, name, |walk, config| {
                    walk.logger(name, config, false)
                })?;
            }
        }
        let Some(manager) = self.manager() else { return Ok(()) };
        let names: Vec<&str> = names.iter().filter_map(|name| name.value.as_str()).collect();
        let left = existing::left_over(existing, &names);
        for entry in manager.entries() {
            let TreeEntry::Logger(logger) = entry else { continue };
            if left.children.contains(logger.name()) {
                reset(&logger);
            } else if left.others.contains(logger.name()) {
                logger.set_disabled(disable_existing);
            }
        }
        Ok(())
    }

    fn existing_names(&self) -> BTreeSet<String> {
        let entries = self.manager().map(handlers_core::Manager::entries).unwrap_or_default();
        let name = |entry| match entry {
            TreeEntry::Logger(logger) => Some(logger.name().to_owned()),
            TreeEntry::Placeholder(name) => Some(name),
            _ => None,
        };
        entries.into_iter().filter_map(name).collect()
    }

    /// Configures one logger; incrementally its level and `propagate` alone (CONF-14).
    pub(super) fn logger(&mut self, name: &Item, config: Id, incremental: bool) -> Outcome<()> {
        let Some(text) = name.value.as_str() else {
            let text = "A logger name must be a string";
            return Err(Fault::new(ErrorKind::Type, text, "the name of a logger is text"));
        };
        if text.matches('.').count() > MAX_LEVELS {
            let plain = format!("a logger is at most {MAX_LEVELS} levels deep");
            return Err(Fault::new(ErrorKind::Value, plain.clone(), plain));
        }
        let logger = self.manager().map(|manager| manager.get_logger(text));
        self.common(logger.as_ref(), config, incremental)?;
        if let Some(logger) = &logger {
            logger.set_disabled(false);
        }
        let propagate = self.reader.get(config, "propagate");
        let Some(propagate) = self.settle(propagate)?.flatten() else { return Ok(()) };
        if let Some(logger) = logger.filter(|_| !self.reader.store.is_null(propagate)) {
            logger.set_propagate(self.reader.store.is_true(propagate));
        }
        Ok(())
    }

    /// CONF-65.
    pub(super) fn root(&mut self, incremental: bool) -> Outcome<()> {
        let found = self.reader.get(Store::ROOT, "root");
        let Some(config) = self.settle(found)?.flatten() else { return Ok(()) };
        if !self.reader.store.is_true(config) {
            return Ok(());
        }
        let position = self.reader.store.position(config);
        self.within(&["root"], position, |walk| {
            let root = walk.manager().map(handlers_core::Manager::root);
            let done = walk.common(root.as_ref(), config, incremental);
            let done = done.map_err(|fault| fault.within("Unable to configure root logger".into()));
            walk.settle(done).map(|_| ())
        })
    }

    /// What all loggers have: level, handlers and filters.
    fn common(&mut self, logger: Option<&Logger>, config: Id, incremental: bool) -> Outcome<()> {
        self.expect_entries(config, Access::Get)?;
        let level = self.logger_level(config);
        let level = self.settle(level)?.flatten();
        if let (Some(logger), Some(level)) = (logger, level) {
            logger.set_level(level);
        }
        if incremental {
            return Ok(());
        }
        // CONF-58: they go, even if no others come.
        for (logger, handler) in
            logger.iter().flat_map(|l| l.handlers().into_iter().map(move |h| (l, h)))
        {
            logger.remove_handler(&handler);
        }
        self.each_name(config, "handlers", |walk, name| walk.attach(logger, name))?;
        self.filters(config, |filter| {
            if let Some(logger) = logger {
                logger.add_filter(filter);
            }
        })
    }

    fn logger_level(&mut self, config: Id) -> Outcome<Option<Level>> {
        match self.reader.get(config, "level")? {
            Some(level) if !self.reader.store.is_null(level) => {
                self.level(level, "level").map(Some)
            }
            _ => Ok(None),
        }
    }

    /// CONF-59.
    fn attach(&mut self, logger: Option<&Logger>, name: &Item) -> Outcome<()> {
        let found = self.refer(Section::HANDLERS, name).and_then(|id| {
            match self.reader.store.content(id) {
                Content::Object(Object::Handler(_, handler)) => Ok(Arc::clone(handler)),
                _ => Err(Fault::new(ErrorKind::Type, "not a handler", "this is no handler")),
            }
        });
        let handler = found
            .map_err(|fault| fault.within(format!("Unable to add handler {}", name.repr())))?;
        if let Some(logger) = logger {
            logger.add_handler(handler);
        }
        Ok(())
    }

    /// Reads the names under a key, if there are any, and works on each.
    pub(super) fn each_name(
        &mut self,
        config: Id,
        key: &'static str,
        mut work: impl FnMut(&mut Self, &Item) -> Outcome<()>,
    ) -> Outcome<()> {
        let found = self.reader.get(config, key);
        match self.settle(found)?.flatten() {
            Some(names) => self.each_of(names, key, &mut work),
            None => Ok(()),
        }
    }

    /// Works on each of some names.
    pub(super) fn each_of(
        &mut self,
        names: Id,
        key: &'static str,
        work: &mut dyn FnMut(&mut Self, &Item) -> Outcome<()>,
    ) -> Outcome<()> {
        if !self.reader.store.is_true(names) {
            return Ok(());
        }
        let position = self.reader.store.position(names);
        let items = self.reader.iterate(names);
        let items = items.map_err(|fault| fault.at(Some(position)).at_key(key));
        let Some(mut items) = self.settle(items)? else { return Ok(()) };
        while let Some(name) = items.next_item(&self.reader.store) {
            let done = work(self, &name).map_err(|fault| fault.at(Some(name.position)).at_key(key));
            // Each letter of a text counts as a name: one fault is enough.
            let is_text = matches!(items, Items::Letters { .. });
            let done = done.map_err(|fault| if is_text { in_a_text(fault) } else { fault });
            if self.settle(done)?.is_none() && is_text {
                break;
            }
        }
        Ok(())
    }

    /// Reads the filters of a handler or logger (CONF-27, CONF-60).
    pub(super) fn filters(
        &mut self,
        config: Id,
        mut add: impl FnMut(Arc<dyn Filter>),
    ) -> Outcome<()> {
        self.each_name(config, "filters", |walk, name| walk.named_filter(name).map(&mut add))
    }

    /// CONF-28.
    pub(super) fn named_filter(&mut self, name: &Item) -> Outcome<Arc<dyn Filter>> {
        let found =
            self.refer(Section::FILTERS, name).and_then(|id| match self.reader.store.content(id) {
                Content::Object(Object::Filter(_, filter)) => Ok(Arc::clone(filter)),
                _ => Err(Fault::new(ErrorKind::Type, "not a filter", "this is no filter")),
            });
        found.map_err(|fault| fault.within(format!("Unable to add filter {}", name.repr())))
    }
}

fn in_a_text(fault: Fault) -> Fault {
    let help = "write a list, as in `[console]`: each letter of a text is taken for a name";
    fault.say("expected a list of names, found text").help(help.to_owned())
}

/// CONF-70.
fn reset(logger: &Logger) {
    logger.set_level(Level::NOTSET);
    for handler in logger.handlers() {
        logger.remove_handler(&handler);
    }
    logger.set_propagate(true);
}

/// The levels of the tree that a name may lead through: every one of them is a name in the tree, and
/// a long name of nothing but dots would fill the memory.
pub(crate) const MAX_LEVELS: usize = 100;
