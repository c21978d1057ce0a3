//! Python's base class of handlers, as a value that every handler holds.

use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use arc_swap::ArcSwap;
use parking_lot::Mutex;

use super::registry;
use super::report::{self, ErrorHook};
use crate::error::{Error, Result};
use crate::filter::{Filter, Verdict};
use crate::filters::{self, Filters};
use crate::formatter::Formatter;
use crate::level::Level;
use crate::record::Record;

/// What all handlers have in common: level, formatter, filters, name, error hook and counters.
///
/// Settings may be changed at any time from any thread; a record that is being handled meanwhile
/// sees the old or the new ones, never a mixture.
///
/// # Examples
///
/// ```
/// use handlers_core::{HandlerBase, Level};
///
/// let base = HandlerBase::new();
/// base.set_level(Level::WARNING);
/// assert_eq!(base.level(), Level::WARNING);
/// assert!(base.formatter().is_none());
/// ```
pub struct HandlerBase {
    id: u64,
    level: AtomicI64,
    /// The formatter that was set first, found without touching a counter that threads share. Most
    /// handlers never get another.
    first_formatter: OnceLock<Arc<dyn Formatter>>,
    /// Whether the formatter in force is not the first one, but that of the settings.
    has_other_formatter: AtomicBool,
    settings: ArcSwap<Settings>,
    has_filters: AtomicBool,
    closed: AtomicBool,
    handled: AtomicU64,
    dropped: AtomicU64,
    failed: AtomicU64,
}

#[derive(Clone, Default)]
struct Settings {
    name: Option<Arc<str>>,
    formatter: Option<Arc<dyn Formatter>>,
    filters: Filters,
    error_hook: Option<Arc<dyn ErrorHook>>,
}

/// How many records a handler has seen, and what became of them.
///
/// The three are read one after the other: while other threads log they may be off by the records
/// in flight.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Records that got where the handler takes them, or into its buffer.
    pub emitted: u64,
    /// Records that the handler let go on purpose, because of a limit or a peer that was away.
    pub dropped: u64,
    /// Records that were lost to an error, which was reported.
    pub failed: u64,
}

impl HandlerBase {
    /// Makes the base of a new handler: every level, no formatter, no filter, no name (CORE-67).
    pub fn new() -> Self {
        Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            level: AtomicI64::new(Level::NOTSET.number()),
            first_formatter: OnceLock::new(),
            has_other_formatter: AtomicBool::new(false),
            settings: ArcSwap::default(),
            has_filters: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            handled: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        }
    }

    /// A number that no other handler of this process has; later handlers have greater ones.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The level below which loggers do not call the handler.
    pub fn level(&self) -> Level {
        Level::new(self.level.load(Ordering::Relaxed))
    }

    /// Sets the level (CORE-78).
    pub fn set_level(&self, level: Level) {
        self.level.store(level.number(), Ordering::Relaxed);
    }

    /// The formatter, if one was set.
    pub fn formatter(&self) -> Option<Arc<dyn Formatter>> {
        self.settings.load().formatter.clone()
    }

    /// Sets the formatter; `None` goes back to the bare message.
    pub fn set_formatter(&self, formatter: Option<Arc<dyn Formatter>>) {
        self.change(|settings| {
            settings.formatter.clone_from(&formatter);
            let is_first = match formatter {
                Some(formatter) => self.first_formatter.set(formatter).is_ok(),
                None => self.first_formatter.get().is_none(),
            };
            if !is_first {
                self.has_other_formatter.store(true, Ordering::Release);
            }
        });
    }

    /// Formats `record` as this handler does: with its formatter, else as the bare message with
    /// exception and stack (CORE-71). Appends to `out`.
    ///
    /// # Errors
    ///
    /// Those of the formatter; `out` may then hold a part of the text.
    #[inline]
    pub fn format(&self, record: &Record<'_>, out: &mut String) -> Result<()> {
        if !self.has_other_formatter.load(Ordering::Acquire) {
            return format_with(self.first_formatter.get(), record, out);
        }
        format_with(self.settings.load().formatter.as_ref(), record, out)
    }

    /// What [`format`](Self::format) would make of `record`, if that is there already: without a
    /// formatter, the message of a record that has nothing to be merged and nothing to be appended.
    #[inline]
    pub fn as_formatted<'r>(&self, record: &'r Record<'_>) -> Option<&'r str> {
        let has_formatter = self.has_other_formatter.load(Ordering::Acquire)
            || self.first_formatter.get().is_some();
        if has_formatter || record.has_trailers() { None } else { record.as_text() }
    }

    /// Appends the time of `record` as this handler's format shows it, and says whether it shows
    /// any: [`Formatter::format_time`].
    ///
    /// # Errors
    ///
    /// Those of the formatter; `out` may then hold a part of the text.
    #[inline]
    pub fn format_time(&self, record: &Record<'_>, out: &mut String) -> Result<bool> {
        if !self.has_other_formatter.load(Ordering::Acquire) {
            return format_time_with(self.first_formatter.get(), record, out);
        }
        format_time_with(self.settings.load().formatter.as_ref(), record, out)
    }

    /// The filters, in the order in which they are asked.
    pub fn filters(&self) -> Vec<Arc<dyn Filter>> {
        self.settings.load().filters.clone()
    }

    /// Adds a filter unless it is there already (CORE-59).
    pub fn add_filter(&self, filter: Arc<dyn Filter>) {
        self.change(|settings| filters::add(&mut settings.filters, filter));
        self.has_filters.store(true, Ordering::Release);
    }

    /// Removes a filter if it is there (CORE-59).
    pub fn remove_filter(&self, filter: &Arc<dyn Filter>) {
        self.change(|settings| filters::remove(&mut settings.filters, filter));
    }

    /// Asks the filters about `record`; `report` is told of those that panic.
    pub fn filter(&self, record: &Record<'_>, report: impl FnMut(&Error)) -> Verdict {
        if !self.has_filters.load(Ordering::Acquire) {
            return Verdict::Keep;
        }
        // A full load: a filter is user code and may take its time.
        filters::apply(&self.settings.load_full().filters, record, report)
    }

    /// The name under which [`get_handler_by_name`](crate::get_handler_by_name) finds the handler.
    pub fn name(&self) -> Option<Arc<str>> {
        self.settings.load().name.clone()
    }

    /// Names the handler. Whatever had the old name loses it, and so does another handler that had
    /// the new one (CORE-73); the empty name is none.
    pub fn set_name(&self, name: Option<&str>) {
        let name: Option<Arc<str>> = name.filter(|name| !name.is_empty()).map(Arc::from);
        // In one step, or two threads would leave both names behind.
        self.change(|settings| {
            registry::rename(self.id, settings.name.as_deref(), name.as_ref());
            settings.name = name;
        });
    }

    /// Sets who is told of errors in place of standard error.
    pub fn set_error_hook(&self, hook: Option<Arc<dyn ErrorHook>>) {
        self.change(|settings| settings.error_hook = hook);
    }

    /// Tells the error hook of `error`; without one, writes Python's report to standard error.
    pub fn report(&self, record: &Record<'_>, error: &Error) {
        let hook = self.settings.load().error_hook.clone();
        match hook {
            Some(hook) => hook.on_error(record, error),
            None => report::to_standard_error(record, error),
        }
    }

    /// How many records were emitted, dropped and failed.
    pub fn counters(&self) -> Counters {
        let dropped = self.dropped.load(Ordering::Relaxed);
        let failed = self.failed.load(Ordering::Relaxed);
        let handled = self.handled.load(Ordering::Relaxed);
        Counters { emitted: handled.saturating_sub(dropped + failed), dropped, failed }
    }

    /// Counts records that were taken by `emit` and then let go on purpose.
    pub fn count_dropped(&self, records: u64) {
        self.dropped.fetch_add(records, Ordering::Relaxed);
    }

    /// Counts records that were taken by `emit` and then lost to an error. [`Handler::handle`]
    /// counts the errors that `emit` returns by itself.
    ///
    /// [`Handler::handle`]: crate::Handler::handle
    pub fn count_failed(&self, records: u64) {
        self.failed.fetch_add(records, Ordering::Relaxed);
    }

    /// Whether the handler was closed.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Marks the handler as closed and takes its name out of the registry, even if another handler
    /// has taken it over (CORE-76). What [`close`](crate::Handler::close) does last.
    pub fn mark_closed(&self) {
        self.closed.store(true, Ordering::Release);
        registry::forget_name(self.name().as_deref());
    }

    #[inline]
    pub(crate) fn has_filters(&self) -> bool {
        self.has_filters.load(Ordering::Acquire)
    }

    pub(crate) fn count_handled(&self) {
        self.handled.fetch_add(1, Ordering::Relaxed);
    }

    fn change(&self, change: impl FnOnce(&mut Settings)) {
        let one_at_a_time = CHANGING.lock();
        let mut settings = Settings::clone(&self.settings.load());
        change(&mut settings);
        let old = self.settings.swap(Arc::new(settings));
        drop(one_at_a_time);
        // Now that the lock is gone: what drops here may be the user's.
        drop(old);
    }
}

impl Default for HandlerBase {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for HandlerBase {
    fn drop(&mut self) {
        registry::forget(self.id);
    }
}

impl fmt::Debug for HandlerBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = self.settings.load();
        let mut debug = f.debug_struct("HandlerBase");
        debug.field("name", &settings.name).field("level", &self.level());
        debug.field("formatter", &settings.formatter.as_deref().map(Formatter::label));
        let filters: Vec<String> = settings.filters.iter().map(|filter| filter.label()).collect();
        debug.field("filters", &filters).field("counters", &self.counters()).finish_non_exhaustive()
    }
}

fn format_with(
    formatter: Option<&Arc<dyn Formatter>>,
    record: &Record<'_>,
    out: &mut String,
) -> Result<()> {
    match formatter {
        Some(formatter) => formatter.format(record, out),
        None => crate::formatter::format_default(record, out),
    }
}

fn format_time_with(
    formatter: Option<&Arc<dyn Formatter>>,
    record: &Record<'_>,
    out: &mut String,
) -> Result<bool> {
    formatter.map_or(Ok(false), |formatter| formatter.format_time(record, out))
}

/// Gives a handler's builder, which has a field `base`, the setters that all handlers share.
#[doc(hidden)]
#[macro_export]
macro_rules! base_setters {
    () => {
        /// Sets the level below which loggers do not call the handler. Optional; `NOTSET`, which
        /// takes every record, by default.
        pub fn level(self, level: $crate::Level) -> Self {
            self.base.set_level(level);
            self
        }

        /// Sets the formatter. Optional; the bare message by default.
        pub fn formatter(self, formatter: impl $crate::Formatter + 'static) -> Self {
            self.base.set_formatter(Some(::std::sync::Arc::new(formatter)));
            self
        }

        /// Adds a filter. Optional; none by default.
        pub fn filter(self, filter: impl $crate::Filter + 'static) -> Self {
            self.base.add_filter(::std::sync::Arc::new(filter));
            self
        }

        /// Names the handler. Optional; without a name by default.
        pub fn name(self, name: &str) -> Self {
            self.base.set_name(Some(name));
            self
        }

        /// Sets who is told of errors. Optional; Python's report on standard error by default.
        pub fn error_hook(self, hook: impl $crate::ErrorHook + 'static) -> Self {
            self.base.set_error_hook(Some(::std::sync::Arc::new(hook)));
            self
        }
    };
}

/// Takes the lock for changes for the time of a fork, if it is free by `deadline`.
pub(crate) fn hold(deadline: Instant) -> Option<Box<dyn Any>> {
    Some(Box::new(CHANGING.try_lock_until(deadline)?))
}

/// Changes of settings are rare; one lock serves all handlers.
static CHANGING: Mutex<()> = Mutex::new(());

static NEXT_ID: AtomicU64 = AtomicU64::new(1);
