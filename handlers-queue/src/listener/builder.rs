//! The settings of a listener.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use handlers_core::{
    ErrorHook, ForkHook, Handler, HandlerBase, Record, add_fork_hook, register_handler,
};

use super::delivery::{Delivery, Prepare};
use super::queue_listener::{QueueListener, Shared};
use super::registered::Registered;
use super::run::Work;
use crate::queue::RecordQueue;

/// Builds a [`QueueListener`].
#[must_use = "call `build` to get the listener"]
pub struct QueueListenerBuilder {
    queue: Box<dyn RecordQueue>,
    base: HandlerBase,
    handlers: Vec<Arc<dyn Handler>>,
    respect_handler_level: bool,
    prepare: Option<Box<Prepare>>,
    stop_timeout: Duration,
}

impl QueueListenerBuilder {
    pub(super) fn new(queue: Box<dyn RecordQueue>) -> Self {
        Self {
            queue,
            base: HandlerBase::new(),
            handlers: Vec::new(),
            respect_handler_level: false,
            prepare: None,
            stop_timeout: Duration::from_secs(5),
        }
    }

    /// Adds a handler; each record goes to all of them, in the order in which they were added.
    pub fn handler(mut self, handler: Arc<dyn Handler>) -> Self {
        self.handlers.push(handler);
        self
    }

    /// Adds handlers.
    pub fn handlers(mut self, handlers: impl IntoIterator<Item = Arc<dyn Handler>>) -> Self {
        self.handlers.extend(handlers);
        self
    }

    /// Sets whether a handler gets only records of its level and above. Optional; `false` by default:
    /// levels of handlers are ignored (QUEUE-38).
    pub fn respect_handler_level(mut self, respect_handler_level: bool) -> Self {
        self.respect_handler_level = respect_handler_level;
        self
    }

    /// Sets what makes of each record the one that the handlers get: Python's `prepare` of the
    /// listener (QUEUE-37). Optional; they get the record itself by default.
    pub fn prepare(
        mut self,
        prepare: impl Fn(&Record<'_>) -> Record<'static> + Send + Sync + 'static,
    ) -> Self {
        self.prepare = Some(Box::new(prepare));
        self
    }

    /// Sets how long the guard waits when it is dropped. Optional; 5 seconds by default.
    pub fn stop_timeout(mut self, stop_timeout: Duration) -> Self {
        self.stop_timeout = stop_timeout;
        self
    }

    /// Sets who is told when the queue cannot be read. Optional; Python's report on standard error
    /// by default. Errors of handlers go to the handlers' own hooks.
    pub fn error_hook(self, hook: impl ErrorHook + 'static) -> Self {
        self.base.set_error_hook(Some(Arc::new(hook)));
        self
    }

    /// Finishes the listener, which does nothing until it is started (QUEUE-28).
    pub fn build(self) -> QueueListener {
        for handler in &self.handlers {
            register_handler(handler);
        }
        let delivery = Delivery {
            handlers: self.handlers,
            respect_handler_level: self.respect_handler_level,
            prepare: self.prepare,
            base: self.base,
        };
        let work = Work { queue: self.queue, delivery, noted: AtomicU64::new(0) };
        let shared = Arc::new(Shared {
            work: Arc::new(work),
            run: ArcSwapOption::empty(),
            stop_timeout: self.stop_timeout,
            registered: OnceLock::new(),
        });
        let listener = Arc::downgrade(&shared);
        let registered = Arc::new(Registered { base: HandlerBase::new(), listener });
        let hook: Arc<dyn ForkHook> = registered.clone();
        add_fork_hook(&hook);
        shared.registered.get_or_init(|| registered);
        QueueListener::new(shared)
    }
}

impl fmt::Debug for QueueListenerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueListenerBuilder")
            .field("handlers", &self.handlers)
            .field("respect_handler_level", &self.respect_handler_level)
            .field("stop_timeout", &self.stop_timeout)
            .finish_non_exhaustive()
    }
}
