//! What a logger does with a record, as a snapshot that is read without a lock.

use std::fmt::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arc_swap::{ArcSwap, Guard};

use super::call::Call;
use super::last_resort;
use super::manager::Manager;
use crate::contain::contain;
use crate::context::{self, enter_handler};
use crate::error::{Error, ErrorKind};
use crate::filter::Verdict;
use crate::filters::{self, Filters};
use crate::handler::{Handler, report_error};
use crate::level::Level;
use crate::record::Record;
use crate::text::Kept;
use crate::time::{Clock, SystemClock, Timestamp};

/// Makes the record that a logger hands to its handlers: Python's record factory (CORE-33).
///
/// It is given the record as the logger made it, and returns that one or another.
///
/// # Examples
///
/// ```
/// use handlers_core::{Manager, Record};
/// use std::sync::Arc;
///
/// fn unchanged<'a>(record: Record<'a>) -> Record<'a> {
///     record
/// }
/// Manager::new().set_record_factory(Some(Arc::new(unchanged)));
/// ```
pub trait RecordFactory: Send + Sync {
    /// Makes a record of `record`.
    fn make<'a>(&self, record: Record<'a>) -> Record<'a>;
}

impl<F: for<'a> Fn(Record<'a>) -> Record<'a> + Send + Sync> RecordFactory for F {
    fn make<'a>(&self, record: Record<'a>) -> Record<'a> {
        self(record)
    }
}

/// One logger, as its handles share it.
pub(super) struct Shared {
    name: Kept,
    index: usize,
    /// The least level that is enabled: one load decides a call.
    threshold: AtomicI64,
    dispatch: ArcSwap<Dispatch>,
}

/// Everything that a record of one logger meets.
#[derive(Default)]
pub(super) struct Dispatch {
    pub(super) disabled: bool,
    pub(super) filters: Filters,
    /// The handlers of the logger, then of those above it, as far as records go up.
    pub(super) handlers: Vec<Arc<dyn Handler>>,
    pub(super) clock: Option<Arc<dyn Clock>>,
    pub(super) factory: Option<Arc<dyn RecordFactory>>,
}

impl Shared {
    pub(super) fn new(name: Arc<str>, index: usize) -> Self {
        let threshold = AtomicI64::new(i64::MAX);
        Self { name: name.into(), index, threshold, dispatch: ArcSwap::default() }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn index(&self) -> usize {
        self.index
    }

    #[inline]
    pub(super) fn is_enabled_for(&self, level: Level) -> bool {
        level.number() >= self.threshold.load(Ordering::Relaxed)
    }

    pub(super) fn dispatch(&self) -> Guard<Arc<Dispatch>> {
        self.dispatch.load()
    }

    /// Puts new decisions in force and gives the old ones back, to be dropped outside any lock.
    pub(super) fn replace(&self, threshold: i64, dispatch: Dispatch) -> Arc<Dispatch> {
        let old = self.dispatch.swap(Arc::new(dispatch));
        self.threshold.store(threshold, Ordering::Relaxed);
        old
    }

    /// Formats the message, makes the record and sends it on its way.
    pub(super) fn log(&self, manager: &Manager, call: &Call<'_>) {
        let dispatch = self.dispatch.load();
        if dispatch.disabled || context::drops_reentrant() {
            return;
        }
        context::with(|context| {
            context.message.lend(|buffer| {
                let failure = format_message(call, buffer);
                let created = dispatch.now();
                context.with_thread(|thread| {
                    let text = call.text(buffer);
                    let record = Record::of_call(call, &self.name, text, created, thread);
                    if let Some(error) = failure {
                        report_error(&record, &error);
                    }
                    match &dispatch.factory {
                        None => dispatch.run(manager, &record),
                        Some(factory) => dispatch.run_made(&**factory, manager, &record),
                    }
                });
            });
        });
    }
}

impl Dispatch {
    /// The time of a record. A clock that panics has no say.
    #[inline]
    fn now(&self) -> Timestamp {
        match &self.clock {
            None => SystemClock.now(),
            Some(clock) => ask(&**clock),
        }
    }

    /// CORE-151 to CORE-153.
    #[inline]
    pub(super) fn run(&self, manager: &Manager, record: &Record<'_>) {
        if self.filters.is_empty() {
            self.call_handlers(manager, record);
        } else {
            self.run_filtered(manager, record);
        }
    }

    #[cold]
    fn run_made(&self, factory: &dyn RecordFactory, manager: &Manager, record: &Record<'_>) {
        self.run(manager, &make(factory, record));
    }

    #[cold]
    fn run_filtered(&self, manager: &Manager, record: &Record<'_>) {
        // Handlers mark the thread for themselves.
        let _inside = enter_handler();
        match filters::apply(&self.filters, record, |error| report_error(record, error)) {
            Verdict::Drop => {}
            Verdict::Keep => self.call_handlers(manager, record),
            Verdict::Replace(replacement) => self.call_handlers(manager, &replacement),
        }
    }

    #[expect(clippy::inline_always, reason = "after a system call each return costs 8 ns")]
    #[inline(always)]
    fn call_handlers(&self, manager: &Manager, record: &Record<'_>) {
        for handler in &self.handlers {
            if record.level() >= handler.base().level()
                && let Err(panic) = contain("handle a record", || handler.handle(record))
            {
                report_error(record, &panic);
            }
        }
        if self.handlers.is_empty() {
            last_resort::handle(manager, record);
        }
    }
}

#[cold]
fn ask(clock: &dyn Clock) -> Timestamp {
    contain("read the clock", || clock.now()).unwrap_or_else(|_| SystemClock.now())
}

/// Formats the message into `buffer` unless it is plain text. Whatever goes wrong in a `Display` of
/// the user's, the record is made, with what there is of its message.
fn format_message(call: &Call<'_>, buffer: &mut String) -> Option<Error> {
    if call.plain_text().is_some() {
        return None;
    }
    let error = match contain("format the message", || buffer.write_fmt(call.message())) {
        Ok(Ok(())) => return None,
        Ok(Err(fmt::Error)) => {
            Error::new(ErrorKind::Value, "a value of the message could not be formatted")
        }
        Err(panic) => panic,
    };
    let _ = write!(buffer, "<{error}>");
    Some(error)
}

/// A factory that panics has no say, and one that logs is not asked again.
#[cold]
fn make<'a>(factory: &dyn RecordFactory, record: &Record<'a>) -> Record<'a> {
    let _inside = enter_handler();
    contain("make a record", || factory.make(record.clone())).unwrap_or_else(|panic| {
        report_error(record, &panic);
        record.clone()
    })
}
