//! When a buffer is flushed.

use handlers_core::{Level, Record};

/// Decides whether a buffer is flushed, now that `record` was appended to it: Python's
/// `shouldFlush`. Closures are flush policies.
///
/// It is asked by the thread that logs, outside any lock: between the appending and the question
/// other threads may have appended or flushed. A policy that panics is reported, and the answer is no.
///
/// # Examples
///
/// A policy that keeps records in pairs:
///
/// ```
/// use handlers_core::{Handler, Record};
/// use handlers_queue::{BufferStatus, BufferingHandler};
///
/// let handler = BufferingHandler::builder(100)
///     .flush_policy(|_: &Record<'_>, buffer: &BufferStatus| buffer.buffered == 2)
///     .build();
/// handler.handle(&Record::builder().message("one").build());
/// assert_eq!(handler.pending(), 1);
/// handler.handle(&Record::builder().message("two").build());
/// assert_eq!(handler.pending(), 0);
/// ```
pub trait FlushPolicy: Send + Sync {
    /// Whether everything in the buffer is flushed now.
    fn should_flush(&self, record: &Record<'_>, buffer: &BufferStatus) -> bool;
}

fn _obj_safe(_: Box<dyn FlushPolicy>) {}

impl<F: Fn(&Record<'_>, &BufferStatus) -> bool + Send + Sync> FlushPolicy for F {
    fn should_flush(&self, record: &Record<'_>, buffer: &BufferStatus) -> bool {
        self(record, buffer)
    }
}

/// What a [`FlushPolicy`] knows of the buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BufferStatus {
    /// How many records were in the buffer right after the record was appended, itself included.
    /// Those that another thread was taking to where they go are not.
    pub buffered: usize,
    /// The capacity that the handler was given.
    pub capacity: usize,
}

impl BufferStatus {
    /// Whether there are as many records as the capacity, or more; with a capacity of 0 or 1 there
    /// always are (QUEUE-3).
    pub const fn is_full(&self) -> bool {
        self.buffered >= self.capacity
    }
}

/// Flushes a buffer that is full: the policy of Python's `BufferingHandler`.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct AtCapacity;

impl FlushPolicy for AtCapacity {
    fn should_flush(&self, _record: &Record<'_>, buffer: &BufferStatus) -> bool {
        buffer.is_full()
    }
}

/// Flushes a buffer that is full, or at a record of some level: the policy of Python's
/// `MemoryHandler`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct AtCapacityOrLevel {
    level: Level,
}

impl AtCapacityOrLevel {
    /// Makes a policy that flushes at records of `level` and above.
    pub const fn new(level: Level) -> Self {
        Self { level }
    }
}

impl FlushPolicy for AtCapacityOrLevel {
    /// QUEUE-8.
    fn should_flush(&self, record: &Record<'_>, buffer: &BufferStatus) -> bool {
        buffer.is_full() || record.level() >= self.level
    }
}
