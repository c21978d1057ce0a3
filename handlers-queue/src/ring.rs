//! The last records, of which most are never wanted.

use std::mem;

use handlers_core::Record;

use crate::held::{Batch, Waiting};

/// A ring of records. The oldest of them, from some moment on, are owed to where they go: somebody
/// has asked for them. The others make room for newer ones.
pub(crate) struct Ring {
    /// The oldest first.
    waiting: Batch,
    /// How many records there are room for, those that are owed not among them.
    size: usize,
    /// The waiting records, counted from the oldest, that were asked for.
    owed: usize,
    forgotten: u64,
}

impl Ring {
    pub(crate) fn new(size: usize) -> Self {
        // A ring without room would lose the record that brings it out.
        Self { waiting: Batch::new(), size: size.max(1), owed: 0, forgotten: 0 }
    }

    /// How many records nobody has asked for in time.
    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Appends a record, and asks for all of them if it `lets_out`.
    ///
    /// In one step: other threads could fill the ring between the two.
    pub(crate) fn append(&mut self, record: Record<'static>, lets_out: bool) -> Appended {
        self.waiting.push_back(record);
        let is_full = self.waiting.len() - self.owed > self.size;
        let forgotten = if is_full { self.waiting.remove(self.owed) } else { None };
        self.forgotten += u64::from(is_full);
        let dropped = if lets_out { self.ask_for_all() } else { 0 };
        Appended { dropped, _forgotten: forgotten }
    }

    /// Asks for all records; gives the number of those that had to make room.
    pub(crate) fn ask_for_all(&mut self) -> u64 {
        self.owed = self.waiting.len();
        self.make_room()
    }

    fn make_room(&mut self) -> u64 {
        let excess = self.owed.saturating_sub(self.size.saturating_mul(FULL_RINGS));
        self.waiting.drain(..excess);
        self.owed -= excess;
        excess as u64
    }
}

/// What became of older records when one was appended.
pub(crate) struct Appended {
    /// How many were asked for and had to make room.
    pub(crate) dropped: u64,
    /// Given back so that its memory is freed when the lock is gone.
    _forgotten: Option<Record<'static>>,
}

impl Waiting for Ring {
    fn records(&self) -> &Batch {
        &self.waiting
    }

    fn owed(&self) -> usize {
        self.owed
    }

    fn take(&mut self, batch: &mut Batch) {
        if self.owed == self.waiting.len() {
            mem::swap(&mut self.waiting, batch);
        } else {
            batch.extend(self.waiting.drain(..self.owed));
        }
        self.owed = 0;
    }

    fn put_back(&mut self, mut batch: Batch) -> u64 {
        self.owed += batch.len();
        batch.append(&mut self.waiting);
        self.waiting = batch;
        self.make_room()
    }
}

/// How many rings full of records may be owed at the same time: one is what a trigger asks for, and
/// another may come while a slow target has not taken the first.
const FULL_RINGS: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    /// Appends the letters of a text, the large ones of which let all out; gives the dropped ones.
    fn append(ring: &mut Ring, letters: &str) -> u64 {
        let append = |letter: char| {
            let record = Record::builder().message(letter.to_string()).build();
            ring.append(record, letter.is_uppercase()).dropped
        };
        letters.chars().map(append).sum()
    }

    fn take(ring: &mut Ring) -> Batch {
        let mut batch = Batch::new();
        ring.take(&mut batch);
        batch
    }

    fn letters(records: &Batch) -> String {
        records.iter().filter_map(Record::as_text).collect()
    }

    #[test]
    fn the_oldest_are_forgotten_and_not_dropped() {
        let mut ring = Ring::new(3);
        assert_eq!(append(&mut ring, "abcde"), 0);
        assert_eq!((letters(ring.records()), ring.forgotten(), ring.owed()), ("cde".into(), 2, 0));
    }

    #[test]
    fn nothing_is_taken_unless_it_was_asked_for() {
        let mut ring = Ring::new(3);
        append(&mut ring, "ab");
        assert_eq!(letters(&take(&mut ring)), "");
        ring.ask_for_all();
        append(&mut ring, "c");
        assert_eq!((letters(&take(&mut ring)), letters(ring.records())), ("ab".into(), "c".into()));
    }

    #[test]
    fn what_lets_all_out_counts_among_them() {
        let mut ring = Ring::new(3);
        append(&mut ring, "abcD");
        assert_eq!((letters(&take(&mut ring)), ring.forgotten()), ("bcD".into(), 1));
    }

    #[test]
    fn what_was_asked_for_is_not_displaced_by_what_was_not() {
        let mut ring = Ring::new(2);
        assert_eq!(append(&mut ring, "aBcdefg"), 0);
        assert_eq!((letters(ring.records()), ring.forgotten()), ("aBfg".into(), 3));
    }

    #[test]
    fn beyond_two_rings_the_oldest_of_those_asked_for_are_dropped() {
        let mut ring = Ring::new(2);
        assert_eq!(append(&mut ring, "aBcDeF"), 2);
        assert_eq!((letters(&take(&mut ring)), ring.forgotten()), ("cDeF".into(), 0));
    }

    #[test]
    fn what_comes_back_is_owed_still_and_comes_first() {
        let mut ring = Ring::new(3);
        append(&mut ring, "abC");
        let mut batch = take(&mut ring);
        batch.pop_front();
        append(&mut ring, "d");
        assert_eq!(ring.put_back(batch), 0);
        assert_eq!((letters(ring.records()), ring.owed()), ("bCd".into(), 2));
        assert_eq!(letters(&take(&mut ring)), "bC");
    }

    #[test]
    fn a_ring_without_room_keeps_the_record_at_hand() {
        let mut ring = Ring::new(0);
        append(&mut ring, "aB");
        assert_eq!(letters(&take(&mut ring)), "B");
    }
}
