//! The loop of a listener's thread: take a record, hand it over, acknowledge (QUEUE-32).

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use handlers_core::{Error, Record, Result, contain, enter_for_life, fork_generation};
use parking_lot::Mutex;

use super::control::{Control, Request};
use super::delivery::Delivery;
use super::report::StopReport;
use super::trouble::Trouble;
use crate::queue::RecordQueue;

/// What a listener works with, as long as it lives.
pub(super) struct Work {
    pub(super) queue: Box<dyn RecordQueue>,
    pub(super) delivery: Delivery,
    /// How many of the records that the queue gave up the handlers have been told of.
    pub(super) noted: AtomicU64,
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").field("delivery", &self.delivery).finish_non_exhaustive()
    }
}

/// The time between a start and a stop: one thread.
#[derive(Debug)]
pub(super) struct Run {
    /// The process whose thread it is.
    generation: u64,
    pub(super) control: Control,
    pub(super) handled: AtomicU64,
    /// 1 while a record is with the handlers.
    at_hand: AtomicU64,
    noted_before: u64,
    failed_before: u64,
    error: Mutex<Option<Error>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Run {
    pub(super) fn new(work: &Work) -> Self {
        Self {
            generation: fork_generation(),
            control: Control::default(),
            handled: AtomicU64::new(0),
            at_hand: AtomicU64::new(0),
            noted_before: work.noted.load(Ordering::Relaxed),
            failed_before: work.delivery.failed(),
            error: Mutex::new(None),
            thread: Mutex::new(None),
        }
    }

    /// Starts the thread.
    pub(super) fn spawn(self: &Arc<Self>, work: &Arc<Work>) -> io::Result<()> {
        let (work, run) = (Arc::clone(work), Arc::clone(self));
        let thread = thread::Builder::new().name("queue-listener".to_owned());
        let handle = thread.spawn(move || listen(work, &run))?;
        *self.thread.lock() = Some(handle);
        Ok(())
    }

    /// Whether the thread may still take records.
    pub(super) fn is_live(&self) -> bool {
        self.is_here() && !self.control.has_ended()
    }

    /// Whether the thread is one of this process. If it is not, a fork left it in the parent, and
    /// its locks may be held here by nobody: nothing but the generation may be looked at.
    pub(super) fn is_here(&self) -> bool {
        self.generation == fork_generation()
    }

    /// Waits for the thread to end; false if the time is over before.
    pub(super) fn wait_ended(&self, deadline: Option<Instant>) -> bool {
        let ended = self.control.wait_ended(deadline);
        let thread = self.thread.lock().take_if(|_| ended);
        if let Some(thread) = thread {
            // It has nothing left to do but to go.
            let _ = thread.join();
        }
        ended
    }

    /// How many records were taken from the queue and are not with all handlers yet.
    pub(super) fn at_hand(&self) -> u64 {
        self.at_hand.load(Ordering::Relaxed)
    }

    /// What has become of the records up to now.
    pub(super) fn report(&self, work: &Work, timed_out: bool) -> StopReport {
        let queued = u64::try_from(work.queue.len()).unwrap_or(u64::MAX);
        // A thread that is stuck may not have heard of the last ones; the next one will tell of
        // those that were dropped after the end of this one.
        let noted = work.noted.load(Ordering::Relaxed);
        let dropped = if timed_out { work.queue.dropped() } else { noted };
        StopReport {
            handled: self.handled.load(Ordering::Relaxed),
            dropped: dropped.saturating_sub(self.noted_before),
            failed: work.delivery.failed().saturating_sub(self.failed_before),
            left: queued.saturating_add(self.at_hand()),
            timed_out,
            error: self.error.lock().clone(),
        }
    }
}

/// Runs until it is asked to stop.
pub(super) fn listen(work: Arc<Work>, run: &Run) {
    let _inside = enter_for_life();
    let _ended = Ended(run);
    run.control.begin();
    let mut turns = Turns { work: &work, run, untold: 0, trouble: Trouble::default() };
    turns.run();
    // Before others hear of the end: they may want the handlers for themselves.
    drop(work);
}

/// Says that the thread is at its end, whatever ended it.
struct Ended<'a>(&'a Run);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.control.end();
    }
}

struct Turns<'a> {
    work: &'a Work,
    run: &'a Run,
    /// How many records were handled since the last acknowledgement.
    untold: u32,
    trouble: Trouble,
}

impl Turns<'_> {
    fn run(&mut self) {
        loop {
            let done = match self.run.control.request() {
                Some(Request::Flush(ticket)) => self.flush(ticket),
                Some(Request::Stop) => {
                    *self.run.error.lock() = self.drain().err();
                    return;
                }
                None => contain("take records from the queue", || self.step()).flatten(),
            };
            match done {
                Ok(()) => self.trouble.end(),
                Err(error) => self.wait_after(&error),
            }
        }
    }

    fn flush(&mut self, ticket: u64) -> Result<()> {
        let drained = self.drain();
        let flushed = self.work.delivery.flush();
        self.run.control.answer_flush(ticket, drained.clone().and(flushed));
        drained
    }

    /// Handles one record, or waits for one when all is done.
    fn step(&mut self) -> Result<()> {
        if self.take(Duration::ZERO)? {
            return if self.untold < LONGEST_TURN { Ok(()) } else { self.end_turn() };
        }
        self.end_turn()?;
        // A request that came meanwhile may have been what woke the queue.
        if self.run.control.request().is_none() {
            self.take(LONGEST_WAIT)?;
        }
        Ok(())
    }

    /// Handles what was in the queue when this began, and ends the turn.
    fn drain(&mut self) -> Result<()> {
        contain("take records from the queue", || {
            let taken = self.take_all();
            let ended = self.end_turn();
            taken.and(ended)
        })
        .flatten()
    }

    fn take_all(&mut self) -> Result<()> {
        let most = match self.work.queue.len() {
            0 => MOST_OF_UNKNOWN,
            len => len,
        };
        for _ in 0..most {
            if !self.take(Duration::ZERO)? {
                break;
            }
            if self.untold >= LONGEST_TURN {
                self.end_turn()?;
            }
        }
        Ok(())
    }

    /// Takes a record and hands it over; false if none came.
    fn take(&mut self, timeout: Duration) -> Result<bool> {
        self.run.control.rest();
        let Some(record) = self.work.queue.get(timeout)? else {
            return Ok(false);
        };
        self.handle(record);
        Ok(true)
    }

    fn handle(&mut self, record: Record<'static>) {
        let run = self.run;
        run.at_hand.store(1, Ordering::Relaxed);
        self.work.delivery.handle_owned(record);
        // Only this thread counts here.
        run.handled.store(run.handled.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        run.at_hand.store(0, Ordering::Relaxed);
        self.untold += 1;
    }

    /// Tells handlers what was dropped, and the queue what was handled (QUEUE-42).
    fn end_turn(&mut self) -> Result<()> {
        self.note_dropped();
        if self.untold == 0 {
            return Ok(());
        }
        self.work.queue.acknowledge()?;
        self.untold = 0;
        Ok(())
    }

    fn note_dropped(&self) {
        let dropped = self.work.queue.dropped();
        let noted = self.work.noted.swap(dropped, Ordering::Relaxed);
        if dropped > noted {
            self.work.delivery.note_dropped(dropped - noted);
        }
    }

    /// Tells of the trouble, and waits before the next attempt.
    fn wait_after(&mut self, error: &Error) {
        let now = Instant::now();
        if self.trouble.begin(now) {
            self.work.delivery.tell_of_queue(error);
        }
        self.run.control.wait_for_request(now + self.trouble.delay());
    }
}

/// After how many records the queue hears of them, if it never gets empty.
const LONGEST_TURN: u32 = 256;

/// Nothing depends on it: a thread that waits is woken.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// A queue that cannot say how many records wait is taken at its word that there is one more, but
/// not for ever: somebody may put them as fast as they are taken.
const MOST_OF_UNKNOWN: usize = 100_000;
