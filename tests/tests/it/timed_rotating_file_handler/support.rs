//! A clock that is set by hand, and what is reported.

use std::error::Error as _;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use handlers_core::{Error, ManualClock, Record, TimeZone, Timestamp};
use handlers_file::{TimedRotatingFileHandler, TimedRotatingFileHandlerBuilder};

/// 1 March 2024, 11:00 UTC: a Friday everywhere near enough.
pub(super) const FRIDAY: i64 = 1_709_290_800;

pub(super) const DAY: i64 = 86_400;

pub(super) fn record(message: &str) -> Record<'static> {
    Record::builder().message(message.to_owned()).build()
}

fn seconds(time: i64) -> Timestamp {
    Timestamp::from_nanos(i128::from(time) * 1_000_000_000)
}

/// A clock.
#[derive(Debug)]
pub(super) struct Stage {
    clock: ManualClock,
}

impl Stage {
    pub(super) fn at(time: i64) -> Self {
        Self { clock: ManualClock::new(seconds(time)) }
    }

    pub(super) fn clock(&self) -> ManualClock {
        self.clock.clone()
    }

    pub(super) fn set(&self, time: i64) {
        self.clock.set(seconds(time));
    }

    /// Makes a file one that was last written at a time on this clock.
    pub(super) fn set_modified(path: &Path, time: i64) {
        let file = File::options().append(true).open(path).expect("there is a file");
        let seconds = u64::try_from(time).expect("the time is after the epoch");
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        file.set_modified(time).expect("the time can be set");
    }

    /// Begins a handler that lives by this clock. It delays: a file that was made now would have the
    /// time of the system.
    pub(super) fn handler(&self, path: impl AsRef<Path>) -> TimedRotatingFileHandlerBuilder {
        let builder = TimedRotatingFileHandler::builder(path).delay(true);
        builder.clock(self.clock()).time_zone(TimeZone::utc())
    }
}

/// What is reported to an error hook.
#[derive(Debug, Default)]
pub(super) struct Errors(Arc<Mutex<Vec<String>>>);

impl Errors {
    pub(super) fn hook(&self) -> impl Fn(&Record<'_>, &Error) + use<> {
        let texts = Arc::clone(&self.0);
        move |_, error| {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            let text = format!("{error}{cause}");
            texts.lock().unwrap_or_else(PoisonError::into_inner).push(text);
        }
    }

    pub(super) fn texts(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
