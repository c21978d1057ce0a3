//! Four threads and one listener, with every way to overflow: what was logged has come out, in the
//! order of its thread, or has been counted.
//!
//! `HANDLERS_QUEUE_RECORDS` says how many records each thread logs; the default is small enough for
//! every run of the tests, and a million is worth an occasional one:
//!
//! ```text
//! HANDLERS_QUEUE_RECORDS=1000000 cargo test --release -p handlers-tests --test it policies
//! ```

use std::env;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use handlers_core::{Counters, Error, Handler, Level, Record};
use handlers_queue::{Channel, Overflow, QueueHandler, QueueListener, RecordQueue, StopReport};

use super::LONG;
use crate::targets::Calls;

#[test]
fn a_queue_that_fails_counts_what_failed() {
    let (seen, counters, _) = run(Overflow::Fail);
    assert_eq!((counters.failed, counters.dropped), (seen.hooked, 0));
    assert_eq!(seen.records + counters.failed, sent());
}

#[test]
fn a_queue_that_blocks_loses_nothing() {
    let (seen, counters, report) = run(Overflow::Block);
    assert_eq!((seen.records, counters.dropped, report.dropped), (sent(), 0, 0));
}

#[test]
fn a_queue_that_blocks_for_some_time_counts_what_it_gave_up() {
    let (seen, counters, report) = run(Overflow::BlockFor(Duration::from_micros(1)));
    assert_dropped(&seen, &counters, &report);
}

#[test]
fn a_queue_that_drops_the_newest_counts_it() {
    let (seen, counters, report) = run(Overflow::DropNewest);
    assert_dropped(&seen, &counters, &report);
}

#[test]
fn a_queue_that_drops_the_oldest_counts_it() {
    let (seen, counters, report) = run(Overflow::DropOldest);
    assert_dropped(&seen, &counters, &report);
}

fn assert_dropped(seen: &Seen, counters: &Counters, report: &StopReport) {
    assert_eq!(seen.records + counters.dropped, sent());
    assert_eq!((seen.told, report.dropped), (counters.dropped, counters.dropped));
    assert_eq!((seen.hooked, counters.failed), (0, 0));
}

/// What came out at the other end, and what was told of the rest.
struct Seen {
    records: u64,
    /// The sum of all "N records dropped".
    told: u64,
    /// How often the error hook was called.
    hooked: u64,
}

fn run(overflow: Overflow) -> (Seen, Counters, StopReport) {
    let queue = Channel::bounded(64);
    let (records, told, hooked): (Arc<AtomicU64>, Arc<AtomicU64>, Arc<AtomicU64>) = <_>::default();
    let target = checked(Arc::clone(&records), Arc::clone(&told));
    let listener = QueueListener::builder(queue.clone()).handler(target).build();
    let guard = listener.start().expect("a thread can be started");
    let failures = Arc::clone(&hooked);
    let count = move |_: &Record<'_>, _: &Error| {
        failures.fetch_add(1, Ordering::Relaxed);
    };
    let handler = QueueHandler::builder(queue.clone()).overflow(overflow).error_hook(count).build();

    let together = Barrier::new(THREADS);
    thread::scope(|scope| {
        for name in NAMES {
            let (handler, together) = (&handler, &together);
            scope.spawn(move || {
                together.wait();
                for number in 1..=records_of_a_thread() {
                    let record = Record::builder().name(name).message(number.to_string());
                    handler.handle(&record.build());
                }
            });
        }
    });
    let report = guard.stop(LONG);
    assert!(!report.timed_out && queue.is_empty(), "{report:?}");
    let [records, told, hooked] = [records, told, hooked].map(|n| n.load(Ordering::Relaxed));
    assert_eq!(queue.dropped(), report.dropped);
    (Seen { records, told, hooked }, handler.base().counters(), report)
}

/// A handler that counts records, and sees to it that those of each thread come in their order.
fn checked(records: Arc<AtomicU64>, told: Arc<AtomicU64>) -> Arc<dyn Handler> {
    let last: [AtomicU64; THREADS] = <_>::default();
    Calls::new(move |record| {
        let message = record.message().expect("it is complete");
        let Some(thread) = NAMES.iter().position(|name| *name == record.name()) else {
            let dropped = message.strip_suffix(" records dropped").expect("nobody else logs");
            assert_eq!((record.name(), record.level()), ("handlers.queue", Level::WARNING));
            told.fetch_add(dropped.parse().expect("a number"), Ordering::Relaxed);
            return;
        };
        let number: u64 = message.parse().expect("a number");
        let before = last[thread].swap(number, Ordering::Relaxed);
        assert!(before < number, "{number} after {before}");
        records.fetch_add(1, Ordering::Relaxed);
    })
}

fn sent() -> u64 {
    THREADS as u64 * records_of_a_thread()
}

fn records_of_a_thread() -> u64 {
    let given = env::var("HANDLERS_QUEUE_RECORDS").ok();
    given.map_or(FEW, |records| records.parse().expect("HANDLERS_QUEUE_RECORDS is a number"))
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

const THREADS: usize = NAMES.len();

/// For a run of the tests.
const FEW: u64 = 5_000;
