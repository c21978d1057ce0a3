//! The end: everything flushed and closed, and an account of what could not be.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::contain::contain;
use crate::context::enter_handler;
use crate::error::{Error, Result};
use crate::handler::{Counters, Handler, registry};
use crate::process::{ExitClaim, tell};

/// Flushes and closes every live handler, the newest first, and says what became of each of them
/// (CORE-164, CORE-165).
///
/// It returns after `timeout` at the latest, whatever flushing and closing a handler does; the
/// handlers that it did not get through are in the report. An error of one handler does not keep the
/// next from its turn; a handler whose flush fails is not closed (CORE-166). Handlers stay attached
/// to their loggers and may go on being used.
///
/// # Differences from Python
///
/// Errors of any kind are reported here, and none ends the shutdown (CORE-167). It does not run by
/// itself when the process ends: keep a [`ShutdownGuard`] in `main`, or call
/// [`shutdown_at_exit`](crate::shutdown_at_exit) there.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let report = handlers_core::shutdown(Duration::from_secs(5));
/// assert!(report.is_complete());
/// ```
pub fn shutdown(timeout: Duration) -> ShutdownReport {
    let mut handlers = registry::live();
    handlers.reverse();
    close_all(&handlers, Instant::now().checked_add(timeout))
}

/// What [`shutdown`] did.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ShutdownReport {
    /// One entry for each handler, in the order in which they were closed.
    pub handlers: Vec<HandlerReport>,
}

/// What became of one handler.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HandlerReport {
    /// The handler's name, or its `Debug` form.
    pub handler: String,
    /// How many records it emitted, dropped and failed in its life.
    pub counters: Counters,
    /// How many records it still held afterwards.
    pub left: u64,
    /// How it ended.
    pub outcome: ShutdownOutcome,
}

/// How the closing of a handler ended.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ShutdownOutcome {
    /// It was flushed and closed.
    Close,
    /// Its flush or its close failed.
    Fail(Error),
    /// The time was over before its turn came.
    Miss,
    /// It was at it when the time was over.
    TimeOut,
}

impl ShutdownReport {
    /// How many records the handlers emitted.
    pub fn written(&self) -> u64 {
        self.handlers.iter().map(|handler| handler.counters.emitted).sum()
    }

    /// How many records were dropped on purpose or lost to errors, all of them counted.
    pub fn dropped(&self) -> u64 {
        self.handlers.iter().map(|handler| handler.counters.dropped + handler.counters.failed).sum()
    }

    /// How many records are still in a handler.
    pub fn left(&self) -> u64 {
        self.handlers.iter().map(|handler| handler.left).sum()
    }

    /// Whether every handler was closed and nothing was left in any of them.
    pub fn is_complete(&self) -> bool {
        let closed = |handler: &HandlerReport| matches!(handler.outcome, ShutdownOutcome::Close);
        self.left() == 0 && self.handlers.iter().all(closed)
    }
}

impl fmt::Display for ShutdownReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (written, dropped, left) = (self.written(), self.dropped(), self.left());
        write!(f, "{written} records written, {dropped} dropped, {left} left")?;
        for handler in &self.handlers {
            match &handler.outcome {
                ShutdownOutcome::Close => {}
                ShutdownOutcome::Fail(error) => write!(f, "; {}: {error}", handler.handler)?,
                ShutdownOutcome::Miss => write!(f, "; {}: no time left", handler.handler)?,
                ShutdownOutcome::TimeOut => write!(f, "; {}: timed out", handler.handler)?,
            }
        }
        Ok(())
    }
}

/// Calls [`shutdown`] when it is dropped: at the end of `main`, and also when `main` panics. While it
/// lives, [`std::process::exit`] does so, too, where [`shutdown_at_exit`](crate::shutdown_at_exit)
/// can.
///
/// If anything was left, one line on standard error says what, unless
/// [`raise_exceptions`](crate::raise_exceptions) is off.
///
/// # Examples
///
/// ```
/// use handlers_core::ShutdownGuard;
/// use std::time::Duration;
///
/// fn main() {
///     let _logging = ShutdownGuard::new(Duration::from_secs(5));
///     // …
/// }
/// ```
#[derive(Debug)]
#[must_use = "logging is shut down when the guard is dropped"]
pub struct ShutdownGuard {
    timeout: Duration,
    _claim: ExitClaim,
}

impl ShutdownGuard {
    /// Makes a guard that gives the handlers `timeout` to finish.
    pub fn new(timeout: Duration) -> Self {
        Self { timeout, _claim: ExitClaim::new(timeout) }
    }
}

impl Drop for ShutdownGuard {
    fn drop(&mut self) {
        tell(&shutdown(self.timeout));
    }
}

/// Closes the handlers on a thread of its own, so that a handler that hangs costs the caller no more
/// than the time it gave.
fn close_all(handlers: &[Arc<dyn Handler>], deadline: Option<Instant>) -> ShutdownReport {
    let (sender, receiver) = mpsc::channel();
    let closing = handlers.to_vec();
    let work = move || {
        for handler in closing {
            let result = close(&*handler);
            // Whoever hears of it may be the only one who has the handler.
            drop(handler);
            if sender.send(result).is_err() {
                return;
            }
        }
    };
    if handlers.is_empty() {
        return ShutdownReport::default();
    }
    let spawned = thread::Builder::new().name("logging-shutdown".to_owned()).spawn(work);
    let mut late = None;
    let close_next = |handler: &Arc<dyn Handler>| match (&spawned, &late) {
        (Err(_), _) => outcome(close(&**handler)),
        (Ok(_), None) => match receive(&receiver, deadline) {
            Ok(result) => outcome(result),
            Err(_) => late.insert(ShutdownOutcome::TimeOut).clone(),
        },
        (Ok(_), Some(_)) => ShutdownOutcome::Miss,
    };
    let outcomes: Vec<_> = handlers.iter().map(close_next).collect();
    // Only now: what one handler holds may be taken out by another one, as by a queue's listener.
    let accounts =
        handlers.iter().zip(outcomes).map(|(handler, outcome)| account(&**handler, outcome));
    ShutdownReport { handlers: accounts.collect() }
}

fn receive(
    results: &mpsc::Receiver<Result<()>>,
    deadline: Option<Instant>,
) -> Result<Result<()>, RecvTimeoutError> {
    match deadline {
        Some(deadline) => results.recv_timeout(deadline.saturating_duration_since(Instant::now())),
        None => results.recv().map_err(|_| RecvTimeoutError::Disconnected),
    }
}

/// CORE-165, CORE-166: flush, unless the handler does not want it; then close.
pub(crate) fn close(handler: &dyn Handler) -> Result<()> {
    let _inside = enter_handler();
    let closed = contain("close a handler", || {
        if handler.flush_on_close() {
            handler.flush()?;
        }
        handler.close()
    });
    closed.flatten()
}

fn outcome(result: Result<()>) -> ShutdownOutcome {
    result.map_or_else(ShutdownOutcome::Fail, |()| ShutdownOutcome::Close)
}

fn account(handler: &dyn Handler, outcome: ShutdownOutcome) -> HandlerReport {
    let name = handler.base().name();
    let stuck = matches!(outcome, ShutdownOutcome::TimeOut | ShutdownOutcome::Miss);
    HandlerReport {
        // A handler that hangs may hold the lock that its `Debug` wants.
        handler: match name {
            Some(name) => name.to_string(),
            None if stuck => format!("handler {}", handler.base().id()),
            None => shown(handler),
        },
        counters: handler.base().counters(),
        left: contain("count the records left", || handler.pending()).unwrap_or_default(),
        outcome,
    }
}

fn shown(handler: &dyn Handler) -> String {
    let shown = contain("show a handler", || format!("{handler:?}"));
    shown.unwrap_or_else(|_| format!("handler {}", handler.base().id()))
}
