//! A time of the day.

use std::fmt;
use std::str::FromStr;

use handlers_core::{Error, ErrorKind, Result};

/// A time of the day, at which a timed rotation changes files: Python's `atTime`.
///
/// # Examples
///
/// ```
/// use handlers_file::rolling::TimeOfDay;
///
/// let time: TimeOfDay = "02:30".parse()?;
/// assert_eq!(time, TimeOfDay::new(2, 30, 0)?);
/// assert!(TimeOfDay::new(24, 0, 0).is_err());
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay {
    hour: u8,
    minute: u8,
    second: u8,
}

impl TimeOfDay {
    /// The start of the day.
    pub const MIDNIGHT: Self = Self { hour: 0, minute: 0, second: 0 };

    /// Makes a time of the day.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`] if a clock never shows that.
    pub fn new(hour: u8, minute: u8, second: u8) -> Result<Self> {
        match (hour, minute, second) {
            (24.., _, _) => Err(Error::new(ErrorKind::Value, "hour must be in 0..23")),
            (_, 60.., _) => Err(Error::new(ErrorKind::Value, "minute must be in 0..59")),
            (_, _, 60..) => Err(Error::new(ErrorKind::Value, "second must be in 0..59")),
            _ => Ok(Self { hour, minute, second }),
        }
    }

    /// The hour, from 0 to 23.
    pub const fn hour(self) -> u8 {
        self.hour
    }

    /// The minute, from 0 to 59.
    pub const fn minute(self) -> u8 {
        self.minute
    }

    /// The second, from 0 to 59.
    pub const fn second(self) -> u8 {
        self.second
    }

    /// The seconds since the start of the day, on a day on which no clock is set.
    pub(crate) fn seconds(self) -> i64 {
        (i64::from(self.hour) * 60 + i64::from(self.minute)) * 60 + i64::from(self.second)
    }
}

impl FromStr for TimeOfDay {
    type Err = Error;

    /// Takes `12`, `12:30`, `12:30:59` and, as Python has them, fractions of a second, which do not
    /// count (FILE-71).
    fn from_str(text: &str) -> Result<Self> {
        let fields = text.split_once('.').map_or(Some(text), |(time, fraction)| {
            let is_fraction = !fraction.is_empty() && is_number(fraction);
            (is_fraction && time.len() == "hh:mm:ss".len()).then_some(time)
        });
        let numbers: Option<Vec<u8>> = fields.and_then(|fields| {
            let number = |field: &str| field.parse().ok().filter(|_| is_number(field));
            fields.split(':').map(|field| number(field).filter(|_| field.len() == 2)).collect()
        });
        match numbers.as_deref() {
            Some(&[hour]) => Self::new(hour, 0, 0),
            Some(&[hour, minute]) => Self::new(hour, minute, 0),
            Some(&[hour, minute, second]) => Self::new(hour, minute, second),
            _ => Err(Error::new(ErrorKind::Value, format!("Invalid isoformat string: '{text}'"))),
        }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}", self.hour, self.minute, self.second)
    }
}

/// The standard library would take a sign too.
fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_and_written() {
        for (text, seconds, written) in [
            ("00:00", 0, "00:00:00"),
            ("07", 25200, "07:00:00"),
            ("23:59:59", 86399, "23:59:59"),
            ("02:30:01.500", 9001, "02:30:01"),
            ("02:30:01.999999", 9001, "02:30:01"),
        ] {
            let time: TimeOfDay = text.parse().unwrap();
            assert_eq!((time.seconds(), time.to_string().as_str()), (seconds, written));
        }
    }

    #[test]
    fn what_no_clock_shows_is_cpythons_error() {
        // CPython 3.13: datetime.time.fromisoformat.
        for (text, message) in [
            ("24:00", "hour must be in 0..23"),
            ("23:60", "minute must be in 0..59"),
            ("23:59:60", "second must be in 0..59"),
            ("", "Invalid isoformat string: ''"),
            ("1:2:3", "Invalid isoformat string: '1:2:3'"),
            ("+1:00", "Invalid isoformat string: '+1:00'"),
            ("12:00:00.", "Invalid isoformat string: '12:00:00.'"),
            ("12:00:00.x00", "Invalid isoformat string: '12:00:00.x00'"),
            ("noon", "Invalid isoformat string: 'noon'"),
        ] {
            let error = text.parse::<TimeOfDay>().unwrap_err();
            assert_eq!((error.python_name(), &*error.to_string()), ("ValueError", message));
        }
    }
}
