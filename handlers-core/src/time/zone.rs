//! Time zones.

use std::env;
use std::sync::LazyLock;

use super::broken_down::{BrokenDown, Observance, in_calendar};
use super::tz_variable;
use crate::error::{Error, ErrorKind, Result};

/// The rules by which clocks are set somewhere. Cheap to clone.
///
/// # Examples
///
/// ```
/// use handlers_core::TimeZone;
///
/// let utc = TimeZone::utc();
/// let time = utc.to_broken_down(0)?;
/// assert_eq!((time.year, time.hour, time.abbreviation()), (1970, 0, "GMT"));
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct TimeZone {
    rules: Rules,
}

impl TimeZone {
    /// The zone of the process: that of Python's `time.localtime`.
    ///
    /// The variable `TZ` names it, with a file of the system's database or a POSIX rule such as
    /// `CET-1CEST,M3.5.0,M10.5.0/3`; without the variable it is the one set for the system. A zone
    /// that cannot be found is UTC. It is looked for once; later changes of `TZ` have no effect.
    ///
    /// # Differences from Python
    ///
    /// The zones beneath `right/`, which count leap seconds, are read without them. A POSIX rule
    /// holds for all years, while glibc applies it from 1970 on. There is no `tzset`.
    pub fn local() -> Self {
        static LOCAL: LazyLock<TimeZone> = LazyLock::new(|| TimeZone {
            rules: Rules::Zone(tz_variable::system_zone(env::var_os("TZ").as_deref())),
        });
        LOCAL.clone()
    }

    /// UTC as Python's `time.gmtime` gives it: abbreviated `GMT`.
    pub const fn utc() -> Self {
        Self { rules: Rules::Greenwich }
    }

    /// The zone called `name` in the system's database, or the one that a POSIX rule describes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Lookup`] if `name` is neither.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::TimeZone;
    ///
    /// assert!(TimeZone::named("Asia/Kathmandu").is_ok());
    /// assert!(TimeZone::named("CET-1CEST,M3.5.0,M10.5.0/3").is_ok());
    /// assert!(TimeZone::named("Middle/Earth").is_err());
    /// ```
    pub fn named(name: &str) -> Result<Self> {
        match tz_variable::named_zone(name) {
            Some(zone) => Ok(Self { rules: Rules::Zone(zone) }),
            None => Err(Error::new(ErrorKind::Lookup, format!("find the time zone {name}"))),
        }
    }

    /// Says what calendar and clock show `seconds` seconds after the epoch.
    ///
    /// # Errors
    ///
    /// An `OSError`, as in CPython, for a year before -2147481748 or after 2147485547.
    pub fn to_broken_down(&self, seconds: i64) -> Result<BrokenDown<'_>> {
        BrokenDown::new(seconds, self.observance(seconds))
    }

    /// Says when the zone's clocks show a certain time: C's `mktime`.
    ///
    /// The time is given as the seconds after the epoch at which a clock in UTC shows it. Of a time
    /// that clocks show twice `is_dst` takes the one in summer time or the other; with `None`
    /// it may be either, but always the same. A time that the clocks skip is moved on, or back if
    /// `is_dst` asks for that. If `is_dst` is wrong at the time, the offset is that of the nearest
    /// period for which it is right, or an hour more or less if there is none.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overflow`] if there is no such time: it is skipped, by a change that has
    /// nothing to do with summer time, and the wrong flag is asked for.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::TimeZone;
    ///
    /// // 01:30 on 3 November 2024, the night that ends summer time.
    /// let shown = 1_730_597_400;
    /// let new_york = TimeZone::named("America/New_York")?;
    /// assert_eq!(new_york.to_unix_seconds(shown, Some(true))?, shown + 4 * 3600);
    /// assert_eq!(new_york.to_unix_seconds(shown, Some(false))?, shown + 5 * 3600);
    /// # Ok::<(), handlers_core::Error>(())
    /// ```
    pub fn to_unix_seconds(&self, shown: i64, is_dst: Option<bool>) -> Result<i64> {
        // The last three guesses, and the flag at the one before the last.
        let (mut older, mut old, mut time, mut old_is_dst) = (shown, shown, shown, false);
        for _ in 0..MOST_GUESSES {
            let observance = self.observance(time);
            let guess = shown.saturating_sub(observance.utc_offset());
            if guess == time {
                return Ok(match is_dst {
                    Some(wanted) if wanted != observance.is_dst() => {
                        self.as_if_dst_were(wanted, shown, time)
                    }
                    _ => time,
                });
            }
            // Guesses go to and fro around a skipped time.
            let skipped = time == older && time != old;
            if skipped && is_end_of_gap(is_dst, observance.is_dst(), old_is_dst) {
                return Ok(time);
            }
            (older, old, time, old_is_dst) = (old, time, guess, observance.is_dst());
        }
        Err(Error::new(ErrorKind::Overflow, "mktime argument out of range"))
    }

    /// Whether this is what Python's `gmtime` gives.
    pub(super) fn is_greenwich(&self) -> bool {
        matches!(self.rules, Rules::Greenwich)
    }

    /// Looks around `time` for clocks set as `wanted`, and reads `shown` by them.
    fn as_if_dst_were(&self, wanted: bool, shown: i64, time: i64) -> i64 {
        let mut distance = SHORTEST_PERIOD;
        while distance < LONGEST_PERIOD / 2 + SHORTEST_PERIOD {
            for near in [time.saturating_sub(distance), time.saturating_add(distance)] {
                let observance = self.observance(near);
                if observance.is_dst() == wanted {
                    return shown.saturating_sub(observance.utc_offset());
                }
            }
            distance += SHORTEST_PERIOD;
        }
        time.saturating_add(if wanted { -HOUR } else { HOUR })
    }

    fn observance(&self, seconds: i64) -> Observance<'_> {
        match &self.rules {
            Rules::Greenwich => Observance::GREENWICH,
            Rules::Zone(zone) => Observance::of_zone(zone.to_offset_info(in_calendar(seconds).1)),
        }
    }
}

/// Of the two times between which a skipped one lies, C gives the one whose flag is not that
/// asked for, or the one in summer time if none was asked for.
fn is_end_of_gap(wanted: Option<bool>, is_dst: bool, other_is_dst: bool) -> bool {
    match wanted {
        None => other_is_dst <= is_dst,
        Some(wanted) => wanted != is_dst,
    }
}

#[derive(Debug, Clone)]
enum Rules {
    Greenwich,
    Zone(jiff::tz::TimeZone),
}

const HOUR: i64 = 60 * 60;

/// glibc gives up after as many.
const MOST_GUESSES: usize = 6;

/// The shortest and the longest time, in seconds, for which real clocks kept a setting: glibc's.
const SHORTEST_PERIOD: i64 = 601_200;
const LONGEST_PERIOD: i64 = 457_243_209;

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::named(name).unwrap()
    }

    #[test]
    fn a_zone_can_be_kept_by_a_handler() {
        fn kept<T: Send + Sync + Clone + 'static>() {}
        kept::<TimeZone>();
    }

    #[test]
    fn the_winter_is_the_irish_summer_time() {
        // The zones' database has it so since 2018; an old or a "rearguard" one does not.
        let dublin = zone("Europe/Dublin");
        let (winter, summer) = (1_704_067_199, 1_720_000_000);
        let flag = |seconds| dublin.to_broken_down(seconds).unwrap().is_dst;
        assert_eq!([flag(winter), flag(summer)], [true, false]);
    }

    #[test]
    fn the_rules_hold_beyond_the_year_9999() {
        // CPython 3.13: time.localtime(seconds) in New York.
        let new_york = zone("America/New_York");
        for (seconds, year, hour, abbreviation) in [
            (253_402_300_800, 9999, 19, "EST"),
            (253_420_000_000, 10000, 16, "EDT"),
            (10_000_000_000_000, 318_857, 13, "EDT"),
            (-377_705_116_800, -10000, 19, "LMT"),
        ] {
            let time = new_york.to_broken_down(seconds).unwrap();
            let seen = (time.year, time.hour, time.abbreviation());
            assert_eq!(seen, (year, hour, abbreviation), "{seconds}");
        }
    }

    #[test]
    fn a_shown_time_becomes_what_mktime_makes_of_it() {
        // CPython 3.11 on glibc 2.36: time.mktime, from which the time shown is subtracted.
        let (winter, skipped) = (1_704_067_200, 1_710_037_800);
        for (name, shown, unknown, standard, summer) in [
            ("America/New_York", winter, 18000, 18000, 14400),
            ("America/New_York", skipped, 18000, 18000, 14400),
            ("Asia/Kolkata", winter, -19800, -19800, -23400),
            ("Europe/Dublin", winter, 0, -3600, 0),
        ] {
            let zone = zone(name);
            let seen = [None, Some(false), Some(true)]
                .map(|flag| zone.to_unix_seconds(shown, flag).unwrap() - shown);
            assert_eq!(seen, [unknown, standard, summer], "{name}");
        }
    }

    #[test]
    fn a_time_skipped_without_a_change_of_the_flag_may_not_exist() {
        // Nepal went from +05:30 to +05:45 at midnight, 1 January 1986.
        let kathmandu = zone("Asia/Kathmandu");
        let error = kathmandu.to_unix_seconds(504_922_162, Some(false)).unwrap_err();
        assert_eq!(error.python_name(), "OverflowError");
        assert_eq!(error.to_string(), "mktime argument out of range");
    }

    #[test]
    fn the_farthest_times_overflow_nowhere() {
        let new_york = zone("America/New_York");
        for seconds in [i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX] {
            assert!(new_york.to_broken_down(seconds).is_err());
            for is_dst in [None, Some(false), Some(true)] {
                let _ = new_york.to_unix_seconds(seconds, is_dst);
            }
        }
    }
}
