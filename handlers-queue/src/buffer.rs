//! What all buffering handlers share: records that wait, and the way they are taken out.

use std::collections::VecDeque;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};

use handlers_core::contain;
use handlers_core::{Handler, Record, Result, enter_handler};
use parking_lot::Mutex;

use crate::flush_policy::{BufferStatus, FlushPolicy};
use crate::report::report;
use crate::turn::Turn;

/// Records on their way out of a buffer, the oldest first.
pub(crate) type Batch = VecDeque<Record<'static>>;

/// A buffer that any thread may append to and flush.
pub(crate) struct Buffer {
    capacity: usize,
    policy: Box<dyn FlushPolicy>,
    state: Mutex<State>,
    turn: Turn,
    /// [`State::pending`], to be read without the lock.
    pending: AtomicU64,
}

impl Buffer {
    pub(crate) fn new(
        capacity: usize,
        max_records: Option<usize>,
        policy: Box<dyn FlushPolicy>,
    ) -> Self {
        Self {
            capacity,
            policy,
            state: Mutex::new(State::new(max_records)),
            turn: Turn::default(),
            pending: AtomicU64::new(0),
        }
    }

    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    /// How many records have not got where they go.
    pub(crate) fn pending(&self) -> u64 {
        self.pending.load(Ordering::Relaxed)
    }

    /// Copies of the records that wait.
    pub(crate) fn records(&self) -> Vec<Record<'static>> {
        self.state.lock().waiting.iter().cloned().collect()
    }

    /// Keeps a copy of `record`, unformatted (QUEUE-2), and says whether it is time for a flush.
    pub(crate) fn append(&self, handler: &impl Handler, record: &Record<'_>) -> bool {
        let kept = record.clone().into_owned();
        let (buffered, displaced) = self.change(|state| {
            let displaced = state.append(kept);
            (state.waiting.len(), displaced)
        });
        handler.base().count_dropped(displaced);
        let status = BufferStatus { buffered, capacity: self.capacity };
        let ask = || self.policy.should_flush(record, &status);
        contain("ask the flush policy", ask).unwrap_or_else(|error| {
            report(handler, record, &error);
            false
        })
    }

    /// Takes everything that is buffered to where it goes. What `deliver` leaves in the batch comes
    /// to the front of the buffer again.
    ///
    /// When this thread is in the middle of a flush of this buffer it does nothing.
    pub(crate) fn flush(
        &self,
        handler: &impl Handler,
        deliver: impl Fn(&mut Batch) -> Result<()>,
    ) -> Result<()> {
        let _inside = enter_handler();
        self.turn.run(|| {
            let Some(mut batch) = self.change(State::take) else { return Ok(()) };
            let delivered = contain("deliver buffered records", || deliver(&mut batch)).flatten();
            let displaced = self.change(|state| state.put_back(batch));
            handler.base().count_dropped(displaced);
            delivered
        })
    }

    /// Counts a record of a batch as delivered before the whole batch is.
    pub(crate) fn count_delivered(&self) {
        self.change(|state| state.in_flight = state.in_flight.saturating_sub(1));
    }

    /// Counts what waits as pending no longer, though it stays; gives the number.
    pub(crate) fn give_up(&self) -> u64 {
        self.change(State::give_up)
    }

    /// Runs `work`, which is quick, between two flushes of other threads.
    pub(crate) fn between_flushes<R>(&self, work: impl FnOnce() -> R) -> R {
        self.turn.when_free(work)
    }

    fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.state.lock();
        let result = change(&mut state);
        self.pending.store(state.pending(), Ordering::Relaxed);
        result
    }
}

/// What is behind the lock.
struct State {
    /// The oldest first.
    waiting: Batch,
    max_records: usize,
    /// Records that were taken out and have not got where they go.
    in_flight: usize,
    /// The waiting records, counted from the oldest, that were given up.
    given_up: usize,
    /// The empty batch of the last flush, for its memory.
    spare: Batch,
}

impl State {
    fn new(max_records: Option<usize>) -> Self {
        Self {
            waiting: Batch::new(),
            // A limit below one would lose each record before anybody could be asked about it.
            max_records: max_records.map_or(usize::MAX, |limit| limit.max(1)),
            in_flight: 0,
            given_up: 0,
            spare: Batch::new(),
        }
    }

    fn pending(&self) -> u64 {
        (self.waiting.len() - self.given_up + self.in_flight) as u64
    }

    /// Appends a record; gives the number of those that had to make room.
    fn append(&mut self, record: Record<'static>) -> u64 {
        self.waiting.push_back(record);
        self.make_room()
    }

    fn take(&mut self) -> Option<Batch> {
        if self.waiting.is_empty() {
            return None;
        }
        self.given_up = 0;
        self.in_flight = self.waiting.len();
        Some(mem::replace(&mut self.waiting, mem::take(&mut self.spare)))
    }

    /// Ends what `take` began; gives the number of records that had to make room.
    fn put_back(&mut self, mut batch: Batch) -> u64 {
        self.in_flight = 0;
        if batch.is_empty() {
            batch.shrink_to(LARGEST_KEPT);
            self.spare = batch;
            return 0;
        }
        batch.append(&mut self.waiting);
        self.waiting = batch;
        self.make_room()
    }

    fn give_up(&mut self) -> u64 {
        let before = mem::replace(&mut self.given_up, self.waiting.len());
        (self.given_up - before) as u64
    }

    /// Drops the oldest beyond the limit. Records are mere data: no code of the program's runs here.
    fn make_room(&mut self) -> u64 {
        let excess = self.waiting.len().saturating_sub(self.max_records);
        self.waiting.drain(..excess);
        let owed = excess.saturating_sub(self.given_up);
        self.given_up -= excess - owed;
        owed as u64
    }
}

/// For how many records memory is kept from one flush to the next.
const LARGEST_KEPT: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn record(message: &str) -> Record<'static> {
        Record::builder().message(message).build()
    }

    fn messages<'a>(records: impl IntoIterator<Item = &'a Record<'static>>) -> Vec<&'a str> {
        records.into_iter().filter_map(Record::as_text).collect()
    }

    fn state(max_records: Option<usize>, messages: &[&str]) -> State {
        let mut state = State::new(max_records);
        for message in messages {
            state.append(record(message));
        }
        state
    }

    #[test]
    fn without_a_limit_nothing_is_displaced() {
        let state = state(None, &["a", "b", "c"]);
        assert_eq!(messages(&state.waiting), ["a", "b", "c"]);
    }

    #[test]
    fn a_limit_displaces_the_oldest() {
        let mut state = state(Some(2), &["a", "b"]);
        assert_eq!(state.append(record("c")), 1);
        assert_eq!(messages(&state.waiting), ["b", "c"]);
    }

    #[test]
    fn a_limit_of_none_at_all_keeps_the_record_at_hand() {
        let state = state(Some(0), &["a", "b"]);
        assert_eq!(messages(&state.waiting), ["b"]);
    }

    #[test]
    fn what_was_not_delivered_comes_before_what_was_appended_meanwhile() {
        let mut state = state(None, &["a", "b", "c"]);
        let mut batch = state.take().unwrap();
        state.append(record("d"));
        batch.pop_front();
        assert_eq!(state.put_back(batch), 0);
        assert_eq!(messages(&state.waiting), ["b", "c", "d"]);
    }

    #[test]
    fn what_comes_back_is_held_to_the_limit() {
        let mut state = state(Some(3), &["a", "b", "c"]);
        let batch = state.take().unwrap();
        state.append(record("d"));
        assert_eq!(state.put_back(batch), 1);
        assert_eq!(messages(&state.waiting), ["b", "c", "d"]);
    }

    #[test]
    fn records_are_pending_until_their_batch_is_delivered() {
        let mut state = state(None, &["a", "b"]);
        let mut batch = state.take().unwrap();
        assert_eq!(state.pending(), 2);
        state.append(record("c"));
        assert_eq!(state.pending(), 3);
        batch.clear();
        state.put_back(batch);
        assert_eq!(state.pending(), 1);
    }

    #[test]
    fn what_was_given_up_is_not_pending_and_is_not_counted_twice() {
        let mut state = state(Some(3), &["a", "b"]);
        assert_eq!((state.give_up(), state.give_up(), state.pending()), (2, 0, 0));
        state.append(record("c"));
        assert_eq!(state.pending(), 1);
        assert_eq!(state.append(record("d")), 0);
        assert_eq!((state.give_up(), state.pending()), (2, 0));
        assert_eq!(messages(&state.waiting), ["b", "c", "d"]);
    }

    #[test]
    fn what_was_given_up_is_pending_again_when_it_is_taken() {
        let mut state = state(None, &["a"]);
        state.give_up();
        let batch = state.take().unwrap();
        assert_eq!(state.pending(), 1);
        state.put_back(batch);
        assert_eq!(state.pending(), 1);
    }

    #[test]
    fn the_memory_of_a_delivered_batch_is_used_again_unless_it_is_a_lot() {
        let mut state = state(None, &["a"]);
        let mut batch = state.take().unwrap();
        batch.clear();
        batch.reserve(LARGEST_KEPT * 2);
        state.put_back(batch);
        state.append(record("b"));
        let kept = state.spare.capacity();
        assert!((1..LARGEST_KEPT * 2).contains(&kept));
        state.take().unwrap();
        assert_eq!(state.waiting.capacity(), kept);
    }
}
