//! One connection, or its absence, with back-off.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use handlers_core::{Clock, Error};

use super::batch::Batch;
use super::counters::Counts;
use super::outcome::Loss;
use super::settings::LinkSettings;
use crate::backoff::{Backoff, Retry};
use crate::owner::Owner;
use crate::transport::{Connect, Refusal, Transport};

/// The connection to a peer, made when it is needed and due.
#[derive(Debug)]
pub(super) struct Connection {
    connector: Arc<dyn Connect>,
    clock: Arc<dyn Clock>,
    pub(super) backoff: Backoff,
    pub(super) retry: Retry,
    resend: bool,
    /// Whether a frame that the peer refuses for now is sent again later.
    retries: bool,
    transport: Option<Box<dyn Transport>>,
    /// What the back-off was before the connection was made, until the peer has confirmed a frame.
    doubt: Option<Retry>,
    /// The process that made the connection.
    owner: Owner,
}

/// When a connection may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    /// Whatever the back-off says.
    Now,
    /// When it is due (NET-5).
    WhenDue,
}

impl Connection {
    pub(super) fn new(settings: &LinkSettings) -> Self {
        Self {
            connector: Arc::clone(&settings.connector),
            clock: Arc::clone(&settings.clock),
            backoff: settings.backoff,
            retry: Retry::default(),
            resend: settings.resend,
            retries: settings.backlog.is_some(),
            transport: None,
            doubt: None,
            owner: Owner::here(),
        }
    }

    /// Sends one frame, over a new connection if there is none.
    ///
    /// A connection that the peer has closed is replaced before anything is sent. A peer that was
    /// restarted therefore costs no record but those that it had not read: CPython sends one more
    /// into the connection that is gone, and cannot know (cpython#84532).
    ///
    /// A stream that fails is closed and the frame is lost (NET-11), since a part of it may have been
    /// sent, which must not be continued on another connection; the next frame connects at once
    /// (NET-13).
    pub(super) fn send(
        &mut self,
        frame: &[u8],
        deadline: Instant,
        attempt: Attempt,
        counts: &Counts,
    ) -> Result<(), Loss> {
        self.send_by(|transport| transport.send(frame, deadline), deadline, attempt, counts)
    }

    /// Sends all frames of `batch`, as [`send`](Self::send) does with one. Those that were sent are
    /// not in it any more.
    pub(super) fn send_batch(
        &mut self,
        batch: &mut Batch,
        deadline: Instant,
        attempt: Attempt,
        counts: &Counts,
    ) -> Result<(), Loss> {
        self.send_by(|transport| batch.send(transport, deadline), deadline, attempt, counts)
    }

    fn send_by(
        &mut self,
        mut send: impl FnMut(&mut dyn Transport) -> io::Result<()>,
        deadline: Instant,
        attempt: Attempt,
        counts: &Counts,
    ) -> Result<(), Loss> {
        let broken = match send(self.open(deadline, attempt, counts)?) {
            Ok(()) => {
                self.doubt = None;
                return Ok(());
            }
            Err(error) => error,
        };
        if let Some(refusal) = Refusal::of(&broken) {
            self.refused(refusal.is_final);
            return Err(self.broken(broken));
        }
        let is_final = !self.resend || is_too_long(&broken) || is_timeout(&broken);
        self.close_after(is_final);
        if is_final {
            return Err(self.broken(broken));
        }
        match send(self.open(deadline, Attempt::Now, counts)?) {
            Ok(()) => Ok(()),
            Err(error) => {
                self.close_after(true);
                Err(self.broken(error))
            }
        }
    }

    /// The connection, made now if there is none and an attempt may be made.
    pub(super) fn open(
        &mut self,
        deadline: Instant,
        attempt: Attempt,
        counts: &Counts,
    ) -> Result<&mut dyn Transport, Loss> {
        self.leave_to_parent();
        self.forget_if_closed();
        let transport = match self.transport.take() {
            Some(transport) => transport,
            None => self.connect(deadline, attempt, counts)?,
        };
        Ok(&mut **self.transport.insert(transport))
    }

    /// Closes and forgets the connection, if there is one.
    pub(super) fn close(&mut self) {
        self.leave_to_parent();
        self.transport = None;
    }

    pub(super) fn is_open(&self) -> bool {
        self.transport.is_some()
    }

    /// How long it is until an attempt is due; nothing, if there is a connection.
    pub(super) fn wait(&self) -> Duration {
        if self.is_open() {
            return Duration::ZERO;
        }
        self.retry.wait(self.clock.now(), Instant::now())
    }

    fn connect(
        &mut self,
        deadline: Instant,
        attempt: Attempt,
        counts: &Counts,
    ) -> Result<Box<dyn Transport>, Loss> {
        if attempt == Attempt::WhenDue && !self.retry.is_due(self.clock.now(), Instant::now()) {
            return Err(Loss::Waiting);
        }
        match self.connector.connect(deadline) {
            Ok(transport) => {
                self.doubt = transport.is_confirmed().then_some(self.retry);
                self.retry.succeeded();
                counts.count_connect();
                Ok(transport)
            }
            Err(error) => {
                self.back_off();
                Err(Loss::Unreachable(error))
            }
        }
    }

    /// The peer did not want a frame, and is well otherwise. What it may take later is tried when the
    /// back-off says so, if it is kept.
    fn refused(&mut self, is_final: bool) {
        if !is_final && self.retries {
            self.transport = None;
            self.fall_back();
            self.back_off();
        } else {
            self.doubt = None;
        }
    }

    /// Says of the last connection that it was no success after all.
    fn fall_back(&mut self) -> bool {
        let before = self.doubt.take();
        self.retry = before.unwrap_or(self.retry);
        before.is_some()
    }

    fn back_off(&mut self) {
        // The clock is read now: the wait counts from the end of the attempt.
        self.retry.failed(&self.backoff, self.clock.now(), Instant::now());
    }

    /// In the child of a fork: the connection is the parent's, whose frames would mix with ours.
    fn leave_to_parent(&mut self) {
        if self.owner.has_changed()
            && let Some(mut transport) = self.transport.take()
        {
            transport.leave();
        }
    }

    /// Looks before each frame or batch, though it costs a system call. The end of a connection may
    /// come between any two frames, and the system takes the first one after it as if nothing had
    /// happened; only the second one fails. To look less often would lose both.
    fn forget_if_closed(&mut self) {
        let stream = self.transport.as_mut().filter(|transport| !transport.is_datagram());
        if stream.is_some_and(|stream| stream.is_closed()) {
            self.transport = None;
        }
    }

    /// Closes a stream that has failed. A socket for datagrams is kept if nothing more is tried
    /// (NET-39): what failed left nothing behind.
    fn close_after(&mut self, is_final: bool) {
        let is_datagram = self.transport.as_ref().is_some_and(|transport| transport.is_datagram());
        if !(is_final && is_datagram) {
            self.transport = None;
        }
        // One that nothing came through was made in vain.
        if self.fall_back() {
            self.back_off();
        }
    }

    #[cold]
    fn broken(&self, error: io::Error) -> Loss {
        Loss::Broken(Error::io(format!("send to {}", self.connector.peer()), error))
    }
}

/// Whether no peer would ever take the frame: a datagram beyond what the system sends, or what this
/// peer has refused for good.
pub(super) fn is_hopeless(error: &io::Error) -> bool {
    is_too_long(error) || Refusal::of(error).is_some_and(|refusal| refusal.is_final)
}

/// Whether a datagram is beyond what the system sends.
fn is_too_long(error: &io::Error) -> bool {
    error.raw_os_error() == Some(TOO_LONG)
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
}

/// `EMSGSIZE`.
#[cfg(unix)]
const TOO_LONG: i32 = rustix::io::Errno::MSGSIZE.raw_os_error();

/// `WSAEMSGSIZE`.
#[cfg(not(unix))]
const TOO_LONG: i32 = 10040;
