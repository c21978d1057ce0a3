//! What the system can do to a handler, and that no acknowledged record is lost to it.
//!
//! The faults are real ones: a killed process, a full disk, system calls that fail because `strace`
//! says so, a clock that `libfaketime` sets. CPython's own losses under the same faults are cited
//! where they are worse.
//!
//! | row | what happens | tests |
//! |---|---|---|
//! | A1, A1b | a kill in a rollover; the same again at every start | [`crash`], [`kill`] |
//! | A2 | the disk is full, and has room again | [`space`] |
//! | A3 | a write fails | [`errors`], [`streams`] |
//! | A3b | a write takes a part | [`short_writes`], [`streams`], [`space`] |
//! | A3c, A3d | another call of a rollover fails | [`rotation`], [`errors`] |
//! | A4 | there is no descriptor to spare | [`errors`], [`watch`] |
//! | A5 | the file or its directory is moved, deleted, truncated, replaced | [`paths`], [`watch`] |
//! | A5b | nothing in the directory can be changed | [`permissions`] |
//! | A6 | there are symbolic links | [`links`] |
//! | A6b | the file is a pipe | [`pipes`] |
//! | A6c | the file is a device or a standard stream | [`space`], [`processes`] |
//! | A7, A7b | the clock is set; the name of a backup is taken | [`clock`] |
//! | A8 | several processes write to one file | [`processes`], [`crate::shared`] |
//! | A9 | records are large | [`sizes`] |
//! | C1 | a filter, formatter, value or hook panics | [`held_back`], [`queues`], [`crate::invariants`] |
//! | C2 | a handler logs to its own logger | [`held_back`], [`queues`], the clauses of [`crate::conformance_suite`] |
//! | C3 | two handlers log to each other's loggers | [`held_back`], [`queues`], [`crate::invariants`], [`crate::memory_handler`] |
//! | C4 | code panics in the middle of a handler's work | [`held_back`] |
//! | C5 | the process forks while threads are inside handlers | [`forks`] |
//! | C6 | the program ends, panics, or is told to end | [`ending`] |
//! | C7 | a queue is full | [`queues`], [`crate::queue_handler`] |
//! | C8 | a handler behind a queue fails | [`crate::queue_listener`] |
//! | C9 | the target of a buffer fails | [`held_back`], [`crate::memory_handler`] |

mod clock;
mod content;
mod crash;
mod ending;
mod errors;
mod forks;
mod held_back;
mod kill;
mod links;
mod paths;
mod permissions;
mod pipes;
mod processes;
mod queues;
mod rotation;
mod short_writes;
mod sizes;
mod space;
mod streams;
mod trace;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use handlers_core::{Error, Handler, Record};

use crate::writer::numbered;

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

/// Lets a handler handle the records of these numbers.
pub(crate) fn handle(handler: &dyn Handler, numbers: std::ops::Range<u32>) {
    for number in numbers {
        assert!(handler.handle(&numbered(number)), "errors do not reach the caller");
    }
}

/// Asserts that all records were written.
pub(crate) fn assert_untroubled(handler: &dyn Handler, emitted: u64) {
    let counters = handler.base().counters();
    assert_eq!((counters.emitted, counters.dropped, counters.failed), (emitted, 0, 0));
}
