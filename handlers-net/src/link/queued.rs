//! What is queued is sent before what is new.

use std::time::{Duration, Instant};

use super::connection::{self, Attempt};
use super::outcome::{Loss, Outcome};
use super::peer::{Link, Peer};
use crate::backlog::Queue;
use crate::transport::Refusal;

/// How sending what is queued has ended.
#[derive(Debug)]
pub(super) enum Emptied {
    /// Nothing is queued any more.
    Wholly,
    /// There may be more, but this call has done its share.
    Partly,
    /// A frame could not be sent, which waits on.
    Stuck(Loss),
}

impl Emptied {
    /// What it is after something else could not be sent, which is queued now.
    pub(super) fn or_stuck(self, loss: Loss) -> Self {
        if matches!(self, Self::Stuck(_)) { self } else { Self::Stuck(loss) }
    }
}

impl Peer {
    /// Sends up to `most` of what is queued, so that a new frame may follow; an error if it may not.
    pub(super) fn send_queued_before(
        &self,
        link: &mut Link,
        most: u64,
        deadline: Instant,
    ) -> Result<(), Loss> {
        if self.queued() == 0 {
            return Ok(());
        }
        match self.send_queued(link, deadline, most, Attempt::WhenDue) {
            Emptied::Wholly => Ok(()),
            Emptied::Partly => Err(Loss::Waiting),
            Emptied::Stuck(loss) => Err(loss),
        }
    }

    /// Sends up to `most` of the frames that are queued, in their order.
    pub(super) fn send_queued(
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
            Ok(()) => self.counts.count_sent(1),
            Err(loss) if is_hopeless(&loss) => self.give_up_queued(link, loss),
            Err(loss) => {
                queue.put_back();
                return Some(Emptied::Stuck(loss));
            }
        }
        queue.pop().err().map(|error| Emptied::Stuck(Loss::Spool(error)))
    }

    /// Drops a frame of the backlog that no attempt would bring to the peer. If the peer has refused
    /// it, that is told with the next record, or when somebody flushes.
    #[cold]
    fn give_up_queued(&self, link: &mut Link, loss: Loss) {
        if loss.cause().and_then(Refusal::of).is_none() {
            return self.drop_silently(1);
        }
        self.counts.count_dropped(1);
        let error = loss.into_error().context("send a record that was queued");
        let untold = link.refused.replace(Loss::Broken(error));
        self.base.count_dropped(u64::from(untold.is_some()));
    }

    /// Queues a frame that was not sent; without a backlog it is lost.
    #[cold]
    pub(super) fn keep(&self, frame: &[u8], loss: Loss) -> Outcome {
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

    /// What the thread does with what is queued.
    pub(super) fn work_off(&self) -> Option<Duration> {
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
}

/// Whether the frame would be lost however often it was tried.
pub(super) fn is_hopeless(loss: &Loss) -> bool {
    loss.cause().is_some_and(connection::is_hopeless)
}

/// How many queued frames a record takes along: to catch up is not the work of one logging call.
pub(super) const PER_RECORD: u64 = 64;

/// How many frames the thread sends before it lets others have the lock.
const PER_TURN: u64 = 256;

/// How long the thread leaves a peer alone that connects and then fails.
const PAUSE: Duration = Duration::from_millis(100);

/// One enormous frame must not cost that memory for ever.
const LARGEST_KEPT: usize = 64 * 1024;
