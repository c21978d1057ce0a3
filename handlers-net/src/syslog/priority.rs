//! Priorities: facility and severity in one number.

use std::fmt;

use super::{Facility, Severity};

/// The number that a syslog message begins with: `<14>`.
///
/// Python's `encodePriority` (NET-45).
///
/// # Examples
///
/// ```
/// use handlers_net::syslog::{Facility, Priority, Severity};
///
/// let priority = Priority::new(Facility::USER, Severity::Info);
/// assert_eq!(priority.to_string(), "14");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priority(i64);

impl Priority {
    /// Puts a facility and a severity together.
    pub const fn new(facility: Facility, severity: Severity) -> Self {
        Self::from_numbers(facility.number(), severity.number())
    }

    /// Puts two numbers together, whatever they are: nothing is checked.
    pub const fn from_numbers(facility: i32, severity: i32) -> Self {
        Self((facility as i64) << 3 | severity as i64)
    }

    /// The number.
    pub const fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_combined_as_python_does() {
        // CPython 3.13: `SysLogHandler.encodePriority`, which is `(facility << 3) | priority`.
        let cases = [(100, 0, 800), (-1, 6, -2), (23, 7, 191), (1, 9, 9), (-5, -3, -3)];
        for (facility, severity, number) in cases {
            assert_eq!(Priority::from_numbers(facility, severity).number(), number);
        }
        let largest = Priority::from_numbers(i32::MAX, 7).number();
        assert_eq!(largest, (i64::from(i32::MAX) << 3) + 7);
    }
}
