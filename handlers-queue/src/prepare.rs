//! What becomes of a record before it waits in a queue.

use handlers_core::{HandlerBase, Record, Result};

/// Makes of the record of a logging call the one that is queued: Python's `QueueHandler.prepare`.
/// Closures are such, too.
///
/// It runs in the thread that logs, outside any lock.
pub trait Prepare: Send + Sync {
    /// Makes the record that waits in the queue. `handler` has the formatter.
    ///
    /// # Errors
    ///
    /// The record cannot be formatted; it is not queued, and the handler's error hook is told
    /// (QUEUE-20).
    fn prepare(&self, handler: &HandlerBase, record: &Record<'_>) -> Result<Record<'static>>;
}

fn _obj_safe(_: Box<dyn Prepare>) {}
