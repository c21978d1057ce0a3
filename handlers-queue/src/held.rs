//! Records that any thread may add to, and that one thread at a time takes to where they go.

use std::collections::VecDeque;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};

use handlers_core::contain;
use handlers_core::{Handler, Record, Result, enter_handler};
use parking_lot::Mutex;

use crate::turn::Turn;

/// Records on their way out of a buffer, the oldest first.
pub(crate) type Batch = VecDeque<Record<'static>>;

/// Which of the records that are held go out at a flush, and which make room for new ones.
pub(crate) trait Waiting {
    /// All records, the oldest first.
    fn records(&self) -> &Batch;

    /// How many of them are on their way to where they go.
    fn owed(&self) -> usize;

    /// Moves what a flush takes into `batch`, which is empty.
    fn take(&mut self, batch: &mut Batch);

    /// Takes back what a flush could not deliver; gives the number of records that were dropped
    /// to make room.
    fn put_back(&mut self, batch: Batch) -> u64;
}

/// Records behind a lock, which nobody has while a flush is at work.
pub(crate) struct Held<W> {
    state: Mutex<State<W>>,
    turn: Turn,
    /// [`State::pending`], to be read without the lock.
    pending: AtomicU64,
}

impl<W: Waiting> Held<W> {
    pub(crate) fn new(waiting: W) -> Self {
        Self {
            state: Mutex::new(State { waiting, in_flight: 0, spare: Batch::new() }),
            turn: Turn::default(),
            pending: AtomicU64::new(0),
        }
    }

    /// How many records are owed to where they go and have not got there.
    pub(crate) fn pending(&self) -> u64 {
        self.pending.load(Ordering::Relaxed)
    }

    /// Copies of the records that wait.
    pub(crate) fn records(&self) -> Vec<Record<'static>> {
        self.state.lock().waiting.records().iter().cloned().collect()
    }

    /// Reads or changes what waits.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut W) -> R) -> R {
        self.change_state(|state| change(&mut state.waiting))
    }

    /// Takes the records that are due to where they go. What `deliver` leaves in the batch comes
    /// to the front of those that wait.
    ///
    /// When this thread is in the middle of a flush of these records it does nothing.
    pub(crate) fn flush(
        &self,
        handler: &impl Handler,
        deliver: impl Fn(&mut Batch) -> Result<()>,
    ) -> Result<()> {
        let _inside = enter_handler();
        self.turn.run(|| {
            let Some(mut batch) = self.change_state(State::take) else { return Ok(()) };
            let delivered = contain("deliver buffered records", || deliver(&mut batch)).flatten();
            let displaced = self.change_state(|state| state.put_back(batch));
            handler.base().count_dropped(displaced);
            delivered
        })
    }

    /// Counts a record of a batch as delivered before the whole batch is.
    pub(crate) fn count_delivered(&self) {
        self.change_state(|state| state.in_flight = state.in_flight.saturating_sub(1));
    }

    /// Runs `work`, which is quick, between two flushes of other threads.
    pub(crate) fn between_flushes<R>(&self, work: impl FnOnce() -> R) -> R {
        self.turn.when_free(work)
    }

    fn change_state<R>(&self, change: impl FnOnce(&mut State<W>) -> R) -> R {
        let mut state = self.state.lock();
        let result = change(&mut state);
        self.pending.store(state.pending(), Ordering::Relaxed);
        result
    }
}

/// What is behind the lock.
struct State<W> {
    waiting: W,
    /// Records that were taken out and have not got where they go.
    in_flight: usize,
    /// The empty batch of the last flush, for its memory.
    spare: Batch,
}

impl<W: Waiting> State<W> {
    fn pending(&self) -> u64 {
        (self.waiting.owed() + self.in_flight) as u64
    }

    fn take(&mut self) -> Option<Batch> {
        let mut batch = mem::take(&mut self.spare);
        self.waiting.take(&mut batch);
        if batch.is_empty() {
            self.spare = batch;
            return None;
        }
        self.in_flight = batch.len();
        Some(batch)
    }

    /// Ends what `take` began; gives the number of records that had to make room.
    fn put_back(&mut self, mut batch: Batch) -> u64 {
        self.in_flight = 0;
        if !batch.is_empty() {
            return self.waiting.put_back(batch);
        }
        batch.shrink_to(LARGEST_KEPT);
        self.spare = batch;
        0
    }
}

/// For how many records memory is kept from one flush to the next.
const LARGEST_KEPT: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    /// Owes everything and drops nothing.
    #[derive(Default)]
    struct All(Batch);

    impl Waiting for All {
        fn records(&self) -> &Batch {
            &self.0
        }

        fn owed(&self) -> usize {
            self.0.len()
        }

        fn take(&mut self, batch: &mut Batch) {
            mem::swap(&mut self.0, batch);
        }

        fn put_back(&mut self, batch: Batch) -> u64 {
            self.0 = batch;
            0
        }
    }

    fn state(records: usize) -> State<All> {
        let waiting = All((0..records).map(|_| Record::builder().build()).collect());
        State { waiting, in_flight: 0, spare: Batch::new() }
    }

    #[test]
    fn records_are_pending_until_their_batch_is_delivered() {
        let mut state = state(2);
        let mut batch = state.take().unwrap();
        assert_eq!(state.pending(), 2);
        state.waiting.0.push_back(Record::builder().build());
        assert_eq!(state.pending(), 3);
        batch.clear();
        state.put_back(batch);
        assert_eq!(state.pending(), 1);
    }

    #[test]
    fn without_records_there_is_no_batch() {
        assert!(state(0).take().is_none());
    }

    #[test]
    fn the_memory_of_a_delivered_batch_is_used_again_unless_it_is_a_lot() {
        let mut state = state(1);
        let mut batch = state.take().unwrap();
        batch.clear();
        batch.reserve(LARGEST_KEPT * 2);
        state.put_back(batch);
        state.waiting.0.push_back(Record::builder().build());
        let kept = state.spare.capacity();
        assert!((1..LARGEST_KEPT * 2).contains(&kept));
        state.take().unwrap();
        assert_eq!(state.waiting.0.capacity(), kept);
    }
}
