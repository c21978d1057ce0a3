//! A peer as a handler sees it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use handlers_core::{Error, HandlerBase, Result, contain, enter_handler};
use parking_lot::{Mutex, MutexGuard};

use super::batch::Batch;
use super::buffer::Buffer;
use super::connection::{Attempt, Connection};
use super::counters::{Counts, LinkCounters};
use super::held::Unsent;
use super::outcome::{Loss, Outcome};
use super::queued::{Emptied, PER_RECORD};
use super::settings::LinkSettings;
use super::worker::Worker;
use crate::backlog::{Backlog, Queue};
use crate::backoff::Backoff;

/// The one peer of a handler: its connection, its backlog and its counters.
///
/// [`send`](Self::send) takes no longer than the timeout, whatever the peer and other threads do.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(super) base: HandlerBase,
    name: String,
    /// In nanoseconds.
    timeout: AtomicU64,
    pub(super) link: Mutex<Link>,
    /// What is held back, if anything is.
    pub(super) buffer: Option<Buffer>,
    pub(super) queue: Option<Queue>,
    /// Whether what is queued outlives the process.
    is_durable: bool,
    worker: Option<Worker>,
    /// Whether the thread sends what is queued.
    pub(super) works_off: bool,
    pub(super) counts: Counts,
    /// For the thread, which must not keep the peer alive.
    me: Weak<Self>,
}

#[derive(Debug)]
pub(super) struct Link {
    pub(super) connection: Connection,
    /// The frame of the backlog that is being sent.
    pub(super) frame: Vec<u8>,
    /// The frames that were held back and are being sent.
    pub(super) batch: Batch,
    /// Why the peer has refused a frame of the backlog, which nobody has been told yet.
    pub(super) refused: Option<Loss>,
}

impl Peer {
    /// Makes a peer. Nothing is connected; a spool is opened.
    ///
    /// # Errors
    ///
    /// The spool cannot be opened.
    pub(crate) fn new(base: HandlerBase, settings: &LinkSettings) -> Result<Arc<Self>> {
        let backlog = settings.backlog.as_ref();
        let queue = backlog.map(Backlog::open).transpose()?;
        let works_off = backlog.is_some_and(Backlog::has_background);
        let buffer = Buffer::new(settings.buffer);
        let has_interval = buffer.as_ref().is_some_and(|buffer| buffer.interval().is_some());
        let connection = Connection::new(settings);
        let peer = Arc::new_cyclic(|me| Self {
            base,
            name: settings.connector.peer(),
            timeout: AtomicU64::new(nanos(settings.timeout)),
            link: Mutex::new(Link {
                connection,
                frame: Vec::new(),
                batch: Batch::default(),
                refused: None,
            }),
            buffer,
            queue,
            is_durable: backlog.is_some_and(Backlog::is_durable),
            worker: (works_off || has_interval).then(Worker::default),
            works_off,
            counts: Counts::default(),
            me: Weak::clone(me),
        });
        if peer.queue.as_ref().is_some_and(|queue| !queue.is_empty()) {
            peer.wake_worker();
        }
        Ok(peer)
    }

    pub(crate) fn base(&self) -> &HandlerBase {
        &self.base
    }

    /// The peer as errors name it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Sends one frame, after those that are queued, or queues it.
    pub(crate) fn send(&self, frame: &[u8]) -> Outcome {
        let deadline = self.deadline();
        let Some(mut link) = self.link.try_lock_until(deadline) else {
            return self.keep(frame, Loss::Busy);
        };
        if let Err(loss) = self.send_queued_before(&mut link, PER_RECORD, deadline) {
            return self.keep(frame, loss);
        }
        match link.connection.send(frame, deadline, Attempt::WhenDue, &self.counts) {
            Ok(()) => {
                self.counts.count_sent(1);
                link.refused.take().map_or(Outcome::Sent, Outcome::Lost)
            }
            // Still under the lock, so that no later frame of this thread gets ahead.
            Err(loss) => self.keep(frame, loss),
        }
    }

    /// Connects now if there is no connection, whatever the back-off says; as a constructor does.
    ///
    /// # Errors
    ///
    /// What kept it from connecting.
    pub(crate) fn connect(&self) -> Result<()> {
        let deadline = self.deadline();
        let opened = match self.link.try_lock_until(deadline) {
            Some(mut link) => {
                link.connection.open(deadline, Attempt::Now, &self.counts).map(|_| ())
            }
            None => Err(Loss::Busy),
        };
        opened.map_err(Loss::into_error)
    }

    /// Closes the connection. Says whether there was one.
    pub(crate) fn disconnect(&self) -> bool {
        let Some(mut link) = self.link.try_lock_until(self.deadline()) else { return false };
        let was_open = link.connection.is_open();
        link.connection.close();
        was_open
    }

    /// Whether there is a connection, as far as is known.
    pub(crate) fn is_connected(&self) -> bool {
        self.lock().connection.is_open()
    }

    /// Sends what is queued and what is held back, within the timeout and whatever the back-off
    /// says.
    ///
    /// # Errors
    ///
    /// Not all could be sent. The rest is queued still, or lost if there is no backlog. A spool keeps
    /// what flushing promises by itself, so it is no error of a spool that the peer is away.
    pub(crate) fn flush(&self) -> Result<()> {
        let (emptied, held) = if self.waiting() > 0 { self.send_all() } else { NOTHING_TO_SEND };
        if let Some(error) = self.held_error(held).or_else(|| self.refused_error()) {
            return Err(error);
        }
        match emptied {
            Emptied::Stuck(Loss::Spool(error)) => Err(error),
            Emptied::Stuck(loss) if self.pending() > 0 => Err(loss
                .into_error()
                .context(format!("send the {} records that are queued", self.waiting()))),
            _ => Ok(()),
        }
    }

    /// What flushing says of what the peer has refused.
    fn refused_error(&self) -> Option<Error> {
        let refused = self.link.try_lock_until(self.deadline())?.refused.take()?;
        self.base.count_dropped(1);
        Some(refused.into_error())
    }

    fn send_all(&self) -> (Emptied, Result<(), Unsent>) {
        let deadline = self.deadline();
        let Some(mut link) = self.link.try_lock_until(deadline) else {
            return (Emptied::Stuck(Loss::Busy), Ok(()));
        };
        let emptied = self.send_queued(&mut link, deadline, u64::MAX, Attempt::Now);
        match self.send_held_after(&emptied, &mut link, deadline) {
            // All of it is queued now.
            Err(Unsent { lost: 0, loss }) => (emptied.or_stuck(loss), Ok(())),
            held => (emptied, held),
        }
    }

    /// Sends what waits, as [`flush`](Self::flush) does, and closes everything. What is left in
    /// memory is dropped and counted.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Self::flush).
    pub(crate) fn close(&self) -> Result<()> {
        let flushed = self.flush();
        // Whoever has the lock lets it go within its own timeout.
        let mut link = self.lock();
        link.connection.close();
        self.give_up_held(&mut link);
        // The thread needs the lock for whatever it does.
        self.stop_worker();
        let lost = self.queue.as_ref().map_or(0, Queue::close);
        drop(link);
        self.drop_silently(lost);
        flushed
    }

    /// What a handler does when it is dropped: sends what still waits, if it can.
    pub(crate) fn finish(&self) {
        if self.waiting() > 0 {
            let _inside = enter_handler();
            // Nobody is left to be told.
            let _ = contain("close a handler", || self.close());
        }
    }

    pub(crate) fn counters(&self) -> LinkCounters {
        self.counts.read(self.waiting())
    }

    /// How many frames are queued or held back.
    fn waiting(&self) -> u64 {
        self.queued() + self.held()
    }

    /// How many frames are held back.
    fn held(&self) -> u64 {
        self.buffer.as_ref().map_or(0, Buffer::len)
    }

    /// How many frames wait.
    pub(crate) fn queued(&self) -> u64 {
        self.queue.as_ref().map_or(0, Queue::len)
    }

    /// How many frames wait that would be lost with the process.
    pub(crate) fn pending(&self) -> u64 {
        self.held() + if self.is_durable { 0 } else { self.queued() }
    }

    /// How long a call may take.
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_nanos(self.timeout.load(Ordering::Relaxed))
    }

    pub(crate) fn set_timeout(&self, timeout: Duration) {
        self.timeout.store(nanos(timeout), Ordering::Relaxed);
    }

    pub(crate) fn backoff(&self) -> Backoff {
        self.lock().connection.backoff
    }

    pub(crate) fn set_backoff(&self, backoff: Backoff) {
        self.lock().connection.backoff = backoff;
    }

    /// `retryTime` and `retryPeriod`, in seconds.
    pub(crate) fn retry(&self) -> (Option<f64>, Option<f64>) {
        let link = self.lock();
        (link.connection.retry.time(), link.connection.retry.period())
    }

    /// What the thread does each time: sends what is due. Says how long it is until it can be of use
    /// again, nothing if there is no more to do.
    pub(super) fn work(&self) -> Option<Duration> {
        let held = self.send_late();
        let queued = if self.is_to_work_off() { self.work_off() } else { None };
        held.into_iter().chain(queued).min()
    }

    /// Whether the thread has something queued to send.
    pub(super) fn is_to_work_off(&self) -> bool {
        self.works_off && self.queued() > 0
    }

    pub(super) fn drop_silently(&self, frames: u64) {
        if frames > 0 {
            self.counts.count_dropped(frames);
            self.base.count_dropped(frames);
        }
    }

    pub(super) fn wake_worker(&self) {
        if let Some(worker) = &self.worker {
            worker.wake(&self.me);
        }
    }

    pub(super) fn rouse_worker(&self) {
        if let Some(worker) = &self.worker {
            worker.rouse(&self.me);
        }
    }

    fn stop_worker(&self) {
        if let Some(worker) = &self.worker {
            worker.stop();
        }
    }

    pub(super) fn deadline(&self) -> Instant {
        let now = Instant::now();
        now.checked_add(self.timeout()).unwrap_or_else(|| now + FOR_EVER)
    }

    fn lock(&self) -> MutexGuard<'_, Link> {
        self.link.lock()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stop_worker();
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

const NOTHING_TO_SEND: (Emptied, Result<(), Unsent>) = (Emptied::Wholly, Ok(()));

/// A year, for timeouts that no clock can reach.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);
