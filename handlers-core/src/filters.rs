//! The filters of one logger or handler: Python's `Filterer`.

use std::sync::Arc;

use crate::contain::contain;
use crate::error::Error;
use crate::filter::{Filter, Verdict};
use crate::record::Record;

/// Filters in the order in which they were added.
pub(crate) type Filters = Vec<Arc<dyn Filter>>;

/// Adds `filter` unless it is there (CORE-59).
pub(crate) fn add(filters: &mut Filters, filter: Arc<dyn Filter>) {
    if !filters.iter().any(|known| Arc::ptr_eq(known, &filter)) {
        filters.push(filter);
    }
}

/// Removes `filter` if it is there (CORE-59).
pub(crate) fn remove(filters: &mut Filters, filter: &Arc<dyn Filter>) {
    filters.retain(|known| !Arc::ptr_eq(known, filter));
}

/// Asks the filters in turn (CORE-61, CORE-62). One that panics is reported and has no say.
pub(crate) fn apply(
    filters: &[Arc<dyn Filter>],
    record: &Record<'_>,
    mut report: impl FnMut(&Error),
) -> Verdict {
    let mut replacement: Option<Box<Record<'static>>> = None;
    for filter in filters {
        let current = replacement.as_deref().unwrap_or(record);
        match contain("filter a record", || filter.filter(current)) {
            Ok(Verdict::Keep) => {}
            Ok(Verdict::Drop) => return Verdict::Drop,
            Ok(Verdict::Replace(record)) => replacement = Some(record),
            Err(panic) => report(&panic),
        }
    }
    replacement.map_or(Verdict::Keep, Verdict::Replace)
}
