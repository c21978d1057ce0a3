//! What a user says of a backlog.

use std::path::PathBuf;

use handlers_core::Result;

use super::memory::Memory;
use super::queue::{Queue, Store};
use super::spool::Spool;

/// Keeps records while the peer is away: bounded, in order, in memory or in a file.
///
/// A handler that has one queues what it cannot send now. When the peer is back the queued records
/// are sent first, in their order. That happens
///
/// - in a thread of its own, which runs only while something is queued, and tries when the
///   [back-off](crate::Backoff) says so; [`background(false)`](Self::background) does without it;
/// - by each further record, which takes up to 64 queued ones along;
/// - by `flush`, which tries at once and takes no longer than the handler's timeout;
/// - by `close`, likewise. What is still queued then is dropped and counted, but in a spool it stays
///   for the next handler that has the same spool.
///
/// A record is queued if it was not sent, or not to its end: no peer has received it whole. It
/// leaves the backlog when the operating system has taken it. What the peer had not read when it
/// died is lost all the same, since nothing in these protocols says that a record has arrived.
///
/// # Examples
///
/// ```
/// use handlers_net::{Backlog, WhenFull};
///
/// let in_memory = Backlog::memory(16 << 20).max_records(100_000).when_full(WhenFull::DropOldest);
/// let in_a_file = Backlog::spool("/var/spool/app.records", 1 << 30).sync(true);
/// # let _ = (in_memory, in_a_file);
/// ```
#[derive(Debug, Clone)]
#[must_use = "a backlog does nothing until a handler has it"]
pub struct Backlog {
    place: Place,
    max_bytes: u64,
    max_records: u64,
    when_full: WhenFull,
    background: bool,
}

/// Which record a full backlog lets go. Either is counted as dropped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenFull {
    /// The one that comes: what is kept is how the trouble began.
    #[default]
    DropNewest,
    /// Those that have waited longest, as many as must make room.
    DropOldest,
}

#[derive(Debug, Clone)]
enum Place {
    Memory,
    Spool { path: PathBuf, sync: bool },
}

impl Backlog {
    /// Keeps frames of up to `max_bytes` in all in memory. They are lost with the process.
    pub fn memory(max_bytes: u64) -> Self {
        Self::new(Place::Memory, max_bytes)
    }

    /// Keeps frames of up to `max_bytes` in all in the file at `path`, which survives a restart: the
    /// next handler with this spool sends them.
    ///
    /// Each frame has its length and a checksum. What a crash has left unfinished at the end is
    /// recognised and cut off; a frame that has become unreadable is skipped and counted as dropped.
    /// A frame is struck out after it was sent, so a crash in between sends one frame twice, and
    /// none is lost. The file may be twice as long as `max_bytes` before frames that were sent are
    /// removed from it; it is emptied whenever all were sent. Only its owner may read it.
    ///
    /// A record that is queued is with the operating system: it survives the process, but a loss of
    /// power only with [`sync`](Self::sync).
    ///
    /// One process and one handler at a time may use a spool. A file of the same name with `.lock`
    /// after it, which is never removed, sees to that; a second handler cannot be built.
    pub fn spool(path: impl Into<PathBuf>, max_bytes: u64) -> Self {
        Self::new(Place::Spool { path: path.into(), sync: false }, max_bytes)
    }

    /// Sets how many frames are kept at most. Optional; only their bytes count by default.
    pub fn max_records(mut self, records: u64) -> Self {
        self.max_records = records;
        self
    }

    /// Sets which record a full backlog lets go. Optional; the one that comes by default.
    pub fn when_full(mut self, when_full: WhenFull) -> Self {
        self.when_full = when_full;
        self
    }

    /// Sets whether the system is asked to bring each frame to the disk before its record counts as
    /// queued. Optional and of use for a spool only; it is not by default, since it takes
    /// milliseconds for each record.
    pub fn sync(mut self, durable: bool) -> Self {
        if let Place::Spool { sync, .. } = &mut self.place {
            *sync = durable;
        }
        self
    }

    /// Sets whether a thread tries to send what is queued when no further record comes. Optional;
    /// there is one by default.
    pub fn background(mut self, background: bool) -> Self {
        self.background = background;
        self
    }

    /// Whether a thread tries to send what is queued.
    pub(crate) fn has_background(&self) -> bool {
        self.background
    }

    /// Whether what is queued outlives the process.
    pub(crate) fn is_durable(&self) -> bool {
        matches!(self.place, Place::Spool { .. })
    }

    /// Opens it, with what an earlier run has left.
    ///
    /// # Errors
    ///
    /// The spool cannot be opened, is used by somebody else, or is no spool.
    pub(crate) fn open(&self) -> Result<Queue> {
        let store: Box<dyn Store> = match &self.place {
            Place::Memory => Box::new(Memory::new(self.max_bytes)),
            Place::Spool { path, sync } => Box::new(Spool::open(path, self.max_bytes, *sync)?),
        };
        Ok(Queue::new(store, self.max_records, self.when_full))
    }

    fn new(place: Place, max_bytes: u64) -> Self {
        Self {
            place,
            max_bytes,
            max_records: u64::MAX,
            when_full: WhenFull::default(),
            background: true,
        }
    }
}
