//! Where the time comes from.

use std::fmt::Debug;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use parking_lot::Mutex;

use super::Timestamp;

/// Tells the time.
///
/// Whatever depends on the time asks a clock, so that a test can put another in its place.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use handlers_core::{Clock, Timestamp};
///
/// /// A clock that runs an hour late.
/// #[derive(Debug)]
/// struct LateClock;
///
/// impl Clock for LateClock {
///     fn now(&self) -> Timestamp {
///         (SystemTime::now() - Duration::from_secs(3600)).into()
///     }
/// }
/// ```
pub trait Clock: Debug + Send + Sync {
    /// The time now. It may go back, as the system's clock does when it is set.
    fn now(&self) -> Timestamp;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[cfg(any(target_os = "linux", target_os = "android"))]
impl Clock for SystemClock {
    /// The two numbers of the system as they are; the standard library would compare, borrow and
    /// convert them first.
    fn now(&self) -> Timestamp {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
        Timestamp::from_parts(now.tv_sec, u32::try_from(now.tv_nsec).unwrap_or_default())
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        std::time::SystemTime::now().into()
    }
}

/// A clock that stands still until it is moved. Clones show the same time.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use handlers_core::{Clock, ManualClock, Timestamp};
///
/// let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
/// let given_away = clock.clone();
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(given_away.now().as_seconds(), 60);
/// ```
#[derive(Debug, Clone)]
pub struct ManualClock {
    time: Arc<Mutex<Timestamp>>,
}

impl ManualClock {
    /// Makes a clock that shows `time`.
    pub fn new(time: Timestamp) -> Self {
        Self { time: Arc::new(Mutex::new(time)) }
    }

    /// Sets the clock, back too.
    pub fn set(&self, time: Timestamp) {
        *self.time.lock() = time;
    }

    /// Moves the clock on by `step`.
    pub fn advance(&self, step: Duration) {
        let mut time = self.time.lock();
        let step = i128::try_from(step.as_nanos()).unwrap_or(i128::MAX);
        *time = Timestamp::from_nanos(time.as_nanos().saturating_add(step));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.time.lock()
    }
}

/// The time from which [`relative_to`](Timestamp::relative_to) counts in a record: that of the
/// first call of this function in the process (CORE-26).
///
/// # Differences from Python
///
/// Python takes the time when its `logging` module is loaded. Nothing runs when a Rust program
/// loads a crate, so the count starts with the first record or logger.
pub fn start_time() -> Timestamp {
    static START: LazyLock<Timestamp> = LazyLock::new(|| SystemClock.now());
    *START
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_can_be_shared_as_a_trait_object() {
        let manual = ManualClock::new(Timestamp::from_seconds(5.0));
        let clock: Arc<dyn Clock> = Arc::new(manual.clone());
        manual.set(Timestamp::from_seconds(3.0));
        assert_eq!(Clock::now(&clock), Timestamp::from_seconds(3.0));
    }

    #[test]
    fn the_start_stays_and_is_not_in_the_future() {
        let start = start_time();
        assert!(start <= SystemClock.now());
        assert_eq!(start, start_time());
    }

    #[test]
    fn a_clock_stops_at_the_end_of_time() {
        let clock = ManualClock::new(Timestamp::from_nanos(i128::MAX));
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), Timestamp::from_nanos(i128::MAX));
    }
}
