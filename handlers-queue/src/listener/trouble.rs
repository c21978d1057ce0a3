//! How a listener behaves towards a queue that does not work for a while.

use std::time::{Duration, Instant};

/// How long the thread waits before it tries again, and whether it tells of it again.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    attempts: u32,
    told: Option<Instant>,
}

impl Trouble {
    /// The queue failed; whether to tell of it now. A queue that is away for long is told of once a
    /// minute.
    pub(super) fn begin(&mut self, now: Instant) -> bool {
        self.attempts = self.attempts.saturating_add(1);
        let tell = self.told.is_none_or(|told| now.duration_since(told) >= TELL_AGAIN);
        if tell {
            self.told = Some(now);
        }
        tell
    }

    /// How long to wait until the next attempt.
    pub(super) fn delay(&self) -> Duration {
        let doublings = self.attempts.saturating_sub(1).min(31);
        FIRST_DELAY.saturating_mul(1 << doublings).min(LONGEST_DELAY)
    }

    /// The queue works.
    pub(super) fn end(&mut self) {
        if self.attempts > 0 {
            *self = Self::default();
        }
    }
}

const FIRST_DELAY: Duration = Duration::from_millis(10);
const LONGEST_DELAY: Duration = Duration::from_secs(1);
const TELL_AGAIN: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_double_up_to_a_second() {
        let mut trouble = Trouble::default();
        let now = Instant::now();
        let delays: Vec<u128> = (0..10)
            .map(|_| {
                trouble.begin(now);
                trouble.delay().as_millis()
            })
            .collect();
        assert_eq!(delays, [10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000]);
        for _ in 0..100 {
            trouble.begin(now);
        }
        assert_eq!(trouble.delay(), LONGEST_DELAY);
        trouble.end();
        trouble.begin(now);
        assert_eq!(trouble.delay(), FIRST_DELAY);
    }

    #[test]
    fn trouble_is_told_once_a_minute_and_anew_after_its_end() {
        let mut trouble = Trouble::default();
        let start = Instant::now();
        let seconds = [0, 1, 59, 60, 61, 119, 120];
        let told: Vec<u64> = seconds
            .into_iter()
            .filter(|&second| trouble.begin(start + Duration::from_secs(second)))
            .collect();
        assert_eq!(told, [0, 60, 120]);
        trouble.end();
        assert!(trouble.begin(start + Duration::from_secs(121)));
    }
}
