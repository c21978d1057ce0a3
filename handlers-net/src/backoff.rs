//! When a peer that is away is tried again.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use handlers_core::Timestamp;

/// How long a handler waits between two attempts to reach its peer: Python's `retryStart`,
/// `retryFactor` and `retryMax`.
///
/// After the first failure it waits for `start`, after each further one `factor` times as long as
/// before, but never longer than `max`. A connection that is made ends this; when it breaks later,
/// the next attempt is made at once (NET-5 to NET-8).
///
/// # Differences from Python
///
/// - The wait begins when an attempt has failed. Python counts from its beginning, so that attempts
///   which take longer than the wait follow each other without a pause.
/// - A system clock that is set back delays the next attempt, as in Python (NET-9), but to no more
///   than `max` after the last one: Python's handler is silent until the clock has caught up.
///
/// # Examples
///
/// ```
/// use handlers_net::Backoff;
/// use std::time::Duration;
///
/// let python = Backoff::default();
/// assert_eq!(python.start(), Duration::from_secs(1));
/// assert_eq!(python.factor(), 2.0);
/// assert_eq!(python.max(), Duration::from_secs(30));
///
/// let patient = Backoff::new(Duration::from_secs(5), 3.0, Duration::from_secs(40)).jitter(0.5);
/// # let _ = patient;
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    start: Duration,
    factor: f64,
    max: Duration,
    jitter: f64,
}

impl Backoff {
    /// No waiting: every record may try to reach the peer.
    pub const NONE: Self =
        Self { start: Duration::ZERO, factor: 1.0, max: Duration::ZERO, jitter: 0.0 };

    /// Waits for `start` first, then `factor` times as long each time, up to `max`.
    ///
    /// As in Python the first wait is `start` even where that is longer than `max`. A factor that is
    /// negative or not a number counts as zero.
    #[must_use]
    pub fn new(start: Duration, factor: f64, max: Duration) -> Self {
        Self { start, factor: factor.max(0.0), max, jitter: 0.0 }
    }

    /// Makes each wait shorter by a random part, up to `fraction` of it: `0.0` is the default, `1.0`
    /// means anything between no wait and a whole one.
    ///
    /// Without this all the programs whose peer went away come back in the same moment.
    #[must_use]
    pub fn jitter(mut self, fraction: f64) -> Self {
        // What is no number is not greater than anything.
        self.jitter = if fraction > 0.0 { fraction.min(1.0) } else { 0.0 };
        self
    }

    /// The first wait: `retryStart`.
    pub fn start(&self) -> Duration {
        self.start
    }

    /// How many times as long each further wait is: `retryFactor`.
    pub fn factor(&self) -> f64 {
        self.factor
    }

    /// The longest wait: `retryMax`.
    pub fn max(&self) -> Duration {
        self.max
    }

    /// A number of seconds, which `random` in 0 to 1 makes shorter.
    fn shorten(&self, seconds: f64, random: f64) -> f64 {
        seconds * (1.0 - self.jitter * random)
    }
}

impl Default for Backoff {
    /// Python's: 1 s, doubled up to 30 s (NET-2).
    fn default() -> Self {
        Self::new(Duration::from_secs(1), 2.0, Duration::from_secs(30))
    }
}

/// What a handler remembers of its failures.
///
/// Seconds are doubles, as in Python: the boundaries of NET-5 are then the same to the last digit.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Retry {
    /// `retryTime`: none as long as the last attempt was a success.
    time: Option<f64>,
    /// `retryPeriod`, in seconds: none before the first failure. It outlives a success.
    period: Option<f64>,
    /// When an attempt is due whatever the system's clock says.
    at_the_latest: Option<Instant>,
}

impl Retry {
    /// Whether an attempt is due (NET-5).
    pub(crate) fn is_due(&self, now: Timestamp, instant: Instant) -> bool {
        let by_the_clock = self.time.is_none_or(|time| now.created() >= time);
        by_the_clock || self.at_the_latest.is_some_and(|latest| instant >= latest)
    }

    /// The attempt was a success (NET-6).
    pub(crate) fn succeeded(&mut self) {
        self.time = None;
        self.at_the_latest = None;
    }

    /// The attempt that ended `now` was a failure (NET-7).
    pub(crate) fn failed(&mut self, backoff: &Backoff, now: Timestamp, instant: Instant) {
        let random = if backoff.jitter > 0.0 { random() } else { 0.0 };
        self.failed_with(backoff, now, instant, random);
    }

    fn failed_with(&mut self, backoff: &Backoff, now: Timestamp, instant: Instant, random: f64) {
        let max = backoff.max.as_secs_f64();
        let period = match (self.time, self.period) {
            // Infinity times zero is no number, which `min` leaves out.
            (Some(_), Some(period)) => (period * backoff.factor).min(max),
            _ => backoff.start.as_secs_f64(),
        };
        self.period = Some(period);
        self.time = Some(now.created() + backoff.shorten(period, random));
        self.at_the_latest = instant.checked_add(backoff.max.max(backoff.start));
    }

    /// How long it is until an attempt is due, by the clock that says so first.
    pub(crate) fn wait(&self, now: Timestamp, instant: Instant) -> Duration {
        let Some(time) = self.time else { return Duration::ZERO };
        let seconds = (time - now.created()).max(0.0);
        let by_the_clock = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        self.at_the_latest
            .map_or(by_the_clock, |latest| by_the_clock.min(latest.duration_since(instant)))
    }

    /// The time before which no attempt is made, in seconds since the epoch: `retryTime`.
    pub(crate) fn time(&self) -> Option<f64> {
        self.time
    }

    /// The last wait in seconds, if there was one: `retryPeriod`.
    pub(crate) fn period(&self) -> Option<f64> {
        self.period
    }
}

/// A number from 0 to 1 that nobody can foresee; no secret depends on it.
fn random() -> f64 {
    let bits = RandomState::new().hash_one(()) >> 32;
    f64::from(u32::try_from(bits).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    /// The times at which attempts are made until `end` by somebody who asks every eighth second.
    fn attempts(backoff: &Backoff, end: u32, random: f64) -> Vec<f64> {
        let (mut retry, instant) = (Retry::default(), Instant::now());
        let mut times = Vec::new();
        for eighth in 0..end * 8 {
            let time = f64::from(eighth) / 8.0;
            if retry.is_due(at(time), instant) {
                times.push(time);
                retry.failed_with(backoff, at(time), instant, random);
            }
        }
        times
    }

    // NET-8.
    #[test]
    fn a_peer_that_never_comes_is_tried_at_pythons_times() {
        let expected = [0.0, 1.0, 3.0, 7.0, 15.0, 31.0, 61.0, 91.0, 121.0];
        assert_eq!(attempts(&Backoff::default(), 150, 0.0), expected);
    }

    #[test]
    fn jitter_only_makes_waits_shorter() {
        let jitter = Backoff::default().jitter(0.5);
        assert_eq!(attempts(&jitter, 16, 0.0), [0.0, 1.0, 3.0, 7.0, 15.0]);
        assert_eq!(attempts(&jitter, 16, 1.0), [0.0, 0.5, 1.5, 3.5, 7.5, 15.5]);
        assert_eq!(Backoff::default().jitter(f64::NAN), Backoff::default());
        assert_eq!(Backoff::default().jitter(7.0), Backoff::default().jitter(1.0));
    }

    #[test]
    fn jitter_spreads_those_that_wait() {
        let backoff = Backoff::default().jitter(1.0);
        let times = (0..300).map(|_| {
            let mut retry = Retry::default();
            retry.failed(&backoff, at(0.0), Instant::now());
            retry.time().expect("it failed")
        });
        let mut tenths = [0; 11];
        for time in times {
            assert!((0.0..=1.0).contains(&time), "{time}");
            tenths[(0..10).filter(|tenth| time * 10.0 > f64::from(*tenth)).count()] += 1;
        }
        assert!(tenths.iter().all(|count| *count < 150), "{tenths:?}");
    }

    #[test]
    fn a_success_begins_anew() {
        let (backoff, instant) = (Backoff::default(), Instant::now());
        let mut retry = Retry::default();
        retry.failed(&backoff, at(0.0), instant);
        retry.failed(&backoff, at(1.0), instant);
        retry.succeeded();
        assert_eq!((retry.time(), retry.period()), (None, Some(2.0)));
        assert!(retry.is_due(at(0.0), instant));
        retry.failed(&backoff, at(2.0), instant);
        assert_eq!((retry.time(), retry.period()), (Some(3.0), Some(1.0)));
    }

    #[test]
    fn a_clock_that_was_set_back_by_a_year_silences_nobody_for_a_year() {
        let (backoff, instant) = (Backoff::default(), Instant::now());
        let mut retry = Retry::default();
        retry.failed(&backoff, at(31_536_000.0), instant);
        let later = |seconds| instant + Duration::from_secs(seconds);
        assert!(!retry.is_due(at(0.0), later(29)));
        assert!(retry.is_due(at(0.0), later(30)));
        assert_eq!(retry.wait(at(0.0), later(10)), Duration::from_secs(20));
    }

    #[test]
    fn strange_settings_neither_panic_nor_end_the_attempts() {
        let strange = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0, 1e300];
        for factor in strange {
            for (start, max) in [(0, 0), (0, 5), (7, 5), (1, u64::MAX)] {
                let (start, max) = (Duration::from_secs(start), Duration::from_secs(max));
                let backoff = Backoff::new(start, factor, max);
                let mut retry = Retry::default();
                for _ in 0..3 {
                    retry.failed(&backoff, at(0.0), Instant::now());
                    let time = retry.time().expect("it failed");
                    assert!(time >= 0.0 && time <= max.max(start).as_secs_f64(), "{backoff:?}");
                    let _ = retry.wait(at(0.0), Instant::now());
                }
            }
        }
    }

    #[test]
    fn without_a_backoff_every_attempt_is_due() {
        let mut retry = Retry::default();
        for _ in 0..5 {
            assert!(retry.is_due(at(5.0), Instant::now()));
            retry.failed(&Backoff::NONE, at(5.0), Instant::now());
        }
    }
}
