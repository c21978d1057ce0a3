//! What the system can do to a handler, and that no acknowledged record is lost to it.
//!
//! The faults are real ones: a killed process, a full disk, system calls that fail because `strace`
//! says so. CPython's own losses under the same faults are cited where they are worse.

mod content;
mod errors;
mod kill;
mod paths;
mod processes;
mod space;
mod streams;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use handlers_core::{Error, Handler, Record};

/// How often the error hook of a handler was called.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reports(Arc<AtomicU64>);

impl Reports {
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Gives a handler an error hook that counts.
pub(crate) fn count_reports(handler: &dyn Handler) -> Reports {
    let reports = Reports::default();
    let told = reports.clone();
    let hook = move |_: &Record<'_>, _: &Error| {
        told.0.fetch_add(1, Ordering::Relaxed);
    };
    handler.base().set_error_hook(Some(Arc::new(hook)));
    reports
}
