//! Filters: who may pass, and as what.

use std::any::Any;
use std::fmt;

use crate::record::Record;

/// Decides whether a record passes, and may put another in its place.
///
/// Closures over `&Record` that return a `bool` or a [`Verdict`] are filters. Filters are asked in
/// the order in which they were added; the first that drops the record ends the matter (CORE-61).
///
/// A replacement made by a logger's filter is seen by every handler of that call, one made by a
/// handler's filter by that handler alone (CORE-63).
///
/// # Differences from Python
///
/// A filter cannot change the record in place; it returns a changed copy. A filter that panics is
/// reported to the error hook and the record passes, where Python loses it.
///
/// # Examples
///
/// ```
/// use handlers_core::{Handler, Level, NullHandler, Record};
/// use std::sync::Arc;
///
/// let handler = NullHandler::new();
/// handler.base().add_filter(Arc::new(|record: &Record<'_>| record.level() >= Level::ERROR));
/// ```
pub trait Filter: Any + Send + Sync {
    /// Says what is to become of `record`.
    fn filter(&self, record: &Record<'_>) -> Verdict;

    /// The name of the filter in listings of the logger tree.
    fn label(&self) -> String {
        "<closure>".to_owned()
    }
}

/// What a [`Filter`] says of a record.
#[derive(Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// The record goes no further here.
    Drop,
    /// The record passes as it is.
    Keep,
    /// The record passes as this one (CORE-62).
    Replace(Box<Record<'static>>),
}

impl<F, V> Filter for F
where
    F: Fn(&Record<'_>) -> V + Send + Sync + 'static,
    V: Into<Verdict> + 'static,
{
    fn filter(&self, record: &Record<'_>) -> Verdict {
        self(record).into()
    }
}

impl From<bool> for Verdict {
    fn from(passes: bool) -> Self {
        if passes { Self::Keep } else { Self::Drop }
    }
}

impl From<Record<'static>> for Verdict {
    fn from(record: Record<'static>) -> Self {
        Self::Replace(Box::new(record))
    }
}

/// Passes the records of one logger and of the loggers beneath it: Python's `Filter(name)`.
///
/// # Examples
///
/// ```
/// use handlers_core::{Filter, NameFilter, Record, Verdict};
///
/// let filter = NameFilter::new("app.db");
/// let passes = |name| matches!(filter.filter(&Record::builder().name(name).build()), Verdict::Keep);
/// assert!(passes("app.db") && passes("app.db.pool"));
/// assert!(!passes("app") && !passes("app.dbx"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct NameFilter {
    name: String,
}

impl NameFilter {
    /// Makes a filter that passes the logger `name` and its descendants; the empty name passes
    /// every record (CORE-57).
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }

    /// The name of the logger whose records pass.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether records of the logger `logger` pass (CORE-58).
    pub fn passes(&self, logger: &str) -> bool {
        match logger.strip_prefix(self.name.as_str()) {
            Some(rest) => self.name.is_empty() || rest.is_empty() || rest.starts_with('.'),
            None => false,
        }
    }
}

impl Filter for NameFilter {
    fn filter(&self, record: &Record<'_>) -> Verdict {
        self.passes(record.name()).into()
    }

    fn label(&self) -> String {
        self.name.clone()
    }
}

impl fmt::Debug for NameFilter {
    /// CORE-66.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Filter ({})>", self.name)
    }
}
