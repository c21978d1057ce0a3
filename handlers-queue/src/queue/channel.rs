//! The queue between the threads of one process.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use handlers_core::{Record, Result};

use super::lane::Lane;
use super::{Overflow, Placed, RecordQueue, full};
use crate::per_process::{Here, PerProcess};

/// A queue between the threads of one process: what `queue.Queue` is to Python's handlers.
///
/// A clone is the same queue. Records come out in the order in which they went in.
///
/// # The listener's sleep
///
/// Waking a thread takes the one that wakes it longer than all the rest of a logging call. So while
/// there is traffic nobody is woken: the listener looks by itself, after a tenth of a millisecond at
/// first and after one millisecond at most. It is woken early once the queue is half full. After a
/// tenth of a second without a record it sleeps until the next one comes, which then pays for the
/// waking.
///
/// # Forks
///
/// In the child of a fork the queue is empty and new: what waits in it belongs to the parent.
///
/// # Examples
///
/// ```
/// use handlers_core::Record;
/// use handlers_queue::{Channel, Overflow, Placed, RecordQueue};
/// use std::time::Duration;
///
/// let queue = Channel::bounded(1);
/// let record = |text: &str| Record::builder().message(text).build();
/// assert_eq!(queue.put(record("one"), Overflow::DropOldest)?, Placed::Queued);
/// assert_eq!(queue.put(record("two"), Overflow::DropOldest)?, Placed::Displaced(1));
///
/// let taken = queue.get(Duration::ZERO)?.expect("one record waits");
/// assert_eq!(taken.message()?, "two");
/// assert_eq!(queue.dropped(), 1);
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Channel {
    shared: Arc<Shared>,
}

struct Shared {
    capacity: Option<usize>,
    lane: PerProcess<Lane>,
    dropped: AtomicU64,
}

impl Channel {
    /// Makes a queue with room for `capacity` records, all of it at once; 0 counts as 1.
    pub fn bounded(capacity: usize) -> Self {
        Self::new(Some(capacity.max(1)))
    }

    /// Makes a queue that takes records for as long as there is memory: Python's `Queue(-1)`.
    pub fn unbounded() -> Self {
        Self::new(None)
    }

    /// How many records have room, if that is limited.
    pub fn capacity(&self) -> Option<usize> {
        self.shared.capacity
    }

    fn new(capacity: Option<usize>) -> Self {
        let lane = PerProcess::new(Lane::new(capacity));
        Self { shared: Arc::new(Shared { capacity, lane, dropped: AtomicU64::new(0) }) }
    }

    /// The lane of this process.
    #[inline]
    fn lane(&self) -> Here<'_, Lane> {
        self.shared.lane.get(|| Lane::new(self.shared.capacity))
    }

    /// Does with a record for which there was no room what `overflow` says.
    #[cold]
    fn put_into_full(
        &self,
        lane: &Lane,
        record: Record<'static>,
        overflow: Overflow,
    ) -> Result<Placed> {
        Ok(match overflow {
            Overflow::Fail => return Err(full()),
            Overflow::Block => self.wait(lane, record, None),
            Overflow::BlockFor(timeout) => self.wait(lane, record, Some(timeout)),
            Overflow::DropNewest => self.give_up(),
            Overflow::DropOldest => self.displace(lane, record),
        })
    }

    fn count_dropped(&self, records: u64) {
        self.shared.dropped.fetch_add(records, Ordering::Relaxed);
    }

    fn wait(&self, lane: &Lane, record: Record<'static>, timeout: Option<Duration>) -> Placed {
        if lane.put_waiting(record, timeout) { Placed::Queued } else { self.give_up() }
    }

    fn displace(&self, lane: &Lane, record: Record<'static>) -> Placed {
        match lane.put_displacing(record) {
            0 => Placed::Queued,
            displaced => {
                self.count_dropped(displaced);
                Placed::Displaced(displaced)
            }
        }
    }

    fn give_up(&self) -> Placed {
        self.count_dropped(1);
        Placed::Dropped
    }
}

impl RecordQueue for Channel {
    /// Puts a record at the end. With [`Overflow::Block`] it waits for ever if nobody takes records.
    #[inline]
    fn put(&self, record: Record<'static>, overflow: Overflow) -> Result<Placed> {
        let lane = self.lane();
        let Some(record) = lane.put(record) else { return Ok(Placed::Queued) };
        self.put_into_full(&lane, record, overflow)
    }

    #[inline]
    fn get(&self, timeout: Duration) -> Result<Option<Record<'static>>> {
        Ok(self.lane().get(timeout))
    }

    fn len(&self) -> usize {
        self.lane().len()
    }

    fn wake(&self) {
        self.lane().wake();
    }

    fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel")
            .field("capacity", &self.capacity())
            .field("len", &self.len())
            .field("dropped", &self.dropped())
            .finish()
    }
}
