//! The thread that sends what is queued when no further record comes.

use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use handlers_core::{contain, enter_handler, process_id};
use parking_lot::{Condvar, Mutex};

use super::peer::Peer;

/// A thread that runs while something is queued.
#[derive(Debug, Default)]
pub(super) struct Worker {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    running: bool,
    stopped: bool,
    /// The process that the thread is in: a forked child has none.
    process: u32,
}

impl Worker {
    /// Starts the thread for `peer` unless it runs.
    pub(super) fn wake(&self, peer: &Weak<Peer>) {
        let mut state = self.shared.state.lock();
        let process = process_id();
        if state.running && state.process == process {
            state.stopped = false;
            return;
        }
        let (shared, peer) = (Arc::clone(&self.shared), Weak::clone(peer));
        let thread = thread::Builder::new().name("handlers backlog".to_owned());
        // Without a thread the next record or a flush sends what is queued.
        let running = thread.spawn(move || shared.run(&peer)).is_ok();
        *state = State { running, stopped: false, process };
    }

    /// Lets the thread end, without waiting for it.
    pub(super) fn stop(&self) {
        self.shared.state.lock().stopped = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn run(&self, peer: &Weak<Peer>) {
        while let Some(pause) = self.turn(peer) {
            let mut state = self.state.lock();
            if !state.stopped {
                self.changed.wait_for(&mut state, pause.min(LONGEST));
            }
            if state.stopped {
                state.running = false;
                return;
            }
        }
    }

    /// One turn of work; nothing, if the thread has ended.
    fn turn(&self, peer: &Weak<Peer>) -> Option<Duration> {
        let pause = peer.upgrade().and_then(|peer| {
            // What the transports log must not come back to this handler.
            let _inside = enter_handler();
            contain("send what is queued", || peer.work()).unwrap_or(Some(LONGEST))
        });
        if pause.is_some() {
            return pause;
        }
        // Dropped after the lock: the last one to let a peer go stops its thread.
        let peer = peer.upgrade();
        let mut state = self.state.lock();
        // A frame that was queued meanwhile has found the thread running.
        let more = peer.as_ref().is_some_and(|peer| peer.queued() > 0);
        state.running = more && !state.stopped;
        state.running.then_some(Duration::ZERO)
    }
}

/// The back-off goes by a clock that may be set: it is looked at once a second.
const LONGEST: Duration = Duration::from_secs(1);
