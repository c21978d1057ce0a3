//! When the other end of a queue, being away, is tried again.

use std::time::{Duration, Instant};

/// The waits between two attempts, which are given as by Python's `retryStart`, `retryFactor` and
/// `retryMax`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Backoff {
    pub(crate) start: Duration,
    pub(crate) factor: f64,
    pub(crate) max: Duration,
}

impl Default for Backoff {
    /// Python's (NET-2).
    fn default() -> Self {
        Self { start: Duration::from_secs(1), factor: 2.0, max: Duration::from_secs(30) }
    }
}

/// What is remembered of failures.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Retry {
    period: Duration,
    /// None as long as the last attempt was a success.
    due: Option<Instant>,
}

impl Retry {
    /// Before which time no attempt is made, after a failure.
    #[cfg(feature = "redis")]
    pub(crate) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether an attempt is to wait.
    pub(crate) fn is_early(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| now < due)
    }

    pub(crate) fn succeeded(&mut self) {
        self.due = None;
    }

    /// The attempt that ended `now` was a failure (NET-7).
    pub(crate) fn failed(&mut self, backoff: &Backoff, now: Instant) {
        self.period = match self.due {
            Some(_) => longer(self.period, backoff.factor).min(backoff.max),
            None => backoff.start,
        };
        // A wait without an end is one of a year.
        self.due = Some(now.checked_add(self.period).unwrap_or(now + YEAR));
    }
}

/// A factor that is negative or no number counts as zero.
fn longer(period: Duration, factor: f64) -> Duration {
    let seconds = period.as_secs_f64() * factor.max(0.0);
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds at which attempts are made until `end` by somebody who asks every second.
    fn attempts(backoff: &Backoff, end: u64) -> Vec<u64> {
        let (mut retry, begin) = (Retry::default(), Instant::now());
        let mut times = Vec::new();
        for second in 0..end {
            let now = begin + Duration::from_secs(second);
            if !retry.is_early(now) {
                times.push(second);
                retry.failed(backoff, now);
            }
        }
        times
    }

    // NET-8.
    #[test]
    fn a_server_that_never_comes_is_tried_at_pythons_times() {
        let expected = [0, 1, 3, 7, 15, 31, 61, 91, 121];
        assert_eq!(attempts(&Backoff::default(), 150), expected);
    }

    #[test]
    fn a_success_begins_anew() {
        let (mut retry, now) = (Retry::default(), Instant::now());
        retry.failed(&Backoff::default(), now);
        retry.failed(&Backoff::default(), now);
        assert_eq!(retry.due, Some(now + Duration::from_secs(2)));
        retry.succeeded();
        assert!(!retry.is_early(now));
        retry.failed(&Backoff::default(), now);
        assert_eq!(retry.due, Some(now + Duration::from_secs(1)));
    }

    #[test]
    fn no_wait_is_too_long_or_too_odd_to_be_reckoned_with() {
        let always = Backoff { start: Duration::MAX, factor: f64::INFINITY, max: Duration::MAX };
        assert_eq!(attempts(&always, 5), [0]);
        let never = Backoff { start: Duration::ZERO, factor: f64::NAN, max: Duration::ZERO };
        assert_eq!(attempts(&never, 3), [0, 1, 2]);
    }
}
