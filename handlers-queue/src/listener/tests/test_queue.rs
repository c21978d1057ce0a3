//! A queue for tests and models: a mutex, a condition, and knobs.

use std::collections::VecDeque;
use std::time::Duration;

use handlers_core::{Error, ErrorKind, Record, Result};

use crate::queue::{Overflow, Placed, RecordQueue};
use crate::sync::{Condvar, Mutex};

#[derive(Default)]
pub(super) struct TestQueue {
    pub(super) state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) records: VecDeque<Record<'static>>,
    /// 0 is no limit.
    pub(super) capacity: usize,
    pub(super) taken: usize,
    pub(super) acknowledged: usize,
    pub(super) dropped: u64,
    /// How many calls of `get` fail from now on.
    pub(super) failures: usize,
    pub(super) hides_len: bool,
    woken: bool,
}

impl TestQueue {
    pub(super) fn bounded(capacity: usize) -> Self {
        let queue = Self::default();
        queue.state.lock().capacity = capacity;
        queue
    }

    pub(super) fn push(&self, message: &str) {
        let _ = self.put(record(message), Overflow::Block).expect("this queue takes records");
    }

    #[cfg(loom)]
    pub(super) fn messages(&self) -> Vec<String> {
        self.state.lock().records.iter().map(message).collect()
    }
}

impl RecordQueue for TestQueue {
    fn put(&self, record: Record<'static>, overflow: Overflow) -> Result<Placed> {
        let mut state = self.state.lock();
        while state.capacity > 0 && state.records.len() >= state.capacity {
            if overflow != Overflow::Block {
                state.dropped += 1;
                return Ok(Placed::Dropped);
            }
            self.changed.wait(&mut state);
        }
        state.records.push_back(record);
        self.changed.notify_all();
        Ok(Placed::Queued)
    }

    /// However long the timeout is, only a record or a wake-up ends the wait.
    fn get(&self, timeout: Duration) -> Result<Option<Record<'static>>> {
        let mut state = self.state.lock();
        loop {
            if state.failures > 0 {
                state.failures -= 1;
                return Err(Error::new(ErrorKind::Io, "the queue is away"));
            }
            if let Some(record) = state.records.pop_front() {
                state.taken += 1;
                self.changed.notify_all();
                return Ok(Some(record));
            }
            // Nobody promises that a wake-up outlives a `get` that does not wait.
            let is_woken = std::mem::take(&mut state.woken);
            if timeout.is_zero() || is_woken {
                return Ok(None);
            }
            self.changed.wait(&mut state);
        }
    }

    fn acknowledge(&self) -> Result<()> {
        let mut state = self.state.lock();
        state.acknowledged = state.taken;
        Ok(())
    }

    fn len(&self) -> usize {
        let state = self.state.lock();
        if state.hides_len { 0 } else { state.records.len() }
    }

    fn wake(&self) {
        self.state.lock().woken = true;
        self.changed.notify_all();
    }

    fn dropped(&self) -> u64 {
        self.state.lock().dropped
    }
}

pub(super) fn record(message: &str) -> Record<'static> {
    Record::builder().message(message).build()
}

pub(super) fn message(record: &Record<'_>) -> String {
    record.message().expect("a text is its own message").into_owned()
}
