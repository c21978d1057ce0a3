//! Who is asked before a record is emitted, and what that one may do.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use handlers_core::{Filter, Handler, Level, Record, Verdict};

use super::{Check, Clause, taking, taking_none};
use crate::suite::trial::{Trial, lock, panic_quietly, record};

pub(super) const CLAUSES: &[Clause] = &[
    Clause {
        promise: "filters are asked in the order in which they were added, each about what the \
                  one before it left, and none after one that said no",
        concerns: taking,
        holds: Check::Using(filters_run_in_order),
    },
    Clause {
        promise: "a record that a filter puts in the place of another is the one that is emitted, \
                  and the caller keeps his own",
        concerns: taking,
        holds: Check::Using(a_replacement_is_emitted),
    },
    Clause {
        promise: "when a filter says no, `handle` answers false, and nothing is emitted, counted \
                  or reported",
        concerns: taking,
        holds: Check::Using(a_no_is_a_no),
    },
    Clause {
        promise: "a filter that was removed is not asked any more",
        concerns: taking,
        holds: Check::Using(a_removed_filter_is_not_asked),
    },
    Clause {
        promise: "`handle` does not look at the level: the logger does that",
        concerns: taking,
        holds: Check::Using(the_level_is_not_looked_at),
    },
    Clause {
        promise: "a filter that panics is reported once and has no say; the record passes and the \
                  handler stays usable",
        concerns: taking,
        holds: Check::Using(a_panicking_filter_has_no_say),
    },
    Clause {
        promise: "a handler that takes no records answers false, asks nobody and counts nothing",
        concerns: taking_none,
        holds: Check::Using(nothing_happens),
    },
];

fn filters_run_in_order(trial: &Trial) {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&asked);
    trial.add_filter(move |seen: &Record<'_>| {
        lock(&log).push(format!("first: {}", text(seen)));
        Verdict::from(record("second wording"))
    });
    let log = Arc::clone(&asked);
    trial.add_filter(move |seen: &Record<'_>| {
        lock(&log).push(format!("second: {}", text(seen)));
        false
    });
    let log = Arc::clone(&asked);
    trial.add_filter(move |seen: &Record<'_>| {
        lock(&log).push(format!("third: {}", text(seen)));
        true
    });
    assert!(!trial.handle("first wording"), "the second filter says no");
    assert_eq!(*lock(&asked), ["first: first wording", "second: second wording"]);
}

fn a_replacement_is_emitted(trial: &Trial) {
    trial.add_filter(|_: &Record<'_>| Verdict::from(record("the replacement")));
    let original = record("the original");
    assert!(trial.handler.handle(&original), "the record passes");
    trial.expect(&["the replacement"]);
    assert_eq!(text(&original), "the original");
}

fn a_no_is_a_no(trial: &Trial) {
    trial.add_filter(|seen: &Record<'_>| text(seen) != "unwanted");
    assert!(!trial.handle("unwanted"), "the filter says no");
    assert_eq!(trial.counters(), (0, 0, 0), "emitted, dropped, failed");
    assert_eq!(trial.take_errors(), []);
    trial.deliver("wanted");
    trial.expect(&["wanted"]);
}

fn a_removed_filter_is_not_asked(trial: &Trial) {
    let no: Arc<dyn Filter> = Arc::new(|_: &Record<'_>| false);
    trial.handler.base().add_filter(Arc::clone(&no));
    assert!(!trial.handle("unwanted"), "the filter says no");
    trial.handler.base().remove_filter(&no);
    trial.deliver("wanted");
    trial.expect(&["wanted"]);
}

fn the_level_is_not_looked_at(trial: &Trial) {
    trial.handler.base().set_level(Level::CRITICAL);
    let low = Record::builder().level(Level::DEBUG).message("detail").build();
    assert!(trial.handler.handle(&low), "only the logger compares levels");
    trial.expect(&["detail"]);
}

fn a_panicking_filter_has_no_say(trial: &Trial) {
    let panics: Arc<dyn Filter> = Arc::new(|_: &Record<'_>| -> bool { panic_quietly() });
    trial.handler.base().add_filter(Arc::clone(&panics));
    assert!(trial.handle("passes all the same"), "the filter has no say");
    trial.expect(&["passes all the same"]);
    assert_eq!(trial.take_errors().len(), 1, "reports of the panic");
    trial.handler.base().remove_filter(&panics);
    trial.expect_usable();
}

fn nothing_happens(trial: &Trial) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    trial.add_filter(move |_: &Record<'_>| {
        count.fetch_add(1, Ordering::Relaxed);
        true
    });
    trial.set_formatter(|_: &Record<'_>, _: &mut String| panic_quietly());
    assert!(!trial.handle("into the void"), "`handle` answers no");
    assert_eq!(asked.load(Ordering::Relaxed), 0, "filters asked");
    assert_eq!(trial.counters(), (0, 0, 0), "emitted, dropped, failed");
    assert_eq!(trial.take_errors(), []);
}

fn text(record: &Record<'_>) -> String {
    record.message().unwrap_or_default().into_owned()
}
