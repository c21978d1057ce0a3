//! A handler that puts records into a queue.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use handlers_core::{Handler, HandlerBase, Record, Result, fork_generation};

use crate::listener::QueueListener;
use crate::prepare::{FormatMessage, Prepare};
use crate::queue::{Channel, Overflow, Placed, RecordQueue};

/// Puts records into a queue, for a [`QueueListener`] to take them to handlers on another thread, in
/// another process or on another machine: Python's `QueueHandler`.
///
/// The record is formatted on the thread that logs, outside any lock, and what waits in the queue is
/// a copy: [`FormatMessage`]. A formatter that is set here makes the *message* of the records that
/// come out of the queue (QUEUE-27); the layout of lines is for the listener's handlers.
///
/// When the queue is full, [`Overflow`] says what becomes of the record: by default it is an error
/// that the error hook is told, as in Python.
///
/// [`flush`](Handler::flush) waits until the listener has handled what is queued, if it was told who
/// that is ([`listener`](QueueHandlerBuilder::listener)); otherwise there is nothing to do.
/// [`close`](Handler::close) stops nothing: records go on being queued.
///
/// # Threads
///
/// Any number of threads may log. A thread whose record was queued before that of another one is
/// ahead of it in the queue.
///
/// # Examples
///
/// ```
/// use handlers_core::{Level, StderrHandler, get_logger, warning};
/// use handlers_queue::{Channel, Overflow, QueueHandler, QueueListener};
/// use std::sync::Arc;
///
/// let queue = Channel::bounded(10_000);
/// let listener = QueueListener::builder(queue.clone()).handler(Arc::new(StderrHandler::new())).build();
/// let guard = listener.start()?;
///
/// let app = get_logger("app");
/// app.add_handler(Arc::new(QueueHandler::builder(queue).overflow(Overflow::DropOldest).build()));
/// warning!(app, "written by another thread");
///
/// drop(guard); // waits until everything is written
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub struct QueueHandler<Q: RecordQueue + 'static = Channel> {
    base: HandlerBase,
    queue: Q,
    overflow: Overflow,
    prepare: Box<dyn Prepare>,
    listener: Option<Arc<QueueListener>>,
    /// The process in which the listener was last seen to.
    generation: AtomicU64,
}

/// Builds a [`QueueHandler`].
#[must_use = "call `build` to get the handler"]
pub struct QueueHandlerBuilder<Q: RecordQueue + 'static = Channel> {
    base: HandlerBase,
    queue: Q,
    overflow: Overflow,
    prepare: Box<dyn Prepare>,
    listener: Option<Arc<QueueListener>>,
}

impl<Q: RecordQueue + 'static> QueueHandler<Q> {
    /// Makes a handler that puts records into `queue`.
    pub fn new(queue: Q) -> Self {
        Self::builder(queue).build()
    }

    /// Begins a handler that puts records into `queue`.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`level`](QueueHandlerBuilder::level) | `NOTSET`: every record |
    /// | [`formatter`](QueueHandlerBuilder::formatter) | the bare message |
    /// | [`filter`](QueueHandlerBuilder::filter) | none |
    /// | [`name`](QueueHandlerBuilder::name) | none |
    /// | [`error_hook`](QueueHandlerBuilder::error_hook) | Python's report on standard error |
    /// | [`overflow`](QueueHandlerBuilder::overflow) | [`Overflow::Fail`] |
    /// | [`prepare`](QueueHandlerBuilder::prepare) | [`FormatMessage`] |
    /// | [`listener`](QueueHandlerBuilder::listener) | not known |
    pub fn builder(queue: Q) -> QueueHandlerBuilder<Q> {
        QueueHandlerBuilder {
            base: HandlerBase::new(),
            queue,
            overflow: Overflow::default(),
            prepare: Box::new(FormatMessage),
            listener: None,
        }
    }

    /// The queue.
    pub fn queue(&self) -> &Q {
        &self.queue
    }

    /// What becomes of a record for which there is no room.
    pub fn overflow(&self) -> Overflow {
        self.overflow
    }

    /// The listener at the other end of the queue, if the handler was told (QUEUE-18).
    pub fn listener(&self) -> Option<&Arc<QueueListener>> {
        self.listener.as_ref()
    }

    /// A fork leaves the listener's thread in the parent.
    #[cold]
    fn start_listener(&self, generation: u64) -> Result<()> {
        if let Some(listener) = &self.listener {
            listener.start_after_fork()?;
        }
        self.generation.store(generation, Ordering::Relaxed);
        Ok(())
    }
}

impl<Q: RecordQueue + 'static> Handler for QueueHandler<Q> {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    /// Prepares the record and puts it (QUEUE-20).
    fn emit(&self, record: &Record<'_>) -> Result<()> {
        let mut prepared = Record::EMPTY;
        self.prepare.prepare_into(&self.base, record, &mut prepared)?;
        let placed = self.queue.put(prepared, self.overflow)?;
        match placed {
            Placed::Queued => {}
            Placed::Displaced(records) => self.base.count_dropped(records),
            Placed::Dropped => self.base.count_dropped(1),
        }
        let generation = fork_generation();
        if self.generation.load(Ordering::Relaxed) != generation {
            self.start_listener(generation)?;
        }
        Ok(())
    }

    /// Waits until the listener has handled what is queued and flushed its handlers, if the handler
    /// knows a listener, and it is running.
    ///
    /// # Errors
    ///
    /// Those of [`QueueListener::flush`].
    fn flush(&self) -> Result<()> {
        match &self.listener {
            Some(listener) if listener.is_running() => listener.flush(Duration::MAX),
            _ => Ok(()),
        }
    }

    fn pending(&self) -> u64 {
        self.queue.len() as u64
    }
}

impl<Q: RecordQueue + 'static> fmt::Debug for QueueHandler<Q> {
    /// CORE-84.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<QueueHandler ({})>", self.base.level())
    }
}

impl<Q: RecordQueue + 'static> QueueHandlerBuilder<Q> {
    handlers_core::base_setters!();

    /// Sets what becomes of a record for which there is no room. Optional; [`Overflow::Fail`] by
    /// default, as in Python.
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// Sets what makes of each record the one that is queued: Python's `prepare`. Optional;
    /// [`FormatMessage`] by default.
    pub fn prepare(mut self, prepare: impl Prepare + 'static) -> Self {
        self.prepare = Box::new(prepare);
        self
    }

    /// Says who takes records out of the queue, for [`flush`](Handler::flush) and for the child of a
    /// fork, where the first record starts the listener again. Optional.
    pub fn listener(mut self, listener: Arc<QueueListener>) -> Self {
        self.listener = Some(listener);
        self
    }

    /// Finishes the handler.
    pub fn build(self) -> QueueHandler<Q> {
        QueueHandler {
            base: self.base,
            queue: self.queue,
            overflow: self.overflow,
            prepare: self.prepare,
            listener: self.listener,
            generation: AtomicU64::new(fork_generation()),
        }
    }
}

impl<Q: RecordQueue + 'static> fmt::Debug for QueueHandlerBuilder<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueHandlerBuilder")
            .field("base", &self.base)
            .field("overflow", &self.overflow)
            .field("listener", &self.listener)
            .finish_non_exhaustive()
    }
}
