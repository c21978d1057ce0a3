//! What goes wrong inside a handler stays there, and is told and counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use handlers_core::{Error, ErrorKind, Handler, Record, Result};

use super::{Check, Clause, formatting, passing_on, taking};
use crate::suite::trial::{Reported, Trial, panic_quietly};

pub(super) const CLAUSES: &[Clause] = &[
    Clause {
        promise: "an `emit` that fails calls `handle_error` once, with the record and the error, \
                  and `handle` still answers true",
        concerns: formatting,
        holds: Check::Using(a_failure_is_reported_once),
    },
    Clause {
        promise: "a formatter that panics is an error like any other, and the handler stays usable",
        concerns: formatting,
        holds: Check::Using(a_panicking_formatter_is_contained),
    },
    Clause {
        promise: "what a formatter wrote before it failed is not delivered",
        concerns: formatting,
        holds: Check::Using(half_a_line_is_not_delivered),
    },
    Clause {
        promise: "an error hook that panics is contained, and the handler stays usable",
        concerns: formatting,
        holds: Check::Using(a_panicking_error_hook_is_contained),
    },
    Clause {
        promise: "a handler that has no use for a formatter does not fail with it",
        concerns: passing_on,
        holds: Check::Using(an_unused_formatter_does_no_harm),
    },
    Clause {
        promise: "emitted, dropped and failed records add up to those that the filters let pass",
        concerns: taking,
        holds: Check::Using(counters_add_up),
    },
];

fn a_failure_is_reported_once(trial: &Trial) {
    trial.set_formatter(fails_on_bad);
    trial.deliver("good");
    assert!(trial.handle("bad"), "an error changes nothing about the answer");
    let reported = Reported { message: "bad".to_owned(), kind: ErrorKind::Value };
    assert_eq!(trial.take_errors(), [reported]);
    assert_eq!(trial.counters(), (1, 0, 1), "emitted, dropped, failed");
    trial.deliver("good again");
    trial.expect(&["good", "good again"]);
}

fn a_panicking_formatter_is_contained(trial: &Trial) {
    trial.set_formatter(|record: &Record<'_>, out: &mut String| {
        if record.as_text() == Some("bad") {
            panic_quietly();
        }
        record.write_message(out)
    });
    assert!(trial.handle("bad"), "a panic changes nothing about the answer");
    let reported = Reported { message: "bad".to_owned(), kind: ErrorKind::Panic };
    assert_eq!(trial.take_errors(), [reported]);
    assert_eq!(trial.counters(), (0, 0, 1), "emitted, dropped, failed");
    trial.expect_usable();
}

fn half_a_line_is_not_delivered(trial: &Trial) {
    trial.set_formatter(|record: &Record<'_>, out: &mut String| {
        record.write_message(out)?;
        fails_on_bad(record, out)
    });
    trial.handle("bad");
    trial.handler.base().set_formatter(None);
    trial.deliver("good");
    trial.expect(&["good"]);
}

fn a_panicking_error_hook_is_contained(trial: &Trial) {
    trial.set_formatter(fails_on_bad);
    let called = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&called);
    let hook = move |_: &Record<'_>, _: &Error| {
        count.fetch_add(1, Ordering::Relaxed);
        panic_quietly()
    };
    trial.handler.base().set_error_hook(Some(Arc::new(hook)));
    assert!(trial.handle("bad"), "a panic changes nothing about the answer");
    assert_eq!(called.load(Ordering::Relaxed), 1, "calls of the error hook");
    assert_eq!(trial.counters(), (0, 0, 1), "emitted, dropped, failed");
    trial.expect_usable();
}

fn an_unused_formatter_does_no_harm(trial: &Trial) {
    trial.set_formatter(|_: &Record<'_>, _: &mut String| panic_quietly());
    trial.deliver("as it is");
    trial.expect(&["as it is"]);
    assert_eq!(trial.take_errors(), []);
}

fn counters_add_up(trial: &Trial) {
    trial.add_filter(|record: &Record<'_>| record.as_text() != Some("unwanted"));
    if trial.nature.formats {
        trial.set_formatter(fails_on_bad);
    }
    let messages = ["good", "bad", "unwanted", "good", "unwanted", "bad", "bad"];
    let passed = messages.into_iter().filter(|message| trial.handle(message)).count();
    let (emitted, dropped, failed) = trial.counters();
    assert_eq!(passed, 5, "records that the filter let pass");
    assert_eq!(emitted + dropped + failed, 5, "{emitted} + {dropped} + {failed} records");
    assert_eq!(failed, if trial.nature.formats { 3 } else { 0 }, "failed records");
    let delivered = u64::try_from(trial.lines().len()).expect("there are a few lines");
    assert_eq!(emitted, delivered, "emitted records and delivered lines");
}

fn fails_on_bad(record: &Record<'_>, out: &mut String) -> Result<()> {
    match record.as_text() {
        Some("bad") => Err(Error::new(ErrorKind::Value, "this one cannot be formatted")),
        _ => record.write_message(out),
    }
}
