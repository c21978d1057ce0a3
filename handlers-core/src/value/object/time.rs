//! Dates, times and spans of time, as Python's `datetime` has them.

use std::fmt::Write as _;

use super::Object;
use crate::error::{Error, ErrorKind, Result};
use crate::time::Timestamp;

impl Object {
    /// A `datetime.date`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`] if there is no such day in the years 1 to 9999.
    pub fn date(year: u16, month: u8, day: u8) -> Result<Self> {
        check_date(year, month, day)?;
        let [high, low] = year.to_be_bytes();
        let repr = format!("datetime.date({year}, {month}, {day})");
        let object = Self::new("datetime", "date").argument(vec![high, low, month, day]);
        Ok(object.shown_as(format!("{year:04}-{month:02}-{day:02}"), repr))
    }

    /// A `datetime.time`: hour, minute, second and microsecond, and by how many seconds the clock
    /// is ahead of UTC, if that is known.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`] if there is no such time, or clocks are not off by so much.
    pub fn time(time: (u8, u8, u8, u32), offset: Option<i32>) -> Result<Self> {
        check_time(time)?;
        let mut repr = String::from("datetime.time(");
        push_clock(time, &mut repr);
        let mut text = String::new();
        push_time(time, &mut text);
        let mut state = Vec::with_capacity(6);
        push_state(time, &mut state);
        let object = Self::new("datetime", "time").argument(state);
        object.in_zone(offset, text, repr)
    }

    /// A `datetime.datetime`: year, month and day; hour, minute, second and microsecond; and by how
    /// many seconds the clock is ahead of UTC, if that is known.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`] if there is no such time in the years 1 to 9999, or clocks are not off
    /// by so much.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::{Object, Value};
    ///
    /// let when = Value::from(Object::datetime((2024, 3, 31), (1, 2, 3, 0), Some(3600))?);
    /// assert_eq!(when.to_string(), "2024-03-31 01:02:03+01:00");
    /// # Ok::<(), handlers_core::Error>(())
    /// ```
    pub fn datetime(
        date: (u16, u8, u8),
        time: (u8, u8, u8, u32),
        offset: Option<i32>,
    ) -> Result<Self> {
        let (year, month, day) = date;
        check_date(year, month, day)?;
        check_time(time)?;
        let mut repr = format!("datetime.datetime({year}, {month}, {day}, ");
        push_clock(time, &mut repr);
        let mut text = format!("{year:04}-{month:02}-{day:02} ");
        push_time(time, &mut text);
        let [high, low] = year.to_be_bytes();
        let mut state = Vec::with_capacity(10);
        state.extend([high, low, month, day]);
        push_state(time, &mut state);
        let object = Self::new("datetime", "datetime").argument(state);
        object.in_zone(offset, text, repr)
    }

    /// A `datetime.datetime` of a point in time, as clocks show it that are ahead of UTC by `offset`
    /// seconds. What is below a microsecond is cut off.
    ///
    /// # Errors
    ///
    /// Those of [`datetime`](Self::datetime).
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::{Object, Timestamp, Value};
    ///
    /// let when = Object::instant(Timestamp::from_seconds(1_711_846_799.5), 0)?;
    /// assert_eq!(Value::from(when).to_string(), "2024-03-31 00:59:59.500000+00:00");
    /// # Ok::<(), handlers_core::Error>(())
    /// ```
    pub fn instant(timestamp: Timestamp, offset: i32) -> Result<Self> {
        let nanos = timestamp.as_nanos() + i128::from(offset) * 1_000_000_000;
        let (seconds, nanos) = (nanos.div_euclid(1_000_000_000), nanos.rem_euclid(1_000_000_000));
        let date = civil(seconds.div_euclid(DAY)).ok_or_else(|| refuse("year is out of range"))?;
        let second = small(seconds.rem_euclid(DAY));
        let part = |number: u32| u8::try_from(number).unwrap_or_default();
        let clock = (part(second / 3600), part(second / 60 % 60), part(second % 60));
        let micros = small(nanos / 1000);
        Self::datetime(date, (clock.0, clock.1, clock.2, micros), Some(offset))
    }

    /// A `datetime.timedelta`; days, seconds and microseconds may be any, and below zero.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overflow`] if it is a thousand million days or more.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::{Object, Value};
    ///
    /// let span = Value::from(Object::timedelta(0, -90, 0)?);
    /// assert_eq!(span.to_string(), "-1 day, 23:58:30");
    /// assert_eq!(span.repr(), "datetime.timedelta(days=-1, seconds=86310)");
    /// # Ok::<(), handlers_core::Error>(())
    /// ```
    pub fn timedelta(days: i64, seconds: i64, microseconds: i64) -> Result<Self> {
        const SECOND: i128 = 1_000_000;
        let total = (i128::from(days) * DAY + i128::from(seconds)) * SECOND;
        let total = total + i128::from(microseconds);
        let days = total.div_euclid(DAY * SECOND);
        let (seconds, micros) =
            (small(total.rem_euclid(DAY * SECOND) / SECOND), small(total.rem_euclid(SECOND)));
        let days = i64::try_from(days).ok().filter(|days| days.abs() <= 999_999_999);
        let Some(days) = days else {
            let message = "timedelta with a magnitude of more than 999999999 days";
            return Err(Error::new(ErrorKind::Overflow, message));
        };
        let object = Self::new("datetime", "timedelta");
        let object = object.argument(days).argument(seconds).argument(micros);
        let object = object.shown_as(span_text(days, seconds, micros), span(days, seconds, micros));
        Ok(if total == 0 { object.falsy() } else { object })
    }

    /// A `datetime.timezone` whose clocks are ahead of UTC by `offset` seconds; without any offset,
    /// UTC itself.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`] if it is a day or more.
    pub fn timezone(offset: i32) -> Result<Self> {
        if i128::from(offset).abs() >= DAY {
            return Err(refuse("the offset of a time zone is less than a day"));
        }
        let delta = Self::timedelta(0, i64::from(offset), 0)?;
        let shown = if offset == 0 {
            "datetime.timezone.utc".to_owned()
        } else {
            format!("datetime.timezone({})", delta.repr().unwrap_or_default())
        };
        let mut text = String::from("UTC");
        if offset != 0 {
            push_offset(offset, &mut text);
        }
        let object = Self::new("datetime", "timezone").argument(delta).shown_as(text, shown);
        // A Python program has one `timezone.utc`.
        Ok(if offset == 0 { object.shared() } else { object })
    }

    /// Adds the time zone to the arguments and to both texts, the second of which lacks its bracket.
    fn in_zone(self, offset: Option<i32>, mut text: String, mut repr: String) -> Result<Self> {
        let Some(offset) = offset else {
            repr.push(')');
            return Ok(self.shown_as(text, repr));
        };
        let zone = Self::timezone(offset)?;
        let _ = write!(repr, ", tzinfo={})", zone.repr().unwrap_or_default());
        push_offset(offset, &mut text);
        Ok(self.argument(zone).shown_as(text, repr))
    }
}

fn check_date(year: u16, month: u8, day: u8) -> Result<()> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    match (year, month, day) {
        (0 | 10_000.., ..) => Err(refuse(format!("year {year} is out of range"))),
        (_, 0 | 13.., _) => Err(refuse("month must be in 1..12")),
        _ if day == 0 || day > days => Err(refuse("day is out of range for month")),
        _ => Ok(()),
    }
}

fn check_time((hour, minute, second, micros): (u8, u8, u8, u32)) -> Result<()> {
    match (hour, minute, second, micros) {
        (24.., ..) => Err(refuse("hour must be in 0..23")),
        (_, 60.., ..) => Err(refuse("minute must be in 0..59")),
        (_, _, 60.., _) => Err(refuse("second must be in 0..59")),
        (.., 1_000_000..) => Err(refuse("microsecond must be in 0..999999")),
        _ => Ok(()),
    }
}

/// The bytes in which Python keeps a time.
fn push_state((hour, minute, second, micros): (u8, u8, u8, u32), state: &mut Vec<u8>) {
    state.extend([hour, minute, second]);
    state.extend(&micros.to_be_bytes()[1..]);
}

/// The time as `repr` has it: what is zero at the end is left out, but not the minutes.
fn push_clock((hour, minute, second, micros): (u8, u8, u8, u32), out: &mut String) {
    // Writing to a `String` does not fail.
    let _ = write!(out, "{hour}, {minute}");
    if second != 0 || micros != 0 {
        let _ = write!(out, ", {second}");
    }
    if micros != 0 {
        let _ = write!(out, ", {micros}");
    }
}

fn push_time((hour, minute, second, micros): (u8, u8, u8, u32), out: &mut String) {
    let _ = write!(out, "{hour:02}:{minute:02}:{second:02}");
    if micros != 0 {
        let _ = write!(out, ".{micros:06}");
    }
}

fn push_offset(offset: i32, out: &mut String) {
    let seconds = offset.unsigned_abs();
    let sign = if offset < 0 { '-' } else { '+' };
    let _ = write!(out, "{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
    if !seconds.is_multiple_of(60) {
        let _ = write!(out, ":{:02}", seconds % 60);
    }
}

/// A span of time as `repr` has it.
fn span(days: i64, seconds: u32, micros: u32) -> String {
    let parts = [("days", days), ("seconds", seconds.into()), ("microseconds", micros.into())];
    let given = parts.iter().filter(|(_, number)| *number != 0);
    let given: Vec<String> = given.map(|(name, number)| format!("{name}={number}")).collect();
    let given = if given.is_empty() { "0".to_owned() } else { given.join(", ") };
    format!("datetime.timedelta({given})")
}

/// A span of time as `str` has it.
fn span_text(days: i64, seconds: u32, micros: u32) -> String {
    let mut text = String::new();
    if days != 0 {
        let plural = if days.abs() == 1 { "" } else { "s" };
        let _ = write!(text, "{days} day{plural}, ");
    }
    let _ = write!(text, "{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if micros != 0 {
        let _ = write!(text, ".{micros:06}");
    }
    text
}

/// The date of a day counted from 1970, in the calendar that Python counts back to the year 1.
fn civil(days: i128) -> Option<(u16, u8, u8)> {
    // Howard Hinnant's `civil_from_days`: years begin in March, so that leap days come last.
    const ERA: i64 = 146_097;
    let days = i64::try_from(days).ok()?.checked_add(719_468)?;
    let (era, day_of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Some((year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?))
}

/// A number that is known to be below 2^32.
fn small(number: i128) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

#[cold]
fn refuse(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Value, message)
}

const DAY: i128 = 86_400;
