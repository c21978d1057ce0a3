//! A buffer in front of another handler.

use std::fmt;
use std::mem;
use std::sync::Arc;

use handlers_core::contain;
use handlers_core::{Handler, HandlerBase, Level, Record, Result, register_handler};
use parking_lot::Mutex;

use crate::buffer::Buffer;
use crate::flush_policy::{AtCapacityOrLevel, FlushPolicy};
use crate::held::Batch;
use crate::report::report;

/// Keeps records in memory and hands them to another handler, the target, when there are enough of
/// them or one of them is grave: Python's `MemoryHandler`.
///
/// Records are kept unformatted and reach the target in order, each once. The target's filters are
/// asked, its level is not (QUEUE-10). Without a target the records stay in the buffer, beyond the
/// capacity and for as long as none is set (QUEUE-17).
///
/// [`close`](Handler::close) flushes, unless that is switched off, and lets go of the target; what
/// is logged afterwards is buffered until another is set (QUEUE-15). Dropping the handler flushes it
/// under the same condition. With the flush on close switched off, what is left in the buffer stays
/// there, but it is counted as dropped and not as pending any more.
///
/// # Threads
///
/// No lock is held while the target works. Other threads go on appending to the buffer meanwhile;
/// one of them waits only if it wants to flush as well, so that what it logged is with the target
/// when its call returns. What the target itself logs or flushes through this handler is buffered,
/// or left undone, rather than waited for. A target must not wait for *another* thread that flushes
/// this handler.
///
/// # Differences from Python
///
/// - A target that panics is contained and reported: the record that it had at hand counts as
///   failed, those after it stay in the buffer for the next flush, and none is delivered twice. In
///   Python the error is raised from the logging call, and the whole buffer is delivered again.
/// - A target that sets another target while it handles a record is safe: what is left goes to the
///   new one, or stays in the buffer if there is none.
/// - [`max_records`](MemoryHandlerBuilder::max_records) puts a bound to a buffer that is not flushed.
///
/// # Examples
///
/// Records in heaps of a hundred, unless one of them cannot wait:
///
/// ```
/// use handlers_core::{Handler, Level, Record, StderrHandler};
/// use handlers_queue::MemoryHandler;
/// use std::sync::Arc;
///
/// let memory = MemoryHandler::builder(100)
///     .flush_level(Level::WARNING)
///     .target(Arc::new(StderrHandler::new()))
///     .build();
///
/// memory.handle(&Record::builder().level(Level::INFO).message("opened the file").build());
/// assert_eq!(memory.pending(), 1);
/// memory.handle(&Record::builder().level(Level::ERROR).message("cannot read it").build());
/// assert_eq!(memory.pending(), 0);
/// ```
///
/// For the last records before an error, with the rest left unwritten, there is
/// [`FlightRecorder`](crate::FlightRecorder).
pub struct MemoryHandler {
    base: HandlerBase,
    buffer: Buffer,
    flush_level: Level,
    flush_on_close: bool,
    target: Mutex<Option<Arc<dyn Handler>>>,
}

/// Builds a [`MemoryHandler`].
#[must_use = "call `build` to get the handler"]
pub struct MemoryHandlerBuilder {
    base: HandlerBase,
    capacity: usize,
    max_records: Option<usize>,
    flush_level: Level,
    flush_on_close: bool,
    policy: Option<Box<dyn FlushPolicy>>,
    target: Option<Arc<dyn Handler>>,
}

impl MemoryHandler {
    /// Begins a handler that is flushed when it holds `capacity` records; with 0 or 1, at every
    /// record (QUEUE-3).
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`level`](MemoryHandlerBuilder::level) | `NOTSET`: every record |
    /// | [`formatter`](MemoryHandlerBuilder::formatter) | not used: the target formats |
    /// | [`filter`](MemoryHandlerBuilder::filter) | none |
    /// | [`name`](MemoryHandlerBuilder::name) | none |
    /// | [`error_hook`](MemoryHandlerBuilder::error_hook) | Python's report on standard error |
    /// | [`flush_level`](MemoryHandlerBuilder::flush_level) | `ERROR` |
    /// | [`target`](MemoryHandlerBuilder::target) | none: records stay in the buffer |
    /// | [`flush_on_close`](MemoryHandlerBuilder::flush_on_close) | `true` |
    /// | [`flush_policy`](MemoryHandlerBuilder::flush_policy) | [`AtCapacityOrLevel`] |
    /// | [`max_records`](MemoryHandlerBuilder::max_records) | no limit |
    pub fn builder(capacity: usize) -> MemoryHandlerBuilder {
        MemoryHandlerBuilder {
            base: HandlerBase::new(),
            capacity,
            max_records: None,
            flush_level: Level::ERROR,
            flush_on_close: true,
            policy: None,
            target: None,
        }
    }

    /// How many records bring about a flush.
    pub fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    /// The level at which a record brings about a flush.
    pub fn flush_level(&self) -> Level {
        self.flush_level
    }

    /// The handler that gets the records, if there is one.
    pub fn target(&self) -> Option<Arc<dyn Handler>> {
        self.target.lock().clone()
    }

    /// Sets the handler that gets the records from now on, and gives back the one that got them
    /// until now (QUEUE-12).
    ///
    /// It waits until a flush in another thread is over: no record comes to the old target any more.
    /// The buffer is not flushed.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::{Handler, NullHandler, Record};
    /// use handlers_queue::MemoryHandler;
    /// use std::sync::Arc;
    ///
    /// let memory = MemoryHandler::builder(10).build();
    /// memory.handle(&Record::builder().message("before there is a target").build());
    /// assert!(memory.set_target(Some(Arc::new(NullHandler::new()))).is_none());
    /// memory.flush()?;
    /// assert_eq!(memory.pending(), 0);
    /// # Ok::<(), handlers_core::Error>(())
    /// ```
    pub fn set_target(&self, target: Option<Arc<dyn Handler>>) -> Option<Arc<dyn Handler>> {
        if let Some(target) = &target {
            register_handler(target);
        }
        self.buffer.between_flushes(|| mem::replace(&mut *self.target.lock(), target))
    }

    /// Copies of the records in the buffer, the oldest first. Those that a flush is just handing to
    /// the target are not among them.
    pub fn buffered(&self) -> Vec<Record<'static>> {
        self.buffer.records()
    }

    /// Hands records over as long as there is a target and nothing goes wrong (QUEUE-9, QUEUE-11).
    fn deliver(&self, batch: &mut Batch) -> Result<()> {
        // Looked up for each record: the target itself may set another one.
        while let Some(target) = self.target()
            && let Some(record) = batch.pop_front()
        {
            let handled = contain("hand a record to the target", || target.handle(&record));
            self.buffer.count_delivered();
            if let Err(error) = handled {
                self.base.count_failed(1);
                report(self, &record, &error);
                return Err(error);
            }
        }
        Ok(())
    }
}

impl Handler for MemoryHandler {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    /// Buffers the record, and flushes if it is time. What goes wrong in the flush has been reported
    /// with the record that it happened to; this one is in the buffer or with the target.
    fn emit(&self, record: &Record<'_>) -> Result<()> {
        if self.buffer.append(self, record) {
            let _ = self.flush();
        }
        Ok(())
    }

    /// Hands the buffered records to the target, in order; without a target they are kept (QUEUE-9).
    ///
    /// # Errors
    ///
    /// The target panicked. The records after the one that it had at hand are still in the buffer.
    fn flush(&self) -> Result<()> {
        if self.target().is_none() {
            return Ok(());
        }
        self.buffer.flush(self, |batch| self.deliver(batch))
    }

    /// Flushes if it is to, and lets go of the target in any case (QUEUE-13, QUEUE-14).
    fn close(&self) -> Result<()> {
        let flushed = if self.flush_on_close { self.flush() } else { Ok(()) };
        drop(self.set_target(None));
        if !self.flush_on_close {
            self.base.count_dropped(self.buffer.give_up());
        }
        self.base.mark_closed();
        flushed
    }

    fn flush_on_close(&self) -> bool {
        self.flush_on_close
    }

    fn pending(&self) -> u64 {
        self.buffer.pending()
    }
}

impl Drop for MemoryHandler {
    fn drop(&mut self) {
        if self.flush_on_close {
            let _ = self.flush();
        }
    }
}

impl fmt::Debug for MemoryHandler {
    /// CORE-84.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<MemoryHandler ({})>", self.base.level())
    }
}

impl MemoryHandlerBuilder {
    handlers_core::base_setters!();

    /// Sets the level at which a record brings about a flush. Optional; `ERROR` by default.
    pub fn flush_level(mut self, level: Level) -> Self {
        self.flush_level = level;
        self
    }

    /// Sets the handler that gets the records. Optional; none by default, and
    /// [`set_target`](MemoryHandler::set_target) may set one later.
    pub fn target(mut self, target: Arc<dyn Handler>) -> Self {
        self.target = Some(target);
        self
    }

    /// Sets whether closing, shutdown and dropping flush the buffer. Optional; `true` by default.
    pub fn flush_on_close(mut self, flush_on_close: bool) -> Self {
        self.flush_on_close = flush_on_close;
        self
    }

    /// Sets when the buffer is flushed, in the place of capacity and flush level. Optional.
    pub fn flush_policy(mut self, policy: impl FlushPolicy + 'static) -> Self {
        self.policy = Some(Box::new(policy));
        self
    }

    /// Sets how many records may wait in the buffer; beyond them the oldest are dropped and counted.
    /// The newest is kept in any case. Optional; without a limit by default, as in Python.
    pub fn max_records(mut self, max_records: usize) -> Self {
        self.max_records = Some(max_records);
        self
    }

    /// Finishes the handler.
    pub fn build(self) -> MemoryHandler {
        if let Some(target) = &self.target {
            register_handler(target);
        }
        let by_level = || Box::new(AtCapacityOrLevel::new(self.flush_level)) as Box<_>;
        let policy = self.policy.unwrap_or_else(by_level);
        MemoryHandler {
            base: self.base,
            buffer: Buffer::new(self.capacity, self.max_records, policy),
            flush_level: self.flush_level,
            flush_on_close: self.flush_on_close,
            target: Mutex::new(self.target),
        }
    }
}

impl fmt::Debug for MemoryHandlerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryHandlerBuilder")
            .field("base", &self.base)
            .field("capacity", &self.capacity)
            .field("max_records", &self.max_records)
            .field("flush_level", &self.flush_level)
            .field("flush_on_close", &self.flush_on_close)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}
