//! When the periods of a timed rotation end, and what they are called: functions of numbers.

use handlers_core::{BrokenDown, Result, TimeZone, strftime};

use super::time_of_day::TimeOfDay;
use super::when::When;

/// The times at which a file is put aside, and the dates that name the backups.
///
/// All times are seconds since the epoch. Seconds, minutes, hours and days are counted from the
/// time of the last rollover; midnights and weekdays are boundaries of the calendar, as the clocks
/// of a time zone show it.
///
/// # Differences from Python
///
/// Times that C's calendar cannot show, which are errors in Python, are counted on from as they are.
///
/// # Examples
///
/// ```
/// use handlers_core::TimeZone;
/// use handlers_file::rolling::{Schedule, TimeOfDay, When};
///
/// let zone = TimeZone::named("Europe/London")?;
/// let schedule = Schedule::new(When::Midnight).in_zone(zone);
///
/// // 31 March 2024 has 23 hours.
/// let (start, end) = (1_711_843_200, 1_711_926_000);
/// assert_eq!(schedule.next_after(start), end);
/// assert_eq!(schedule.suffix(end, end)?, "2024-03-31");
///
/// let mornings = schedule.at(TimeOfDay::new(6, 0, 0)?);
/// assert_eq!(mornings.next_after(start), start + 5 * 3600);
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Schedule {
    when: When,
    /// In seconds; 0 and less are taken as they are (FILE-65).
    interval: i64,
    at_time: Option<TimeOfDay>,
    utc: bool,
    zone: TimeZone,
}

impl Schedule {
    /// Makes a schedule of single periods in the zone of the process.
    pub fn new(when: When) -> Self {
        let zone = TimeZone::local();
        Self { when, interval: when.seconds(), at_time: None, utc: false, zone }
    }

    /// Sets how many periods pass until a file is put aside; 1 by default. 0 and less are taken as
    /// Python takes them: the time has always come (FILE-65).
    pub fn every(mut self, periods: i64) -> Self {
        self.interval = self.when.seconds().saturating_mul(periods);
        self
    }

    /// Sets the time of the day of midnights and weekdays; without one it is the end of the day.
    /// On the others it has no effect (FILE-70).
    pub fn at(mut self, time: TimeOfDay) -> Self {
        self.at_time = Some(time);
        self
    }

    /// Sets the zone whose clocks show the time.
    pub fn in_zone(mut self, zone: TimeZone) -> Self {
        self.zone = zone;
        self
    }

    /// Sets whether days and dates are those of UTC, whatever the zone.
    pub fn utc(mut self, utc: bool) -> Self {
        self.utc = utc;
        self
    }

    /// What the periods are.
    pub const fn when(&self) -> When {
        self.when
    }

    /// The length of what goes into one file, in seconds.
    pub const fn interval(&self) -> i64 {
        self.interval
    }

    /// The time of the day that was set.
    pub const fn at_time(&self) -> Option<TimeOfDay> {
        self.at_time
    }

    /// Whether days and dates are those of UTC.
    pub const fn is_utc(&self) -> bool {
        self.utc
    }

    /// The time at which a file is put aside to which `time` belongs: Python's `computeRollover`.
    pub fn next_after(&self, time: i64) -> i64 {
        let counted = time.saturating_add(self.interval);
        match self.when {
            // FILE-70: not aligned to anything.
            When::Seconds | When::Minutes | When::Hours | When::Days => counted,
            When::Midnight | When::Weekday(_) => {
                let shown = self.broken_down(time);
                shown.map_or(counted, |shown| self.boundary_after(time, &shown))
            }
        }
    }

    /// The date in the name of the backup that is made at `now` of a file that was to be put aside at
    /// `rollover_at`: the beginning of its period, by the clocks of now (FILE-86 to FILE-88).
    ///
    /// # Errors
    ///
    /// That of [`TimeZone::to_broken_down`] or of [`strftime`], for a year that C does not know.
    pub fn suffix(&self, rollover_at: i64, now: i64) -> Result<String> {
        let start = rollover_at.saturating_sub(self.interval);
        let mut shown = self.broken_down(start)?;
        let is_summer = self.is_dst(now);
        if is_summer != shown.is_dst {
            let shift = if is_summer { HOUR } else { -HOUR };
            shown = self.broken_down(start.saturating_add(shift))?;
        }
        let mut date = String::new();
        strftime(self.when.date_format(), &shown, &mut date)?;
        Ok(date)
    }

    /// FILE-71 to FILE-75.
    fn boundary_after(&self, time: i64, shown: &BrokenDown<'_>) -> i64 {
        let target = self.at_time.map_or(DAY, TimeOfDay::seconds);
        let mut wait = target - second_of_day(shown);
        let mut weekday = i64::from(shown.weekday);
        if wait <= 0 {
            wait += DAY;
            weekday += 1;
        }
        if let When::Weekday(day) = self.when {
            wait += (i64::from(day.days_from_monday()) - weekday).rem_euclid(7) * DAY;
        }
        // The first of the periods ends at the boundary.
        let others = self.interval.saturating_sub(self.when.seconds());
        let next = time.saturating_add(wait).saturating_add(others);
        next.saturating_add(self.dst_correction(shown.is_dst, next))
    }

    /// By how much `next` misses its time of the day, if clocks are set between now and then. It is
    /// always taken for an hour, and for the direction the flag of summer time is trusted (FILE-76,
    /// FILE-77, FILE-79).
    fn dst_correction(&self, was_dst: bool, next: i64) -> i64 {
        match (was_dst, self.is_dst(next)) {
            (true, false) => HOUR,
            // FILE-81: a time that the clocks skip is not moved before the gap.
            (false, true) if self.is_dst(next.saturating_sub(HOUR)) => -HOUR,
            _ => 0,
        }
    }

    fn is_dst(&self, time: i64) -> bool {
        self.broken_down(time).is_ok_and(|shown| shown.is_dst)
    }

    fn broken_down(&self, time: i64) -> Result<BrokenDown<'_>> {
        static UTC: TimeZone = TimeZone::utc();
        let zone = if self.utc { &UTC } else { &self.zone };
        zone.to_broken_down(time)
    }
}

fn second_of_day(time: &BrokenDown<'_>) -> i64 {
    (i64::from(time.hour) * 60 + i64::from(time.minute)) * 60 + i64::from(time.second)
}

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rolling::Weekday;

    /// CPython 3.13: zone, `when`, interval, time of the day, now; `rolloverAt`, the time of the
    /// rollover, its suffix, `rolloverAt` after it.
    const EXAMPLES: &str = "
        UTC S 1 - 1709121590 1709121591 1709121591 2024-02-28_11-59-50 1709121592
        UTC MIDNIGHT 3 - 1709164801 1709424000 1709424001 2024-02-29 1709683200
        UTC MIDNIGHT 1 00:00:00 1709164800 1709251200 1709251200 2024-02-29 1709337600
        UTC W6 1 - 1709161200 1709510400 1709510400 2024-02-26 1710115200
        UTC W6 1 00:00:00 1709161200 1709424000 1709424000 2024-02-25 1710028800
        UTC W2 2 03:00:00 1709078400 1709694000 1709694000 2024-02-21 1710903600
        Europe/London MIDNIGHT 1 - 1711843200 1711926000 1711926000 2024-03-31 1712012400
        Europe/London MIDNIGHT 1 02:00 1711843200 1711846800 1711846800 2024-03-30 1711933200
        Europe/London H 1 - 1729295279 1729298879 1729388879 2024-10-19_00 1729392479
        America/New_York MIDNIGHT 1 - 1710053999 1710129600 1710129600 2024-03-10 1710216000
        Australia/Lord_Howe MIDNIGHT 1 - 1712329199 1712408400 1712408400 2024-04-06 1712498400
        America/Sao_Paulo MIDNIGHT 1 - 1541296800 1541300400 1541300400 2018-11-03 1541383200
        Pacific/Apia MIDNIGHT 1 - 1325239200 1325325600 1325325600 2011-12-31 1325412000
        Europe/Dublin MIDNIGHT 1 - 1711843200 1711933200 1711933259 2024-03-31 1712012400
    ";

    fn schedule(zone: &str, when: &str) -> Schedule {
        Schedule::new(when.parse().unwrap()).in_zone(TimeZone::named(zone).unwrap())
    }

    #[test]
    fn periods_end_and_are_named_as_in_cpython() {
        for line in EXAMPLES.lines().filter(|line| !line.trim().is_empty()) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let [zone, when, interval, at, now, rollover_at, rolled, suffix, after] = fields[..]
            else {
                panic!("{line}")
            };
            let mut schedule = schedule(zone, when).every(interval.parse().unwrap());
            if at != "-" {
                schedule = schedule.at(at.parse().unwrap());
            }
            let number = |digits: &str| digits.parse::<i64>().unwrap();
            assert_eq!(schedule.next_after(number(now)), number(rollover_at), "{line}");
            let seen = schedule.suffix(number(rollover_at), number(rolled)).unwrap();
            assert_eq!(seen, suffix, "{line}");
            assert_eq!(schedule.next_after(number(rolled)), number(after), "{line}");
        }
    }

    // FILE-80.
    #[test]
    fn a_day_that_a_country_leaves_out_has_no_file() {
        let apia = schedule("Pacific/Apia", "MIDNIGHT");
        let ends = [1_325_239_200, 1_325_325_600];
        assert_eq!(apia.next_after(ends[0]), ends[1]);
        assert_eq!(ends.map(|end| apia.suffix(end, end).unwrap()), ["2011-12-29", "2011-12-31"]);
    }

    // FILE-77, FILE-79.
    #[test]
    fn half_hours_and_irish_winters_are_as_wrong_as_in_cpython() {
        for (zone, times) in [
            ("Australia/Lord_Howe", [1_728_135_000, 1_728_217_800, 1_728_219_600]),
            ("Europe/Dublin", [1_729_983_600, 1_730_066_400, 1_730_073_600]),
        ] {
            let schedule = schedule(zone, "MIDNIGHT");
            assert_eq!(schedule.next_after(times[0]), times[1], "{zone}");
            assert_eq!(schedule.next_after(times[1]), times[2], "{zone}");
        }
    }

    #[test]
    fn in_utc_the_zone_has_no_effect() {
        let new_york = schedule("America/New_York", "MIDNIGHT").utc(true);
        let utc = schedule("UTC", "MIDNIGHT");
        for time in (1_710_000_000..1_710_200_000).step_by(1000) {
            assert_eq!(new_york.next_after(time), utc.next_after(time));
            assert_eq!(new_york.suffix(time, time).unwrap(), utc.suffix(time, time).unwrap());
        }
    }

    // FILE-65.
    #[test]
    fn intervals_of_nothing_and_less_are_taken_as_they_are() {
        assert_eq!(schedule("UTC", "H").every(0).next_after(5), 5);
        assert_eq!(schedule("UTC", "M").every(-2).next_after(5), -115);
        assert_eq!(schedule("UTC", "MIDNIGHT").every(0).next_after(5), 0);
        assert_eq!(schedule("UTC", "W3").every(-1).next_after(5), 86_400 - 14 * 86_400);
    }

    #[test]
    fn no_time_is_too_far_to_count_on() {
        let mut schedules = Vec::new();
        for when in [When::Seconds, When::Midnight, When::Weekday(Weekday::Sunday)] {
            for interval in [i64::MIN, -1, 0, 1, i64::MAX] {
                let schedule = Schedule::new(when).every(interval);
                schedules.extend([schedule.clone().utc(true), schedule.at(TimeOfDay::MIDNIGHT)]);
            }
        }
        // C's calendar ends in the year 2147485547.
        let last = 67_768_036_191_676_799;
        for schedule in &schedules {
            for time in [i64::MIN, i64::MIN + 1, -last, 0, last, last + 1, i64::MAX - 1, i64::MAX] {
                let _ = (schedule.next_after(time), schedule.suffix(time, time));
            }
        }
        let days = Schedule::new(When::Midnight).utc(true);
        assert_eq!(days.next_after(last + 1), last + 1 + DAY);
        assert_eq!(days.next_after(i64::MAX), i64::MAX);
        assert!(days.suffix(i64::MAX, 0).is_err());
    }
}
