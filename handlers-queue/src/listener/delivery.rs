//! Handing records to handlers.

use std::fmt;
use std::sync::Arc;

use handlers_core::{Error, Handler, HandlerBase, Record, Result, contain};

use crate::notice;
use crate::report::report;

/// Makes of a record that was taken from the queue the one that the handlers get.
pub(super) type Prepare = dyn Fn(&Record<'_>) -> Record<'static> + Send + Sync;

/// The handlers of a listener, and how records come to them.
pub(super) struct Delivery {
    pub(super) handlers: Vec<Arc<dyn Handler>>,
    pub(super) respect_handler_level: bool,
    pub(super) prepare: Option<Box<Prepare>>,
    /// Has the error hook.
    pub(super) base: HandlerBase,
}

impl Delivery {
    /// Hands a record to every handler, in order (QUEUE-37). What goes wrong in one keeps it neither
    /// from the next nor from going on (QUEUE-40).
    pub(super) fn handle(&self, record: &Record<'_>) {
        let Some(prepare) = &self.prepare else {
            return self.hand_over(record);
        };
        match contain("prepare a record", || prepare(record)) {
            Ok(prepared) => self.hand_over(&prepared),
            Err(error) => self.tell(record, &error),
        }
    }

    /// Hands over a record that nobody wants afterwards. What it carries is dropped here, and may be
    /// somebody's whose `drop` panics.
    pub(super) fn handle_owned(&self, record: Record<'static>) {
        let handled = contain("handle a record", || {
            self.handle(&record);
            drop(record);
        });
        if let Err(error) = handled {
            self.tell_of_queue(&error);
        }
    }

    /// Flushes every handler, and gives the first error.
    pub(super) fn flush(&self) -> Result<()> {
        let mut result = Ok(());
        for handler in &self.handlers {
            let flushed = contain("flush a handler", || handler.flush()).flatten();
            result = result.and(flushed);
        }
        result
    }

    /// How many records the handlers have lost to errors, ever.
    pub(super) fn failed(&self) -> u64 {
        self.handlers.iter().map(|handler| handler.base().counters().failed).sum()
    }

    /// Has handlers write that the queue gave up so many records.
    pub(super) fn note_dropped(&self, records: u64) {
        self.handle(&notice::of_dropped(records));
    }

    /// Tells of an error that has no record.
    pub(super) fn tell_of_queue(&self, error: &Error) {
        self.tell(&notice::of_trouble(), error);
    }

    fn tell(&self, record: &Record<'_>, error: &Error) {
        let _ = contain("report an error", || self.base.report(record, error));
    }

    fn hand_over(&self, record: &Record<'_>) {
        for handler in &self.handlers {
            let handled = contain("handle a record", || {
                // QUEUE-38. The filters are asked inside (QUEUE-39).
                if !self.respect_handler_level || record.level() >= handler.base().level() {
                    handler.handle(record);
                }
            });
            if let Err(error) = handled {
                handler.base().count_failed(1);
                report(handler, record, &error);
            }
        }
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("handlers", &self.handlers)
            .field("respect_handler_level", &self.respect_handler_level)
            .finish_non_exhaustive()
    }
}
