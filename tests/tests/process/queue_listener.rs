//! Listeners and the end of the process.

use std::sync::Arc;
use std::time::Duration;

use handlers_core::{Handler, HandlerReport, Level, Record, ShutdownOutcome, shutdown};
use handlers_queue::{Channel, MemoryHandler, Overflow, QueueHandler, QueueListener, RecordQueue};
use handlers_tests::support::{ListHandler, alone};

/// Longer than anything takes that works.
const LONG: Duration = Duration::from_secs(30);

#[test]
fn a_shutdown_drains_a_listener_that_runs() {
    let _alone = alone();
    let (queue, list) = (Channel::unbounded(), Arc::new(ListHandler::new()));
    // Buffered in front of the list: what the listener hands over has to be flushed, too.
    let memory = MemoryHandler::builder(10_000).target(Arc::<ListHandler>::clone(&list)).build();
    let listener = QueueListener::builder(queue.clone()).handler(Arc::new(memory)).build();
    let guard = listener.start().unwrap();
    for number in 0..1000 {
        put(&queue, &number.to_string());
    }
    let report = shutdown(LONG);
    assert!(report.is_complete(), "{report}");
    assert_eq!(list.lines().len(), 1000);
    let names: Vec<_> = report.handlers.iter().map(|handler| &handler.handler).collect();
    assert_eq!(names.iter().filter(|name| **name == "<QueueListener>").count(), 1, "{names:?}");

    // CORE-77: what is closed goes on being used.
    assert!(listener.is_running());
    put(&queue, "late");
    assert_eq!(guard.stop(LONG).handled, 1001);
}

#[test]
fn a_shutdown_tells_what_a_listener_that_hangs_has_not_handled() {
    let _alone = alone();
    let queue = Channel::unbounded();
    let (arrived, arrival) = std::sync::mpsc::channel();
    let (open, opened) = std::sync::mpsc::channel::<()>();
    let opened = std::sync::Mutex::new(opened);
    let list = Arc::new(ListHandler::new());
    list.base().add_filter(Arc::new(move |_: &Record<'_>| {
        arrived.send(()).unwrap();
        opened.lock().unwrap().recv().is_err()
    }));
    let builder = QueueListener::builder(queue.clone()).handler(Arc::<ListHandler>::clone(&list));
    let listener = Arc::new(builder.build());
    let handler: Arc<dyn Handler> =
        Arc::new(QueueHandler::builder(queue).listener(Arc::clone(&listener)).build());
    handlers_core::register_handler(&handler);
    let guard = listener.start().unwrap();
    for _ in 0..3 {
        handler.handle(&record("1"));
    }
    arrival.recv_timeout(LONG).unwrap();
    let report = shutdown(Duration::from_millis(50));
    assert!(!report.is_complete());
    // Two in the queue and one with the filter.
    assert_eq!(report.left(), 3, "{report}");
    let timed_out = |handler: &&HandlerReport| matches!(handler.outcome, ShutdownOutcome::TimeOut);
    assert_eq!(report.handlers.iter().filter(timed_out).count(), 1, "{report}");
    drop(open);
    assert_eq!(guard.stop(LONG).handled, 3);
}

#[test]
fn a_shutdown_passes_a_listener_by_that_does_not_run() {
    let _alone = alone();
    let queue = Channel::unbounded();
    let listener = QueueListener::builder(queue.clone()).build();
    listener.start().unwrap().stop(LONG);
    put(&queue, "1");
    assert!(shutdown(LONG).is_complete());
    assert_eq!(queue.len(), 1);
}

fn put(queue: &Channel, message: &str) {
    let _ = queue.put(record(message), Overflow::Fail).expect("there is room");
}

fn record(message: &str) -> Record<'static> {
    Record::builder().level(Level::INFO).message(message).build()
}
