//! What becomes of a record before it waits in a queue.

use handlers_core::{HandlerBase, Record, Result, with_line_buffer};

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

    /// Does what [`prepare`](Self::prepare) does, and puts the record in `place`: a handler calls this
    /// one, since moving a record takes longer than making it.
    ///
    /// # Errors
    ///
    /// Those of [`prepare`](Self::prepare).
    fn prepare_into(
        &self,
        handler: &HandlerBase,
        record: &Record<'_>,
        place: &mut Record<'static>,
    ) -> Result<()> {
        *place = self.prepare(handler, record)?;
        Ok(())
    }
}

fn _obj_safe(_: Box<dyn Prepare>) {}

impl<F> Prepare for F
where
    F: Fn(&HandlerBase, &Record<'_>) -> Result<Record<'static>> + Send + Sync,
{
    fn prepare(&self, handler: &HandlerBase, record: &Record<'_>) -> Result<Record<'static>> {
        self(handler, record)
    }
}

/// Formats the record, and queues a copy that has the text for its message and nothing else left to
/// be formatted: the default [`Prepare`], and Python's (QUEUE-21 to QUEUE-26).
///
/// Texts of exceptions and stacks are in the message then, so that the listener's handlers print
/// them once (QUEUE-23). A formatter of the queue's handler and one of a listener's handler are both
/// applied (QUEUE-27).
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct FormatMessage;

impl Prepare for FormatMessage {
    fn prepare(&self, handler: &HandlerBase, record: &Record<'_>) -> Result<Record<'static>> {
        let mut prepared = Record::EMPTY;
        self.prepare_into(handler, record, &mut prepared)?;
        Ok(prepared)
    }

    fn prepare_into(
        &self,
        handler: &HandlerBase,
        record: &Record<'_>,
        place: &mut Record<'static>,
    ) -> Result<()> {
        if let Some(text) = handler.as_formatted(record) {
            record.prepare_into(text, None, place);
            return Ok(());
        }
        with_line_buffer(|text| {
            handler.format(record, text)?;
            let mut asctime = String::new();
            let shows_time = handler.format_time(record, &mut asctime)?;
            record.prepare_into(text, shows_time.then_some(&asctime), place);
            Ok(())
        })
    }
}

/// Queues a copy of the record as it is: message and arguments apart, the exception and the stack
/// not yet printed.
///
/// What the listener's handlers make of it is the same as without a queue. The arguments are merged
/// on the listener's thread, and so are the errors that this may bring.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct KeepRecord;

impl Prepare for KeepRecord {
    fn prepare(&self, _handler: &HandlerBase, record: &Record<'_>) -> Result<Record<'static>> {
        Ok(record.clone().into_owned())
    }
}
