//! Signals that mean the end: nothing may be lost by them.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::{flag, low_level};

use super::exit::tell;
use super::fork::{ForkHook, ForkSide, add_fork_hook, fork_generation};
use super::system;
use crate::error::{Error, Result};
use crate::shutdown::shutdown;

/// Shuts logging down when SIGTERM or SIGINT comes, and then lets the process die of it, as whoever
/// waits for the process expects.
///
/// The handlers get `timeout` to finish; a second signal ends the process at once. A signal that the
/// process was started to ignore, as `nohup` does it, is ignored on. A program that ends by itself
/// when a signal comes needs none of this, but [`shutdown_at_exit`](crate::shutdown_at_exit).
///
/// Called again, it only gives the handlers a longer time. A forked child dies of these signals at
/// once, until it calls this itself.
///
/// With the feature `signals`, on Unix.
///
/// # Differences from Python
///
/// There SIGTERM kills the process, and takes along what a `MemoryHandler` or a queue holds.
///
/// # Errors
///
/// [`ErrorKind::Io`](crate::ErrorKind::Io) if the system does not let it listen, or start a thread.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// handlers_core::shutdown_on_signals(Duration::from_secs(5))?;
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub fn shutdown_on_signals(timeout: Duration) -> Result<()> {
    let nanos = u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX);
    TIMEOUT.fetch_max(nanos, Ordering::Relaxed);
    let here = fork_generation();
    if LISTENING.swap(here, Ordering::Relaxed) == here {
        return Ok(());
    }
    let listening = listen().map_err(|error| Error::io("listen for signals", error));
    if listening.is_err() {
        LISTENING.store(0, Ordering::Relaxed);
    }
    listening
}

fn listen() -> io::Result<()> {
    let wanted = [SIGINT, SIGTERM].into_iter().filter(|signal| !system::is_ignored(*signal));
    let wanted: Vec<_> = wanted.collect();
    if !REGISTERED.swap(true, Ordering::Relaxed) {
        add_fork_hook(&IN_CHILD);
        for signal in &wanted {
            flag::register_conditional_default(*signal, Arc::clone(&BY_DEFAULT))?;
        }
    }
    let mut signals = Signals::new(wanted)?;
    let wait = move || {
        let Some(signal) = signals.forever().next() else { return };
        BY_DEFAULT.store(true, Ordering::Relaxed);
        tell(&shutdown(Duration::from_nanos(TIMEOUT.load(Ordering::Relaxed))));
        let _ = low_level::emulate_default_handler(signal);
    };
    thread::Builder::new().name("logging-signals".to_owned()).spawn(wait)?;
    BY_DEFAULT.store(false, Ordering::Relaxed);
    Ok(())
}

/// The thread that listens is not there in a child: without this a signal would have no effect.
struct Deaf;

impl ForkHook for Deaf {
    fn before(&self, _deadline: Instant) {}

    fn after(&self, side: ForkSide) {
        if side == ForkSide::Child {
            BY_DEFAULT.store(true, Ordering::Relaxed);
        }
    }
}

/// The fork generation in which a thread listens.
static LISTENING: AtomicU64 = AtomicU64::new(0);

/// Whether the library for signals has been told what a signal does by default.
static REGISTERED: AtomicBool = AtomicBool::new(false);

/// Whether a signal ends the process at once: when nobody listens, and when it is the second.
static BY_DEFAULT: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(true)));

static IN_CHILD: LazyLock<Arc<dyn ForkHook>> = LazyLock::new(|| Arc::new(Deaf));

/// In nanoseconds.
static TIMEOUT: AtomicU64 = AtomicU64::new(0);
