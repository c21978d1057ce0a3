//! What all buffering handlers share: records that wait, and the way they are taken out.

use std::mem;

use handlers_core::contain;
use handlers_core::{Handler, Record, Result};

use crate::flush_policy::{BufferStatus, FlushPolicy};
use crate::held::{Batch, Held, Waiting};
use crate::report::report;

/// A buffer that any thread may append to and flush.
pub(crate) struct Buffer {
    capacity: usize,
    policy: Box<dyn FlushPolicy>,
    held: Held<Backlog>,
}

impl Buffer {
    pub(crate) fn new(
        capacity: usize,
        max_records: Option<usize>,
        policy: Box<dyn FlushPolicy>,
    ) -> Self {
        Self { capacity, policy, held: Held::new(Backlog::new(max_records)) }
    }

    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    /// How many records have not got where they go.
    pub(crate) fn pending(&self) -> u64 {
        self.held.pending()
    }

    /// Copies of the records that wait.
    pub(crate) fn records(&self) -> Vec<Record<'static>> {
        self.held.records()
    }

    /// Keeps a copy of `record`, unformatted (QUEUE-2), and says whether it is time for a flush.
    pub(crate) fn append(&self, handler: &impl Handler, record: &Record<'_>) -> bool {
        let kept = record.clone().into_owned();
        let (buffered, displaced) = self.held.change(|backlog| {
            let displaced = backlog.append(kept);
            (backlog.waiting.len(), displaced)
        });
        handler.base().count_dropped(displaced);
        let status = BufferStatus { buffered, capacity: self.capacity };
        let ask = || self.policy.should_flush(record, &status);
        contain("ask the flush policy", ask).unwrap_or_else(|error| {
            report(handler, record, &error);
            false
        })
    }

    /// Takes everything that is buffered to where it goes: [`Held::flush`].
    pub(crate) fn flush(
        &self,
        handler: &impl Handler,
        deliver: impl Fn(&mut Batch) -> Result<()>,
    ) -> Result<()> {
        self.held.flush(handler, deliver)
    }

    /// Counts a record of a batch as delivered before the whole batch is.
    pub(crate) fn count_delivered(&self) {
        self.held.count_delivered();
    }

    /// Counts what waits as pending no longer, though it stays; gives the number.
    pub(crate) fn give_up(&self) -> u64 {
        self.held.change(Backlog::give_up)
    }

    /// Runs `work`, which is quick, between two flushes of other threads.
    pub(crate) fn between_flushes<R>(&self, work: impl FnOnce() -> R) -> R {
        self.held.between_flushes(work)
    }
}

/// Records that all go out at the next flush.
struct Backlog {
    /// The oldest first.
    waiting: Batch,
    max_records: usize,
    /// The waiting records, counted from the oldest, that were given up.
    given_up: usize,
}

impl Backlog {
    fn new(max_records: Option<usize>) -> Self {
        Self {
            waiting: Batch::new(),
            // A limit below one would lose each record before anybody could be asked about it.
            max_records: max_records.map_or(usize::MAX, |limit| limit.max(1)),
            given_up: 0,
        }
    }

    /// Appends a record; gives the number of those that had to make room.
    fn append(&mut self, record: Record<'static>) -> u64 {
        self.waiting.push_back(record);
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

impl Waiting for Backlog {
    fn records(&self) -> &Batch {
        &self.waiting
    }

    fn owed(&self) -> usize {
        self.waiting.len() - self.given_up
    }

    fn take(&mut self, batch: &mut Batch) {
        self.given_up = 0;
        mem::swap(&mut self.waiting, batch);
    }

    fn put_back(&mut self, mut batch: Batch) -> u64 {
        batch.append(&mut self.waiting);
        self.waiting = batch;
        self.make_room()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(message: &str) -> Record<'static> {
        Record::builder().message(message).build()
    }

    fn messages<'a>(records: impl IntoIterator<Item = &'a Record<'static>>) -> Vec<&'a str> {
        records.into_iter().filter_map(Record::as_text).collect()
    }

    fn backlog(max_records: Option<usize>, messages: &[&str]) -> Backlog {
        let mut backlog = Backlog::new(max_records);
        for message in messages {
            backlog.append(record(message));
        }
        backlog
    }

    fn take(backlog: &mut Backlog) -> Batch {
        let mut batch = Batch::new();
        backlog.take(&mut batch);
        batch
    }

    #[test]
    fn without_a_limit_nothing_is_displaced() {
        let backlog = backlog(None, &["a", "b", "c"]);
        assert_eq!(messages(&backlog.waiting), ["a", "b", "c"]);
    }

    #[test]
    fn a_limit_displaces_the_oldest() {
        let mut backlog = backlog(Some(2), &["a", "b"]);
        assert_eq!(backlog.append(record("c")), 1);
        assert_eq!(messages(&backlog.waiting), ["b", "c"]);
    }

    #[test]
    fn a_limit_of_none_at_all_keeps_the_record_at_hand() {
        let backlog = backlog(Some(0), &["a", "b"]);
        assert_eq!(messages(&backlog.waiting), ["b"]);
    }

    #[test]
    fn what_was_not_delivered_comes_before_what_was_appended_meanwhile() {
        let mut backlog = backlog(None, &["a", "b", "c"]);
        let mut batch = take(&mut backlog);
        backlog.append(record("d"));
        batch.pop_front();
        assert_eq!(backlog.put_back(batch), 0);
        assert_eq!(messages(&backlog.waiting), ["b", "c", "d"]);
    }

    #[test]
    fn what_comes_back_is_held_to_the_limit() {
        let mut backlog = backlog(Some(3), &["a", "b", "c"]);
        let batch = take(&mut backlog);
        backlog.append(record("d"));
        assert_eq!(backlog.put_back(batch), 1);
        assert_eq!(messages(&backlog.waiting), ["b", "c", "d"]);
    }

    #[test]
    fn what_was_given_up_is_not_owed_and_is_not_counted_twice() {
        let mut backlog = backlog(Some(3), &["a", "b"]);
        assert_eq!((backlog.give_up(), backlog.give_up(), backlog.owed()), (2, 0, 0));
        backlog.append(record("c"));
        assert_eq!(backlog.owed(), 1);
        assert_eq!(backlog.append(record("d")), 0);
        assert_eq!((backlog.give_up(), backlog.owed()), (2, 0));
        assert_eq!(messages(&backlog.waiting), ["b", "c", "d"]);
    }

    #[test]
    fn what_was_given_up_is_owed_again_when_it_is_taken() {
        let mut backlog = backlog(None, &["a"]);
        backlog.give_up();
        let batch = take(&mut backlog);
        assert_eq!(batch.len(), 1);
        backlog.put_back(batch);
        assert_eq!(backlog.owed(), 1);
    }
}
