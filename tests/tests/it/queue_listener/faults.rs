//! Handlers that fail, panic, log, and use the listener that calls them.

use std::sync::mpsc;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use handlers_core::{
    Error, ErrorKind, Handler, HandlerBase, Level, Record, Result, info, reentrant_drops,
};
use handlers_queue::{Channel, Overflow, QueueHandler, QueueListener, RecordQueue};
use handlers_tests::support::{ListHandler, TestTree};

use super::{LONG, que_logger};
use crate::targets::{Calls, Errors, Panics, as_target, record};

// FAULTS C8: in CPython the thread is dead after the first error, and 195 of 200 records are lost.
#[test]
fn a_handler_that_fails_costs_its_record_and_no_more() {
    let queue = Channel::unbounded();
    let errors = Errors::default();
    let fails = Arc::new(FailsAt { base: HandlerBase::new(), number: 5, panics: false });
    fails.base().set_error_hook(Some(Arc::new(errors.hook())));
    let list = Arc::new(ListHandler::new());
    let builder = QueueListener::builder(queue.clone()).handler(fails.clone());
    let listener = builder.handler(as_target(&list)).build();
    let guard = listener.start().unwrap();
    put_200(&queue);
    let report = guard.stop(LONG);
    assert_eq!((report.handled, report.failed, report.left), (200, 1, 0));
    assert_eq!(list.lines().len(), 200);
    assert_eq!(fails.base().counters().emitted, 199);
    assert_eq!(errors.take(), [("5".to_owned(), ErrorKind::Io)]);
}

#[test]
fn a_handler_that_panics_costs_its_record_and_no_more() {
    let queue = Channel::unbounded();
    let errors = Errors::default();
    let fails = Arc::new(FailsAt { base: HandlerBase::new(), number: 5, panics: true });
    fails.base().set_error_hook(Some(Arc::new(errors.hook())));
    let list = Arc::new(ListHandler::new());
    let builder = QueueListener::builder(queue.clone()).handler(fails);
    let listener = builder.handler(as_target(&list)).build();
    let guard = listener.start().unwrap();
    put_200(&queue);
    let report = guard.stop(LONG);
    assert_eq!((report.handled, report.failed), (200, 1));
    assert_eq!(list.lines().len(), 200);
    assert_eq!(errors.take(), [("5".to_owned(), ErrorKind::Panic)]);
}

// QUEUE-40: the error escapes `handle` itself.
#[test]
fn a_handler_whose_handle_panics_at_every_record_keeps_none_from_the_next() {
    let queue = Channel::unbounded();
    let errors = Errors::default();
    let panics = Arc::new(Panics::at(|_| true));
    panics.base().set_error_hook(Some(Arc::new(errors.hook())));
    let list = Arc::new(ListHandler::new());
    let builder = QueueListener::builder(queue.clone()).handler(panics.clone());
    let listener = builder.handler(as_target(&list)).build();
    let guard = listener.start().unwrap();
    put_200(&queue);
    let report = guard.stop(LONG);
    assert_eq!((report.handled, report.failed, errors.take().len()), (200, 200, 200));
    assert_eq!((list.lines().len(), panics.base().counters().failed), (200, 200));
}

#[test]
fn a_filter_and_an_error_hook_that_panic_do_not_end_the_thread() {
    let queue = Channel::unbounded();
    let list = Arc::new(ListHandler::new());
    list.base().add_filter(Arc::new(|record: &Record<'_>| -> handlers_core::Verdict {
        match record.as_text() {
            Some("5") => crate::targets::panic_quietly(),
            _ => handlers_core::Verdict::Keep,
        }
    }));
    list.base().set_error_hook(Some(Arc::new(|_: &Record<'_>, _: &Error| {
        crate::targets::panic_quietly();
    })));
    let listener = QueueListener::builder(queue.clone()).handler(as_target(&list)).build();
    let guard = listener.start().unwrap();
    put_200(&queue);
    assert_eq!(guard.stop(LONG).handled, 200);
    assert!(list.lines().len() >= 199);
}

// gh-91555: what a handler logs comes back by the queue in CPython, for ever.
#[test]
fn a_handler_that_logs_to_its_own_queue_does_not_feed_itself() {
    let (tree, queue) = (TestTree::new(), Channel::unbounded());
    let que = que_logger(&tree, &queue);
    let list = Arc::new(ListHandler::new());
    let (logger, kept) = (que.clone(), Arc::clone(&list));
    let handler = Calls::new(move |record| {
        kept.handle(record);
        info!(logger, "about {}", record.message().unwrap());
    });
    let listener = QueueListener::builder(queue.clone()).handler(handler).build();
    let guard = listener.start().unwrap();
    let before = reentrant_drops();
    info!(que, "1");
    info!(que, "2");
    let report = guard.stop(LONG);
    assert_eq!((report.handled, list.lines()), (2, vec!["1".to_owned(), "2".to_owned()]));
    assert!(reentrant_drops() >= before + 2 && queue.is_empty());
}

#[test]
fn a_handler_can_flush_stop_and_start_its_listener_without_waiting_for_itself() {
    let queue = Channel::unbounded();
    let own: Arc<OnceLock<QueueListener>> = Arc::default();
    let (told, answers) = mpsc::channel();
    let listener = Arc::clone(&own);
    let handler = Calls::new(move |record| {
        let Some(listener) = listener.get() else { return };
        let said = match record.as_text() {
            Some("flush") => listener.flush(LONG).unwrap_err().to_string(),
            Some("start") => listener.start().unwrap_err().to_string(),
            Some("sentinel") => {
                listener.enqueue_sentinel();
                format!("running: {}", listener.is_running())
            }
            Some("stop") => listener.stop(LONG).to_string(),
            _ => "after".to_owned(),
        };
        told.send(said).unwrap();
    });
    let listener =
        own.get_or_init(|| QueueListener::builder(queue.clone()).handler(handler).build());
    for message in ["flush", "start", "sentinel", "stop", "after"] {
        put(&queue, message);
    }
    let guard = listener.start().unwrap();
    let said: Vec<String> = (0..5).map(|_| answers.recv_timeout(LONG).unwrap()).collect();
    let expected = [
        "cannot wait for the queue listener's thread inside one of its handlers",
        "Listener already started",
        "running: true",
        "3 records handled, 0 dropped, 0 failed, 2 left; the thread still runs",
        "after",
    ];
    assert_eq!(said, expected);
    assert_eq!(guard.stop(LONG).handled, 5);
}

#[test]
fn a_handler_can_drop_the_guard_of_its_own_thread() {
    let queue = Channel::unbounded();
    let (give, guards) = mpsc::channel();
    let guards = std::sync::Mutex::new(guards);
    let handler = Calls::new(move |_| drop(guards.lock().unwrap().recv()));
    let listener = QueueListener::builder(queue.clone()).handler(handler).build();
    put(&queue, "1");
    give.send(listener.start().unwrap()).unwrap();
    let begin = std::time::Instant::now();
    while listener.is_running() {
        assert!(begin.elapsed() < LONG);
        std::thread::yield_now();
    }
    assert_eq!(listener.stop(LONG).handled, 1);
}

#[test]
fn two_listeners_in_a_row_pass_records_on() {
    let (first, second) = (Channel::bounded(4), Channel::bounded(4));
    let list = Arc::new(ListHandler::new());
    let outer = QueueListener::builder(second.clone()).handler(as_target(&list)).build();
    let outer = Arc::new(outer);
    let between = QueueHandler::builder(second).overflow(Overflow::Block);
    let between = between.listener(Arc::clone(&outer)).build();
    let begin = QueueListener::builder(first.clone()).handler(Arc::new(between)).build();
    let (of_outer, of_begin) = (outer.start().unwrap(), begin.start().unwrap());
    for number in 0..100 {
        let record = record(Level::INFO, &number.to_string());
        let _ = first.put(record, Overflow::Block).unwrap();
    }
    begin.flush(LONG).unwrap();
    assert_eq!(list.lines().len(), 100);
    of_begin.stop(LONG);
    of_outer.stop(LONG);
}

// Once for each turn, with what was dropped since the last one.
#[test]
fn what_was_dropped_adds_up_under_load() {
    for overflow in [Overflow::DropNewest, Overflow::DropOldest, Overflow::BlockFor(Duration::ZERO)]
    {
        let queue = Channel::bounded(8);
        let list = Arc::new(ListHandler::new());
        let listener = QueueListener::builder(queue.clone()).handler(as_target(&list)).build();
        let guard = listener.start().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for number in 0..5_000 {
                        let _ = queue.put(record(Level::INFO, &number.to_string()), overflow);
                    }
                });
            }
        });
        let report = guard.stop(LONG);
        let lines = list.lines();
        let note = |line: &String| line.strip_suffix(" records dropped")?.parse::<u64>().ok();
        let noted: u64 = lines.iter().filter_map(note).sum();
        assert_eq!(report.handled + report.dropped, 20_000, "{overflow:?}");
        assert_eq!((noted, queue.dropped()), (report.dropped, report.dropped), "{overflow:?}");
        let own_lines = lines.iter().filter_map(note).count() as u64;
        assert_eq!(lines.len() as u64, report.handled + own_lines, "{overflow:?}");
    }
}

fn put_200(queue: &Channel) {
    for number in 1..=200 {
        put(queue, &number.to_string());
    }
}

fn put(queue: &Channel, message: &str) {
    let _ = queue.put(record(Level::INFO, message), Overflow::Fail).expect("there is room");
}

/// Fails or panics at its record of one number.
#[derive(Debug)]
struct FailsAt {
    base: HandlerBase,
    number: u32,
    panics: bool,
}

impl Handler for FailsAt {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        let is_it = record.as_text() == Some(&self.number.to_string());
        match (is_it, self.panics) {
            (false, _) => Ok(()),
            (true, false) => Err(Error::new(ErrorKind::Io, "on purpose")),
            (true, true) => crate::targets::panic_quietly(),
        }
    }
}
