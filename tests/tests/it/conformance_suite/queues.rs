//! Handlers in front of a queue, and the one that keeps the last records.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use handlers_core::{Level, Record};
use handlers_file::RotatingFileHandler;
use handlers_queue::{
    Channel, FlightRecorder, Overflow, QueueHandler, QueueListener, RecordQueue, SocketQueue,
};
use handlers_tests::suite::{self, Subject};
use handlers_tests::support::{ListHandler, SocketPath};
use handlers_tests::test_dir;

use super::{Files, LONG, lines_of_backups};
use crate::redis_queue::server::Server;

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
fn queue_handler_before_another_process() {
    suite::check("QueueHandler before a SocketQueue", || {
        let path = SocketPath::new();
        let bound = SocketQueue::builder(path.as_ref()).max_frame(LARGEST).bind();
        let connected = SocketQueue::builder(path.as_ref()).max_frame(LARGEST).connect();
        subject(Arc::new(bound.expect("the path is free")), connected, path)
    });
}

#[test]
fn queue_handler_before_another_machine() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    let streams = AtomicU32::new(0);
    suite::check("QueueHandler before a RedisQueue", || {
        let stream = streams.fetch_add(1, Ordering::Relaxed);
        let builder = server.builder().key(format!("logs-{stream}")).timeout(LONG);
        subject(Arc::new(builder.clone().build()), builder.build(), ())
    });
}

/// A handler that puts into one end of a queue, and a listener at the other, which writes into a
/// list. `life` is what must stay as long as they do.
fn subject<Q: RecordQueue + 'static>(
    taken: Arc<Q>,
    put: Q,
    life: impl Send + Sync + 'static,
) -> Subject<QueueHandler<Q>> {
    let target = Arc::new(ListHandler::new());
    let listener = QueueListener::builder(taken).handler(Arc::clone(&target) as _).build();
    let listener = Arc::new(listener);
    let guard = listener.start().expect("a thread can be started");
    let handler = QueueHandler::builder(put).overflow(Overflow::Block);
    let handler = handler.listener(Arc::clone(&listener)).build();
    let lines = move || {
        let _alive = (&guard, &life);
        listener.flush(LONG).expect("the listener takes what is queued");
        target.lines()
    };
    Subject::new(handler, lines)
}

/// More than any record of the suite, in bytes.
const LARGEST: usize = 64 << 20;

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
        // The first record lets all the others through. While its thread is about to hand it over the
        // other threads may fill a ring that has no room for all of their records.
        let builder = FlightRecorder::builder(2_000, Arc::new(target)).after(u64::MAX);
        let first = AtomicU32::new(0);
        let is_first = move |_: &Record<'_>| first.fetch_add(1, Ordering::Relaxed) == 0;
        let handler = builder.trigger(is_first).build();
        Subject::new(handler, move || lines_of_backups(&path)).passes_records_on()
    });
}
