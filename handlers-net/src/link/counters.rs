//! What became of the frames of a handler, in numbers.

use std::sync::atomic::{AtomicU64, Ordering};

/// What became of the records that a handler wanted to send.
///
/// Every record that was encoded is sent, dropped or still queued; there is no fourth. The numbers
/// are read one after the other: while other threads log they may be off by the records in flight.
///
/// A record counts as sent when the operating system has taken all of it. Whether the peer ever read
/// it is known only to the peer: what a connection held when its peer died is lost and counted here
/// as sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkCounters {
    /// Records that the operating system has taken.
    pub sent: u64,
    /// Records that were lost, in silence or with an error.
    pub dropped: u64,
    /// Records that wait now: in the backlog, with a spool those of an earlier run too, and those
    /// that a buffered handler holds back.
    pub queued: u64,
    /// Connections that were made after the first one.
    pub reconnects: u64,
}

/// The same, while it is being counted.
#[derive(Debug, Default)]
pub(super) struct Counts {
    sent: AtomicU64,
    dropped: AtomicU64,
    connects: AtomicU64,
}

impl Counts {
    pub(super) fn count_sent(&self, frames: u64) {
        self.sent.fetch_add(frames, Ordering::Relaxed);
    }

    pub(super) fn count_dropped(&self, frames: u64) {
        self.dropped.fetch_add(frames, Ordering::Relaxed);
    }

    pub(super) fn count_connect(&self) {
        self.connects.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn read(&self, queued: u64) -> LinkCounters {
        LinkCounters {
            sent: self.sent.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            queued,
            reconnects: self.connects.load(Ordering::Relaxed).saturating_sub(1),
        }
    }
}
