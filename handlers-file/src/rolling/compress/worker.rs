//! The thread that compresses.

use std::fmt;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use handlers_core::{Error, Result, contain, process_id};
use parking_lot::{Condvar, Mutex};

use super::codec::Compression;
use super::publish::{Finished, Settled};
use super::round::{Memory, Round};

/// What the compressor needs of its handler.
pub(crate) trait Housekeeper: Send + Sync {
    /// The paths of all backups there are, plain or compressed, the newest first.
    fn backups(&self) -> Result<Vec<PathBuf>>;

    /// Calls [`Finished::publish`] under the locks under which backups are renamed.
    fn settle(&self, finished: &Finished<'_>) -> Result<Settled>;

    /// Takes note of what went wrong. Nothing is lost by it.
    fn report(&self, error: Error);
}

/// Compresses the backups of a handler, on a thread that lives as long as there is something to do.
///
/// Clones are the same compressor.
#[derive(Clone)]
pub(crate) struct Compressor {
    shared: Arc<Shared>,
}

struct Shared {
    base: PathBuf,
    compression: Compression,
    state: Mutex<State>,
    idle: Condvar,
}

#[derive(Default)]
struct State {
    keeper: Option<Weak<dyn Housekeeper>>,
    memory: Memory,
    /// Whether there may be something to do that the thread has not looked for yet.
    wanted: bool,
    /// The process that the thread belongs to, if there is one: it does not survive a fork.
    process: Option<u32>,
}

impl Compressor {
    /// Makes a compressor of the backups of `base`; it has to be [started](Self::start).
    pub(crate) fn new(base: &Path, compression: Compression) -> Self {
        let (base, state, idle) = (base.to_owned(), Mutex::default(), Condvar::new());
        Self { shared: Arc::new(Shared { base, compression, state, idle }) }
    }

    /// Begins with what was left over by programs before this one. The thread ends, and leaves what
    /// it was about, when `keeper` is gone.
    ///
    /// # Errors
    ///
    /// No thread could be started; [`wake`](Self::wake) tries again.
    pub(crate) fn start(&self, keeper: Weak<dyn Housekeeper>) -> Result<()> {
        self.shared.state.lock().keeper = Some(keeper);
        self.wake()
    }

    /// Lets it look for new backups; returns at once. The caller may have the handler's locks.
    ///
    /// # Errors
    ///
    /// No thread could be started; the next call tries again.
    pub(crate) fn wake(&self) -> Result<()> {
        let mut state = self.shared.state.lock();
        state.wanted = true;
        let process = Some(process_id());
        if state.process == process || state.keeper.is_none() {
            return Ok(());
        }
        let shared = Arc::clone(&self.shared);
        let thread = thread::Builder::new().name("compress".to_owned());
        let started = thread.spawn(move || shared.work());
        started.map_err(|error| Error::io("start a thread to compress log files", error))?;
        state.process = process;
        Ok(())
    }

    /// Waits until nothing is being compressed, and says whether that came within `timeout`.
    pub(crate) fn wait_until_idle(&self, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        let mut state = self.shared.state.lock();
        while state.process == Some(process_id()) {
            match deadline {
                None => self.shared.idle.wait(&mut state),
                Some(deadline) if self.shared.idle.wait_until(&mut state, deadline).timed_out() => {
                    return state.process != Some(process_id());
                }
                Some(_) => {}
            }
        }
        true
    }
}

impl Shared {
    fn work(&self) {
        while let Some((keeper, mut memory)) = self.next_round() {
            let (base, compression) = (&*self.base, self.compression);
            let round = Round { base, compression, keeper: &keeper };
            let done = contain("compress log files", || round.run(&mut memory)).flatten();
            done.unwrap_or_else(|error| round.report(error));
            self.state.lock().memory = memory;
        }
    }

    /// The handler, if there is one that has something to do; else the thread has ended.
    fn next_round(&self) -> Option<(Weak<dyn Housekeeper>, Memory)> {
        let mut state = self.state.lock();
        let wanted = mem::take(&mut state.wanted);
        let keeper = state.keeper.clone().filter(|keeper| wanted && keeper.strong_count() > 0);
        if keeper.is_none() {
            state.process = None;
            self.idle.notify_all();
        }
        Some((keeper?, mem::take(&mut state.memory)))
    }
}

impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.state.lock();
        let busy = state.process.is_some();
        f.debug_struct("Compressor").field("busy", &busy).finish_non_exhaustive()
    }
}
