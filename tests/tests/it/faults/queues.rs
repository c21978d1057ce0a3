//! Queues that are full, and code of the program's that panics or logs at either end of one.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use handlers_core::{
    Error, ErrorKind, Filter, Formatter, Handler, HandlerBase, Level, Logger, Manager, Record,
    Result, error, reentrant_drops, warning,
};
use handlers_queue::{Channel, Overflow, QueueHandler, QueueListener, RecordQueue};
use handlers_tests::support::{CapturedError, ListHandler};

use crate::targets::{Calls, Errors, Gated, as_target, counted, panic_quietly, record, strings};

// C1. What panics on the way into the queue costs its record, and the next handler has it.
#[test]
fn a_panic_on_the_way_into_a_queue_keeps_no_handler_from_the_record() {
    for part in ["filter", "formatter", "prepare", "value"] {
        let queue = Channel::unbounded();
        let mut builder = QueueHandler::builder(queue.clone());
        if part == "prepare" {
            let prepare =
                |_: &HandlerBase, _: &Record<'_>| -> Result<Record<'static>> { panic_quietly() };
            builder = builder.prepare(prepare);
        }
        let (handler, beside) = (Arc::new(builder.build()), Arc::new(ListHandler::new()));
        let errors = Errors::default();
        handler.base().set_error_hook(Some(Arc::new(errors.hook())));
        if part == "filter" {
            let filter: Arc<dyn Filter> = Arc::new(|_: &Record<'_>| -> bool { panic_quietly() });
            handler.base().add_filter(filter);
        }
        if part == "formatter" {
            let formatter: Arc<dyn Formatter> =
                Arc::new(|_: &Record<'_>, _: &mut String| -> Result<()> { panic_quietly() });
            handler.base().set_formatter(Some(formatter));
        }
        let logger = Manager::new().get_logger("app");
        logger.add_handler(Arc::<QueueHandler>::clone(&handler));
        logger.add_handler(as_target(&beside));
        if part == "value" {
            // The macro contains and tells it before any handler sees the record.
            let _stderr = CapturedError::new();
            warning!(logger, "{}", Panicking);
        } else {
            warning!(logger, "goes on");
        }
        // A filter that cannot answer lets the record pass.
        let queued = usize::from(part == "filter" || part == "value");
        assert_eq!((queue.len(), beside.lines().len()), (queued, 1), "{part}");
        let reported = errors.take().into_iter().map(|(_, kind)| kind).collect::<Vec<_>>();
        let expected = if part == "value" { vec![] } else { vec![ErrorKind::Panic] };
        assert_eq!(reported, expected, "{part}");
        assert_eq!(counted(&*handler).2, 1 - queued as u64, "{part}");
    }
}

// C2. The listener's thread is inside a handler: what its handlers log comes to nothing, and is
// counted.
#[test]
fn a_handler_behind_a_queue_that_logs_into_it_does_not_feed_itself() {
    let (logger, handled) = (Manager::new().get_logger("own"), Arc::new(ListHandler::new()));
    let (inside, list) = (logger.clone(), Arc::clone(&handled));
    let guard = listen(&logger, move |record| {
        error!(inside, "from inside");
        list.handle(record);
    });
    let before = reentrant_drops();
    for number in 1..=3 {
        warning!(logger, "{number}");
    }
    assert!(guard.stop(LONG).is_complete());
    assert_eq!(handled.lines(), ["1", "2", "3"]);
    assert!(reentrant_drops() >= before + 3);
    logger.remove_handler(&logger.handlers()[0]);
}

// C3. CPython deadlocks without queues, and fills them without end with two.
#[test]
fn two_queues_whose_handlers_log_into_the_other_come_to_an_end() {
    let manager = Manager::new();
    let loggers = ["one", "other"].map(|name| manager.get_logger(name));
    let lists = [(); 2].map(|()| Arc::new(ListHandler::new()));
    let guards = [(0, 1), (1, 0)].map(|(own, other): (usize, usize)| {
        let (list, other) = (Arc::clone(&lists[own]), loggers[other].clone());
        listen(&loggers[own], move |record| {
            error!(other, "cross");
            list.handle(record);
        })
    });
    thread::scope(|scope| {
        for logger in &loggers {
            scope.spawn(move || (0..500).for_each(|number| error!(logger, "{number}")));
        }
    });
    for guard in guards {
        assert!(guard.stop(LONG).is_complete());
    }
    for (logger, list) in loggers.iter().zip(&lists) {
        assert!(list.lines().into_iter().eq((0..500).map(|number| number.to_string())));
        logger.remove_handler(&logger.handlers()[0]);
    }
}

// C7. CPython reports 90 of 100, and that is all it can do.
#[test]
fn without_a_reader_what_has_no_room_is_counted_by_every_policy() {
    for (overflow, lost) in [
        (Overflow::Fail, (10, 0, 90)),
        (Overflow::DropNewest, (10, 90, 0)),
        (Overflow::DropOldest, (10, 90, 0)),
        (Overflow::BlockFor(Duration::ZERO), (10, 90, 0)),
    ] {
        let (queue, errors) = (Channel::bounded(10), Errors::default());
        let builder = QueueHandler::builder(queue.clone()).overflow(overflow);
        let handler = builder.error_hook(errors.hook()).build();
        for number in 0..100 {
            assert!(handler.handle(&record(Level::INFO, &number.to_string())));
        }
        assert_eq!((counted(&handler), queue.len()), (lost, 10), "{overflow:?}");
        assert_eq!(errors.take().len() as u64, lost.2, "{overflow:?}");
        let oldest = queue.get(Duration::ZERO).unwrap().expect("ten wait");
        let expected = if overflow == Overflow::DropOldest { "90" } else { "0" };
        assert_eq!(oldest.message().unwrap(), expected, "{overflow:?}");
    }
}

// C7.
#[test]
fn with_a_slow_reader_a_call_that_waits_for_room_loses_nothing() {
    for overflow in [Overflow::Block, Overflow::BlockFor(LONG)] {
        let (slow, gate) = Gated::new();
        let queue = Channel::bounded(10);
        let listener =
            QueueListener::builder(queue.clone()).handler(Arc::<Gated>::clone(&slow)).build();
        let guard = listener.start().unwrap();
        let handler = QueueHandler::builder(queue.clone()).overflow(overflow).build();
        thread::scope(|scope| {
            let logs = scope.spawn(|| {
                for number in 0..100 {
                    handler.handle(&record(Level::INFO, &number.to_string()));
                }
            });
            gate.wait_for_a_record();
            while queue.len() < 10 {
                thread::yield_now();
            }
            assert!(!logs.is_finished(), "there is no room for the others yet");
            gate.open();
        });
        assert!(guard.stop(LONG).is_complete());
        assert_eq!((slow.list.lines().len(), counted(&handler)), (100, (100, 0, 0)));
    }
}

// C7. The handlers are told of it once, and not with each record.
#[test]
fn what_a_queue_gave_up_is_logged_once_by_its_listener() {
    let (queue, list) = (Channel::bounded(2), Arc::new(ListHandler::new()));
    let handler = QueueHandler::builder(queue.clone()).overflow(Overflow::DropOldest).build();
    for number in 0..10 {
        handler.handle(&record(Level::INFO, &number.to_string()));
    }
    let listener = QueueListener::builder(queue).handler(as_target(&list)).build();
    let report = listener.start().unwrap().stop(LONG);
    assert_eq!((report.handled, report.dropped, report.left), (2, 8, 0));
    let mut lines = list.lines();
    lines.sort_unstable();
    assert_eq!(lines, strings(["8", "8 records dropped", "9"]));
}

/// Gives a logger a queue, and at the other end a listener with one handler.
fn listen(
    logger: &Logger,
    handle: impl Fn(&Record<'_>) + Send + Sync + 'static,
) -> handlers_queue::ListenerGuard {
    let queue = Channel::unbounded();
    let listener = QueueListener::builder(queue.clone()).handler(Calls::new(handle)).build();
    let handler = QueueHandler::new(queue);
    handler.base().set_error_hook(Some(Arc::new(|_: &Record<'_>, _: &Error| {})));
    logger.add_handler(Arc::new(handler));
    listener.start().expect("there is a thread for it")
}

struct Panicking;

impl std::fmt::Display for Panicking {
    fn fmt(&self, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic_quietly()
    }
}

const LONG: Duration = Duration::from_secs(30);
