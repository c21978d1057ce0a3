//! The end of a listener, bound to the end of a scope.

use std::sync::Arc;
use std::time::Duration;

use handlers_core::{ExitClaim, raise_exceptions, write_standard_error};

use super::queue_listener::Shared;
use super::report::StopReport;
use super::run::Run;

/// Stops a [`QueueListener`](crate::QueueListener) when it is dropped: at the end of a scope, and
/// also when the scope ends by a panic (QUEUE-41).
///
/// Dropping it waits for as long as the builder's
/// [`stop_timeout`](crate::QueueListenerBuilder::stop_timeout) says. If anything was left, one line
/// on standard error says what, unless [`raise_exceptions`] is off.
///
/// While it lives, and for ever once it is detached, an end of the process that drops nothing, such
/// as [`std::process::exit`], shuts logging down as
/// [`shutdown_at_exit`](handlers_core::shutdown_at_exit) does, and brings out what is queued.
#[derive(Debug)]
#[must_use = "the listener stops when the guard is dropped"]
pub struct ListenerGuard {
    shared: Arc<Shared>,
    run: Arc<Run>,
    stops: bool,
    claim: ExitClaim,
}

impl ListenerGuard {
    pub(super) fn new(shared: Arc<Shared>, run: Arc<Run>) -> Self {
        let claim = ExitClaim::new(shared.stop_timeout);
        Self { shared, run, stops: true, claim }
    }

    /// Stops the thread that this guard is of, as [`QueueListener::stop`](crate::QueueListener::stop)
    /// does, and says what became of its records, also if it had been stopped before.
    pub fn stop(mut self, timeout: Duration) -> StopReport {
        self.stops = false;
        self.stop_for(timeout)
    }

    /// Lets the listener run on until it is stopped otherwise.
    pub fn detach(mut self) {
        self.stops = false;
        self.claim.keep();
    }

    #[cfg(all(test, not(loom)))]
    pub(super) fn run(&self) -> &Run {
        &self.run
    }

    fn stop_for(&self, timeout: Duration) -> StopReport {
        if self.run.is_here() {
            self.shared.stop_run(&self.run, timeout)
        } else {
            // After a fork the guard is that of the thread that took the place of the parent's.
            self.shared.stop(timeout)
        }
    }
}

impl Drop for ListenerGuard {
    fn drop(&mut self) {
        if !self.stops {
            return;
        }
        let report = self.stop_for(self.shared.stop_timeout);
        let by_itself = self.run.is_here() && self.run.control.is_own_thread();
        if !report.is_complete() && !by_itself && raise_exceptions() {
            write_standard_error(&format!("a queue listener was stopped incompletely: {report}\n"));
        }
    }
}
