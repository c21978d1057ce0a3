//! Records that are held back, and code of the program's that panics, logs, fails or waits in
//! between.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use handlers_core::{
    Error, ErrorKind, Filter, Handler, Level, Logger, Manager, Record, Result, error,
    reentrant_drops, warning,
};
use handlers_queue::{BufferingHandler, FlightRecorder, MemoryHandler};
use handlers_tests::support::ListHandler;

use crate::targets::{Calls, Panics, as_target, counted, panic_quietly, record};

// C1. CPython raises it to the caller, and the next handler gets nothing.
#[test]
fn a_filter_that_panics_keeps_no_handler_from_the_record() {
    for (name, front) in FRONTS {
        let behind = Arc::new(ListHandler::new());
        let (logger, beside) = logger_with(&front(as_target(&behind)));
        let filter: Arc<dyn Filter> =
            Arc::new(
                |record: &Record<'_>| {
                    if record.as_text() == Some("2") { panic_quietly() } else { true }
                },
            );
        logger.handlers()[0].base().add_filter(filter);
        for number in 1..=3 {
            warning!(logger, "{number}");
        }
        assert_eq!((behind.lines(), beside.lines()), (numbers(1..4), numbers(1..4)), "{name}");
    }
}

// C1.
#[test]
fn a_target_that_panics_costs_its_record_and_keeps_no_handler_from_it() {
    for (name, front) in FRONTS {
        let behind = Arc::new(Panics::at(|message| message == "2"));
        let (logger, beside) = logger_with(&front(Arc::<Panics>::clone(&behind)));
        for number in 1..=3 {
            warning!(logger, "{number}");
        }
        let front = logger.handlers().remove(0);
        assert_eq!(behind.list.lines(), ["1", "3"], "{name}");
        assert_eq!((beside.lines(), front.pending()), (numbers(1..4), 0), "{name}");
    }
}

// C2. CPython raises a RecursionError to the caller.
#[test]
fn a_target_that_logs_to_its_own_logger_does_not_recurse() {
    for (name, front) in FRONTS {
        let own = Manager::new().get_logger("own");
        let (inside, behind) = (own.clone(), Arc::new(ListHandler::new()));
        let list = Arc::clone(&behind);
        own.add_handler(quiet(front(Calls::new(move |record| {
            warning!(inside, "from inside");
            list.handle(record);
        }))));
        let before = reentrant_drops();
        for number in 1..=3 {
            warning!(own, "{number}");
        }
        assert_eq!(behind.lines(), numbers(1..4), "{name}");
        assert!(reentrant_drops() >= before + 3, "{name}");
        own.remove_handler(&own.handlers()[0]);
    }
}

// C3. CPython deadlocks.
#[test]
fn two_targets_that_log_to_each_others_loggers_do_not_deadlock() {
    for (name, front) in FRONTS {
        let manager = Manager::new();
        let loggers = ["one", "other"].map(|name| manager.get_logger(name));
        let lists = [(); 2].map(|()| Arc::new(ListHandler::new()));
        for (own, other) in [(0, 1), (1, 0)] {
            let (list, other) = (Arc::clone(&lists[own]), loggers[other].clone());
            loggers[own].add_handler(quiet(front(Calls::new(move |record| {
                error!(other, "cross");
                list.handle(record);
            }))));
        }
        let threads = loggers.clone();
        within_patience(move || {
            let together = &Barrier::new(2);
            thread::scope(|scope| {
                for logger in &threads {
                    scope.spawn(move || {
                        together.wait();
                        (0..500).for_each(|number| error!(logger, "{number}"));
                    });
                }
            });
        });
        for (logger, list) in loggers.iter().zip(&lists) {
            assert_eq!(list.lines(), numbers(0..500), "{name}");
            logger.remove_handler(&logger.handlers()[0]);
        }
    }
}

// C4. What panics holds no lock, so none is poisoned.
#[test]
fn a_handler_is_as_good_as_new_after_panics_on_many_threads() {
    for (name, front) in FRONTS {
        let behind = Arc::new(Panics::at(|message| message == "panic"));
        let front = quiet(front(Arc::<Panics>::clone(&behind)));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for number in 0..200 {
                        let message = if number % 3 == 0 { "panic" } else { "good" };
                        front.handle(&record(Level::ERROR, message));
                    }
                });
            }
        });
        let _ = front.flush();
        front.handle(&record(Level::ERROR, "after"));
        let _ = front.flush();
        let lines = behind.list.lines();
        assert_eq!(lines.last().map(String::as_str), Some("after"), "{name}");
        assert_eq!((lines.len(), front.pending()), (8 * 133 + 1, 0), "{name}");
    }
}

// C9. In CPython 16 errors reach the caller, and a buffer for 10 holds 25 records.
#[test]
fn what_fails_for_a_while_is_kept_within_bounds_and_comes_in_order_when_it_recovers() {
    let (fails, behind) = (Arc::new(AtomicBool::new(true)), Arc::new(ListHandler::new()));
    let (is_away, list) = (Arc::clone(&fails), Arc::clone(&behind));
    let drain = move |records: &mut VecDeque<Record<'static>>| -> Result<()> {
        while !is_away.load(Ordering::Relaxed)
            && let Some(record) = records.pop_front()
        {
            list.handle(&record);
        }
        let away = || Error::new(ErrorKind::Io, "the peer is away");
        if records.is_empty() { Ok(()) } else { Err(away()) }
    };
    let handler = BufferingHandler::builder(10).max_records(20).drain(drain);
    let handler = handler.error_hook(|_: &Record<'_>, _: &Error| {}).build();
    for number in 1..=25 {
        assert!(handler.handle(&record(Level::INFO, &number.to_string())));
        assert!(handler.pending() <= 20);
    }
    assert_eq!(counted(&handler), (20, 5, 0));
    fails.store(false, Ordering::Relaxed);
    handler.flush().unwrap();
    assert_eq!((behind.lines(), handler.pending()), (numbers(6..26), 0));
}

// C9.
#[test]
fn a_target_that_always_panics_leaves_nothing_behind_in_a_recorder() {
    let recorder = FlightRecorder::builder(10, Arc::new(Panics::at(|_| true)));
    let recorder = recorder.error_hook(|_: &Record<'_>, _: &Error| {}).build();
    for number in 1..=25 {
        let level = if number % 5 == 0 { Level::ERROR } else { Level::INFO };
        assert!(recorder.handle(&record(level, &number.to_string())));
    }
    let left = (recorder.pending(), recorder.recorded().len());
    assert_eq!((left, counted(&recorder)), ((0, 0), (0, 0, 25)));
}

/// A handler in front of a target, which gets each record at once.
type Front = fn(Arc<dyn Handler>) -> Arc<dyn Handler>;

const FRONTS: [(&str, Front); 3] = [
    ("BufferingHandler", |target| {
        let drain = move |records: &mut VecDeque<Record<'static>>| {
            while let Some(record) = records.pop_front() {
                target.handle(&record);
            }
            Ok(())
        };
        Arc::new(BufferingHandler::builder(1).drain(drain).build())
    }),
    ("FlightRecorder", |target| {
        Arc::new(FlightRecorder::builder(9, target).trigger_level(Level::NOTSET).build())
    }),
    ("MemoryHandler", |target| Arc::new(MemoryHandler::builder(1).target(target).build())),
];

/// A logger that has a handler, and after it one that must get everything.
fn logger_with(front: &Arc<dyn Handler>) -> (Logger, Arc<ListHandler>) {
    let (logger, beside) = (Manager::new().get_logger("app"), Arc::new(ListHandler::new()));
    logger.add_handler(quiet(Arc::clone(front)));
    logger.add_handler(as_target(&beside));
    (logger, beside)
}

/// Without reports on standard error.
fn quiet(handler: Arc<dyn Handler>) -> Arc<dyn Handler> {
    handler.base().set_error_hook(Some(Arc::new(|_: &Record<'_>, _: &Error| {})));
    handler
}

fn numbers(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

/// Runs `work`, and fails if it hangs.
fn within_patience(work: impl FnOnce() + Send + 'static) {
    let (sender, receiver) = mpsc::channel();
    let thread = thread::spawn(move || {
        work();
        let _ = sender.send(());
    });
    let waited = receiver.recv_timeout(PATIENCE);
    assert_ne!(waited, Err(mpsc::RecvTimeoutError::Timeout), "a deadlock");
    thread.join().expect("the work is done");
}

const PATIENCE: Duration = Duration::from_secs(60);
