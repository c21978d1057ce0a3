//! A point in time, and the numbers that a record shows of it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A point in time: whole nanoseconds since the Unix epoch, before it too.
///
/// # Examples
///
/// ```
/// use handlers_core::Timestamp;
///
/// let made = Timestamp::from_nanos(1_677_903_920_999_998_503);
/// assert_eq!(made.created(), 1677903920.9999986);
/// assert_eq!(made.msecs(), 999.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Rounded down, also before the epoch.
    seconds: i64,
    /// Below 10⁹.
    nanos: u32,
}

impl Timestamp {
    /// Midnight UTC at the start of 1970.
    pub const UNIX_EPOCH: Self = Self { seconds: 0, nanos: 0 };

    const FIRST: Self = Self { seconds: i64::MIN, nanos: 0 };
    const LAST: Self = Self { seconds: i64::MAX, nanos: NANOS_PER_SECOND - 1 };

    /// Makes the point in time `nanos` nanoseconds after the epoch, or the nearest that can be
    /// represented: 64 bits hold the seconds.
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
    pub const fn from_nanos(nanos: i128) -> Self {
        let seconds = nanos.div_euclid(SECOND);
        if seconds < i64::MIN as i128 {
            return Self::FIRST;
        }
        if seconds > i64::MAX as i128 {
            return Self::LAST;
        }
        Self { seconds: seconds as i64, nanos: nanos.rem_euclid(SECOND) as u32 }
    }

    /// Makes the point in time nearest to `seconds` seconds after the epoch: Python's `time.time()`
    /// and the `created` of its records.
    ///
    /// What cannot be represented becomes the nearest time that can; not-a-number becomes the
    /// epoch.
    #[expect(clippy::cast_possible_truncation, reason = "saturation is what is promised")]
    pub fn from_seconds(seconds: f64) -> Self {
        let whole = seconds.floor();
        let rest = ((seconds - whole) * SECOND_F64).round() as i128;
        Self::from_nanos((whole as i128).saturating_mul(SECOND).saturating_add(rest))
    }

    /// The number of nanoseconds since the epoch: `time.time_ns()`.
    pub const fn as_nanos(self) -> i128 {
        self.seconds as i128 * SECOND + self.nanos as i128
    }

    /// The number of whole seconds since the epoch, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.seconds
    }

    /// The seconds since the epoch as a double: `created` (CORE-22).
    ///
    /// The last digits are lost, so this may be a whole second when the time itself is some
    /// hundred nanoseconds short of it.
    pub fn created(self) -> f64 {
        quotient(self.as_nanos(), SECOND_F64)
    }

    /// The milliseconds within the second, never rounded up: `msecs`, from 0.0 to 999.0 (CORE-23).
    pub fn msecs(self) -> f64 {
        let millis = self.millis();
        // CORE-24: `created` may have been rounded up to the next second, which has no 999 yet.
        if millis == 999 && self.created_truncated() != self.seconds.into() {
            0.0
        } else {
            f64::from(millis)
        }
    }

    /// The milliseconds from `start` to this time: `relativeCreated` (CORE-26).
    pub fn relative_to(self, start: Self) -> f64 {
        quotient(self.as_nanos() - start.as_nanos(), MILLISECOND_F64)
    }

    /// The second and the milliseconds that `created` and `msecs` show, if that needs no doubles to
    /// find out: not within some microseconds of a whole second, nor in far times.
    pub(super) fn plain_parts(self) -> Option<(i64, u16)> {
        let far_from_a_second = (MARGIN..NANOS_PER_SECOND - MARGIN).contains(&self.nanos);
        let in_our_times = (0..1 << 32).contains(&self.seconds);
        (far_from_a_second && in_our_times).then(|| (self.seconds, self.millis()))
    }

    /// Makes a time of what the system gives.
    pub(super) fn from_parts(seconds: i64, nanos: u32) -> Self {
        Self { seconds, nanos: nanos.min(NANOS_PER_SECOND - 1) }
    }

    const fn millis(self) -> u16 {
        (self.nanos / 1_000_000) as u16
    }

    #[expect(clippy::cast_possible_truncation, reason = "Python's int() truncates")]
    fn created_truncated(self) -> i128 {
        self.created() as i128
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let nanos = |distance: Duration| i128::try_from(distance.as_nanos()).unwrap_or(i128::MAX);
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self::from_nanos(nanos(after)),
            Err(error) => Self::from_nanos(-nanos(error.duration())),
        }
    }
}

const NANOS_PER_SECOND: u32 = 1_000_000_000;
const SECOND: i128 = NANOS_PER_SECOND as i128;
const SECOND_F64: f64 = 1e9;
const MILLISECOND_F64: f64 = 1e6;

/// More than a double is wrong by in the seconds of this century.
const MARGIN: u32 = 10_000;

/// Divides as CPython's `ct / 1e9` does: the integer is rounded to a double first, the quotient
/// again. A single rounding would be nearer to the truth and give other digits.
#[expect(clippy::cast_precision_loss, reason = "the first of the two roundings")]
fn quotient(nanos: i128, divisor: f64) -> f64 {
    nanos as f64 / divisor
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CPython 3.13: nanoseconds, `created`, `msecs`, and `relativeCreated` after `START`.
    const RECORDS: [(i128, f64, f64, f64); 9] = [
        (1_677_902_297_100_000_000, 1_677_902_297.1, 100.0, 0.0),
        (1_677_903_920_999_998_503, 1_677_903_920.999_998_6, 999.0, 1_623_899.998_503),
        (1_677_903_920_999_999_900, 1_677_903_921.0, 0.0, 1_623_899.999_9),
        (1_677_903_920_058_000_000, 1_677_903_920.057_999_8, 58.0, 1_622_958.0),
        (1_677_903_920_998_999_999, 1_677_903_920.999, 998.0, 1_623_898.999_999),
        (1, 1e-9, 0.0, -1_677_902_297_100.0),
        (-1, -1e-9, 0.0, -1_677_902_297_100.0),
        (-1_000_000_000, -1.0, 0.0, -1_677_902_298_100.0),
        (253_402_300_799_999_999_999, 253_402_300_800.0, 0.0, 251_724_398_502_900.0),
    ];
    const START: Timestamp = Timestamp::from_nanos(1_677_902_297_100_000_000);

    #[test]
    fn the_three_numbers_of_a_record_are_cpythons() {
        for (nanos, created, msecs, relative) in RECORDS {
            let time = Timestamp::from_nanos(nanos);
            let numbers = [time.created(), time.msecs(), time.relative_to(START)];
            assert_eq!(
                numbers.map(f64::to_bits),
                [created, msecs, relative].map(f64::to_bits),
                "{nanos}: {numbers:?}"
            );
        }
    }

    #[test]
    fn parts_found_without_doubles_are_those_found_with_them() {
        for second in [0, 1, 1_677_903_920, (1 << 32) - 1] {
            for nanos in [0, 9_999, 10_000, 1_000_000, 998_999_999, 999_989_999, 999_999_999] {
                let time = Timestamp::from_parts(second, nanos);
                let Some((second, millis)) = time.plain_parts() else { continue };
                let second = u32::try_from(second).unwrap();
                assert_eq!(
                    (f64::from(second), f64::from(millis)),
                    (time.created().floor(), time.msecs())
                );
            }
        }
        assert_eq!(Timestamp::from_parts(1_677_903_920, 999_999_900).plain_parts(), None);
    }

    #[test]
    fn a_system_time_keeps_every_nanosecond_on_both_sides_of_the_epoch() {
        let distance = Duration::new(1_000_000_007, 123_456_700);
        let after = Timestamp::from(UNIX_EPOCH + distance);
        let before = Timestamp::from(UNIX_EPOCH - distance);
        assert_eq!(after.as_nanos(), 1_000_000_007_123_456_700);
        assert_eq!(before.as_nanos(), -1_000_000_007_123_456_700);
        assert_eq!((after.as_seconds(), before.as_seconds()), (1_000_000_007, -1_000_000_008));
    }

    #[test]
    fn seconds_become_the_nearest_nanosecond_or_the_nearest_limit() {
        let nanos = |seconds| Timestamp::from_seconds(seconds).as_nanos();
        assert_eq!(nanos(1_677_903_921.0), 1_677_903_921_000_000_000);
        assert_eq!(nanos(-0.25), -250_000_000);
        assert_eq!(nanos(f64::INFINITY), Timestamp::LAST.as_nanos());
        assert_eq!(nanos(f64::NEG_INFINITY), Timestamp::FIRST.as_nanos());
        assert_eq!(nanos(f64::NAN), 0);
    }

    #[test]
    fn the_farthest_times_overflow_nowhere() {
        let (first, last) = (Timestamp::from_nanos(i128::MIN), Timestamp::from_nanos(i128::MAX));
        assert_eq!((first.as_seconds(), last.as_seconds()), (i64::MIN, i64::MAX));
        assert!(first.relative_to(last) < 0.0 && last.relative_to(first) > 0.0);
        assert!((0.0..1000.0).contains(&first.msecs()) && last.created() > 9e18);
    }
}
