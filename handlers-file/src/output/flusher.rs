//! Lines that are held back do not wait longer than they may: a thread that writes them out.

use std::fmt;
use std::sync::{Arc, LazyLock, Weak};
use std::thread;
use std::time::{Duration, Instant};

use handlers_core::{Error, Result, contain};
use parking_lot::{Condvar, Mutex};

use super::{Combiner, Target};

/// Writes out what `output` holds back, every `interval`, as long as there is such an output.
///
/// All outputs share one thread, which ends with the last of them.
pub(crate) fn flush_every<T: Target + Send + 'static>(
    interval: Duration,
    output: &Arc<Combiner<T>>,
) -> Result<()> {
    let output: Weak<dyn Flush> = Arc::downgrade(output) as Weak<dyn Flush>;
    // No interval at all would be a thread that does nothing else.
    let interval = interval.max(SHORTEST);
    FLUSHER.add(Entry { interval, next: Instant::now() + interval, output })
}

trait Flush: Send + Sync {
    fn flush(&self);
}

impl<T: Target + Send> Flush for Combiner<T> {
    fn flush(&self) {
        // A target reports what went wrong with the line that comes next; so it does with a panic.
        let _ = contain("flush a log file", || self.with(Target::flush_held));
    }
}

static FLUSHER: LazyLock<Flusher> = LazyLock::new(Flusher::default);

#[derive(Default)]
struct Flusher {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    entries: Vec<Entry>,
    runs: bool,
}

struct Entry {
    interval: Duration,
    next: Instant,
    output: Weak<dyn Flush>,
}

impl Flusher {
    fn add(&'static self, entry: Entry) -> Result<()> {
        let mut state = self.state.lock();
        if !state.runs {
            let thread = thread::Builder::new().name("log flusher".to_owned());
            let started = thread.spawn(|| self.run());
            started.map_err(|error| Error::io("start the thread that flushes log files", error))?;
            state.runs = true;
        }
        state.entries.push(entry);
        self.changed.notify_one();
        Ok(())
    }

    fn run(&self) {
        loop {
            let mut state = self.state.lock();
            state.entries.retain(|entry| entry.output.strong_count() > 0);
            let Some(next) = state.entries.iter().map(|entry| entry.next).min() else {
                state.runs = false;
                return;
            };
            if !self.changed.wait_until(&mut state, next).timed_out() {
                continue;
            }
            let due = state.take_due(Instant::now());
            // A handler may be dropped by this, and needs the lock for none of it.
            drop(state);
            for output in due.iter().filter_map(Weak::upgrade) {
                output.flush();
            }
        }
    }
}

impl State {
    fn take_due(&mut self, now: Instant) -> Vec<Weak<dyn Flush>> {
        let due = self.entries.iter_mut().filter(|entry| entry.next <= now);
        due.map(|entry| {
            entry.next = now + entry.interval;
            Weak::clone(&entry.output)
        })
        .collect()
    }
}

impl fmt::Debug for Flusher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flusher").finish_non_exhaustive()
    }
}

/// The shortest interval.
const SHORTEST: Duration = Duration::from_millis(1);
