//! What becomes of a record that finds no handler at all.

use std::fmt;
use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwapOption;

use super::manager::Manager;
use crate::handler::{Handler, StderrHandler, raise_exceptions};
use crate::level::Level;
use crate::record::Record;
use crate::standard_error::write_standard_error;

/// The handler of records that find no other: at first, warnings and worse go to standard error as
/// bare messages (CORE-129).
pub fn last_resort() -> Option<Arc<dyn Handler>> {
    LAST_RESORT.load().as_ref().map(|resort| Arc::clone(&resort.0))
}

/// Sets the handler of records that find no other; with `None` they are lost, and standard error is
/// told so once for each tree of loggers (CORE-131).
pub fn set_last_resort(handler: Option<Arc<dyn Handler>>) {
    LAST_RESORT.store(handler.map(|handler| Arc::new(Resort(handler))));
}

/// CORE-130: only a record for which there is no handler on its whole way comes here.
#[cold]
pub(super) fn handle(manager: &Manager, record: &Record<'_>) {
    match last_resort() {
        Some(handler) if record.level() >= handler.base().level() => {
            handler.handle(record);
        }
        None if raise_exceptions() && manager.warns_of_no_handlers() => {
            let name = record.name();
            write_standard_error(&format!("No handlers could be found for logger \"{name}\"\n"));
        }
        Some(_) | None => {}
    }
}

struct Resort(Arc<dyn Handler>);

impl fmt::Debug for Resort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

static LAST_RESORT: LazyLock<ArcSwapOption<Resort>> = LazyLock::new(|| {
    let handler = StderrHandler::new();
    handler.base().set_level(Level::WARNING);
    ArcSwapOption::from_pointee(Resort(Arc::new(handler)))
});
