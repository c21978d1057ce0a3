//! The end of a queue that sends.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use handlers_core::{Error, ErrorKind, Record, Result};
use parking_lot::Mutex;

use super::frame;
use super::link::{Link, Offered};
use super::poll;
use super::settings::Settings;
use crate::per_process::PerProcess;
use crate::queue::{Overflow, Placed, full};

/// Sends records to the process at the other end.
pub(super) struct Sender {
    path: PathBuf,
    settings: Settings,
    link: PerProcess<Mutex<Link>>,
    dropped: AtomicU64,
    closed: AtomicBool,
}

impl Sender {
    pub(super) fn new(path: PathBuf, settings: Settings) -> Self {
        Self {
            path,
            settings,
            link: PerProcess::new(Mutex::new(Link::new(0))),
            dropped: AtomicU64::new(0),
            closed: AtomicBool::new(false),
        }
    }

    pub(super) fn put(&self, record: &Record<'_>, overflow: Overflow) -> Result<Placed> {
        let frame = frame::of(record, self.settings.max_frame).inspect_err(|_| self.drop_one())?;
        let wait = match overflow {
            Overflow::Block => self.settings.timeout,
            Overflow::BlockFor(limit) => limit.min(self.settings.timeout),
            _ => Duration::ZERO,
        };
        let Err(error) = self.send(&frame, wait) else { return Ok(Placed::Queued) };
        self.drop_one();
        match overflow {
            Overflow::Fail | Overflow::Block => Err(error),
            _ => Ok(Placed::Dropped),
        }
    }

    /// Sends what is under way, and nothing after it.
    pub(super) fn close(&self) {
        if self.closed.swap(true, Ordering::SeqCst) {
            return;
        }
        // What cannot be sent within that time is lost: nobody is left to be told.
        let _ = self.deliver(self.settings.timeout, |link| {
            let outcome = link.finish(&self.path, self.dropped());
            if !matches!(outcome, Offered::Full(_)) {
                *link = Link::new(self.dropped());
            }
            outcome
        });
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn send(&self, frame: &[u8], wait: Duration) -> Result<()> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Runtime, "the queue is closed"));
        }
        self.deliver(wait, |link| link.offer(&self.path, frame, self.dropped()))
    }

    /// Tries until the system takes what there is, for as long as `wait`. The link is locked while it
    /// tries and not while it waits.
    fn deliver(&self, wait: Duration, mut attempt: impl FnMut(&mut Link) -> Offered) -> Result<()> {
        let now = Instant::now();
        let deadline = now.checked_add(wait).unwrap_or(now + LONGEST_WAIT);
        let link = self.link.get(|| Mutex::new(Link::new(self.dropped())));
        loop {
            let outcome = attempt(&mut link.lock());
            let socket = match outcome {
                Offered::Taken => return Ok(()),
                Offered::Away(error) => return Err(self.error(error)),
                Offered::Full(_) if wait.is_zero() => return Err(full()),
                Offered::Full(socket) => socket,
            };
            let is_in_time = poll::wait_for_room(&socket, deadline);
            if !is_in_time.map_err(|error| self.error(error))? {
                return Err(full());
            }
        }
    }

    #[cold]
    fn error(&self, error: std::io::Error) -> Error {
        Error::io(format!("put a record into the queue {}", self.path.display()), error)
    }

    fn drop_one(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("path", &self.path)
            .field("settings", &self.settings)
            .field("dropped", &self.dropped())
            .finish_non_exhaustive()
    }
}

/// A wait without an end.
const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 3600);
