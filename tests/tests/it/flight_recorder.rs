//! The last records before something goes wrong.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::thread;

use handlers_core::{
    ErrorKind, Handler, Level, NameFilter, Record, Result, Value, debug, error,
    get_handler_by_name, info,
};
use handlers_queue::FlightRecorder;
use handlers_tests::support::{ListHandler, TestTree};

use crate::targets::{
    Calls, Errors, Gated, Panics, as_target, counted, panic_quietly, record, strings,
};

#[test]
fn an_error_brings_out_the_last_records_of_any_level_in_order() {
    let tree = TestTree::new();
    let logger = tree.logger("flight");
    logger.set_propagate(false);
    let recorder = Arc::new(FlightRecorder::new(4, as_target(tree.handler())));
    logger.add_handler(Arc::<FlightRecorder>::clone(&recorder));
    for number in 1..=5 {
        debug!(logger, "{number}");
    }
    info!(logger, "6");
    assert!(tree.lines().is_empty());
    error!(logger, "7");
    let expected =
        ["flight -> DEBUG: 4", "flight -> DEBUG: 5", "flight -> INFO: 6", "flight -> ERROR: 7"];
    assert_eq!(tree.lines(), expected);
    debug!(logger, "8");
    assert_eq!(tree.lines().len(), 4);
}

#[test]
fn what_falls_out_is_forgotten_and_neither_dropped_nor_pending() {
    let list = Arc::new(ListHandler::new());
    let recorder = FlightRecorder::new(3, as_target(&list));
    for number in 1..=10 {
        recorder.handle(&record(Level::INFO, &number.to_string()));
    }
    assert_eq!((recorder.forgotten(), recorder.pending(), counted(&recorder)), (7, 0, (10, 0, 0)));
    assert_eq!(messages(&recorder), ["8", "9", "10"]);
    recorder.flush().unwrap();
    recorder.close().unwrap();
    drop(recorder);
    assert!(list.lines().is_empty());
}

#[test]
fn a_dump_brings_out_everything_whatever_its_level() {
    let list = Arc::new(ListHandler::new());
    let recorder = FlightRecorder::builder(9, as_target(&list)).after(5).build();
    recorder.handle(&record(Level::DEBUG, "1"));
    recorder.dump().unwrap();
    recorder.dump().unwrap();
    recorder.handle(&record(Level::DEBUG, "2"));
    assert_eq!((list.lines(), messages(&recorder)), (strings(["1"]), strings(["2"])));
    assert_eq!((recorder.forgotten(), counted(&recorder)), (0, (2, 0, 0)));
}

#[test]
fn so_many_records_after_an_error_go_through_at_once() {
    let list = Arc::new(ListHandler::new());
    let recorder = FlightRecorder::builder(9, as_target(&list)).after(2).build();
    let log = |level, message| recorder.handle(&record(level, message));
    log(Level::DEBUG, "not after an error");
    log(Level::ERROR, "1");
    log(Level::DEBUG, "2");
    // Another error: two more from here.
    log(Level::ERROR, "3");
    log(Level::DEBUG, "4");
    log(Level::INFO, "5");
    assert_eq!(list.lines(), ["not after an error", "1", "2", "3", "4", "5"]);
    log(Level::INFO, "6");
    assert_eq!((list.lines().len(), messages(&recorder)), (6, strings(["6"])));
}

#[test]
fn a_level_or_a_closure_says_what_brings_the_records_out() {
    let list = Arc::new(ListHandler::new());
    let builder = FlightRecorder::builder(9, as_target(&list));
    let at_info = builder.trigger_level(Level::INFO).build();
    at_info.handle(&record(Level::DEBUG, "1"));
    at_info.handle(&record(Level::INFO, "2"));
    assert_eq!(list.lines(), ["1", "2"]);

    let builder = FlightRecorder::builder(9, as_target(&list));
    let by_name = builder.trigger(|record: &Record<'_>| record.name() == "app.db").build();
    by_name.handle(&record(Level::CRITICAL, "3"));
    assert_eq!(list.lines().len(), 2);
    by_name.handle(&Record::builder().name("app.db").message("4").build());
    assert_eq!(list.lines(), ["1", "2", "3", "4"]);
}

#[test]
fn a_record_is_kept_whole_and_unformatted() {
    let recorder = FlightRecorder::new(9, as_target(&Arc::new(ListHandler::new())));
    let template = Record::builder().template("%s of %s", [Value::from(1), Value::from(2)]);
    recorder.handle(&template.name("app.db").field("user", "ann").unwrap().build());
    let kept = recorder.recorded().remove(0);
    assert_eq!((kept.name(), kept.msg()), ("app.db", Value::from("%s of %s")));
    assert_eq!(kept.extra().next(), Some(("user", Value::from("ann"))));
}

#[test]
fn the_targets_filters_are_asked_and_its_level_is_not() {
    let target = Arc::new(ListHandler::new());
    target.base().set_level(Level::CRITICAL);
    target.base().add_filter(Arc::new(NameFilter::new("app")));
    let recorder = FlightRecorder::new(9, as_target(&target));
    recorder.handle(&Record::builder().name("other").message("not mine").build());
    recorder.handle(&Record::builder().name("app").level(Level::ERROR).message("mine").build());
    assert_eq!(target.lines(), ["mine"]);
}

#[test]
fn a_recorder_is_told_by_its_debug_and_its_target_by_its_name() {
    let target = Arc::new(ListHandler::new());
    target.base().set_name(Some("target of a recorder"));
    let recorder = FlightRecorder::builder(9, as_target(&target)).level(Level::INFO).build();
    assert_eq!(format!("{recorder:?}"), "<FlightRecorder (INFO)>");
    assert_eq!(recorder.target().base().id(), target.base().id());
    assert!(get_handler_by_name("target of a recorder").is_some());
}

#[test]
fn a_trigger_that_panics_is_reported_and_the_record_is_recorded() {
    let errors = Errors::default();
    let list = Arc::new(ListHandler::new());
    let recorder = FlightRecorder::builder(9, as_target(&list))
        .trigger(|_: &Record<'_>| -> bool { panic_quietly() })
        .error_hook(errors.hook())
        .build();
    assert!(recorder.handle(&record(Level::ERROR, "1")));
    assert_eq!(errors.take(), [("1".to_owned(), ErrorKind::Panic)]);
    assert_eq!((messages(&recorder), counted(&recorder)), (strings(["1"]), (1, 0, 0)));
}

#[test]
fn a_target_that_panics_costs_the_records_it_panics_at_and_no_other() {
    let errors = Errors::default();
    let target = Arc::new(Panics::at(|message| message == "2" || message == "4"));
    let builder = FlightRecorder::builder(9, Arc::<Panics>::clone(&target) as _);
    let recorder = builder.error_hook(errors.hook()).build();
    for number in 1..=4 {
        recorder.handle(&record(Level::INFO, &number.to_string()));
    }
    assert!(recorder.handle(&record(Level::ERROR, "5")));
    assert_eq!(target.list.lines(), ["1", "3", "5"]);
    let panic = |message: &str| (message.to_owned(), ErrorKind::Panic);
    assert_eq!(errors.take(), [panic("2"), panic("4")]);
    assert_eq!((recorder.pending(), counted(&recorder)), (0, (3, 0, 2)));

    recorder.handle(&record(Level::INFO, "4"));
    assert_eq!(recorder.dump().expect_err("the target panics").kind(), ErrorKind::Panic);
}

#[test]
fn what_a_target_brings_out_while_it_works_comes_with_the_next_flush() {
    let recorder: Arc<OnceLock<Weak<FlightRecorder>>> = Arc::default();
    let list = Arc::new(ListHandler::new());
    let (of_target, delivered) = (Arc::clone(&recorder), Arc::clone(&list));
    let target = Calls::new(move |delivered_record| {
        delivered.handle(delivered_record);
        if delivered_record.name() == "outside" {
            let recorder = of_target.get().and_then(Weak::upgrade).expect("it is just delivering");
            recorder.handle(&record(Level::CRITICAL, "from inside"));
            recorder.dump().unwrap();
        }
    });
    let handler = Arc::new(FlightRecorder::new(9, target));
    recorder.set(Arc::downgrade(&handler)).unwrap();
    let outside = Record::builder().name("outside").level(Level::ERROR);
    handler.handle(&outside.message("from outside").build());
    assert_eq!((list.lines(), handler.pending()), (strings(["from outside"]), 1));
    handler.flush().unwrap();
    assert_eq!((list.lines().len(), handler.pending()), (2, 0));
}

#[test]
fn a_thread_that_only_records_does_not_wait_for_a_slow_target() {
    let (target, gate) = Gated::new();
    let recorder = FlightRecorder::new(3, Arc::<Gated>::clone(&target) as _);
    thread::scope(|scope| {
        scope.spawn(|| recorder.handle(&record(Level::ERROR, "1")));
        gate.wait_for_a_record();
        // Returns, or the test hangs: nobody opens the gate before.
        for number in 2..=9 {
            recorder.handle(&record(Level::INFO, &number.to_string()));
        }
        assert_eq!((recorder.pending(), messages(&recorder)), (1, strings(["7", "8", "9"])));
        gate.open();
    });
    assert_eq!((target.list.lines(), recorder.pending()), (strings(["1"]), 0));
}

#[test]
fn when_a_grave_record_returns_it_is_with_the_target() {
    let (target, gate) = Gated::new();
    let recorder = FlightRecorder::new(3, Arc::<Gated>::clone(&target) as _);
    thread::scope(|scope| {
        scope.spawn(|| recorder.handle(&record(Level::ERROR, "1")));
        gate.wait_for_a_record();
        let grave = scope.spawn(|| {
            recorder.handle(&record(Level::ERROR, "2"));
            target.list.lines()
        });
        gate.open();
        assert_eq!(grave.join().unwrap(), ["1", "2"]);
    });
}

#[test]
fn what_was_brought_out_is_not_displaced_by_what_comes_while_it_waits() {
    let (target, gate) = Gated::new();
    let recorder = FlightRecorder::new(2, Arc::<Gated>::clone(&target) as _);
    thread::scope(|scope| {
        scope.spawn(|| recorder.handle(&record(Level::ERROR, "1")));
        gate.wait_for_a_record();
        let waiting = scope.spawn(|| recorder.handle(&record(Level::ERROR, "2")));
        while recorder.pending() < 2 {
            thread::yield_now();
        }
        for number in 3..=9 {
            recorder.handle(&record(Level::INFO, &number.to_string()));
        }
        gate.open();
        waiting.join().unwrap();
    });
    assert_eq!((target.list.lines(), recorder.forgotten()), (strings(["1", "2"]), 5));
}

#[test]
fn eight_threads_keep_their_order_and_every_record_is_accounted_for() {
    const RECORDS: usize = 5_000;
    let list = Arc::new(ListHandler::new());
    let recorder = FlightRecorder::builder(50, as_target(&list)).after(3).build();
    let logging = AtomicBool::new(true);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|thread| {
                let recorder = &recorder;
                scope.spawn(move || {
                    for number in 0..RECORDS {
                        let level = if number % 131 == 0 { Level::ERROR } else { Level::DEBUG };
                        recorder.handle(&record(level, &format!("{thread} {number}")));
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            while logging.load(Ordering::Relaxed) {
                recorder.dump().unwrap();
                recorder.flush().unwrap();
            }
        });
        for thread in threads {
            thread.join().unwrap();
        }
        logging.store(false, Ordering::Relaxed);
    });
    recorder.dump().unwrap();
    let (emitted, dropped, failed) = counted(&recorder);
    let delivered = list.lines();
    assert_eq!((recorder.pending(), failed, emitted + dropped), (0, 0, 8 * RECORDS as u64));
    assert_eq!(delivered.len() as u64, emitted - recorder.forgotten());
    let mut newest = [None; 8];
    for line in delivered {
        let (thread, number) = line.split_once(' ').expect("a line of two numbers");
        let [thread, number] = [thread, number].map(|digits| digits.parse::<usize>().unwrap());
        assert!(newest[thread] < Some(number), "{number} of thread {thread} is out of order");
        newest[thread] = Some(number);
    }
}

fn messages(recorder: &FlightRecorder) -> Vec<String> {
    let message = |kept: &Record<'_>| kept.message().map(String::from);
    let all: Result<Vec<String>> = recorder.recorded().iter().map(message).collect();
    all.expect("their messages are text")
}
