//! What becomes of a record for which there is no room, and how the reader of a queue waits.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use handlers_core::{ErrorKind, Handler, Level};
use handlers_queue::{Channel, Overflow, Placed, QueueHandler, RecordQueue};

use super::LONG;
use crate::targets::{Errors, counted, record};

// QUEUE-19.
#[test]
fn a_full_queue_is_an_error_by_default() {
    let (queue, errors) = (Channel::bounded(1), Errors::default());
    let handler = QueueHandler::builder(queue.clone()).error_hook(errors.hook()).build();
    handler.handle(&record(Level::INFO, "1"));
    handler.handle(&record(Level::INFO, "2"));
    assert_eq!(errors.take(), [("2".to_owned(), ErrorKind::Full)]);
    assert_eq!(messages(&queue), ["1"]);
    assert_eq!((counted(&handler), queue.dropped()), ((1, 0, 1), 0));
    let error = {
        let _ = queue.put(record(Level::INFO, "3"), Overflow::Fail);
        queue.put(record(Level::INFO, "4"), Overflow::Fail).unwrap_err()
    };
    assert_eq!(error.python_name(), "Full");
}

#[test]
fn the_newest_record_gives_way() {
    let (handler, queue) = handler(Overflow::DropNewest);
    log(&handler, 1..=5);
    assert_eq!(messages(&queue), ["1", "2", "3"]);
    assert_eq!((counted(&handler), queue.dropped()), ((3, 2, 0), 2));
}

#[test]
fn the_oldest_record_gives_way() {
    let (handler, queue) = handler(Overflow::DropOldest);
    log(&handler, 1..=5);
    assert_eq!(messages(&queue), ["3", "4", "5"]);
    assert_eq!((counted(&handler), queue.dropped()), ((3, 2, 0), 2));
}

#[test]
fn a_record_that_waited_for_nothing_is_given_up() {
    let (handler, queue) = handler(Overflow::BlockFor(Duration::from_millis(20)));
    let start = Instant::now();
    log(&handler, 1..=4);
    assert!(start.elapsed() >= Duration::from_millis(20));
    assert_eq!(messages(&queue), ["1", "2", "3"]);
    assert_eq!((counted(&handler), queue.dropped()), ((3, 1, 0), 1));
}

#[test]
fn a_record_waits_for_room() {
    for overflow in [Overflow::Block, Overflow::BlockFor(LONG)] {
        let (handler, queue) = handler(overflow);
        let all = thread::scope(|scope| {
            let logs = scope.spawn(|| log(&handler, 1..=50));
            let mut all = Vec::new();
            while all.len() < 50 {
                let taken = queue.get(LONG).unwrap().expect("more is coming");
                all.push(taken.message().unwrap().into_owned());
            }
            logs.join().unwrap();
            all
        });
        assert_eq!(all, (1..=50).map(|number| number.to_string()).collect::<Vec<_>>());
        assert_eq!((counted(&handler), queue.dropped()), ((50, 0, 0), 0));
    }
}

#[test]
fn a_queue_has_room_for_one_record_at_least() {
    let queue = Channel::bounded(0);
    assert_eq!(queue.capacity(), Some(1));
    assert_eq!(queue.put(record(Level::INFO, "1"), Overflow::Fail).unwrap(), Placed::Queued);
    assert_eq!(Channel::unbounded().capacity(), None);
}

#[test]
fn a_reader_that_waits_is_woken() {
    let queue = Channel::bounded(8);
    let begun = Barrier::new(2);
    thread::scope(|scope| {
        let reads = scope.spawn(|| {
            begun.wait();
            queue.get(LONG).unwrap().is_none()
        });
        begun.wait();
        let start = Instant::now();
        queue.wake();
        assert!(reads.join().unwrap(), "nothing was put");
        assert!(start.elapsed() < LONG / 2);
    });
}

#[test]
fn a_reader_is_woken_only_once() {
    let queue = Channel::bounded(8);
    queue.wake();
    queue.wake();
    assert!(queue.get(Duration::ZERO).unwrap().is_none(), "this one did not wait");
    let start = Instant::now();
    assert!(queue.get(LONG).unwrap().is_none());
    assert!(start.elapsed() < LONG / 2);
    let timeout = Duration::from_millis(1);
    assert!(queue.get(timeout).unwrap().is_none());
    assert!(start.elapsed() >= timeout);
}

// Longer than the naps after which it sleeps for good.
#[test]
fn a_record_comes_to_a_reader_that_sleeps() {
    let queue = Arc::new(Channel::bounded(8));
    assert!(queue.get(Duration::from_millis(150)).unwrap().is_none());
    thread::scope(|scope| {
        let reads = scope.spawn(|| queue.get(LONG).unwrap());
        let nothing = Channel::bounded(1).get(Duration::from_millis(150));
        assert!(nothing.unwrap().is_none());
        let start = Instant::now();
        let _ = queue.put(record(Level::INFO, "1"), Overflow::Fail).unwrap();
        assert_eq!(reads.join().unwrap().unwrap().message().unwrap(), "1");
        assert!(start.elapsed() < LONG / 2);
    });
}

/// With room for three records.
fn handler(overflow: Overflow) -> (QueueHandler, Channel) {
    let queue = Channel::bounded(3);
    (QueueHandler::builder(queue.clone()).overflow(overflow).build(), queue)
}

fn log(handler: &QueueHandler, numbers: impl Iterator<Item = u32>) {
    for number in numbers {
        handler.handle(&record(Level::INFO, &number.to_string()));
    }
}

fn messages(queue: &Channel) -> Vec<String> {
    let taken = std::iter::from_fn(|| queue.get(Duration::ZERO).expect("a channel can be read"));
    taken.map(|record| record.message().expect("it is complete").into_owned()).collect()
}
