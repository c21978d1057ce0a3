//! Facilities: the part of a system that a message is from.

use std::fmt;
use std::str::FromStr;

use handlers_core::{Error, Result};

use super::names;

/// The part of the system that a syslog message is from: a number, most of which have names.
///
/// A name is read as Python reads it, in lower case only (NET-43). As in Python any number will do
/// (NET-45); RFC 5424 knows those from 0 to 23.
///
/// # Examples
///
/// ```
/// use handlers_net::syslog::Facility;
///
/// assert_eq!("local3".parse::<Facility>()?, Facility::LOCAL3);
/// assert_eq!(Facility::MAIL.number(), 2);
/// assert_eq!("LOCAL3".parse::<Facility>().unwrap_err().to_string(), "'LOCAL3'");
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facility(i32);

// NET-41.
impl Facility {
    /// 0: the kernel.
    pub const KERN: Self = Self(0);
    /// 1: programs of users. The default.
    pub const USER: Self = Self(1);
    /// 2: mail.
    pub const MAIL: Self = Self(2);
    /// 3: system services.
    pub const DAEMON: Self = Self(3);
    /// 4: security and authorization.
    pub const AUTH: Self = Self(4);
    /// 5: the syslog service itself.
    pub const SYSLOG: Self = Self(5);
    /// 6: printers.
    pub const LPR: Self = Self(6);
    /// 7: network news.
    pub const NEWS: Self = Self(7);
    /// 8: UUCP.
    pub const UUCP: Self = Self(8);
    /// 9: scheduled jobs.
    pub const CRON: Self = Self(9);
    /// 10: security and authorization, for a log that not everybody may read.
    pub const AUTHPRIV: Self = Self(10);
    /// 11: FTP.
    pub const FTP: Self = Self(11);
    /// 12: NTP.
    pub const NTP: Self = Self(12);
    /// 13: audits.
    pub const SECURITY: Self = Self(13);
    /// 14: alerts for the console.
    pub const CONSOLE: Self = Self(14);
    /// 15: scheduled jobs, on Solaris.
    pub const SOLCRON: Self = Self(15);
    /// 16: for local use.
    pub const LOCAL0: Self = Self(16);
    /// 17: for local use.
    pub const LOCAL1: Self = Self(17);
    /// 18: for local use.
    pub const LOCAL2: Self = Self(18);
    /// 19: for local use.
    pub const LOCAL3: Self = Self(19);
    /// 20: for local use.
    pub const LOCAL4: Self = Self(20);
    /// 21: for local use.
    pub const LOCAL5: Self = Self(21);
    /// 22: for local use.
    pub const LOCAL6: Self = Self(22);
    /// 23: for local use.
    pub const LOCAL7: Self = Self(23);

    /// Makes the facility of any number.
    pub const fn new(number: i32) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The name, if the number has one.
    pub fn name(self) -> Option<&'static str> {
        NAMES.iter().find(|(_, facility)| *facility == self).map(|(name, _)| *name)
    }

    /// All names and what they stand for: Python's `facility_names` (NET-43).
    pub fn names() -> impl Iterator<Item = (&'static str, Self)> {
        NAMES.into_iter()
    }

    /// Whether the number is one of RFC 5424's.
    pub(crate) const fn is_standard(self) -> bool {
        matches!(self.0, 0..=23)
    }
}

impl Default for Facility {
    /// NET-46.
    fn default() -> Self {
        Self::USER
    }
}

impl FromStr for Facility {
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

impl fmt::Display for Facility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl fmt::Debug for Facility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({})", self.0)
    }
}

const NAMES: [(&str, Facility); 24] = [
    ("auth", Facility::AUTH),
    ("authpriv", Facility::AUTHPRIV),
    ("console", Facility::CONSOLE),
    ("cron", Facility::CRON),
    ("daemon", Facility::DAEMON),
    ("ftp", Facility::FTP),
    ("kern", Facility::KERN),
    ("lpr", Facility::LPR),
    ("mail", Facility::MAIL),
    ("news", Facility::NEWS),
    ("ntp", Facility::NTP),
    ("security", Facility::SECURITY),
    ("solaris-cron", Facility::SOLCRON),
    ("syslog", Facility::SYSLOG),
    ("user", Facility::USER),
    ("uucp", Facility::UUCP),
    ("local0", Facility::LOCAL0),
    ("local1", Facility::LOCAL1),
    ("local2", Facility::LOCAL2),
    ("local3", Facility::LOCAL3),
    ("local4", Facility::LOCAL4),
    ("local5", Facility::LOCAL5),
    ("local6", Facility::LOCAL6),
    ("local7", Facility::LOCAL7),
];

#[cfg(test)]
mod tests {
    use handlers_core::ErrorKind;

    use super::*;

    #[test]
    fn every_number_of_the_rfc_has_one_name_that_reads_back() {
        for number in 0..24 {
            let facility = Facility::new(number);
            let name = facility.name().expect("the first 24 numbers have names");
            assert_eq!(name.parse::<Facility>().expect("it is a name"), facility);
        }
        assert_eq!(Facility::new(24).name(), None);
    }

    #[test]
    fn an_unknown_name_is_pythons_key_error() {
        for name in ["nope", "LOCAL0", "solcron", "", " user", "local8"] {
            let error = name.parse::<Facility>().unwrap_err();
            assert_eq!((error.kind(), error.to_string()), (ErrorKind::Key, format!("'{name}'")));
        }
    }

    #[test]
    fn a_facility_shows_its_name_or_its_number() {
        assert_eq!(
            format!("{:?} {}", Facility::SOLCRON, Facility::new(-1)),
            "solaris-cron (15) -1"
        );
    }
}
