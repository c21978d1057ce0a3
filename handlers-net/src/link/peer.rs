//! A peer as a handler sees it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use handlers_core::{HandlerBase, Result, contain, enter_handler};
use parking_lot::{Mutex, MutexGuard};

use super::connection::{Attempt, Connection, is_too_long};
use super::counters::{Counts, LinkCounters};
use super::outcome::{Loss, Outcome};
use super::settings::LinkSettings;
use super::worker::Worker;
use crate::backlog::{Backlog, Queue};
use crate::backoff::Backoff;

/// The one peer of a handler: its connection, its backlog and its counters.
///
/// [`send`](Self::send) takes no longer than the timeout, whatever the peer and other threads do.
#[derive(Debug)]
pub(crate) struct Peer {
    base: HandlerBase,
    name: String,
    /// In nanoseconds.
    timeout: AtomicU64,
    link: Mutex<Link>,
    queue: Option<Queue>,
    /// Whether what is queued outlives the process.
    is_durable: bool,
    worker: Option<Worker>,
    counts: Counts,
    /// For the thread, which must not keep the peer alive.
    me: Weak<Self>,
}

#[derive(Debug)]
struct Link {
    connection: Connection,
    /// The frame of the backlog that is being sent.
    frame: Vec<u8>,
}

/// How sending what is queued has ended.
#[derive(Debug)]
enum Emptied {
    /// Nothing is queued any more.
    Wholly,
    /// There may be more, but this call has done its share.
    Partly,
    /// A frame could not be sent, which waits on.
    Stuck(Loss),
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
        let peer = Arc::new_cyclic(|me| Self {
            base,
            name: settings.connector.peer(),
            timeout: AtomicU64::new(nanos(settings.timeout)),
            link: Mutex::new(Link { connection: Connection::new(settings), frame: Vec::new() }),
            queue,
            is_durable: backlog.is_some_and(Backlog::is_durable),
            worker: backlog.is_some_and(Backlog::has_background).then(Worker::default),
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
        if let Err(loss) = self.send_queued_before(&mut link, deadline) {
            return self.keep(frame, loss);
        }
        match link.connection.send(frame, deadline, Attempt::WhenDue, &self.counts) {
            Ok(()) => {
                self.counts.count_sent();
                Outcome::Sent
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

    /// Sends what is queued, within the timeout and whatever the back-off says.
    ///
    /// # Errors
    ///
    /// Not all could be sent. The rest is queued still. A spool keeps what flushing promises by
    /// itself, so it is no error of a spool that the peer is away.
    pub(crate) fn flush(&self) -> Result<()> {
        let Some(queue) = self.queue.as_ref().filter(|queue| !queue.is_empty()) else {
            return Ok(());
        };
        let deadline = self.deadline();
        let emptied = match self.link.try_lock_until(deadline) {
            Some(mut link) => self.send_queued(&mut link, deadline, u64::MAX, Attempt::Now),
            None => Emptied::Stuck(Loss::Busy),
        };
        match emptied {
            Emptied::Stuck(Loss::Spool(error)) => Err(error),
            Emptied::Stuck(loss) if !self.is_durable => Err(loss
                .into_error()
                .context(format!("send the {} records that are queued", queue.len()))),
            _ => Ok(()),
        }
    }

    /// Sends what is queued, as [`flush`](Self::flush) does, and closes everything. What is left in
    /// memory is dropped and counted.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Self::flush).
    pub(crate) fn close(&self) -> Result<()> {
        let flushed = self.flush();
        if let Some(worker) = &self.worker {
            worker.stop();
        }
        // Whoever has the lock lets it go within its own timeout.
        let mut link = self.lock();
        link.connection.close();
        let lost = self.queue.as_ref().map_or(0, Queue::close);
        drop(link);
        self.drop_silently(lost);
        flushed
    }

    /// What a handler does when it is dropped: sends what is still queued, if it can.
    pub(crate) fn finish(&self) {
        if self.queued() > 0 {
            let _inside = enter_handler();
            // Nobody is left to be told.
            let _ = contain("close a handler", || self.close());
        }
    }

    pub(crate) fn counters(&self) -> LinkCounters {
        self.counts.read(self.queued())
    }

    /// How many frames wait.
    pub(crate) fn queued(&self) -> u64 {
        self.queue.as_ref().map_or(0, Queue::len)
    }

    /// How many frames wait that would be lost with the process.
    pub(crate) fn pending(&self) -> u64 {
        if self.is_durable { 0 } else { self.queued() }
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

    /// What the thread does each time: sends what is queued, if that is due. Says how long it is
    /// until it can be of use again, nothing if there is no more to do.
    pub(super) fn work(&self) -> Option<Duration> {
        let queue = self.queue.as_ref().filter(|queue| !queue.is_empty())?;
        let deadline = self.deadline();
        let Some(mut link) = self.link.try_lock_until(deadline) else { return Some(PAUSE) };
        let wait = link.connection.wait();
        if wait > Duration::ZERO {
            return Some(wait);
        }
        let emptied = self.send_queued(&mut link, deadline, PER_TURN, Attempt::WhenDue);
        let after_failure = link.connection.wait().max(PAUSE);
        drop(link);
        match emptied {
            Emptied::Wholly => None,
            // Other threads may want the lock.
            Emptied::Partly => Some(Duration::ZERO),
            Emptied::Stuck(_) if queue.is_empty() => None,
            Emptied::Stuck(_) => Some(after_failure),
        }
    }

    /// Sends some of what is queued, so that a new frame may follow; an error if it may not.
    fn send_queued_before(&self, link: &mut Link, deadline: Instant) -> Result<(), Loss> {
        if self.queued() == 0 {
            return Ok(());
        }
        match self.send_queued(link, deadline, PER_RECORD, Attempt::WhenDue) {
            Emptied::Wholly => Ok(()),
            Emptied::Partly => Err(Loss::Waiting),
            Emptied::Stuck(loss) => Err(loss),
        }
    }

    /// Sends up to `most` of the frames that are queued, in their order.
    fn send_queued(
        &self,
        link: &mut Link,
        deadline: Instant,
        most: u64,
        attempt: Attempt,
    ) -> Emptied {
        let Some(queue) = &self.queue else { return Emptied::Wholly };
        let mut frame = std::mem::take(&mut link.frame);
        let emptied = (0..most)
            .find_map(|_| self.send_first(queue, link, &mut frame, deadline, attempt))
            .unwrap_or(Emptied::Partly);
        self.drop_silently(queue.take_damaged());
        if frame.capacity() <= LARGEST_KEPT {
            link.frame = frame;
        }
        emptied
    }

    /// Sends the first frame that is queued; nothing, if that was done and there may be more.
    fn send_first(
        &self,
        queue: &Queue,
        link: &mut Link,
        frame: &mut Vec<u8>,
        deadline: Instant,
        attempt: Attempt,
    ) -> Option<Emptied> {
        match queue.take(frame) {
            Ok(true) => {}
            Ok(false) => return Some(Emptied::Wholly),
            Err(error) => return Some(Emptied::Stuck(Loss::Spool(error))),
        }
        match link.connection.send(frame, deadline, attempt, &self.counts) {
            Ok(()) => self.counts.count_sent(),
            Err(loss) if is_hopeless(&loss) => self.drop_silently(1),
            Err(loss) => {
                queue.put_back();
                return Some(Emptied::Stuck(loss));
            }
        }
        queue.pop().err().map(|error| Emptied::Stuck(Loss::Spool(error)))
    }

    /// Queues a frame that was not sent; without a backlog it is lost.
    #[cold]
    fn keep(&self, frame: &[u8], loss: Loss) -> Outcome {
        let Some(queue) = self.queue.as_ref().filter(|_| !is_hopeless(&loss)) else {
            self.counts.count_dropped(1);
            return Outcome::Lost(loss);
        };
        match queue.push(frame) {
            Ok(pushed) => {
                self.drop_silently(pushed.dropped);
                self.wake_worker();
                if pushed.kept { Outcome::Queued } else { Outcome::Overflowed }
            }
            Err(error) => {
                self.counts.count_dropped(1);
                Outcome::Lost(Loss::Spool(error))
            }
        }
    }

    fn drop_silently(&self, frames: u64) {
        if frames > 0 {
            self.counts.count_dropped(frames);
            self.base.count_dropped(frames);
        }
    }

    fn wake_worker(&self) {
        if let Some(worker) = &self.worker {
            worker.wake(&self.me);
        }
    }

    fn deadline(&self) -> Instant {
        let now = Instant::now();
        now.checked_add(self.timeout()).unwrap_or_else(|| now + FOR_EVER)
    }

    fn lock(&self) -> MutexGuard<'_, Link> {
        self.link.lock()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(worker) = &self.worker {
            worker.stop();
        }
    }
}

/// Whether the frame would be lost however often it was tried.
fn is_hopeless(loss: &Loss) -> bool {
    let Loss::Broken(error) = loss else { return false };
    let source = std::error::Error::source(error);
    source.and_then(|source| source.downcast_ref()).is_some_and(is_too_long)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// How many queued frames a record takes along: to catch up is not the work of one logging call.
const PER_RECORD: u64 = 64;

/// How many frames the thread sends before it lets others have the lock.
const PER_TURN: u64 = 256;

/// How long the thread leaves a peer alone that connects and then fails.
const PAUSE: Duration = Duration::from_millis(100);

/// A year, for timeouts that no clock can reach.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// One enormous frame must not cost that memory for ever.
const LARGEST_KEPT: usize = 64 * 1024;
