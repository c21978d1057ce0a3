//! What brings out the records of a flight recorder.

use handlers_core::{Level, Record};

/// Decides whether `record` brings out what a [`FlightRecorder`](crate::FlightRecorder) has
/// recorded. Closures are triggers.
///
/// It is asked once for each record, by the thread that logs, before the record is in the ring and
/// outside any lock. A trigger that panics is reported, and the answer is no.
///
/// # Examples
///
/// A slow request brings out what led to it:
///
/// ```
/// use handlers_core::{Handler, NullHandler, Record};
/// use handlers_queue::FlightRecorder;
/// use std::sync::Arc;
///
/// let is_slow = |record: &Record<'_>| {
///     record.extra().any(|(name, value)| name == "ms" && value.as_i64().is_some_and(|ms| ms > 500))
/// };
/// let recorder =
///     FlightRecorder::builder(100, Arc::new(NullHandler::new())).trigger(is_slow).build();
/// recorder.handle(&Record::builder().message("served").field("ms", 12)?.build());
/// assert_eq!(recorder.recorded().len(), 1);
/// recorder.handle(&Record::builder().message("served").field("ms", 731)?.build());
/// assert!(recorder.recorded().is_empty());
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub trait Trigger: Send + Sync {
    /// Whether everything that was recorded comes out now, `record` included.
    fn fires(&self, record: &Record<'_>) -> bool;
}

fn _obj_safe(_: Box<dyn Trigger>) {}

impl<F: Fn(&Record<'_>) -> bool + Send + Sync> Trigger for F {
    fn fires(&self, record: &Record<'_>) -> bool {
        self(record)
    }
}

/// Fires at records of some level and above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct AtLevel {
    level: Level,
}

impl AtLevel {
    /// Makes a trigger that fires at records of `level` and above.
    pub const fn new(level: Level) -> Self {
        Self { level }
    }
}

impl Default for AtLevel {
    /// `ERROR`.
    fn default() -> Self {
        Self::new(Level::ERROR)
    }
}

impl Trigger for AtLevel {
    fn fires(&self, record: &Record<'_>) -> bool {
        record.level() >= self.level
    }
}
