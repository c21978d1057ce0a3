//! Several threads, one output: whoever has it writes for those who wait.
//!
//! A thread that finds the output free writes its line itself. One that finds it taken leaves its
//! line in a queue, and the thread that has the output writes all lines it finds there at once. Each
//! returns only when its own line is out, so nothing that was acknowledged is lost with the process,
//! and two threads need fewer system calls than two threads on their own.
//!
//! ```text
//! A: try_lock ok ── write(a) ── unlock ── queued? yes ── try_lock ── write(b c) ── served = 2
//! B:    try_lock no ── queue b, ticket 1 ── spin, then sleep ─────────────────────── done
//! C:        try_lock no ── queue c, ticket 2 ── spin, then sleep ─────────────────── done
//! ```
//!
//! Threads that were served together go on together, and the first to come back has a moment's
//! patience for the others: so two busy threads settle into one write for every two lines.
//!
//! No line waits for ever. B counts its line before it tries the lock a last time, and A looks at the
//! count after it has unlocked; both do so by a read-modify-write, so the second of them sees all that
//! the first did before. If that is A, it sees the line and serves it. If it is B, it finds the output
//! free, or taken by a thread to which the same applies. It is the same with sleep: a thread marks
//! the word `served` before it looks a last time whether it must sleep, and who changes that word sees
//! the mark and wakes the sleepers, under the lock that they give up only by falling asleep.

use std::hint;
use std::mem;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use handlers_core::{Error, Level, Result, Timestamp, contain, enter_handler};
use parking_lot::{Condvar, Mutex};

use super::line::{Fate, Line, Outcome};

/// Where lines go, one thread at a time.
pub(crate) trait Target {
    /// Takes one line, to be written by the next [`commit`](Self::commit).
    fn append(&mut self, line: &Line<'_>) -> Outcome;

    /// Writes what was appended. What could not be written is kept for the next time.
    fn commit(&mut self) -> Result<()>;

    /// Writes what is held back. An error is reported with the next line.
    fn flush_held(&mut self) {}

    /// How many bytes were ever appended.
    fn appended(&self) -> u64;

    /// How many bytes were ever written.
    fn written(&self) -> u64;
}

/// An output that threads share.
#[derive(Debug)]
pub(crate) struct Combiner<S> {
    output: Mutex<Output<S>>,
    waiting: Apart<Waiting>,
    /// The last ticket whose line is out, and whether somebody sleeps until it changes.
    served: Apart<AtomicU64>,
    /// Outcomes that wait for their threads.
    unfetched: AtomicUsize,
    /// Woken when a batch is out, or when somebody else should take the lead.
    served_or_free: Condvar,
}

/// The target and the leader's own half of the queue, which is swapped for the other.
#[derive(Debug)]
#[repr(align(128))]
struct Output<S> {
    target: S,
    batch: Batch,
    /// Where the lines of the batch end, in bytes ever appended.
    ends: Vec<u64>,
    /// How many lines of others the last write took: as many are likely to come again.
    company: usize,
}

/// Something that stands at the start of a cache line, with what comes before it on another: threads
/// that look at the one do not slow down those that change the other.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Apart<T>(T);

/// What waits for the leader.
#[derive(Debug, Default)]
struct Waiting {
    queue: Mutex<Queue>,
    /// Lines in the queue. Every look at it that decides anything is a read-modify-write.
    count: AtomicUsize,
}

#[derive(Debug, Default)]
struct Queue {
    batch: Batch,
    last_ticket: u64,
    /// Outcomes that are not simply "written", until their threads fetch them.
    outcomes: Vec<(u64, Outcome)>,
}

/// Lines of waiting threads, one behind the other in one text.
#[derive(Debug, Default)]
struct Batch {
    text: String,
    lines: Vec<Queued>,
}

#[derive(Debug, Clone, Copy)]
struct Queued {
    end: usize,
    level: Level,
    created: Timestamp,
}

impl<S: Target> Combiner<S> {
    pub(crate) fn new(target: S) -> Self {
        let output = Output { target, batch: Batch::default(), ends: Vec::new(), company: 0 };
        Self {
            output: Mutex::new(output),
            waiting: Apart::default(),
            served: Apart::default(),
            unfetched: AtomicUsize::new(0),
            served_or_free: Condvar::new(),
        }
    }

    /// Brings a line out, and returns when it is.
    #[inline]
    pub(crate) fn submit(&self, line: Line<'_>) -> Outcome {
        let Some(output) = self.output.try_lock() else { return self.wait_in_queue(line) };
        // Dropped after the lock, also when the target panics: those who wait must not wait for ever.
        let _afterwards = Afterwards(self);
        let mut output = output;
        if output.company == 0 && self.waiting.0.count.load(Ordering::Relaxed) == 0 {
            return output.write_one(&line);
        }
        self.lead(&mut output, &line)
    }

    /// Works with the target, after the lines that were being written and before those that come.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut S) -> R) -> R {
        let _afterwards = Afterwards(self);
        // What the target or a hook logs meanwhile must not come back to this output and wait for it.
        let _inside = enter_handler();
        work(&mut self.output.lock().target)
    }

    /// Gives the target back, when no thread can be writing any more.
    pub(crate) fn into_target(self) -> S {
        self.output.into_inner().target
    }

    /// Writes `line` with those of the others. Threads that were served together come back together:
    /// a moment's patience makes one write of their lines where there would be two.
    #[cold]
    fn lead(&self, output: &mut Output<S>, line: &Line<'_>) -> Outcome {
        for _ in 0..PATIENCE {
            if self.waiting.0.count.load(Ordering::Relaxed) >= output.company {
                break;
            }
            hint::spin_loop();
        }
        self.serve(output, Some(line))
    }

    #[cold]
    fn wait_in_queue(&self, line: Line<'_>) -> Outcome {
        let ticket = self.enqueue(line);
        for round in 0_u32.. {
            if self.is_served(ticket) {
                break;
            }
            let looks = round >= SPINS || round.is_multiple_of(LOOK);
            if looks && let Some(mut output) = self.output.try_lock() {
                self.serve(&mut output, None);
                drop(output);
                self.serve_waiting();
            } else if round < SPINS {
                hint::spin_loop();
            } else if round < SPINS + YIELDS {
                thread::yield_now();
            } else {
                self.sleep_until_served(ticket);
            }
        }
        self.take_outcome(ticket)
    }

    fn enqueue(&self, line: Line<'_>) -> u64 {
        let mut queue = self.waiting.0.queue.lock();
        queue.batch.push(line);
        queue.last_ticket += 1;
        self.waiting.0.count.fetch_add(1, Ordering::AcqRel);
        queue.last_ticket
    }

    fn is_served(&self, ticket: u64) -> bool {
        self.served.0.load(Ordering::Acquire) / TICKET >= ticket
    }

    /// Sleeps until something was served or the lead is free; the caller looks which it was.
    fn sleep_until_served(&self, ticket: u64) {
        let mut queue = self.waiting.0.queue.lock();
        let served = self.served.0.fetch_or(ASLEEP, Ordering::AcqRel);
        if served / TICKET < ticket && self.output.is_locked() {
            self.served_or_free.wait(&mut queue);
        }
    }

    #[cold]
    fn wake_all(&self) {
        // Who has said that it sleeps has the lock until it does.
        drop(self.waiting.0.queue.lock());
        self.served_or_free.notify_all();
    }

    fn take_outcome(&self, ticket: u64) -> Outcome {
        if self.unfetched.load(Ordering::Relaxed) == 0 {
            return Outcome::default();
        }
        let mut queue = self.waiting.0.queue.lock();
        let Some(place) = queue.outcomes.iter().position(|(known, _)| *known == ticket) else {
            return Outcome::default();
        };
        let (_, outcome) = queue.outcomes.swap_remove(place);
        self.unfetched.store(queue.outcomes.len(), Ordering::Relaxed);
        outcome
    }

    fn nobody_waits(&self) -> bool {
        self.waiting.0.count.compare_exchange(0, 0, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Serves those who queued while this thread had the output. After a few rounds another thread
    /// takes over: it must not work for the others for ever.
    #[cold]
    fn serve_waiting(&self) {
        for _ in 0..ROUNDS {
            if self.nobody_waits() {
                return;
            }
            let Some(mut output) = self.output.try_lock() else { return };
            self.serve(&mut output, None);
        }
        if self.served.0.fetch_and(!ASLEEP, Ordering::AcqRel) & ASLEEP != 0 {
            self.wake_all();
        }
    }

    /// Writes the lines of the queue and the leader's own, and lets the threads of the queue go.
    #[inline(never)]
    fn serve(&self, output: &mut Output<S>, own: Option<&Line<'_>>) -> Outcome {
        let last_ticket = {
            let mut queue = self.waiting.0.queue.lock();
            mem::swap(&mut queue.batch, &mut output.batch);
            self.waiting.0.count.swap(0, Ordering::AcqRel);
            queue.last_ticket
        };
        let count = output.batch.lines.len();
        output.company = count;
        let outcomes = contain("write the lines of a batch", || output.write_batch(own));
        let mut outcomes = outcomes.unwrap_or_else(|panic| {
            (0..=count).map(|place| (place, Outcome::failed(panic.clone()))).collect()
        });
        let of_own = outcomes.pop_if(|(place, _)| *place == count);
        if !outcomes.is_empty() {
            self.leave_outcomes(last_ticket + 1 - count as u64, outcomes);
        }
        if self.served.0.swap(last_ticket * TICKET, Ordering::AcqRel) & ASLEEP != 0 {
            self.wake_all();
        }
        output.batch.clear();
        of_own.map(|(_, outcome)| outcome).unwrap_or_default()
    }

    #[cold]
    fn leave_outcomes(&self, first_ticket: u64, outcomes: Vec<(usize, Outcome)>) {
        let mut queue = self.waiting.0.queue.lock();
        for (place, outcome) in outcomes {
            queue.outcomes.push((first_ticket + place as u64, outcome));
        }
        self.unfetched.store(queue.outcomes.len(), Ordering::Relaxed);
    }
}

/// Serves those who queued meanwhile when it is dropped.
struct Afterwards<'a, S: Target>(&'a Combiner<S>);

impl<S: Target> Drop for Afterwards<'_, S> {
    #[inline]
    fn drop(&mut self) {
        if !self.0.nobody_waits() {
            self.0.serve_waiting();
        }
    }
}

impl<S: Target> Output<S> {
    #[inline]
    fn write_one(&mut self, line: &Line<'_>) -> Outcome {
        let mut outcome = self.target.append(line);
        if let Err(error) = self.target.commit()
            && matches!(outcome.fate, Fate::Written)
        {
            outcome.fate = Fate::Failed(error);
        }
        outcome
    }

    /// Writes the batch and one line more; gives the outcomes that are more than "written", by their
    /// place, in order.
    fn write_batch(&mut self, own: Option<&Line<'_>>) -> Vec<(usize, Outcome)> {
        let mut outcomes = Vec::new();
        self.ends.clear();
        for (place, line) in self.batch.iter().chain(own.copied()).enumerate() {
            let outcome = self.target.append(&line);
            self.ends.push(self.target.appended());
            if !outcome.is_written() {
                outcomes.push((place, outcome));
            }
        }
        if let Err(error) = self.target.commit() {
            self.fail_unwritten(&error, &mut outcomes);
        }
        outcomes
    }

    fn fail_unwritten(&self, error: &Error, outcomes: &mut Vec<(usize, Outcome)>) {
        let (written, appended) = (self.target.written(), self.target.appended());
        // If nothing is left, it is the flush of the target that failed, for each of them.
        let is_lost = |end: u64| end > written || written == appended;
        for (place, _) in self.ends.iter().enumerate().filter(|(_, end)| is_lost(**end)) {
            match outcomes.iter_mut().find(|(known, _)| *known == place) {
                Some((_, outcome)) if matches!(outcome.fate, Fate::Written) => {
                    outcome.fate = Fate::Failed(error.clone());
                }
                Some(_) => {}
                None => outcomes.push((place, Outcome::failed(error.clone()))),
            }
        }
        outcomes.sort_by_key(|(place, _)| *place);
    }
}

impl Batch {
    fn push(&mut self, line: Line<'_>) {
        let Line { text, level, created } = line;
        self.text.push_str(text);
        self.lines.push(Queued { end: self.text.len(), level, created });
    }

    fn iter(&self) -> impl Iterator<Item = Line<'_>> {
        let mut start = 0;
        self.lines.iter().map(move |queued| {
            let text = &self.text[mem::replace(&mut start, queued.end)..queued.end];
            let Queued { level, created, .. } = *queued;
            Line { text, level, created }
        })
    }

    fn clear(&mut self) {
        self.text.clear();
        self.text.shrink_to(LARGEST_KEPT);
        self.lines.clear();
    }
}

/// How often a leader looks whether those that it expects have come: half the time of a write.
const PATIENCE: u32 = 16;

/// How often a waiting thread looks before it gives its core away, about as long as two writes.
const SPINS: u32 = 128;

/// After how many looks it looks whether the output is free, too.
const LOOK: u32 = 8;

/// How often it then lets others run before it sleeps.
const YIELDS: u32 = 8;

/// The tickets in [`Combiner::served`] are multiples of this.
const TICKET: u64 = 2;

/// What is added to them while somebody sleeps.
const ASLEEP: u64 = 1;

/// How many batches a thread writes for others after its own line.
const ROUNDS: usize = 4;

/// One burst of enormous lines must not cost that memory for ever.
const LARGEST_KEPT: usize = 256 * 1024;
