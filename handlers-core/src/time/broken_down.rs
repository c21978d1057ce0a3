//! A point in time as calendar and clock show it.

use jiff::tz::TimeZoneOffsetInfo;

use crate::error::{Error, ErrorKind, Result};

/// A time as the people of a time zone tell it: C's broken-down time, Python's `struct_time`.
///
/// Made by [`TimeZone::to_broken_down`](super::TimeZone::to_broken_down).
///
/// # Examples
///
/// ```
/// use handlers_core::TimeZone;
///
/// let dublin = TimeZone::named("Europe/Dublin")?;
/// let time = dublin.to_broken_down(1_720_000_000)?;
/// assert_eq!((time.year, time.month, time.day), (2024, 7, 3));
/// assert_eq!((time.hour, time.utc_offset, time.abbreviation()), (10, 3600, "IST"));
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BrokenDown<'z> {
    /// The year; 0 is the year before 1.
    pub year: i64,
    /// The month, from 1 to 12.
    pub month: i8,
    /// The day of the month, from 1 to 31.
    pub day: i8,
    /// The hour, from 0 to 23.
    pub hour: i8,
    /// The minute, from 0 to 59.
    pub minute: i8,
    /// The second, from 0 to 59: leap seconds are not counted.
    pub second: i8,
    /// The day of the week, from Monday, 0, to Sunday, 6.
    pub weekday: i8,
    /// The day of the year, from 1 to 366.
    pub yearday: i16,
    /// Whether the zone's rules call this summer time.
    ///
    /// The legal time of Ireland is that of the summer; where the rules follow the law, it is the
    /// winter that has the flag.
    pub is_dst: bool,
    /// By how many seconds the zone's clocks are ahead of UTC.
    pub utc_offset: i32,
    /// The seconds since the epoch, as `%s` writes them.
    pub(super) unix_seconds: i64,
    name: Name<'z>,
}

impl<'z> BrokenDown<'z> {
    /// The abbreviation of the zone's name in use at that time, such as `CET`.
    pub fn abbreviation(&self) -> &str {
        match &self.name {
            Name::Greenwich => "GMT",
            Name::Zone(info) => info.abbreviation(),
        }
    }

    /// Breaks `seconds` down where `observance` holds.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if C cannot represent the year: that is what CPython reports.
    pub(super) fn new(seconds: i64, observance: Observance<'z>) -> Result<Self> {
        let (cycles, timestamp) = in_calendar(seconds);
        let civil = observance.offset().to_datetime(timestamp);
        let year = i64::from(civil.year()) + cycles * YEARS_PER_CYCLE;
        // `tm_year` counts from 1900 in a C int.
        if i32::try_from(year - 1900).is_err() {
            return Err(Error::new(
                ErrorKind::Io,
                "[Errno 75] Value too large for defined data type",
            ));
        }
        Ok(Self {
            year,
            month: civil.month(),
            day: civil.day(),
            hour: civil.hour(),
            minute: civil.minute(),
            second: civil.second(),
            weekday: civil.weekday().to_monday_zero_offset(),
            yearday: civil.day_of_year(),
            is_dst: observance.is_dst(),
            utc_offset: observance.offset().seconds(),
            unix_seconds: seconds,
            name: observance.name,
        })
    }
}

/// What the clocks of a zone show at some time: offset, summer time flag, abbreviation.
#[derive(Debug)]
pub(super) struct Observance<'z> {
    name: Name<'z>,
}

impl<'z> Observance<'z> {
    /// What Python's `gmtime` shows.
    pub(super) const GREENWICH: Self = Self { name: Name::Greenwich };

    pub(super) fn of_zone(info: TimeZoneOffsetInfo<'z>) -> Self {
        Self { name: Name::Zone(info) }
    }

    pub(super) fn is_dst(&self) -> bool {
        match &self.name {
            Name::Greenwich => false,
            Name::Zone(info) => info.dst().is_dst(),
        }
    }

    pub(super) fn utc_offset(&self) -> i64 {
        i64::from(self.offset().seconds())
    }

    fn offset(&self) -> jiff::tz::Offset {
        match &self.name {
            Name::Greenwich => jiff::tz::Offset::UTC,
            Name::Zone(info) => info.offset(),
        }
    }
}

#[derive(Debug, Clone)]
enum Name<'z> {
    Greenwich,
    Zone(TimeZoneOffsetInfo<'z>),
}

/// Moves `seconds` by whole cycles of the calendar to where jiff can represent it, which is up to
/// the year 9999. C and Python go on to the year 2147485547.
///
/// A cycle has whole weeks, and the rules of a zone depend on nothing but the year, so all but the
/// year is the same after the move.
pub(super) fn in_calendar(seconds: i64) -> (i64, jiff::Timestamp) {
    let (first, last) = (jiff::Timestamp::MIN.as_second(), jiff::Timestamp::MAX.as_second());
    let cycles = if seconds > last {
        (seconds - last - 1) / SECONDS_PER_CYCLE + 1
    } else if seconds < first {
        (seconds - first + 1) / SECONDS_PER_CYCLE - 1
    } else {
        0
    };
    let timestamp = jiff::Timestamp::from_second(seconds - cycles * SECONDS_PER_CYCLE)
        .expect("a whole cycle of the calendar lies within jiff's limits");
    (cycles, timestamp)
}

/// The Gregorian calendar repeats itself after 400 years: 146,097 days, 20,871 weeks.
const YEARS_PER_CYCLE: i64 = 400;
const SECONDS_PER_CYCLE: i64 = 146_097 * 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(seconds: i64) -> Result<BrokenDown<'static>> {
        BrokenDown::new(seconds, Observance::GREENWICH)
    }

    fn calendar(time: &BrokenDown<'_>) -> [i64; 8] {
        let small = [time.month, time.day, time.hour, time.minute, time.second, time.weekday];
        let [month, day, hour, minute, second, weekday] = small.map(i64::from);
        [time.year, month, day, hour, minute, second, weekday, i64::from(time.yearday)]
    }

    #[test]
    fn the_calendar_goes_as_far_as_cs() {
        // CPython 3.13: time.gmtime(seconds)[:8].
        for (seconds, expected) in [
            (0, [1970, 1, 1, 0, 0, 0, 3, 1]),
            (951_782_399, [2000, 2, 28, 23, 59, 59, 0, 59]),
            (253_402_207_200, [9999, 12, 30, 22, 0, 0, 3, 364]),
            (253_402_300_800, [10000, 1, 1, 0, 0, 0, 5, 1]),
            (-62_167_219_201, [-1, 12, 31, 23, 59, 59, 4, 365]),
            (-10_000_000_000_000, [-314_918, 8, 13, 6, 13, 20, 6, 225]),
            (67_768_036_191_676_799, [2_147_485_547, 12, 31, 23, 59, 59, 2, 365]),
            (-67_768_040_609_740_800, [-2_147_481_748, 1, 1, 0, 0, 0, 3, 1]),
        ] {
            assert_eq!(calendar(&utc(seconds).unwrap()), expected, "{seconds}");
        }
    }

    #[test]
    fn a_year_beyond_cs_int_is_cpythons_error() {
        let beyond = [67_768_036_191_676_800, -67_768_040_609_740_801, i64::MAX, i64::MIN];
        for seconds in beyond {
            let error = utc(seconds).unwrap_err();
            assert_eq!(error.python_name(), "OSError");
            assert_eq!(error.to_string(), "[Errno 75] Value too large for defined data type");
        }
    }

    #[test]
    fn the_edges_of_the_calendar_are_whole_cycles_from_its_inside() {
        for edge in [jiff::Timestamp::MIN.as_second(), jiff::Timestamp::MAX.as_second()] {
            for seconds in edge - 2..=edge + 2 {
                let (cycles, timestamp) = in_calendar(seconds);
                assert_eq!(timestamp.as_second() + cycles * SECONDS_PER_CYCLE, seconds);
            }
        }
    }
}
