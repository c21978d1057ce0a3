//! Fields that are not sent.

use handlers_core::{Error, ErrorKind, Result};
use regex_lite::Regex;

use super::payload::Payload;

/// Patterns for the names of fields: a field whose name begins with `_` and one of them is left out
/// (GELF-29).
#[derive(Debug, Clone, Default)]
pub(super) struct Exclusions {
    patterns: Vec<Regex>,
}

impl Exclusions {
    /// # Errors
    ///
    /// A pattern is none.
    pub(super) fn new(patterns: &[String]) -> Result<Self> {
        let patterns = patterns.iter().map(|pattern| compile(pattern)).collect::<Result<_>>()?;
        Ok(Self { patterns })
    }

    /// Takes out what matches, but for the fields of GELF itself (GELF-30).
    pub(super) fn apply(&self, payload: &mut Payload<'_>) {
        if !self.patterns.is_empty() {
            let is_out = |name: &str| {
                name.starts_with('_') && self.patterns.iter().any(|pattern| pattern.is_match(name))
            };
            payload.retain(|name| !is_out(name));
        }
    }

    /// The same, as logging-gelf does it: it walks the list that it takes names out of, and so
    /// overlooks the name behind each that it has taken out.
    pub(super) fn apply_overlooking(&self, payload: &mut Payload<'_>) {
        for pattern in &self.patterns {
            let mut overlooks = false;
            payload.retain(|name| {
                let is_out = !overlooks && pattern.is_match(name);
                overlooks = is_out;
                !is_out
            });
        }
    }
}

/// Python's `re.match("^_PATTERN", name)`: an alternative in the pattern stands beside the `^_`.
fn compile(pattern: &str) -> Result<Regex> {
    Regex::new(&format!("^(?:^_{pattern})")).map_err(|error| {
        Error::with_source(ErrorKind::Value, format!("read the pattern '{pattern}'"), error)
    })
}
