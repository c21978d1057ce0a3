//! The order in which frames wait, and which of them goes when there is no room.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

use handlers_core::Result;
use parking_lot::Mutex;

use super::settings::WhenFull;

/// Keeps frames, first in, first out.
pub(super) trait Store: Debug + Send {
    /// Adds a frame at the end; false if there is no room for it now.
    ///
    /// # Errors
    ///
    /// It cannot be written; nothing of it stays.
    fn push(&mut self, frame: &[u8]) -> Result<bool>;

    /// Whether an empty store would have room for a frame of that length.
    fn can_hold(&self, length: usize) -> bool;

    /// Copies the first frame into `frame`, which is empty; false if there is none.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    fn front(&mut self, frame: &mut Vec<u8>) -> Result<bool>;

    /// Removes the first frame.
    ///
    /// # Errors
    ///
    /// It is removed here, but a later run may find it again.
    fn pop(&mut self) -> Result<()>;

    /// In the child of a fork, forgets what its parent will send.
    fn leave_to_parent(&mut self) {}

    /// How many frames there are.
    fn len(&self) -> u64;

    /// How many frames have become unreadable since this was last asked.
    fn take_damaged(&mut self) -> u64 {
        0
    }

    /// Gives back what is held open; it is opened again when it is needed. What does not outlive
    /// this is dropped: says how many.
    fn close(&mut self) -> u64;
}

/// Frames that wait, behind a lock which is never held while something is sent.
#[derive(Debug)]
pub(crate) struct Queue {
    inner: Mutex<Inner>,
    /// How many there are, for those who do not want to wait.
    len: AtomicU64,
}

#[derive(Debug)]
struct Inner {
    store: Box<dyn Store>,
    max_records: u64,
    when_full: WhenFull,
    /// Whether the first frame is being sent and must stay where it is.
    in_flight: bool,
}

/// What became of a frame that was to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pushed {
    /// Whether it waits now.
    pub(crate) kept: bool,
    /// How many frames were let go, this one included.
    pub(crate) dropped: u64,
}

impl Queue {
    pub(super) fn new(store: Box<dyn Store>, max_records: u64, when_full: WhenFull) -> Self {
        let len = AtomicU64::new(store.len());
        let inner = Inner { store, max_records, when_full, in_flight: false };
        Self { inner: Mutex::new(inner), len }
    }

    /// How many frames wait.
    pub(crate) fn len(&self) -> u64 {
        self.len.load(Ordering::Acquire)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Lets a frame wait behind all others.
    ///
    /// # Errors
    ///
    /// It cannot be stored.
    pub(crate) fn push(&self, frame: &[u8]) -> Result<Pushed> {
        self.with(|inner| inner.push(frame))
    }

    /// Copies the frame that has waited longest into `frame`, to be sent; false if none waits. It
    /// stays until [`pop`](Self::pop) or [`put_back`](Self::put_back).
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub(crate) fn take(&self, frame: &mut Vec<u8>) -> Result<bool> {
        frame.clear();
        self.with(|inner| {
            inner.in_flight = false;
            inner.in_flight = inner.store.front(frame)?;
            Ok(inner.in_flight)
        })
    }

    /// Removes the frame that was taken: it was sent.
    ///
    /// # Errors
    ///
    /// It is removed, but a later run may find it again.
    pub(crate) fn pop(&self) -> Result<()> {
        self.with(|inner| {
            inner.in_flight = false;
            inner.store.pop()
        })
    }

    /// The frame that was taken could not be sent and waits on.
    pub(crate) fn put_back(&self) {
        self.with(|inner| inner.in_flight = false);
    }

    /// How many frames have become unreadable since this was last asked.
    pub(crate) fn take_damaged(&self) -> u64 {
        self.with(|inner| inner.store.take_damaged())
    }

    /// Gives back what is held open. Says how many frames are lost by that.
    pub(crate) fn close(&self) -> u64 {
        self.with(|inner| inner.store.close())
    }

    fn with<R>(&self, work: impl FnOnce(&mut Inner) -> R) -> R {
        let mut inner = self.inner.lock();
        inner.store.leave_to_parent();
        let result = work(&mut inner);
        self.len.store(inner.store.len(), Ordering::Release);
        result
    }
}

impl Inner {
    fn push(&mut self, frame: &[u8]) -> Result<Pushed> {
        let mut dropped = 0;
        // What fits nowhere must not cost those that wait their place.
        if self.max_records == 0 || !self.store.can_hold(frame.len()) {
            return Ok(Pushed { kept: false, dropped: 1 });
        }
        loop {
            if self.store.len() < self.max_records && self.store.push(frame)? {
                return Ok(Pushed { kept: true, dropped });
            }
            if self.when_full == WhenFull::DropNewest || self.in_flight || self.store.len() == 0 {
                return Ok(Pushed { kept: false, dropped: dropped + 1 });
            }
            self.store.pop()?;
            dropped += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::memory::Memory;
    use super::*;

    fn queue(max_bytes: u64, max_records: u64, when_full: WhenFull) -> Queue {
        Queue::new(Box::new(Memory::new(max_bytes)), max_records, when_full)
    }

    fn pushed(kept: bool, dropped: u64) -> Pushed {
        Pushed { kept, dropped }
    }

    /// Everything that waits, which is gone then.
    fn taken(queue: &Queue) -> Vec<String> {
        let (mut frame, mut frames) = (Vec::new(), Vec::new());
        while queue.take(&mut frame).unwrap() {
            frames.push(String::from_utf8(frame.clone()).unwrap());
            queue.pop().unwrap();
        }
        frames
    }

    #[test]
    fn frames_leave_in_the_order_in_which_they_came() {
        let queue = queue(100, 100, WhenFull::DropNewest);
        for frame in ["one", "two", "three"] {
            assert_eq!(queue.push(frame.as_bytes()).unwrap(), pushed(true, 0));
        }
        assert_eq!(queue.len(), 3);
        assert_eq!(taken(&queue), ["one", "two", "three"]);
        assert!(queue.is_empty());
    }

    #[test]
    fn a_full_backlog_lets_the_newest_go() {
        for queue in [queue(6, 9, WhenFull::DropNewest), queue(99, 2, WhenFull::DropNewest)] {
            for (frame, kept) in [("one", true), ("two", true), ("six", false)] {
                let expected = pushed(kept, u64::from(!kept));
                assert_eq!(queue.push(frame.as_bytes()).unwrap(), expected);
            }
            assert_eq!(taken(&queue), ["one", "two"]);
        }
    }

    #[test]
    fn a_full_backlog_lets_as_many_of_the_oldest_go_as_it_must() {
        let queue = queue(9, 9, WhenFull::DropOldest);
        for frame in ["one", "two", "six"] {
            let _ = queue.push(frame.as_bytes()).unwrap();
        }
        assert_eq!(queue.push(b"seven").unwrap(), pushed(true, 2));
        assert_eq!(taken(&queue), ["six", "seven"]);
    }

    #[test]
    fn what_fits_nowhere_costs_nobody_his_place() {
        let queue = queue(9, 9, WhenFull::DropOldest);
        let _ = queue.push(b"one").unwrap();
        assert_eq!(queue.push(b"0123456789").unwrap(), pushed(false, 1));
        assert_eq!(taken(&queue), ["one"]);
    }

    #[test]
    fn a_frame_that_is_being_sent_keeps_its_place() {
        let queue = queue(99, 1, WhenFull::DropOldest);
        let _ = queue.push(b"one").unwrap();
        let mut frame = Vec::new();
        assert!(queue.take(&mut frame).unwrap());
        assert_eq!(queue.push(b"two").unwrap(), pushed(false, 1));
        queue.put_back();
        assert_eq!(queue.push(b"six").unwrap(), pushed(true, 1));
        assert_eq!(taken(&queue), ["six"]);
    }

    #[test]
    fn closing_says_what_is_lost() {
        let queue = queue(99, 9, WhenFull::DropOldest);
        let _ = queue.push(b"one").unwrap();
        assert_eq!((queue.close(), queue.len()), (1, 0));
    }
}
