//! A condition to wait for, with a deadline.

#[cfg(loom)]
use loom::sync as real;
#[cfg(not(loom))]
use std::sync as real;
use std::sync::PoisonError;
use std::time::Instant;

use super::MutexGuard;

#[derive(Debug, Default)]
pub(crate) struct Condvar(real::Condvar);

/// How a wait with a deadline ended.
pub(crate) struct Waited {
    timed_out: bool,
}

impl Condvar {
    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }

    pub(crate) fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        if let Some(inner) = guard.inner.take() {
            guard.inner = Some(self.0.wait(inner).unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Waits until that moment at most.
    #[cfg(not(loom))]
    pub(crate) fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, until: Instant) -> Waited {
        let left = until.saturating_duration_since(Instant::now());
        if let Some(inner) = guard.inner.take() {
            let waited = self.0.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner);
            guard.inner = Some(waited.0);
        }
        Waited { timed_out: left.is_zero() }
    }

    /// The time is over once other threads have had their turn: a model has no clock.
    #[cfg(loom)]
    pub(crate) fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, _: Instant) -> Waited {
        guard.inner = None;
        loom::thread::yield_now();
        guard.inner = Some(guard.mutex.inner());
        Waited { timed_out: true }
    }
}

impl Waited {
    pub(crate) fn timed_out(&self) -> bool {
        self.timed_out
    }
}
