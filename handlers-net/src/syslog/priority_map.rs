//! From the names of levels to severities.

use std::borrow::Cow;

use super::Severity;

/// Says how severe the records of a level are: Python's `mapPriority`. Closures are maps.
///
/// It is asked by the *name* of the level, so that a level of one's own can have a severity of its
/// own (NET-44). It is called for each record, on the thread that logs, without a lock held.
///
/// # Examples
///
/// ```
/// use handlers_net::syslog::{LevelNames, PriorityMap, Severity};
///
/// let map = |name: &str| match name {
///     "AUDIT" => Severity::Notice,
///     other => LevelNames::default().severity(other),
/// };
/// assert_eq!(map.severity("AUDIT"), Severity::Notice);
/// assert_eq!(map.severity("ERROR"), Severity::Error);
/// ```
pub trait PriorityMap: Send + Sync {
    /// The severity of records whose level has this name.
    fn severity(&self, level_name: &str) -> Severity;
}

impl<F: Fn(&str) -> Severity + Send + Sync> PriorityMap for F {
    fn severity(&self, level_name: &str) -> Severity {
        self(level_name)
    }
}

/// A table of names: by default Python's `priority_map` (NET-44).
///
/// A name that is not in the table, `WARN` and `FATAL` among them, is a warning.
///
/// # Examples
///
/// ```
/// use handlers_net::syslog::{LevelNames, PriorityMap, Severity};
///
/// let map = LevelNames::default().with("NOTICE", Severity::Notice);
/// assert_eq!(map.severity("NOTICE"), Severity::Notice);
/// assert_eq!(map.severity("CRITICAL"), Severity::Critical);
/// assert_eq!(map.severity("critical"), Severity::Warning);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelNames {
    severities: Vec<(Cow<'static, str>, Severity)>,
}

impl LevelNames {
    /// Makes a table without names: everything is a warning.
    #[must_use]
    pub const fn empty() -> Self {
        Self { severities: Vec::new() }
    }

    /// Adds a name, or gives it another severity.
    #[must_use]
    pub fn with(mut self, level_name: impl Into<Cow<'static, str>>, severity: Severity) -> Self {
        let name = level_name.into();
        match self.severities.iter_mut().find(|(known, _)| *known == name) {
            Some(entry) => entry.1 = severity,
            None => self.severities.push((name, severity)),
        }
        self
    }

    /// The names and their severities.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Severity)> {
        self.severities.iter().map(|(name, severity)| (&**name, *severity))
    }
}

impl Default for LevelNames {
    fn default() -> Self {
        let names = [
            ("DEBUG", Severity::Debug),
            ("INFO", Severity::Info),
            ("WARNING", Severity::Warning),
            ("ERROR", Severity::Error),
            ("CRITICAL", Severity::Critical),
        ];
        Self { severities: names.map(|(name, severity)| (Cow::Borrowed(name), severity)).into() }
    }
}

impl PriorityMap for LevelNames {
    fn severity(&self, level_name: &str) -> Severity {
        let found = self.severities.iter().find(|(name, _)| name == level_name);
        found.map_or(Severity::Warning, |(_, severity)| *severity)
    }
}

fn _obj_safe(_: Box<dyn PriorityMap>) {}

#[cfg(test)]
mod tests {
    use super::*;

    // NET-44.
    #[test]
    fn a_name_that_is_not_in_the_table_is_a_warning() {
        let map = LevelNames::default();
        for name in ["WARN", "FATAL", "NOTSET", "debug", "Level 5", "", "crit"] {
            assert_eq!(map.severity(name), Severity::Warning, "{name}");
        }
        assert_eq!(LevelNames::empty().severity("DEBUG"), Severity::Warning);
    }

    #[test]
    fn a_name_that_is_added_twice_has_its_last_severity() {
        let map = LevelNames::default().with("INFO", Severity::Alert);
        assert_eq!(map.severity("INFO"), Severity::Alert);
        assert_eq!(map.iter().count(), 5);
    }
}
