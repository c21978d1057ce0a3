//! A channel of records within one process, and the way its reader waits.

use std::mem;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, select, unbounded};
use handlers_core::{Record, fork_generation};

/// The records of one process.
pub(super) struct Lane {
    /// The process whose threads use it. In any other, the locks within may be held by threads that
    /// are not there.
    generation: u64,
    records: Ends<Record<'static>>,
    /// With room for one: the reader need not be told twice.
    wake_ups: Ends<()>,
    /// How many records are worth waking the reader for from a nap.
    worth_waking: usize,
    /// Whether the reader naps and nobody has woken it yet. Only ever a hint.
    naps: AtomicBool,
}

struct Ends<T> {
    sender: Sender<T>,
    receiver: Receiver<T>,
}

impl Lane {
    pub(super) fn new(capacity: Option<usize>) -> Self {
        Self {
            generation: fork_generation(),
            records: capacity.map_or_else(unbounded, bounded).into(),
            wake_ups: bounded(1).into(),
            worth_waking: capacity.map_or(usize::MAX, |capacity| capacity.div_ceil(2)),
            naps: AtomicBool::new(false),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.records.receiver.len()
    }

    /// Puts a record. If there is no room for it, it comes back.
    #[inline]
    pub(super) fn put(&self, record: Record<'static>) -> Option<Record<'static>> {
        let put = self.records.sender.try_send(record);
        if self.naps.load(Ordering::Relaxed) {
            self.end_nap(self.worth_waking);
        }
        put.err().map(TrySendError::into_inner)
    }

    /// Waits for room, and says whether there was any in time.
    pub(super) fn put_waiting(&self, record: Record<'static>, timeout: Option<Duration>) -> bool {
        let sender = &self.records.sender;
        match timeout {
            None => sender.send(record).is_ok(),
            Some(timeout) => sender.send_timeout(record, timeout).is_ok(),
        }
    }

    /// Makes room for the record by taking out the oldest ones; says how many it were.
    pub(super) fn put_displacing(&self, mut record: Record<'static>) -> u64 {
        let mut displaced = 0;
        loop {
            if self.records.receiver.try_recv().is_ok() {
                displaced += 1;
            }
            match self.put(record) {
                None => return displaced,
                Some(refused) => record = refused,
            }
        }
    }

    /// Takes the oldest record, or waits for one.
    #[inline]
    pub(super) fn get(&self, timeout: Duration) -> Option<Record<'static>> {
        match self.records.receiver.try_recv() {
            Ok(record) => Some(record),
            Err(_) if timeout.is_zero() => None,
            Err(_) => self.wait(timeout),
        }
    }

    #[cold]
    fn wait(&self, timeout: Duration) -> Option<Record<'static>> {
        let start = Instant::now();
        match self.nap(start, timeout.min(LONGEST_NAPPING)) {
            ControlFlow::Break(record) => record,
            ControlFlow::Continue(()) => self.sleep(timeout.saturating_sub(start.elapsed())),
        }
    }

    /// Ends a `get` that waits, or the next one that would.
    pub(super) fn wake(&self) {
        // If it is full the reader will be woken anyway.
        let _ = self.wake_ups.sender.try_send(());
    }

    #[cold]
    fn end_nap(&self, worth: usize) {
        if self.len() >= worth && self.naps.swap(false, Ordering::Relaxed) {
            self.wake();
        }
    }

    /// Looks for records from time to time, so that nobody has to wake this thread. Ends with a record,
    /// or because somebody said so.
    fn nap(&self, start: Instant, longest: Duration) -> ControlFlow<Option<Record<'static>>> {
        let mut nap = SHORTEST_NAP;
        loop {
            let Some(left) = longest.checked_sub(start.elapsed()).filter(|left| !left.is_zero())
            else {
                return ControlFlow::Continue(());
            };
            self.naps.store(true, Ordering::Relaxed);
            let woken = self.wake_ups.receiver.recv_timeout(nap.min(left)).is_ok();
            self.naps.store(false, Ordering::Relaxed);
            let record = self.records.receiver.try_recv().ok();
            if woken || record.is_some() {
                return ControlFlow::Break(record);
            }
            nap = (nap * 2).min(LONGEST_NAP);
        }
    }

    /// Waits until somebody wakes this thread, with a record or without.
    fn sleep(&self, timeout: Duration) -> Option<Record<'static>> {
        select! {
            recv(self.records.receiver) -> record => record.ok(),
            recv(self.wake_ups.receiver) -> _ => self.records.receiver.try_recv().ok(),
            default(timeout) => None,
        }
    }
}

impl Drop for Lane {
    /// What another process left behind stays: to take a channel down one needs its locks.
    fn drop(&mut self) {
        if self.generation != fork_generation() {
            self.records.leak();
            self.wake_ups.leak();
        }
    }
}

impl<T> Ends<T> {
    fn leak(&self) {
        mem::forget((self.sender.clone(), self.receiver.clone()));
    }
}

impl<T> From<(Sender<T>, Receiver<T>)> for Ends<T> {
    fn from((sender, receiver): (Sender<T>, Receiver<T>)) -> Self {
        Self { sender, receiver }
    }
}

/// A nap of less is mostly the work of falling asleep.
const SHORTEST_NAP: Duration = Duration::from_micros(100);

/// How late a record may come out of a queue that is in use.
const LONGEST_NAP: Duration = Duration::from_millis(1);

/// After how long without a record the reader sleeps for good.
const LONGEST_NAPPING: Duration = Duration::from_millis(100);
