//! Severities: how bad it is, in eight steps.

use std::fmt;
use std::str::FromStr;

use handlers_core::{Error, Result};

use super::names;

/// How severe a syslog message is, from 0, the worst, to 7.
///
/// Python calls this a priority. A name is read as Python reads it, aliases included and in lower
/// case only (NET-42).
///
/// # Examples
///
/// ```
/// use handlers_net::syslog::Severity;
///
/// assert_eq!("panic".parse::<Severity>()?, Severity::Emergency);
/// assert_eq!(Severity::Warning.number(), 4);
/// assert_eq!("bogus".parse::<Severity>().unwrap_err().to_string(), "'bogus'");
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "three bits hold eight severities")]
pub enum Severity {
    /// 0: the system cannot be used.
    Emergency = 0,
    /// 1: something has to be done at once.
    Alert = 1,
    /// 2: a critical condition.
    Critical = 2,
    /// 3: an error.
    Error = 3,
    /// 4: a warning.
    Warning = 4,
    /// 5: normal, but worth a notice.
    Notice = 5,
    /// 6: information.
    Info = 6,
    /// 7: for those who look for a problem.
    Debug = 7,
}

impl Severity {
    /// The number.
    pub const fn number(self) -> i32 {
        self as i32
    }

    /// The name: of two that Python has, the one that it sends levels by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Emergency => "emerg",
            Self::Alert => "alert",
            Self::Critical => "critical",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }

    /// All names and what they stand for: Python's `priority_names` (NET-42).
    pub fn names() -> impl Iterator<Item = (&'static str, Self)> {
        NAMES.into_iter()
    }
}

impl FromStr for Severity {
    type Err = Error;

    /// Reads one of [`names`](Self::names).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Key`](handlers_core::ErrorKind::Key) for any other text.
    fn from_str(name: &str) -> Result<Self> {
        names::find(&NAMES, name)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

const NAMES: [(&str, Severity); 12] = [
    ("alert", Severity::Alert),
    ("crit", Severity::Critical),
    ("critical", Severity::Critical),
    ("debug", Severity::Debug),
    ("emerg", Severity::Emergency),
    ("err", Severity::Error),
    ("error", Severity::Error),
    ("info", Severity::Info),
    ("notice", Severity::Notice),
    ("panic", Severity::Emergency),
    ("warn", Severity::Warning),
    ("warning", Severity::Warning),
];

#[cfg(test)]
mod tests {
    use super::*;

    // NET-40, NET-42.
    #[test]
    fn the_numbers_and_aliases_are_pythons() {
        for (name, number) in [("emerg", 0), ("panic", 0), ("crit", 2), ("err", 3), ("warn", 4)] {
            assert_eq!(name.parse::<Severity>().expect("it is a name").number(), number);
        }
    }

    #[test]
    fn the_name_of_a_severity_reads_back() {
        for (_, severity) in Severity::names() {
            assert_eq!(severity.name().parse::<Severity>().expect("it is a name"), severity);
        }
    }
}
