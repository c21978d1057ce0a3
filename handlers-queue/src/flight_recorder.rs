//! A ring of records in front of another handler, for the day when something goes wrong.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use handlers_core::contain;
use handlers_core::{Handler, HandlerBase, Level, Record, Result, register_handler};

use crate::held::{Batch, Held};
use crate::report::report;
use crate::ring::Ring;
use crate::trigger::{AtLevel, Trigger};

/// Keeps the last records of any level, and hands them to another handler, the target, when one of
/// them is grave.
///
/// A program can log in all detail and write none of it until it matters: the details of the minutes
/// before an error come out together with it, in order, each record once. Records are kept
/// unformatted. The target's filters are asked, its level is not.
///
/// A record that falls out of the ring is forgotten. That is what the ring is for, so it is no drop
/// and not [pending](Handler::pending): it counts as [`forgotten`](Self::forgotten). Closing and
/// dropping the recorder bring nothing out either, nor does [`flush`](Handler::flush); for that there
/// is [`dump`](Self::dump). A closed recorder goes on as before.
///
/// # `FlightRecorder` or `MemoryHandler`
///
/// A [`MemoryHandler`](crate::MemoryHandler) delays records that are all to be written: it flushes
/// when it is full and when it is closed, and a record that does not fit
/// [`max_records`](crate::MemoryHandlerBuilder::max_records) is a loss, counted as dropped. A flight
/// recorder selects: what no error follows soon enough is not written at all. Records that are
/// written in any case go to another handler of the same logger, beside the recorder.
///
/// # Threads
///
/// Those of `MemoryHandler`: no lock is held while the target works, other threads go on recording
/// meanwhile, and when the call that logs a grave record returns, it is with the target. What
/// threads have asked for while the target is slow may be twice the size of the ring, then the oldest
/// are dropped and counted. A target must not wait for another thread that dumps this recorder.
///
/// # Examples
///
/// ```
/// use handlers_core::{Handler, Level, Record, StderrHandler};
/// use handlers_queue::FlightRecorder;
/// use std::sync::Arc;
///
/// let recorder =
///     FlightRecorder::builder(1000, Arc::new(StderrHandler::new())).after(10).build();
///
/// recorder.handle(&Record::builder().level(Level::DEBUG).message("opened the file").build());
/// assert_eq!(recorder.recorded().len(), 1);
/// // Both go to standard error now, and so do the next ten records.
/// recorder.handle(&Record::builder().level(Level::ERROR).message("cannot read it").build());
/// assert!(recorder.recorded().is_empty());
/// ```
pub struct FlightRecorder {
    base: HandlerBase,
    ring: Held<Ring>,
    trigger: Box<dyn Trigger>,
    after: u64,
    /// How many more records the last trigger lets through.
    let_through: AtomicU64,
    target: Arc<dyn Handler>,
}

/// Builds a [`FlightRecorder`].
#[must_use = "call `build` to get the handler"]
pub struct FlightRecorderBuilder {
    base: HandlerBase,
    records: usize,
    trigger: Box<dyn Trigger>,
    after: u64,
    target: Arc<dyn Handler>,
}

impl FlightRecorder {
    /// Makes a recorder with all defaults: at an `ERROR`, the last `records` go to `target`.
    pub fn new(records: usize, target: Arc<dyn Handler>) -> Self {
        Self::builder(records, target).build()
    }

    /// Begins a recorder of the last `records`, the one that brings them out among them. With 0 or
    /// 1 that one comes out alone.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`level`](FlightRecorderBuilder::level) | `NOTSET`: every record |
    /// | [`formatter`](FlightRecorderBuilder::formatter) | not used: the target formats |
    /// | [`filter`](FlightRecorderBuilder::filter) | none |
    /// | [`name`](FlightRecorderBuilder::name) | none |
    /// | [`error_hook`](FlightRecorderBuilder::error_hook) | Python's report on standard error |
    /// | [`trigger_level`](FlightRecorderBuilder::trigger_level) | `ERROR` |
    /// | [`trigger`](FlightRecorderBuilder::trigger) | that level |
    /// | [`after`](FlightRecorderBuilder::after) | 0: recording begins anew at once |
    pub fn builder(records: usize, target: Arc<dyn Handler>) -> FlightRecorderBuilder {
        FlightRecorderBuilder {
            base: HandlerBase::new(),
            records,
            trigger: Box::new(AtLevel::default()),
            after: 0,
            target,
        }
    }

    /// Hands everything that was recorded to the target, whatever its level, as at a signal or for
    /// a report.
    ///
    /// # Errors
    ///
    /// The target panicked; it has got the other records all the same.
    pub fn dump(&self) -> Result<()> {
        let dropped = self.ring.change(Ring::ask_for_all);
        self.base.count_dropped(dropped);
        self.flush()
    }

    /// Copies of the records in the ring, the oldest first.
    pub fn recorded(&self) -> Vec<Record<'static>> {
        self.ring.records()
    }

    /// How many records have fallen out of the ring. They count as emitted, too: a recorder has done
    /// with them what it is there for.
    pub fn forgotten(&self) -> u64 {
        self.ring.change(|ring| ring.forgotten())
    }

    /// The handler that gets the records.
    pub fn target(&self) -> &Arc<dyn Handler> {
        &self.target
    }

    /// Whether `record` brings out what was recorded, or comes soon after one that did.
    fn lets_out(&self, record: &Record<'_>) -> bool {
        let ask = || self.trigger.fires(record);
        let fires = contain("ask the trigger", ask).unwrap_or_else(|error| {
            report(self, record, &error);
            false
        });
        if fires {
            self.let_through.store(self.after, Ordering::Relaxed);
            return true;
        }
        let one_less = |left: u64| left.checked_sub(1);
        self.after > 0
            && self.let_through.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
    }

    /// Hands all records over: one that the target panics at does not keep the others, which may
    /// tell why.
    fn deliver(&self, batch: &mut Batch) -> Result<()> {
        let mut delivered = Ok(());
        while let Some(record) = batch.pop_front() {
            let handled = contain("hand a record to the target", || self.target.handle(&record));
            self.ring.count_delivered();
            if let Err(error) = handled {
                self.base.count_failed(1);
                report(self, &record, &error);
                delivered = delivered.and(Err(error));
            }
        }
        delivered
    }
}

impl Handler for FlightRecorder {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    /// Records, and brings everything out if it is time. What goes wrong then has been reported
    /// with the record that it happened to.
    fn emit(&self, record: &Record<'_>) -> Result<()> {
        let lets_out = self.lets_out(record);
        let kept = record.clone().into_owned();
        let appended = self.ring.change(|ring| ring.append(kept, lets_out));
        self.base.count_dropped(appended.dropped);
        if lets_out {
            let _ = self.flush();
        }
        Ok(())
    }

    /// Hands over what has been brought out and is not with the target yet, because it logged to
    /// this recorder itself. What is merely recorded stays in the ring.
    ///
    /// # Errors
    ///
    /// Those of [`dump`](FlightRecorder::dump).
    fn flush(&self) -> Result<()> {
        self.ring.flush(self, |batch| self.deliver(batch))
    }

    /// How many records have been brought out and are not with the target yet.
    fn pending(&self) -> u64 {
        self.ring.pending()
    }
}

impl Drop for FlightRecorder {
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

impl fmt::Debug for FlightRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<FlightRecorder ({})>", self.base.level())
    }
}

impl FlightRecorderBuilder {
    handlers_core::base_setters!();

    /// Sets the level at which a record brings out what was recorded. Optional; `ERROR` by default.
    pub fn trigger_level(self, level: Level) -> Self {
        self.trigger(AtLevel::new(level))
    }

    /// Sets which records bring out what was recorded, in the place of a level. Optional.
    pub fn trigger(mut self, trigger: impl Trigger + 'static) -> Self {
        self.trigger = Box::new(trigger);
        self
    }

    /// Sets how many records after each that brings the others out go to the target at once, of
    /// whatever level: what came of it. Optional; 0 by default.
    pub fn after(mut self, records: u64) -> Self {
        self.after = records;
        self
    }

    /// Finishes the recorder.
    pub fn build(self) -> FlightRecorder {
        register_handler(&self.target);
        FlightRecorder {
            base: self.base,
            ring: Held::new(Ring::new(self.records)),
            trigger: self.trigger,
            after: self.after,
            let_through: AtomicU64::new(0),
            target: self.target,
        }
    }
}

impl fmt::Debug for FlightRecorderBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlightRecorderBuilder")
            .field("base", &self.base)
            .field("records", &self.records)
            .field("after", &self.after)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}
