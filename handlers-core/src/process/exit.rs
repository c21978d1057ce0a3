//! The end of the process.

use std::time::Duration;

use parking_lot::Mutex;

use super::system;
use crate::contain::contain;
use crate::error::{Error, ErrorKind, Result};
use crate::handler::raise_exceptions;
use crate::shutdown::{ShutdownReport, shutdown};
use crate::standard_error::write_standard_error;

/// Shuts logging down when the process ends by itself: at the end of `main`, also by a panic, and by
/// [`std::process::exit`] anywhere (CORE-168).
///
/// One line at the beginning of `main` is enough. Of several timeouts the longest is given, once, to
/// [`shutdown`](fn@crate::shutdown). If anything is left then, one line on standard error says what,
/// unless [`raise_exceptions`] is off.
///
/// The process may end in the midst of a handler, on the thread of a listener for example. What that
/// handler still holds cannot be brought out then: the end waits for it as long as the timeout says,
/// and tells.
///
/// A process that aborts, as `panic = "abort"` makes it do, or that a signal kills, asks nobody.
/// With the feature `signals` there is `shutdown_on_signals` for the signals that mean to end a
/// process.
///
/// # Differences from Python
///
/// There it goes without saying; here a library must not decide that for a program.
///
/// # Errors
///
/// [`ErrorKind::Runtime`] if the system cannot do that (Windows ends all other threads first) or has
/// no memory for it.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// handlers_core::shutdown_at_exit(Duration::from_secs(5))?;
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub fn shutdown_at_exit(timeout: Duration) -> Result<()> {
    let mut claims = CLAIMS.lock();
    claims.at_exit = claims.at_exit || system::at_exit(at_exit);
    if !claims.at_exit {
        return Err(Error::new(
            ErrorKind::Runtime,
            "cannot shut logging down when the process ends",
        ));
    }
    claims.timeouts.push(timeout);
    Ok(())
}

/// Does what [`shutdown_at_exit`] does, as long as it lives: for guards, which shut something down
/// themselves when they are dropped, and are not dropped by [`std::process::exit`].
///
/// A [`ShutdownGuard`](crate::ShutdownGuard) has one.
///
/// # Examples
///
/// ```
/// use handlers_core::ExitClaim;
/// use std::time::Duration;
///
/// let claim = ExitClaim::new(Duration::from_secs(5));
/// // An exit in here shuts logging down.
/// drop(claim);
/// ```
#[derive(Debug)]
#[must_use = "the claim ends when it is dropped"]
pub struct ExitClaim(Option<Duration>);

impl ExitClaim {
    /// Claims `timeout` for the end of the process; has no effect where the system cannot do that.
    pub fn new(timeout: Duration) -> Self {
        Self(shutdown_at_exit(timeout).is_ok().then_some(timeout))
    }

    /// Lets the claim be there until the end.
    pub fn keep(&mut self) {
        self.0 = None;
    }
}

impl Drop for ExitClaim {
    fn drop(&mut self) {
        let mut claims = CLAIMS.lock();
        let place = claims.timeouts.iter().position(|timeout| Some(*timeout) == self.0);
        if let Some(place) = place {
            claims.timeouts.swap_remove(place);
        }
    }
}

/// Says what a shutdown could not do.
pub(crate) fn tell(report: &ShutdownReport) {
    if !report.is_complete() && raise_exceptions() {
        write_standard_error(&format!("logging was shut down incompletely: {report}\n"));
    }
}

extern "C" fn at_exit() {
    let _ = contain("shut logging down", || {
        // In a forked child the lock may be held for ever by a thread that is not there.
        let claims = CLAIMS.try_lock_for(LONGEST_WAIT);
        let timeout = claims.and_then(|claims| claims.timeouts.iter().max().copied());
        if let Some(timeout) = timeout {
            tell(&shutdown(timeout));
        }
    });
}

/// Who wants logging to be shut down at the end.
struct Claims {
    at_exit: bool,
    timeouts: Vec<Duration>,
}

static CLAIMS: Mutex<Claims> = Mutex::new(Claims { at_exit: false, timeouts: Vec::new() });

const LONGEST_WAIT: Duration = Duration::from_secs(1);
