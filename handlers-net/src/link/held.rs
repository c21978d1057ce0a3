//! Frames are held back and sent together.
//!
//! There are two locks. Threads that log take that of the [`Buffer`] and leave
//! their frames there; who finds that there are enough takes the lock of the link, then the frames
//! out of the buffer, and sends them. So a peer that is slow keeps nobody waiting until as much again
//! is held back, and frames leave in the order in which they came: what is in the buffer is behind
//! what is being sent, which is behind what is queued.

use std::time::{Duration, Instant};

use handlers_core::{Error, Level};

use super::batch::Batch;
use super::buffer::{Buffer, Pushed, Room};
use super::connection::Attempt;
use super::outcome::{Loss, Outcome};
use super::peer::{Link, Peer};
use super::queued::{Emptied, PER_RECORD, is_hopeless};

/// Frames that were not sent, and why.
#[derive(Debug)]
pub(super) struct Unsent {
    /// How many of them are lost, which has been counted here but not in the base. The others are
    /// queued.
    pub(super) lost: u64,
    pub(super) loss: Loss,
}

impl Peer {
    /// Sends one frame, as [`send`](Self::send) does, or holds it back to be sent with others.
    ///
    /// A frame that is lost may be another one than this: each is told of once.
    #[inline]
    pub(crate) fn submit(&self, frame: &[u8], level: Level) -> Outcome {
        let Some(buffer) = &self.buffer else { return self.send(frame) };
        let urgent = buffer.is_urgent(level);
        match buffer.push(frame, urgent, Room::Usual) {
            Pushed::Held => Outcome::Held,
            pushed => self.submitted(buffer, frame, urgent, pushed),
        }
    }

    fn submitted(&self, buffer: &Buffer, frame: &[u8], urgent: bool, pushed: Pushed) -> Outcome {
        if pushed == Pushed::First {
            self.rouse_worker();
            return Outcome::Held;
        }
        let deadline = self.deadline();
        let mut sent = self.send_held_for_record(deadline);
        if pushed == Pushed::Refused {
            match buffer.push(frame, urgent, Room::Utmost) {
                Pushed::Refused => {
                    self.counts.count_dropped(1);
                    self.tell_nobody(sent.err());
                    return Outcome::Lost(Loss::Busy);
                }
                Pushed::Due => {
                    self.tell_nobody(sent.err());
                    sent = self.send_held_for_record(deadline);
                }
                Pushed::First => self.rouse_worker(),
                Pushed::Held => {}
            }
        }
        match sent {
            Err(Unsent { lost, loss }) if lost > 0 => {
                // The record at hand stands for one of them.
                self.base.count_dropped(lost - 1);
                Outcome::Lost(loss)
            }
            Err(_) => Outcome::Queued,
            Ok(()) => buffer.take_trouble().map_or(Outcome::Held, Outcome::Lost),
        }
    }

    /// Sends what is held back, on the time of a logging call. If other threads send until the
    /// deadline, it waits on.
    fn send_held_for_record(&self, deadline: Instant) -> Result<(), Unsent> {
        let Some(mut link) = self.link.try_lock_until(deadline) else { return Ok(()) };
        self.take_held(&mut link);
        let most = PER_RECORD.saturating_mul(link.batch.len());
        let before = self.send_queued_before(&mut link, most, deadline);
        self.send_taken(&mut link, before, deadline, Attempt::WhenDue)
    }

    /// Sends what is held back, now that `emptied` tells what became of what is queued.
    pub(super) fn send_held_after(
        &self,
        emptied: &Emptied,
        link: &mut Link,
        deadline: Instant,
    ) -> Result<(), Unsent> {
        self.take_held(link);
        let before = match emptied {
            Emptied::Wholly => Ok(()),
            Emptied::Partly | Emptied::Stuck(_) => Err(Loss::Waiting),
        };
        self.send_taken(link, before, deadline, Attempt::Now)
    }

    /// What the thread does: sends what was held back long enough. Says how long it is until there
    /// is more to do, if anything is held back.
    pub(super) fn send_late(&self) -> Option<Duration> {
        let buffer = self.buffer.as_ref()?;
        let wait = buffer.wait()?;
        if wait > Duration::ZERO {
            return Some(wait);
        }
        let sent = self.send_held_for_record(self.deadline());
        self.tell_nobody(sent.err());
        // Others may be sending for longer than a call may take.
        buffer.wait().map(|wait| wait.max(Duration::from_millis(1)))
    }

    /// Whether the thread has to wait for further frames.
    pub(super) fn has_interval(&self) -> bool {
        self.buffer.as_ref().is_some_and(|buffer| buffer.interval().is_some())
    }

    /// Queues what is held back, or counts it as dropped.
    pub(super) fn give_up_held(&self, link: &mut Link) {
        self.take_held(link);
        let sent = self.send_taken(link, Err(Loss::Busy), Instant::now(), Attempt::WhenDue);
        let lost = sent.err().map_or(0, |unsent| unsent.lost);
        self.base.count_dropped(lost);
    }

    /// Takes what is held back out of the buffer, to be sent.
    fn take_held(&self, link: &mut Link) {
        let Some(buffer) = &self.buffer else { return };
        // A transport that panicked has left them. Who knows which of them it has sent?
        let left = link.batch.len();
        link.batch.clear();
        self.drop_silently(left);
        buffer.settle(left);
        buffer.take(&mut link.batch);
    }

    /// Sends what was taken out of the buffer, if all went well `before`, and keeps what can be.
    fn send_taken(
        &self,
        link: &mut Link,
        before: Result<(), Loss>,
        deadline: Instant,
        attempt: Attempt,
    ) -> Result<(), Unsent> {
        let Some(buffer) = &self.buffer else { return Ok(()) };
        if link.batch.is_empty() {
            return Ok(());
        }
        let taken = link.batch.len();
        let sent = match before {
            Ok(()) => self.send_batch(link, deadline, attempt),
            Err(loss) => Err(self.keep_all(&link.batch, loss)),
        };
        buffer.settle(taken);
        link.batch.clear();
        link.batch.shrink_to(buffer.keeps());
        sent
    }

    /// Sends a batch as if its frames were sent one after the other: without a backlog a frame that
    /// broke the connection is lost, and the next one goes over another.
    fn send_batch(
        &self,
        link: &mut Link,
        deadline: Instant,
        attempt: Attempt,
    ) -> Result<(), Unsent> {
        let Link { connection, batch, .. } = link;
        let mut dropped = 0;
        loop {
            let before = batch.len();
            let sent = connection.send_batch(batch, deadline, attempt, &self.counts);
            self.counts.count_sent(before - batch.len());
            let Err(loss) = sent else { return Ok(()) };
            if !self.gives_up(&loss) || batch.len() == 1 || Instant::now() >= deadline {
                let unsent = self.keep_all(batch, loss);
                return Err(Unsent { lost: unsent.lost + dropped, loss: unsent.loss });
            }
            batch.drop_first(1);
            self.counts.count_dropped(1);
            dropped += 1;
        }
    }

    /// Whether the frame that failed is lost, and the others need not be.
    fn gives_up(&self, loss: &Loss) -> bool {
        is_hopeless(loss) || self.queue.is_none() && matches!(loss, Loss::Broken(_))
    }

    /// Queues what was not sent; without a backlog it is lost.
    #[cold]
    fn keep_all(&self, batch: &Batch, loss: Loss) -> Unsent {
        let Some(queue) = &self.queue else {
            self.counts.count_dropped(batch.len());
            return Unsent { lost: batch.len(), loss };
        };
        let mut unsent = Unsent { lost: 0, loss };
        for frame in batch.frames() {
            match queue.push(frame) {
                Ok(pushed) => self.drop_silently(pushed.dropped),
                Err(error) => {
                    self.counts.count_dropped(1);
                    unsent.lost += 1;
                    unsent.loss = Loss::Spool(error);
                }
            }
        }
        self.wake_worker();
        unsent
    }

    /// Counts what was lost when there is no record that an error could be reported with. What is
    /// more than the network's fault is told with the next record.
    fn tell_nobody(&self, unsent: Option<Unsent>) {
        let Some(Unsent { lost, loss }) = unsent.filter(|unsent| unsent.lost > 0) else { return };
        let kept = if loss.is_of_network() { None } else { self.buffer.as_ref() };
        let Some(buffer) = kept else {
            self.base.count_dropped(lost);
            return;
        };
        let older = buffer.keep_trouble(loss);
        self.base.count_dropped(lost - 1 + u64::from(older.is_some()));
    }

    /// What flushing says of what was held back.
    pub(super) fn held_error(&self, held: Result<(), Unsent>) -> Option<Error> {
        let trouble = self.buffer.as_ref().and_then(Buffer::take_trouble);
        self.base.count_dropped(u64::from(trouble.is_some()));
        let lost = held.err().filter(|unsent| unsent.lost > 0).map(|Unsent { lost, loss }| {
            self.base.count_dropped(lost);
            loss.into_error().context(format!("send the {lost} records that were held back"))
        });
        lost.or_else(|| trouble.map(Loss::into_error))
    }
}

#[cfg(test)]
mod tests;
