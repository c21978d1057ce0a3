//! The thread that sends what is queued, or was held back long enough, when no further record comes.

use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use handlers_core::{contain, enter_handler, process_id};
use parking_lot::{Condvar, Mutex};

use super::peer::Peer;

/// A thread that runs while something is queued; if frames are held back for a time, it then waits for
/// the next ones.
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
    attention: Attention,
    /// The process that the thread is in: a forked child has none.
    process: u32,
}

/// Whether the thread knows that there is work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Attention {
    /// It looks again by itself.
    #[default]
    Awake,
    /// It waits until it is told.
    Idle,
    /// It was told, and has not looked since.
    Told,
    /// The same, and it must not leave the peer alone before it has looked.
    Roused,
}

impl Worker {
    /// Starts the thread for `peer` unless it runs, or tells it that there is work again. If it is
    /// leaving the peer alone for a while, it goes on doing so.
    pub(super) fn wake(&self, peer: &Weak<Peer>) {
        self.tell(peer, Attention::Told);
    }

    /// The same, but it looks at once what there is.
    pub(super) fn rouse(&self, peer: &Weak<Peer>) {
        self.tell(peer, Attention::Roused);
    }

    fn tell(&self, peer: &Weak<Peer>, attention: Attention) {
        let mut state = self.shared.state.lock();
        let process = process_id();
        if state.running && state.process == process {
            state.stopped = false;
            let before = state.attention;
            state.attention = before.max(attention);
            if before == Attention::Idle || attention == Attention::Roused {
                self.shared.changed.notify_all();
            }
            return;
        }
        let (shared, peer) = (Arc::clone(&self.shared), Weak::clone(peer));
        let thread = thread::Builder::new().name("handlers backlog".to_owned());
        // Without a thread the next record or a flush sends what is queued.
        let running = thread.spawn(move || shared.run(&peer)).is_ok();
        *state = State { running, process, ..State::default() };
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
            match pause {
                Pause::For(pause) => {
                    if state.attention < Attention::Roused && !state.stopped {
                        self.changed.wait_for(&mut state, pause.min(LONGEST));
                    }
                }
                Pause::UntilTold => {
                    while state.attention < Attention::Told && !state.stopped {
                        state.attention = Attention::Idle;
                        self.changed.wait(&mut state);
                    }
                }
            }
            state.attention = Attention::Awake;
            if state.stopped {
                state.running = false;
                return;
            }
        }
    }

    /// One turn of work; nothing, if the thread has ended.
    fn turn(&self, peer: &Weak<Peer>) -> Option<Pause> {
        let pause = peer.upgrade().and_then(|peer| {
            // What the transports log must not come back to this handler.
            let _inside = enter_handler();
            contain("send what is queued", || peer.work()).unwrap_or(Some(LONGEST))
        });
        if let Some(pause) = pause {
            return Some(Pause::For(pause));
        }
        // Dropped after the lock: the last one to let a peer go stops its thread.
        let peer = peer.upgrade();
        let mut state = self.state.lock();
        // A frame that was queued meanwhile has found the thread running.
        let more = peer.as_ref().is_some_and(|peer| peer.is_to_work_off());
        let waits = peer.as_ref().is_some_and(|peer| peer.has_interval());
        state.running = (more || waits) && !state.stopped;
        let pause = if more { Pause::For(Duration::ZERO) } else { Pause::UntilTold };
        state.running.then_some(pause)
    }
}

/// How long the thread leaves things alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pause {
    For(Duration),
    UntilTold,
}

/// The back-off goes by a clock that may be set: it is looked at once a second.
const LONGEST: Duration = Duration::from_secs(1);
