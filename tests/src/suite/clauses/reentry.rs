//! A handler that is called from within itself.

use std::sync::{Arc, Weak};

use handlers_core::{
    Error, ErrorKind, Handler, Level, Logger, Manager, Record, reentrant_drops, warning,
};

use super::{Check, Clause, every, formatting, taking};
use crate::suite::trial::{Trial, unique_name};

pub(super) const CLAUSES: &[Clause] = &[
    Clause {
        promise: "a filter that logs to the handler's own logger neither deadlocks nor recurses; \
                  what it logs is dropped and counted by `reentrant_drops`",
        concerns: taking,
        holds: Check::Using(a_filter_that_logs),
    },
    Clause {
        promise: "a formatter that logs to the handler's own logger neither deadlocks nor \
                  recurses; what it logs is dropped and counted by `reentrant_drops`",
        concerns: formatting,
        holds: Check::Using(a_formatter_that_logs),
    },
    Clause {
        promise: "an error hook that logs to the handler's own logger neither deadlocks nor \
                  recurses; what it logs is dropped and counted by `reentrant_drops`",
        concerns: formatting,
        holds: Check::Using(an_error_hook_that_logs),
    },
    Clause {
        promise: "a filter may look at the handler that asks it, change it, flush it and close it",
        concerns: taking,
        holds: Check::Using(a_filter_uses_the_handler),
    },
    Clause {
        promise: "a formatter may look at the handler that calls it, change it, flush it and \
                  close it",
        concerns: formatting,
        holds: Check::Using(a_formatter_uses_the_handler),
    },
    Clause {
        promise: "a record that is logged after a re-entrant one gets through",
        concerns: every,
        holds: Check::Using(the_thread_leaves_the_handler),
    },
];

fn a_filter_that_logs(trial: &Trial) {
    let logger = logger_with(trial);
    let own = logger.clone();
    trial.add_filter(move |record: &Record<'_>| {
        log_once(&own, record);
        true
    });
    expect_one_drop(trial, &logger, &["from outside"]);
}

fn a_formatter_that_logs(trial: &Trial) {
    let logger = logger_with(trial);
    let own = logger.clone();
    trial.set_formatter(move |record: &Record<'_>, out: &mut String| {
        log_once(&own, record);
        record.write_message(out)
    });
    expect_one_drop(trial, &logger, &["from outside"]);
}

fn an_error_hook_that_logs(trial: &Trial) {
    let logger = logger_with(trial);
    let own = logger.clone();
    trial.set_formatter(|_: &Record<'_>, _: &mut String| {
        Err(Error::new(ErrorKind::Value, "this one cannot be formatted"))
    });
    let hook = move |record: &Record<'_>, _: &Error| log_once(&own, record);
    trial.handler.base().set_error_hook(Some(Arc::new(hook)));
    expect_one_drop(trial, &logger, &[]);
}

fn a_filter_uses_the_handler(trial: &Trial) {
    let handler: Weak<dyn Handler> = Arc::downgrade(&trial.handler);
    trial.add_filter(move |_: &Record<'_>| {
        use_in_every_way(&handler);
        true
    });
    assert!(trial.handle("one"), "the record passes");
    assert!(trial.handle("two"), "the record passes");
    assert_eq!(trial.take_errors(), []);
}

fn a_formatter_uses_the_handler(trial: &Trial) {
    let handler: Weak<dyn Handler> = Arc::downgrade(&trial.handler);
    trial.set_formatter(move |record: &Record<'_>, out: &mut String| {
        use_in_every_way(&handler);
        record.write_message(out)
    });
    assert!(trial.handle("one"), "the record passes");
    assert!(trial.handle("two"), "the record passes");
    assert_eq!(trial.take_errors(), []);
}

fn the_thread_leaves_the_handler(trial: &Trial) {
    let logger = logger_with(trial);
    let own = logger.clone();
    trial.add_filter(move |record: &Record<'_>| {
        log_once(&own, record);
        true
    });
    warning!(logger, "one");
    warning!(logger, "two");
    trial.expect(&["one", "two"]);
    logger.remove_handler(&trial.handler);
}

/// What a deadlock would come of, if a lock were held while user code runs.
fn use_in_every_way(handler: &Weak<dyn Handler>) {
    let handler = handler.upgrade().expect("a handler at work is alive");
    let _ = format!("{handler:?}");
    let _ = (handler.pending(), handler.base().counters());
    handler.base().set_level(Level::DEBUG);
    handler.base().set_formatter(None);
    for filter in handler.base().filters() {
        handler.base().remove_filter(&filter);
    }
    let flushed = handler.flush();
    assert!(flushed.is_ok(), "the flush failed: {flushed:?}");
    let closed = handler.close();
    assert!(closed.is_ok(), "the close failed: {closed:?}");
}

/// Logs a record, unless this is about that one: a handler that recurses is found out, not let go on
/// until the stack is full.
fn log_once(logger: &Logger, about: &Record<'_>) {
    if about.as_text() != Some("from inside") {
        warning!(logger, "from inside");
    }
}

/// Logs one record while user code inside the handler logs another.
fn expect_one_drop(trial: &Trial, logger: &Logger, lines: &[&str]) {
    let before = reentrant_drops();
    warning!(logger, "from outside");
    // Other tests of the process may drop some too.
    assert!(reentrant_drops() > before, "the record from inside was not counted");
    trial.expect(lines);
    // The logger, its handler and the handler's user code know each other.
    logger.remove_handler(&trial.handler);
}

fn logger_with(trial: &Trial) -> Logger {
    let logger = Manager::new().get_logger(&unique_name());
    logger.set_propagate(false);
    logger.add_handler(Arc::clone(&trial.handler));
    logger
}
