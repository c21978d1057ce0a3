//! Who asks a listener's thread for something, and who answers.
//!
//! No mark goes through the queue for it. Whoever asks makes a note here and wakes the queue; the
//! thread looks here before it takes a record, and again before it waits for one.

use std::time::Instant;

use handlers_core::Result;

use crate::sync::thread::{self, ThreadId};
use crate::sync::{AtomicBool, Condvar, Mutex, MutexGuard, Ordering};

/// What was asked of one thread, and what it has done of that.
#[derive(Debug, Default)]
pub(super) struct Control {
    state: Mutex<State>,
    changed: Condvar,
    /// Whether there may be a request: what the thread reads before each record.
    asked: AtomicBool,
}

#[derive(Debug)]
struct State {
    thread: Option<ThreadId>,
    flushes_asked: u64,
    flushes_done: u64,
    /// What the last flush gave.
    flushed: Result<()>,
    stop: bool,
    /// How many want the thread to hold nothing for a while.
    pauses: u32,
    is_resting: bool,
    ended: bool,
}

/// What the thread is asked to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    /// To bring out what is queued, and to say so to everybody up to this ticket.
    Flush(u64),
    /// To handle what is queued, and to end.
    Stop,
}

/// What became of a flush for somebody who waited.
#[derive(Debug)]
pub(super) enum Waited {
    /// It was done.
    Done(Result<()>),
    /// The thread ended before it came to it.
    Ended,
    /// The time is over.
    TimedOut,
}

impl Control {
    /// Asks for a flush; the ticket is for [`wait_flushed`](Self::wait_flushed).
    pub(super) fn ask_flush(&self) -> u64 {
        let mut state = self.state.lock();
        state.flushes_asked += 1;
        self.announce();
        state.flushes_asked
    }

    /// Asks the thread to end.
    pub(super) fn ask_stop(&self) {
        let mut state = self.state.lock();
        state.stop = true;
        self.announce();
    }

    /// Asks the thread to hold nothing until [`resume`](Self::resume).
    pub(super) fn ask_pause(&self) {
        let mut state = self.state.lock();
        state.pauses += 1;
        self.announce();
    }

    /// Waits until the thread rests, or has ended; false if the time is over before.
    pub(super) fn wait_resting(&self, deadline: Option<Instant>) -> bool {
        let mut state = self.state.lock();
        while !state.is_resting && !state.ended {
            if !self.wait(&mut state, deadline) {
                return false;
            }
        }
        true
    }

    /// Takes back one [`ask_pause`](Self::ask_pause).
    pub(super) fn resume(&self) {
        let mut state = self.state.lock();
        state.pauses = state.pauses.saturating_sub(1);
        self.changed.notify_all();
    }

    /// Waits for a flush that was asked for. One that was asked for later will do: it brings out
    /// more.
    pub(super) fn wait_flushed(&self, ticket: u64, deadline: Option<Instant>) -> Waited {
        let mut state = self.state.lock();
        loop {
            if state.flushes_done >= ticket {
                return Waited::Done(state.flushed.clone());
            }
            if state.ended {
                return Waited::Ended;
            }
            if !self.wait(&mut state, deadline) {
                return Waited::TimedOut;
            }
        }
    }

    /// Waits until the thread is at its end; false if the time is over before.
    pub(super) fn wait_ended(&self, deadline: Option<Instant>) -> bool {
        let mut state = self.state.lock();
        while !state.ended {
            if !self.wait(&mut state, deadline) {
                return false;
            }
        }
        true
    }

    /// Whether the thread is at its end.
    pub(super) fn has_ended(&self) -> bool {
        self.state.lock().ended
    }

    /// Whether the calling thread is the one that would have to do what is asked for.
    pub(super) fn is_own_thread(&self) -> bool {
        self.state.lock().thread == Some(thread::current().id())
    }

    /// The thread says that it is the one.
    pub(super) fn begin(&self) {
        self.state.lock().thread = Some(thread::current().id());
    }

    /// What the thread is to do now, if there is anything. A flush comes first: nobody is left to do
    /// it after the end.
    pub(super) fn request(&self) -> Option<Request> {
        if !self.asked.load(Ordering::Acquire) {
            return None;
        }
        let state = self.state.lock();
        if state.flushes_done < state.flushes_asked {
            return Some(Request::Flush(state.flushes_asked));
        }
        if state.stop {
            return Some(Request::Stop);
        }
        if state.pauses > 0 {
            return None;
        }
        self.asked.store(false, Ordering::Relaxed);
        None
    }

    /// The thread holds nothing: it rests for as long as that is wanted. Called before each record.
    pub(super) fn rest(&self) {
        if !self.asked.load(Ordering::Acquire) {
            return;
        }
        let mut state = self.state.lock();
        while state.pauses > 0 {
            state.is_resting = true;
            self.changed.notify_all();
            self.changed.wait(&mut state);
        }
        state.is_resting = false;
    }

    /// The thread has done all flushes up to this ticket.
    pub(super) fn answer_flush(&self, ticket: u64, flushed: Result<()>) {
        let mut state = self.state.lock();
        state.flushes_done = ticket;
        let old = std::mem::replace(&mut state.flushed, flushed);
        self.changed.notify_all();
        drop(state);
        // After the lock: an error may have somebody else's inside.
        drop(old);
    }

    /// The thread has nothing to do until then, unless something is asked for.
    pub(super) fn wait_for_request(&self, until: Instant) {
        let mut state = self.state.lock();
        let is_asked = |state: &State| {
            state.stop || state.pauses > 0 || state.flushes_done < state.flushes_asked
        };
        while !is_asked(&state) {
            if !self.wait(&mut state, Some(until)) {
                return;
            }
        }
    }

    /// The thread is at its end.
    pub(super) fn end(&self) {
        self.state.lock().ended = true;
        self.changed.notify_all();
    }

    /// With the lock held: the thread must not take the flag back before it has seen the request.
    fn announce(&self) {
        self.asked.store(true, Ordering::Release);
        self.changed.notify_all();
    }

    fn wait(&self, state: &mut MutexGuard<'_, State>, deadline: Option<Instant>) -> bool {
        let Some(deadline) = deadline else {
            self.changed.wait(state);
            return true;
        };
        !self.changed.wait_until(state, deadline).timed_out()
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            thread: None,
            flushes_asked: 0,
            flushes_done: 0,
            flushed: Ok(()),
            stop: false,
            pauses: 0,
            is_resting: false,
            ended: false,
        }
    }
}
