//! Records that a queue writes of itself.

use handlers_core::{Level, Record};

/// Says that a queue gave up so many records.
pub(crate) fn of_dropped(records: u64) -> Record<'static> {
    of(Level::WARNING, format!("{records} records dropped"))
}

/// Stands where an error of the queue has no record of its own.
pub(crate) fn of_trouble() -> Record<'static> {
    of(Level::ERROR, "the queue does not work".to_owned())
}

fn of(level: Level, message: String) -> Record<'static> {
    Record::builder().name("handlers.queue").level(level).message(message).build()
}
