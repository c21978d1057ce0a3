//! Changing levels of what is there (CONF-13 to CONF-17).

use handlers_core::{ErrorKind, get_handler_by_name};

use super::store::{Id, Item};
use super::walk::{Access, Section, Walk};
use crate::fault::{Fault, Outcome};

impl Walk<'_> {
    pub(super) fn incremental(&mut self) -> Outcome<()> {
        if let Some(id) = self.section(Section::KNOWN_HANDLERS)? {
            for name in self.reader.store.keys(id) {
                // Which handlers there will be, a check cannot know.
                if !self.is_check() {
                    known_handler(&name)?;
                }
                self.object(Section::HANDLERS, id, &name, |walk, config| {
                    walk.handler_level(&name, config)
                })?;
            }
        }
        if let Some(id) = self.section(Section::LOGGERS)? {
            for name in self.reader.store.keys(id) {
                self.object(Section::LOGGERS, id, &name, |walk, config| {
                    walk.logger(&name, config, true)
                })?;
            }
        }
        self.root(true)
    }

    fn handler_level(&mut self, name: &Item, config: Id) -> Outcome<()> {
        self.expect_entries(config, Access::Get)?;
        let level = self.reader.get(config, "level")?;
        // 0 is nothing, too.
        let Some(level) = level.filter(|level| self.reader.store.is_true(*level)) else {
            return Ok(());
        };
        let level = self.level(level, "level")?;
        if let Some(handler) = get_handler_by_name(&name.text()).filter(|_| !self.is_check()) {
            handler.base().set_level(level);
        }
        Ok(())
    }
}

/// CONF-13.
pub(super) fn known_handler(name: &Item) -> Outcome<()> {
    if get_handler_by_name(&name.text()).is_some() {
        return Ok(());
    }
    let text = format!("No handler found with name {}", name.repr());
    Err(Fault::new(ErrorKind::Value, text, "there is no such handler"))
}
