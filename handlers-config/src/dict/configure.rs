//! The order of things (CONF-1 to CONF-10).

use handlers_core::{ErrorKind, Value, clear_handlers, register_handler, with_configuration_lock};

use super::store::{Content, Id, Item, Object, Store};
use super::walk::{Section, Walk};
use crate::fault::{Fault, Outcome};

impl Walk<'_> {
    /// Does it all.
    pub(crate) fn run(&mut self) -> Outcome<()> {
        self.version()?;
        let incremental = self.pop_flag("incremental", false)?;
        if self.is_check() {
            return self.configure(incremental);
        }
        with_configuration_lock(|| self.configure(incremental))
    }

    fn configure(&mut self, incremental: bool) -> Outcome<()> {
        if incremental {
            return self.incremental();
        }
        let disable_existing = self.pop_flag("disable_existing_loggers", true)?;
        if !self.is_check() {
            clear_handlers();
        }
        let done = self.full(disable_existing);
        self.register_survivors();
        done
    }

    fn full(&mut self, disable_existing: bool) -> Outcome<()> {
        self.objects(Section::FORMATTERS, Self::formatter)?;
        self.objects(Section::FILTERS, Self::filter)?;
        self.handlers()?;
        self.loggers(disable_existing)?;
        self.root(false)
    }

    /// CONF-1, CONF-2.
    fn version(&mut self) -> Outcome<()> {
        let top = self.top();
        if self.settle(top)?.is_none() {
            return Ok(());
        }
        let version = self.reader.get(Store::ROOT, "version");
        let Some(version) = self.settle(version)? else { return Ok(()) };
        let fault = match version.map(|id| (self.reader.store.value(id), id)) {
            Some((value, _)) if value.equals(&Value::from(1)) => return Ok(()),
            Some((value, id)) => {
                let text = format!("Unsupported version: {value}");
                let fault =
                    Fault::new(ErrorKind::Value, text, format!("there is no version {value}"));
                fault.at(Some(self.reader.store.position(id))).at_key("version")
            }
            None => {
                let text = "dictionary doesn't specify a version";
                Fault::new(ErrorKind::Value, text, "`version` is missing")
            }
        };
        self.settle(Err(fault.help("write `version: 1`".to_owned()))).map(|_: Option<()>| ())
    }

    /// What `dict(config)` says of a document that is no mapping.
    fn top(&self) -> Outcome<()> {
        let store = &self.reader.store;
        let is_nothing = !store.is_true(Store::ROOT)
            && (store.text(Store::ROOT).is_some() || store.kind(Store::ROOT) == "a list");
        if is_nothing {
            return Ok(());
        }
        self.expect_entries(Store::ROOT, super::walk::Access::Copy)
    }

    fn pop_flag(&mut self, key: &str, default: bool) -> Outcome<bool> {
        let popped = self.reader.pop(Store::ROOT, key);
        let flag = self.settle(popped)?.flatten();
        Ok(flag.map_or(default, |id| self.reader.store.is_true(id)))
    }

    /// Makes the objects of a section, in the order of the document.
    fn objects(
        &mut self,
        section: Section,
        make: fn(&mut Self, Id) -> Outcome<Object>,
    ) -> Outcome<()> {
        let Some(id) = self.section(section)? else { return Ok(()) };
        for name in self.reader.store.keys(id) {
            if let Some(object) = self.object(section, id, &name, make)? {
                self.reader.store.replace(id, &name, Content::Object(object));
            }
        }
        Ok(())
    }

    /// Makes one object of a section.
    pub(super) fn object<T>(
        &mut self,
        section: Section,
        id: Id,
        name: &Item,
        make: impl FnOnce(&mut Self, Id) -> Outcome<T>,
    ) -> Outcome<Option<T>> {
        let text = name.text();
        self.within(&[section.key, &text], name.position, |walk| {
            let config = walk.reader.index(id, &name.value);
            let done = config.and_then(|config| make(walk, config));
            let attempt = || format!("Unable to configure {} {}", section.word, name.repr());
            walk.settle(done.map_err(|fault| fault.within(attempt())))
        })
    }

    /// Handlers that loggers still have go on being called, though they are closed. `shutdown` is
    /// to know them, so that what they still take is not lost without a word.
    ///
    /// CPython forgets them (CONF-8).
    fn register_survivors(&self) {
        let Some(manager) = self.manager() else { return };
        let loggers = manager.entries().into_iter().filter_map(|entry| match entry {
            handlers_core::TreeEntry::Logger(logger) => Some(logger),
            _ => None,
        });
        for logger in loggers.chain([manager.root()]) {
            logger.handlers().iter().for_each(register_handler);
        }
    }
}
