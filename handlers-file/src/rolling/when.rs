//! How long the periods of a timed rotation are.

use std::fmt;
use std::str::FromStr;

use handlers_core::{Error, ErrorKind, Result};

/// What a timed rotation counts in: the `when` of Python's `TimedRotatingFileHandler`.
///
/// [`FromStr`] takes Python's names for it, in capitals or not.
///
/// # Examples
///
/// ```
/// use handlers_file::rolling::{Weekday, When};
///
/// assert_eq!("midnight".parse::<When>()?, When::Midnight);
/// assert_eq!("W6".parse::<When>()?, When::Weekday(Weekday::Sunday));
/// assert!("W7".parse::<When>().is_err());
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum When {
    /// `S`: seconds from the moment of the last rollover.
    Seconds,
    /// `M`: minutes from the moment of the last rollover.
    Minutes,
    /// `H`: hours from the moment of the last rollover.
    Hours,
    /// `D`: days of 24 hours from the moment of the last rollover.
    Days,
    /// `MIDNIGHT`: every day at midnight, or at another time of the day.
    Midnight,
    /// `W0` to `W6`: every week, at the end of that day or at a time of it.
    Weekday(Weekday),
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weekday {
    /// Day 0 in Python.
    Monday,
    /// Day 1 in Python.
    Tuesday,
    /// Day 2 in Python.
    Wednesday,
    /// Day 3 in Python.
    Thursday,
    /// Day 4 in Python.
    Friday,
    /// Day 5 in Python.
    Saturday,
    /// Day 6 in Python.
    Sunday,
}

impl When {
    /// Python's name for it, in capitals (FILE-55).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seconds => "S",
            Self::Minutes => "M",
            Self::Hours => "H",
            Self::Days => "D",
            Self::Midnight => "MIDNIGHT",
            Self::Weekday(day) => match day {
                Weekday::Monday => "W0",
                Weekday::Tuesday => "W1",
                Weekday::Wednesday => "W2",
                Weekday::Thursday => "W3",
                Weekday::Friday => "W4",
                Weekday::Saturday => "W5",
                Weekday::Sunday => "W6",
            },
        }
    }

    /// The length of one period in seconds (FILE-56 to FILE-61).
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Seconds => 1,
            Self::Minutes => 60,
            Self::Hours => 60 * 60,
            Self::Days | Self::Midnight => 24 * 60 * 60,
            Self::Weekday(_) => 7 * 24 * 60 * 60,
        }
    }

    /// How the beginning of a period is written in the name of a backup, for
    /// [`strftime`](handlers_core::strftime): Python's `suffix` (FILE-56 to FILE-61).
    pub const fn date_format(self) -> &'static str {
        match self {
            Self::Seconds => "%Y-%m-%d_%H-%M-%S",
            Self::Minutes => "%Y-%m-%d_%H-%M",
            Self::Hours => "%Y-%m-%d_%H",
            Self::Days | Self::Midnight | Self::Weekday(_) => "%Y-%m-%d",
        }
    }
}

impl FromStr for When {
    type Err = Error;

    /// FILE-55, FILE-62 to FILE-64.
    fn from_str(name: &str) -> Result<Self> {
        let name = name.to_uppercase();
        Ok(match name.as_str() {
            "S" => Self::Seconds,
            "M" => Self::Minutes,
            "H" => Self::Hours,
            "D" => Self::Days,
            "MIDNIGHT" => Self::Midnight,
            _ => match name.strip_prefix('W') {
                Some(day) => Self::Weekday(weekday(day, &name)?),
                None => return Err(invalid("Invalid rollover interval specified", &name)),
            },
        })
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Weekday {
    /// How many days after Monday it is, from 0 to 6.
    pub const fn days_from_monday(self) -> u8 {
        self as u8
    }
}

fn weekday(day: &str, name: &str) -> Result<Weekday> {
    Ok(match day {
        "0" => Weekday::Monday,
        "1" => Weekday::Tuesday,
        "2" => Weekday::Wednesday,
        "3" => Weekday::Thursday,
        "4" => Weekday::Friday,
        "5" => Weekday::Saturday,
        "6" => Weekday::Sunday,
        _ if day.chars().count() == 1 => {
            return Err(invalid("Invalid day specified for weekly rollover", name));
        }
        _ => {
            let what = "You must specify a day for weekly rollover from 0 to 6 (0 is Monday)";
            return Err(invalid(what, name));
        }
    })
}

#[cold]
fn invalid(what: &str, name: &str) -> Error {
    Error::new(ErrorKind::Value, format!("{what}: {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&str; 12] =
        ["S", "M", "H", "D", "MIDNIGHT", "W0", "W1", "W2", "W3", "W4", "W5", "W6"];

    #[test]
    fn a_name_is_read_in_any_case_and_kept_in_capitals() {
        for name in ALL {
            for spelling in [name.to_owned(), name.to_lowercase()] {
                let when: When = spelling.parse().unwrap();
                assert_eq!((when.name(), when.to_string().as_str()), (name, name));
            }
        }
    }

    #[test]
    fn a_weekday_has_pythons_number() {
        for number in 0..7_u8 {
            let When::Weekday(day) = format!("W{number}").parse().unwrap() else { panic!() };
            assert_eq!(day.days_from_monday(), number);
        }
    }

    #[test]
    fn what_is_no_name_is_cpythons_error() {
        // CPython 3.13.
        let day = "You must specify a day for weekly rollover from 0 to 6 (0 is Monday): ";
        let bad_day = "Invalid day specified for weekly rollover: ";
        let bad = "Invalid rollover interval specified: ";
        for (name, what, shown) in [
            ("", bad, ""),
            ("hour", bad, "HOUR"),
            ("s ", bad, "S "),
            ("straße", bad, "STRASSE"),
            ("w", day, "W"),
            ("W10", day, "W10"),
            ("w-1", day, "W-1"),
            ("W7", bad_day, "W7"),
            ("w٣", bad_day, "W٣"),
            ("wß", day, "WSS"),
        ] {
            let error = name.parse::<When>().unwrap_err();
            assert_eq!(error.python_name(), "ValueError");
            assert_eq!(error.to_string(), format!("{what}{shown}"));
        }
    }
}
