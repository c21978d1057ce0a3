//! Stops, flushes and guards.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use handlers_core::{Error, ErrorKind, Handler, HandlerBase, Level, Record, Result};
use handlers_queue::{Channel, Overflow, QueueHandler, QueueListener, RecordQueue, StopReport};
use handlers_tests::support::{CapturedError, ListHandler};

use super::LONG;
use crate::targets::{Calls, Gated, as_target, panic_quietly, record, strings};

// QUEUE-34.
#[test]
fn a_stop_takes_everything_before_it_to_the_handlers() {
    let (queue, list) = (Channel::unbounded(), Arc::new(ListHandler::new()));
    let listener = QueueListener::builder(queue.clone()).handler(as_target(&list)).build();
    for number in 0..10_000 {
        put(&queue, &number.to_string());
    }
    let report = listener.start().unwrap().stop(LONG);
    assert_eq!((report.handled, report.left, report.timed_out), (10_000, 0, false));
    assert_eq!(report.to_string(), "10000 records handled, 0 dropped, 0 failed, 0 left");
    assert!(list.lines().iter().cloned().eq((0..10_000).map(|number| number.to_string())));
}

// QUEUE-35.
#[test]
fn a_stop_of_what_does_not_run_is_empty() {
    let queue = Channel::unbounded();
    let listener = QueueListener::builder(queue.clone()).build();
    put(&queue, "1");
    for _ in 0..2 {
        let report = listener.stop(LONG);
        assert_eq!((report.handled, report.left, report.timed_out), (0, 0, false));
    }
    listener.enqueue_sentinel();
    assert_eq!(queue.len(), 1);
    let guard = listener.start().unwrap();
    assert_eq!(listener.stop(LONG).handled, 1);
    // The guard knows what became of its records, whoever stopped the thread.
    assert_eq!(guard.stop(LONG).handled, 1);
    assert_eq!(listener.stop(LONG).handled, 0);
}

// QUEUE-36, but that it works.
#[test]
fn a_listener_with_a_full_queue_can_be_stopped() {
    let (gated, gate) = Gated::new();
    let queue = Channel::bounded(2);
    let listener = QueueListener::builder(queue.clone()).handler(gated).build();
    let guard = listener.start().unwrap();
    put(&queue, "1");
    gate.wait_for_a_record();
    put(&queue, "2");
    put(&queue, "3");
    let error = queue.put(record(Level::INFO, "4"), Overflow::Fail).unwrap_err();
    assert_eq!(error.python_name(), "Full");
    listener.enqueue_sentinel();
    assert!(listener.is_running());
    gate.open();
    let report = guard.stop(LONG);
    assert_eq!((report.handled, report.left), (3, 0));
}

#[test]
fn a_sentinel_ends_the_thread_and_is_not_waited_for() {
    let (gated, gate) = Gated::new();
    let queue = Channel::unbounded();
    let listener =
        QueueListener::builder(queue.clone()).handler(Arc::<Gated>::clone(&gated)).build();
    let guard = listener.start().unwrap();
    put(&queue, "1");
    gate.wait_for_a_record();
    put(&queue, "2");
    listener.enqueue_sentinel();
    // Until it is at its end it is the listener's thread (QUEUE-30).
    assert_eq!(listener.start().unwrap_err().to_string(), "Listener already started");
    gate.open();
    wait_until(|| !listener.is_running());
    assert_eq!(gated.list.lines(), strings(["1", "2"]));
    // The first stop afterwards tells what became of the records.
    assert_eq!(listener.stop(LONG).handled, 2);
    drop(guard);
}

#[test]
fn a_stop_while_a_handler_hangs_leaves_the_thread_behind_and_says_so() {
    let (gated, gate) = Gated::new();
    let queue = Channel::bounded(3);
    let listener =
        QueueListener::builder(queue.clone()).handler(Arc::<Gated>::clone(&gated)).build();
    let guard = listener.start().unwrap();
    put(&queue, "1");
    gate.wait_for_a_record();
    for message in ["2", "3", "4", "5"] {
        let _ = queue.put(record(Level::INFO, message), Overflow::DropNewest).unwrap();
    }
    let begin = Instant::now();
    let report = listener.stop(Duration::from_millis(50));
    assert!(begin.elapsed() < LONG);
    let StopReport { handled, dropped, failed, left, timed_out, .. } = report;
    assert_eq!((handled, dropped, failed, left, timed_out), (0, 1, 0, 4, true));
    assert_eq!(
        report.to_string(),
        "0 records handled, 1 dropped, 0 failed, 4 left; the thread still runs"
    );
    assert!(!report.is_complete() && listener.is_running() && listener.start().is_err());

    gate.open();
    let report = guard.stop(LONG);
    assert_eq!((report.handled, report.dropped, report.left), (4, 1, 0));
    assert!(report.is_complete() && !listener.is_running());
    assert_eq!(gated.list.lines(), strings(["1", "2", "3", "4", "1 records dropped"]));
}

#[test]
fn many_stops_at_once_all_return() {
    let queue = Channel::unbounded();
    let listener = QueueListener::builder(queue.clone()).build();
    for _ in 0..50 {
        let guard = listener.start().unwrap();
        put(&queue, "1");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert!(!listener.stop(LONG).timed_out));
            }
        });
        assert_eq!(guard.stop(LONG).handled, 1);
    }
}

// QUEUE-41.
#[test]
fn a_guard_stops_its_listener_at_the_end_of_the_scope() {
    let (queue, list) = (Channel::unbounded(), Arc::new(ListHandler::new()));
    let listener = QueueListener::builder(queue.clone()).handler(as_target(&list)).build();
    {
        let _guard = listener.start().unwrap();
        put(&queue, "1");
    }
    assert_eq!((list.lines().len(), listener.is_running()), (1, false));
}

#[test]
fn a_guard_that_a_panic_drops_loses_nothing() {
    let (queue, list) = (Channel::unbounded(), Arc::new(ListHandler::new()));
    let listener = QueueListener::builder(queue.clone()).handler(as_target(&list)).build();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _guard = listener.start().unwrap();
        for number in 0..1000 {
            put(&queue, &number.to_string());
        }
        panic_quietly();
    }));
    assert!(panicked.is_err());
    assert_eq!((list.lines().len(), listener.is_running()), (1000, false));
}

#[test]
fn a_guard_of_an_earlier_start_stops_nothing_later() {
    let queue = Channel::unbounded();
    let listener = QueueListener::builder(queue.clone()).build();
    let first = listener.start().unwrap();
    listener.stop(LONG);
    let second = listener.start().unwrap();
    drop(first);
    assert!(listener.is_running());
    put(&queue, "1");
    assert_eq!(second.stop(LONG).handled, 1);
}

#[test]
fn a_guard_tells_what_it_had_to_leave() {
    let (gated, gate) = Gated::new();
    let queue = Channel::unbounded();
    let builder = QueueListener::builder(queue.clone()).handler(gated);
    let listener = builder.stop_timeout(Duration::from_millis(20)).build();
    let captured = CapturedError::new();
    let guard = listener.start().unwrap();
    put(&queue, "1");
    gate.wait_for_a_record();
    put(&queue, "2");
    drop(guard);
    assert_eq!(
        captured.text(),
        "a queue listener was stopped incompletely: \
         0 records handled, 0 dropped, 0 failed, 2 left; the thread still runs\n"
    );
    gate.open();
    assert!(!listener.stop(LONG).timed_out);
}

#[test]
fn a_detached_listener_runs_on_without_its_guard() {
    let (queue, list) = (Channel::unbounded(), Arc::new(ListHandler::new()));
    let listener = QueueListener::builder(queue.clone()).handler(as_target(&list)).build();
    listener.start().unwrap().detach();
    put(&queue, "1");
    listener.flush(LONG).unwrap();
    assert!(listener.is_running());
    assert_eq!((list.lines().len(), listener.stop(LONG).handled), (1, 1));
}

#[test]
fn a_flush_brings_out_what_was_before_it() {
    let (queue, list) = (Channel::unbounded(), Arc::new(ListHandler::new()));
    let flushed = Arc::new(Flushed::default());
    let builder = QueueListener::builder(queue.clone()).handler(as_target(&list));
    let listener = builder.handler(Arc::<Flushed>::clone(&flushed)).build();
    let guard = listener.start().unwrap();
    for round in 1..=200 {
        put(&queue, "1");
        listener.flush(LONG).unwrap();
        assert_eq!(list.lines().len(), round);
        assert_eq!(flushed.flushes.load(Ordering::Relaxed), round as u64);
        // What a flush had to bring out was with the handler before.
        assert_eq!(flushed.at_last_flush.load(Ordering::Relaxed), round as u64);
    }
    guard.stop(LONG);
}

#[test]
fn a_flush_that_a_handler_fails_says_so_and_flushes_the_others() {
    let queue = Channel::unbounded();
    let (first, second) = (Arc::new(Flushed::default()), Arc::new(Flushed::default()));
    first.fails.store(1, Ordering::Relaxed);
    let builder = QueueListener::builder(queue).handler(Arc::<Flushed>::clone(&first));
    let listener = builder.handler(Arc::<Flushed>::clone(&second)).build();
    let guard = listener.start().unwrap();
    assert_eq!(listener.flush(LONG).unwrap_err().to_string(), "cannot flush");
    assert_eq!(second.flushes.load(Ordering::Relaxed), 1);
    first.fails.store(0, Ordering::Relaxed);
    listener.flush(LONG).unwrap();
    guard.stop(LONG);
}

#[test]
fn a_flush_waits_no_longer_than_it_may() {
    let (gated, gate) = Gated::new();
    let queue = Channel::unbounded();
    let listener = QueueListener::builder(queue.clone()).handler(gated).build();
    let guard = listener.start().unwrap();
    put(&queue, "1");
    gate.wait_for_a_record();
    let error = listener.flush(Duration::from_millis(20)).unwrap_err();
    assert_eq!((error.kind(), error.io_kind()), (ErrorKind::Io, Some(io::ErrorKind::TimedOut)));
    gate.open();
    listener.flush(LONG).unwrap();
    guard.stop(LONG);
}

#[test]
fn a_flush_without_a_thread_is_an_error_if_records_wait() {
    let queue = Channel::unbounded();
    let flushed = Arc::new(Flushed::default());
    let builder = QueueListener::builder(queue.clone());
    let listener = builder.handler(Arc::<Flushed>::clone(&flushed)).build();
    listener.flush(LONG).unwrap();
    assert_eq!(flushed.flushes.load(Ordering::Relaxed), 1);
    put(&queue, "1");
    put(&queue, "2");
    let error = listener.flush(LONG).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Runtime);
    assert_eq!(error.to_string(), "2 records are queued and the queue listener is not running");
}

#[test]
fn the_handler_of_the_queue_flushes_the_listener_that_it_knows() {
    let (queue, list) = (Channel::unbounded(), Arc::new(ListHandler::new()));
    let builder = QueueListener::builder(queue.clone()).handler(as_target(&list));
    let listener = Arc::new(builder.build());
    let handler = QueueHandler::builder(queue).listener(Arc::clone(&listener)).build();
    let guard = listener.start().unwrap();
    for number in 1..=100 {
        handler.handle(&record(Level::INFO, "1"));
        handler.flush().unwrap();
        assert_eq!((list.lines().len(), handler.pending()), (number, 0));
    }
    guard.stop(LONG);
}

#[test]
fn counters_tell_of_the_run() {
    let queue = Channel::unbounded();
    let fails = Calls::new(|_| panic_quietly());
    fails.base().set_error_hook(Some(Arc::new(|_: &Record<'_>, _: &Error| {})));
    let listener = QueueListener::builder(queue.clone()).handler(fails).build();
    assert_eq!(listener.counters().emitted, 0);
    let guard = listener.start().unwrap();
    put(&queue, "1");
    put(&queue, "2");
    listener.flush(LONG).unwrap();
    let counters = listener.counters();
    assert_eq!((counters.emitted, counters.dropped, counters.failed), (2, 0, 2));
    let report = guard.stop(LONG);
    assert_eq!((report.handled, report.failed), (2, 2));
}

fn put(queue: &Channel, message: &str) {
    let _ = queue.put(record(Level::INFO, message), Overflow::Fail).expect("there is room");
}

fn wait_until(is_so: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < LONG, "it does not come");
        std::thread::yield_now();
    }
}

/// Counts its flushes, and what it had emitted at the last one.
#[derive(Debug, Default)]
struct Flushed {
    base: HandlerBase,
    emitted: AtomicU64,
    flushes: AtomicU64,
    at_last_flush: AtomicU64,
    fails: AtomicU64,
}

impl Handler for Flushed {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, _record: &Record<'_>) -> Result<()> {
        self.emitted.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn flush(&self) -> Result<()> {
        self.flushes.fetch_add(1, Ordering::Relaxed);
        self.at_last_flush.store(self.emitted.load(Ordering::Relaxed), Ordering::Relaxed);
        match self.fails.load(Ordering::Relaxed) {
            0 => Ok(()),
            _ => Err(Error::new(ErrorKind::Io, "cannot flush")),
        }
    }
}
