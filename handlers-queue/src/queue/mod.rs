//! Where records wait between the code that logs and the handlers that write.

mod channel;
mod lane;
mod overflow;

use std::time::Duration;

use handlers_core::{Error, ErrorKind, Record, Result};

pub use channel::Channel;
pub use overflow::Overflow;

/// The queue between a [`QueueHandler`](crate::QueueHandler) and a
/// [`QueueListener`](crate::QueueListener): what Python programs put between theirs.
///
/// A queue is a handle: its clones, if it has any, are the same queue, and one of them goes to the
/// handler and another to the listener. `Arc<Q>` is a queue when `Q` is one. [`Channel`]
/// is the queue within one process; any other that has the two ends can be given to either side
/// (QUEUE-43).
///
/// # Contract
///
/// - Records come out in the order in which they were put, each once, as far as one thread's are
///   concerned. What a queue gives up is counted in [`dropped`](Self::dropped), whoever put it.
/// - [`put`](Self::put) takes no longer than `overflow` says. It may be called by many threads at once.
/// - [`get`](Self::get) is called by one thread at a time.
/// - Neither panics, and neither logs: the thread of a listener is inside a handler all the time.
pub trait RecordQueue: Send + Sync {
    /// Puts a record at the end: Python's `enqueue`, or `put_nowait` of its queues.
    ///
    /// # Errors
    ///
    /// The record could not be put, and will not come out: the queue is full and `overflow` is
    /// [`Overflow::Fail`], or the queue is somewhere else and cannot be reached. What `overflow` gives
    /// up by itself is no error: it is in the answer.
    fn put(&self, record: Record<'static>, overflow: Overflow) -> Result<Placed>;

    /// Takes the oldest record: Python's `dequeue`. If there is none it waits for one, `timeout` at
    /// most, and no longer once [`wake`](Self::wake) is called. `None` means that none came.
    ///
    /// # Errors
    ///
    /// The queue cannot be read for now; the listener reports it and asks again later.
    fn get(&self, timeout: Duration) -> Result<Option<Record<'static>>>;

    /// Says that every record taken so far has been with all handlers: Python's `task_done`
    /// (QUEUE-32, QUEUE-42). A queue that outlives its readers brings what was not acknowledged again.
    ///
    /// # Errors
    ///
    /// The queue cannot be told for now, and may bring those records again.
    fn acknowledge(&self) -> Result<()> {
        Ok(())
    }

    /// How many records wait. A flush and a stop take that many before they are done, so records
    /// whose [`put`](Self::put) has returned are all among them. 0 where it is not known: then they
    /// take what comes without waiting.
    fn len(&self) -> usize;

    /// Whether no record waits.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Ends a [`get`](Self::get) that waits in another thread, or the next one that would wait.
    fn wake(&self);

    /// How many records this queue has given up since it was made, by its [`Overflow`] or because it
    /// could not reach its other end.
    fn dropped(&self) -> u64;
}

fn _obj_safe(_: Box<dyn RecordQueue>) {}

/// What became of a record that was [`put`](RecordQueue::put) without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a record may have been dropped"]
pub enum Placed {
    /// It is in the queue.
    Queued,
    /// It is in the queue, and so many older records are not any more.
    Displaced(u64),
    /// It was given up itself.
    Dropped,
}

impl<Q: RecordQueue + ?Sized> RecordQueue for std::sync::Arc<Q> {
    fn put(&self, record: Record<'static>, overflow: Overflow) -> Result<Placed> {
        (**self).put(record, overflow)
    }

    fn get(&self, timeout: Duration) -> Result<Option<Record<'static>>> {
        (**self).get(timeout)
    }

    fn acknowledge(&self) -> Result<()> {
        (**self).acknowledge()
    }

    fn len(&self) -> usize {
        (**self).len()
    }

    fn is_empty(&self) -> bool {
        (**self).is_empty()
    }

    fn wake(&self) {
        (**self).wake();
    }

    fn dropped(&self) -> u64 {
        (**self).dropped()
    }
}

/// What [`Overflow::Fail`] comes to: Python's `queue.Full`.
#[cold]
pub(crate) fn full() -> Error {
    Error::new(ErrorKind::Full, "the queue is full")
}
