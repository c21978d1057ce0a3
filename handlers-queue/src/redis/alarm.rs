//! Waking somebody who waits.

use std::time::Instant;

use crate::sync::{Condvar, Mutex};

/// A bell that rings until it is heard.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    rings: Mutex<bool>,
    heard: Condvar,
}

impl Alarm {
    /// Ends the wait, or the next one.
    pub(super) fn ring(&self) {
        *self.rings.lock() = true;
        self.heard.notify_all();
    }

    /// Whether it has rung since it was last heard.
    pub(super) fn take(&self) -> bool {
        std::mem::take(&mut *self.rings.lock())
    }

    /// Waits until it rings, which is then still to be heard, or until `deadline`.
    pub(super) fn wait_until(&self, deadline: Instant) {
        let mut rings = self.rings.lock();
        while !*rings {
            if self.heard.wait_until(&mut rings, deadline).timed_out() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bell_that_rang_before_anybody_waited_is_heard_once() {
        let alarm = Alarm::default();
        alarm.ring();
        alarm.wait_until(Instant::now() + Duration::from_secs(30));
        assert!(alarm.take());
        assert!(!alarm.take());
        alarm.wait_until(Instant::now());
    }

    #[test]
    fn a_bell_ends_the_wait_of_another_thread() {
        let (alarm, begin) = (Alarm::default(), Instant::now());
        thread::scope(|scope| {
            let waiting = scope.spawn(|| alarm.wait_until(begin + Duration::from_secs(30)));
            alarm.ring();
            waiting.join().unwrap();
            assert!(begin.elapsed() < Duration::from_secs(20));
        });
    }
}
