//! A handler that keeps records until there are enough of them.

use std::fmt;

use handlers_core::{Handler, HandlerBase, Record, Result};

use crate::buffer::Buffer;
use crate::drain::{Discard, Drain};
use crate::flush_policy::{AtCapacity, FlushPolicy};
use crate::report::report;

/// Keeps records in memory until there are enough of them: Python's `BufferingHandler`.
///
/// When the buffer has reached its capacity it is flushed, which throws the records away unless a
/// [`Drain`] takes them somewhere. Records are kept unformatted, as they were logged (QUEUE-2).
///
/// Closing flushes. A closed handler goes on buffering; dropping it flushes once more.
///
/// # Differences from Python
///
/// - What Python has one override, one gives to the builder: a [`FlushPolicy`] in the place of
///   `shouldFlush`, a [`Drain`] in the place of `flush`. Errors and panics of theirs do not get to
///   the code that logs.
/// - No lock is held during a flush: other threads log meanwhile, and a thread waits only if it wants
///   to flush as well.
/// - [`max_records`](BufferingHandlerBuilder::max_records) puts a bound to what a drain leaves in the
///   buffer.
///
/// # Examples
///
/// ```
/// use handlers_core::{Handler, Record};
/// use handlers_queue::BufferingHandler;
///
/// let handler = BufferingHandler::new(10);
/// handler.handle(&Record::builder().message("ready").build());
/// assert_eq!(handler.buffered()[0].message()?, "ready");
/// handler.flush()?;
/// assert_eq!(handler.pending(), 0);
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub struct BufferingHandler {
    base: HandlerBase,
    buffer: Buffer,
    drain: Box<dyn Drain>,
}

/// Builds a [`BufferingHandler`].
#[must_use = "call `build` to get the handler"]
pub struct BufferingHandlerBuilder {
    base: HandlerBase,
    capacity: usize,
    max_records: Option<usize>,
    policy: Box<dyn FlushPolicy>,
    drain: Box<dyn Drain>,
}

impl BufferingHandler {
    /// Makes a handler with all defaults, which throws its records away when `capacity` of them
    /// have come.
    pub fn new(capacity: usize) -> Self {
        Self::builder(capacity).build()
    }

    /// Begins a handler that is flushed when it holds `capacity` records; with 0 or 1, at every
    /// record (QUEUE-3).
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`level`](BufferingHandlerBuilder::level) | `NOTSET`: every record |
    /// | [`formatter`](BufferingHandlerBuilder::formatter) | the bare message; for the drain to use |
    /// | [`filter`](BufferingHandlerBuilder::filter) | none |
    /// | [`name`](BufferingHandlerBuilder::name) | none |
    /// | [`error_hook`](BufferingHandlerBuilder::error_hook) | Python's report on standard error |
    /// | [`flush_policy`](BufferingHandlerBuilder::flush_policy) | [`AtCapacity`] |
    /// | [`drain`](BufferingHandlerBuilder::drain) | [`Discard`] |
    /// | [`max_records`](BufferingHandlerBuilder::max_records) | no limit |
    pub fn builder(capacity: usize) -> BufferingHandlerBuilder {
        BufferingHandlerBuilder {
            base: HandlerBase::new(),
            capacity,
            max_records: None,
            policy: Box::new(AtCapacity),
            drain: Box::new(Discard),
        }
    }

    /// How many records bring about a flush.
    pub fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    /// Copies of the records in the buffer, the oldest first.
    pub fn buffered(&self) -> Vec<Record<'static>> {
        self.buffer.records()
    }
}

impl Handler for BufferingHandler {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    /// Buffers the record. An error in the flush that it may bring about is reported; the record
    /// itself is in the buffer.
    fn emit(&self, record: &Record<'_>) -> Result<()> {
        if self.buffer.append(self, record)
            && let Err(error) = self.flush()
        {
            report(self, record, &error);
        }
        Ok(())
    }

    /// Gives everything in the buffer to the drain (QUEUE-4).
    fn flush(&self) -> Result<()> {
        self.buffer.flush(self, |records| self.drain.drain(records))
    }

    fn pending(&self) -> u64 {
        self.buffer.pending()
    }
}

impl Drop for BufferingHandler {
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

impl fmt::Debug for BufferingHandler {
    /// CORE-84.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<BufferingHandler ({})>", self.base.level())
    }
}

impl BufferingHandlerBuilder {
    handlers_core::base_setters!();

    /// Sets when the buffer is flushed. Optional; when it is full by default.
    pub fn flush_policy(mut self, policy: impl FlushPolicy + 'static) -> Self {
        self.policy = Box::new(policy);
        self
    }

    /// Sets where the records go when the buffer is flushed. Optional; nowhere by default.
    pub fn drain(mut self, drain: impl Drain + 'static) -> Self {
        self.drain = Box::new(drain);
        self
    }

    /// Sets how many records may wait in the buffer; beyond them the oldest are dropped and counted.
    /// The newest is kept in any case. Optional; without a limit by default.
    pub fn max_records(mut self, max_records: usize) -> Self {
        self.max_records = Some(max_records);
        self
    }

    /// Finishes the handler.
    pub fn build(self) -> BufferingHandler {
        BufferingHandler {
            base: self.base,
            buffer: Buffer::new(self.capacity, self.max_records, self.policy),
            drain: self.drain,
        }
    }
}

impl fmt::Debug for BufferingHandlerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufferingHandlerBuilder")
            .field("base", &self.base)
            .field("capacity", &self.capacity)
            .field("max_records", &self.max_records)
            .finish_non_exhaustive()
    }
}
