//! Handlers in front of a queue, and the one that keeps the last records.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use handlers_core::{Level, Record};
use handlers_file::RotatingFileHandler;
use handlers_queue::{Channel, FlightRecorder, Overflow, QueueHandler, QueueListener};
use handlers_tests::suite::{self, Subject};
use handlers_tests::support::ListHandler;
use handlers_tests::test_dir;

use super::{Files, LONG, lines_of_backups};

#[test]
fn queue_handler() {
    for make in [Channel::unbounded, || Channel::bounded(7)] {
        suite::check("QueueHandler", || {
            let (queue, target) = (make(), Arc::new(ListHandler::new()));
            let builder = QueueListener::builder(queue.clone());
            let listener = Arc::new(builder.handler(Arc::clone(&target) as _).build());
            let guard = listener.start().expect("a thread can be started");
            let builder = QueueHandler::builder(queue).overflow(Overflow::Block);
            let handler = builder.listener(Arc::clone(&listener)).build();
            let lines = move || {
                let _running = &guard;
                listener.flush(LONG).expect("the listener takes what is queued");
                target.lines()
            };
            Subject::new(handler, lines)
        });
    }
}

#[test]
fn flight_recorder() {
    suite::check("FlightRecorder", || {
        let target = Arc::new(ListHandler::new());
        let builder = FlightRecorder::builder(7, Arc::clone(&target) as _);
        let handler = builder.trigger_level(Level::NOTSET).build();
        Subject::new(handler, move || target.lines()).passes_records_on()
    });
}

#[test]
fn flight_recorder_before_a_file() {
    let files = Files::of(test_dir!());
    suite::check("FlightRecorder before a RotatingFileHandler", || {
        let path = files.next();
        let target = RotatingFileHandler::builder(&path).max_bytes(5_000).backup_count(100);
        let target = target.build().expect("the file can be opened");
        let builder = FlightRecorder::builder(50, Arc::new(target)).after(u64::MAX);
        // The first record lets all the others through.
        let first = AtomicU32::new(0);
        let is_first = move |_: &Record<'_>| first.fetch_add(1, Ordering::Relaxed) == 0;
        let handler = builder.trigger(is_first).build();
        Subject::new(handler, move || lines_of_backups(&path)).passes_records_on()
    });
}
