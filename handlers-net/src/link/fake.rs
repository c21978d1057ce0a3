//! A peer that does what a test says.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use handlers_core::{Error, ErrorKind, ManualClock, Result, Timestamp};
use parking_lot::{Condvar, Mutex, MutexGuard};

use crate::transport::{Connect, Transport};

/// The peer. Clones are the same one.
#[derive(Debug, Clone)]
pub(super) struct Fake {
    shared: Arc<(Mutex<State>, Condvar)>,
    pub(super) clock: ManualClock,
}

#[expect(clippy::struct_excessive_bools, reason = "each test sets the one that it is about")]
#[derive(Debug)]
pub(super) struct State {
    pub(super) is_up: bool,
    pub(super) is_datagram: bool,
    /// Whether it says that it has a frame.
    pub(super) is_confirmed: bool,
    /// Whether an attempt that fails is no fault of the network.
    pub(super) fails_oddly: bool,
    /// How long an attempt takes by the clock.
    pub(super) attempt_takes: Duration,
    /// Whether the peer has closed the connection that there is.
    pub(super) has_closed: bool,
    /// What the next sends give, if not a success.
    pub(super) failures: VecDeque<io::Error>,
    /// After how many whole frames the next batches fail, and how.
    pub(super) cuts: VecDeque<(usize, io::Error)>,
    /// How many frames each batch had that was sent.
    pub(super) batches: Vec<usize>,
    /// Whether a send waits until this is false.
    pub(super) is_stalled: bool,
    pub(super) attempts: u32,
    pub(super) received: Vec<String>,
}

impl Fake {
    pub(super) fn new() -> Self {
        let state = State {
            is_up: true,
            is_datagram: false,
            is_confirmed: false,
            fails_oddly: false,
            attempt_takes: Duration::ZERO,
            has_closed: false,
            failures: VecDeque::new(),
            cuts: VecDeque::new(),
            batches: Vec::new(),
            is_stalled: false,
            attempts: 0,
            received: Vec::new(),
        };
        let clock = ManualClock::new(Timestamp::from_seconds(1e9));
        Self { shared: Arc::new((Mutex::new(state), Condvar::new())), clock }
    }

    pub(super) fn down() -> Self {
        let fake = Self::new();
        fake.state().is_up = false;
        fake
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.shared.1.notify_all();
        self.shared.0.lock()
    }

    pub(super) fn received(&self) -> Vec<String> {
        self.state().received.clone()
    }

    pub(super) fn attempts(&self) -> u32 {
        self.state().attempts
    }

    /// Waits until the state is as a test wants it.
    pub(super) fn wait_until(&self, condition: impl Fn(&State) -> bool) {
        let (state, changed) = &*self.shared;
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut state = state.lock();
        while !condition(&state) {
            assert!(Instant::now() < deadline, "{state:?}");
            changed.wait_for(&mut state, Duration::from_millis(10));
        }
    }

    fn changed(&self) {
        self.shared.1.notify_all();
    }
}

impl Connect for Fake {
    fn connect(&self, _deadline: Instant) -> Result<Box<dyn Transport>> {
        let mut state = self.state();
        state.attempts += 1;
        self.clock.advance(state.attempt_takes);
        self.changed();
        if state.fails_oddly {
            return Err(Error::new(ErrorKind::Value, "the certificate is no certificate"));
        }
        if !state.is_up {
            return Err(Error::io("connect to fake", io::ErrorKind::ConnectionRefused.into()));
        }
        state.has_closed = false;
        Ok(Box::new(self.clone()))
    }

    fn peer(&self) -> String {
        "fake".to_owned()
    }
}

impl Transport for Fake {
    fn send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        let (state, changed) = &*self.shared;
        let mut state = state.lock();
        while state.is_stalled {
            if Instant::now() >= deadline {
                return Err(io::ErrorKind::TimedOut.into());
            }
            // A test changes the state after it has woken those who wait.
            changed.wait_for(&mut state, Duration::from_millis(1));
        }
        if let Some(error) = state.failures.pop_front() {
            return Err(error);
        }
        state.received.push(String::from_utf8_lossy(bytes).into_owned());
        self.changed();
        Ok(())
    }

    fn send_frames(
        &mut self,
        bytes: &[u8],
        ends: &[usize],
        deadline: Instant,
    ) -> (usize, io::Result<()>) {
        let (whole, cut) = match self.state().cuts.pop_front() {
            Some((whole, error)) => (whole.min(ends.len() - 1), Err(error)),
            None => (ends.len(), Ok(())),
        };
        let mut start = 0;
        for (sent, end) in ends.iter().enumerate().take(whole) {
            if let Err(error) = self.send(&bytes[start..*end], deadline) {
                return (sent, Err(error));
            }
            start = *end;
        }
        self.state().batches.push(whole);
        (whole, cut)
    }

    fn is_closed(&mut self) -> bool {
        let state = self.state();
        state.has_closed || !state.is_up
    }

    fn is_confirmed(&self) -> bool {
        self.state().is_confirmed
    }

    fn is_datagram(&self) -> bool {
        self.state().is_datagram
    }
}
