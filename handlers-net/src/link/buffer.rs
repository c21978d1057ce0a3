//! Frames that are held back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use handlers_core::Level;
use parking_lot::{Mutex, MutexGuard};

use super::batch::Batch;
use super::outcome::Loss;
use super::settings::BufferSettings;
use crate::owner::Owner;

/// Frames that are held back, behind a lock which is never held while something is sent.
#[derive(Debug)]
pub(super) struct Buffer {
    settings: BufferSettings,
    inner: Mutex<Inner>,
    /// How many frames are held back or being sent.
    count: AtomicU64,
}

#[derive(Debug, Default)]
struct Inner {
    /// The process whose frames they are.
    owner: Owner,
    batch: Batch,
    /// Whether a frame is among them that should not wait.
    urgent: bool,
    /// When the first of them came, if that is of interest.
    since: Option<Instant>,
    /// What lost a frame when nobody was there to be told.
    trouble: Option<Loss>,
}

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pushed {
    /// It waits.
    Held,
    /// It waits, and is the first to do so for no longer than the interval.
    First,
    /// It waits, and all should be sent now.
    Due,
    /// There is no room for it.
    Refused,
}

impl Buffer {
    /// A buffer, unless nothing is to be held back.
    pub(super) fn new(settings: BufferSettings) -> Option<Self> {
        let is_wanted = settings.capacity > 0;
        is_wanted.then(|| Self { settings, inner: Mutex::default(), count: AtomicU64::new(0) })
    }

    pub(super) fn is_urgent(&self, level: Level) -> bool {
        level >= self.settings.flush_level
    }

    /// How long a frame waits at most.
    pub(super) fn interval(&self) -> Option<Duration> {
        self.settings.interval.map(|interval| interval.max(SHORTEST))
    }

    /// How many frames are held back or being sent.
    pub(super) fn len(&self) -> u64 {
        self.count.load(Ordering::Acquire)
    }

    /// Says of so many frames that they were sent, lost or queued.
    pub(super) fn settle(&self, frames: u64) {
        self.count.fetch_sub(frames, Ordering::Release);
    }

    /// Takes a frame if there is room.
    pub(super) fn push(&self, frame: &[u8], urgent: bool, room: Room) -> Pushed {
        let BufferSettings { capacity, interval, .. } = self.settings;
        let mut inner = self.lock();
        if inner.batch.size() >= room.limit(capacity) {
            return Pushed::Refused;
        }
        inner.batch.push(frame);
        inner.urgent |= urgent;
        self.count.fetch_add(1, Ordering::Relaxed);
        if inner.urgent || inner.batch.size() >= capacity || inner.trouble.is_some() {
            return Pushed::Due;
        }
        if interval.is_some() && inner.batch.len() == 1 {
            inner.since = Some(Instant::now());
            return Pushed::First;
        }
        Pushed::Held
    }

    /// Exchanges what is held back for `batch`, which is empty.
    pub(super) fn take(&self, batch: &mut Batch) {
        let mut inner = self.lock();
        std::mem::swap(&mut inner.batch, batch);
        inner.urgent = false;
        inner.since = None;
    }

    /// What a batch keeps for the next frames, in bytes.
    pub(super) fn keeps(&self) -> usize {
        self.settings.capacity.saturating_mul(2).max(LARGEST_KEPT)
    }

    /// How long it is until somebody has waited long enough; nothing, if nobody does.
    pub(super) fn wait(&self) -> Option<Duration> {
        let interval = self.interval()?;
        let since = self.lock().since?;
        Some(interval.saturating_sub(since.elapsed()))
    }

    /// Keeps what lost a frame until somebody can be told.
    pub(super) fn keep_trouble(&self, loss: Loss) -> Option<Loss> {
        self.lock().trouble.replace(loss)
    }

    pub(super) fn take_trouble(&self) -> Option<Loss> {
        self.lock().trouble.take()
    }

    /// What the child of a fork has inherited is its parent's to send.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        let mut inner = self.inner.lock();
        if inner.owner.has_changed() {
            self.count.store(0, Ordering::Relaxed);
            *inner = Inner::default();
        }
        inner
    }
}

/// How much may be held back while others send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// As much again as makes a batch.
    Usual,
    /// So much that one may rather wait than lose a record, but not any amount.
    Utmost,
}

impl Room {
    fn limit(self, capacity: usize) -> usize {
        let usual = capacity.saturating_mul(2);
        match self {
            Self::Usual => usual,
            Self::Utmost => usual.saturating_add(UTMOST),
        }
    }
}

/// What is held back in addition before a record is lost, in bytes.
const UTMOST: usize = 1024 * 1024;

/// The shortest interval: none at all would be a thread that does nothing else.
const SHORTEST: Duration = Duration::from_millis(1);

/// One enormous frame must not cost that memory for ever.
const LARGEST_KEPT: usize = 64 * 1024;
