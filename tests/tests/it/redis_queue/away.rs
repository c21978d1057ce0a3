//! Servers that are not there, not for a while, or not for us.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use handlers_queue::{Overflow, Placed, RecordQueue, RedisQueue};
use handlers_tests::support::{free_port, wait_until};
use handlers_tests::test_dir;

use super::server::Server;
use super::{LONG, Received, SLACK, put, record, timed};

#[test]
fn without_a_server_a_call_costs_nothing_and_is_counted() {
    let queue = RedisQueue::builder().address("127.0.0.1", free_port()).build();
    let error = queue.put(record(0), Overflow::Fail).unwrap_err();
    assert_eq!(error.python_name(), "ConnectionRefusedError");
    let ((), time) = timed(|| {
        for number in 0..10_000 {
            let placed = queue.put(record(number), Overflow::DropNewest).unwrap();
            assert_eq!(placed, Placed::Dropped);
        }
    });
    assert!(time < SLACK, "{time:?}");
    assert_eq!(queue.dropped(), 10_001);
    let error = queue.put(record(0), Overflow::Block).unwrap_err();
    assert_eq!(error.io_kind(), Some(ErrorKind::NotConnected));
}

#[test]
fn a_listener_without_a_server_is_told_once_in_each_attempt() {
    let queue = RedisQueue::builder().address("127.0.0.1", free_port());
    let queue = queue.retry_start(LONG).build();
    assert_eq!(queue.get(LONG).unwrap_err().python_name(), "ConnectionRefusedError");
    assert!(queue.get(Duration::from_millis(5)).unwrap().is_none());
    let (got, time) = timed(|| {
        thread::scope(|scope| {
            let waiting = scope.spawn(|| queue.get(LONG * 2));
            queue.wake();
            waiting.join().unwrap().unwrap()
        })
    });
    assert!(got.is_none() && time < LONG / 2, "{time:?}");
}

#[test]
fn a_wrong_password_is_an_error_that_does_not_show_it() {
    let dir = test_dir!();
    let server = Server::with(&dir, &["--requirepass", "right"]);
    let wrong = server.builder().password("hunter2").build();
    let (put, get) = (wrong.put(record(0), Overflow::Fail), wrong.get(LONG));
    for error in [put.map(drop).unwrap_err(), get.map(drop).unwrap_err()] {
        let said = format!("{error:?}");
        assert!(said.contains("WRONGPASS") && !said.contains("hunter2"), "{said}");
    }
    let none = server.queue().put(record(0), Overflow::Fail).unwrap_err();
    assert!(format!("{none:?}").contains("NOAUTH"), "{none:?}");
    put_one(&server.builder().password("right").build());
    put_one(&server.builder().username("default").password("right").build());

    assert_eq!(server.ask(&["ACL", "SETUSER", "ann", "on", ">hers", "~logs", "+xadd"]), "OK");
    put_one(&server.builder().username("ann").password("hers").build());
    let other = server.builder().username("ann").password("hers").key("other").build();
    let error = other.put(record(0), Overflow::Fail).unwrap_err();
    assert!(format!("{error:?}").contains("NOPERM"), "{error:?}");
}

fn put_one(queue: &RedisQueue) {
    put(queue, 0..1);
}

#[test]
fn a_database_that_does_not_exist_is_an_error() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    let error = server.builder().db(99).build().put(record(0), Overflow::Fail).unwrap_err();
    assert!(format!("{error:?}").contains("out of range"), "{error:?}");
}

#[test]
fn a_server_that_has_become_a_copy_of_another_is_left() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    let queue = server.builder().retry_start(LONG).build();
    put_one(&queue);
    assert_eq!(server.ask(&["REPLICAOF", "127.0.0.1", &free_port().to_string()]), "OK");
    let error = queue.put(record(1), Overflow::Fail).unwrap_err();
    assert!(format!("{error:?}").contains("READONLY"), "{error:?}");
    let error = queue.put(record(2), Overflow::Fail).unwrap_err();
    assert_eq!(error.io_kind(), Some(ErrorKind::NotConnected));
    assert_eq!(queue.dropped(), 2);
}

/// What several threads have put, and how long the longest of their calls took.
#[derive(Debug, Default)]
pub(super) struct Load {
    next: AtomicU32,
    queued: AtomicU64,
    dropped: AtomicU64,
    longest: AtomicU64,
    ends: AtomicBool,
}

/// Ends a load when it is dropped: threads that go on would keep a failed test from ending.
struct End<'a>(&'a Load);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.ends.store(true, Ordering::SeqCst);
    }
}

impl Load {
    /// Puts records from three threads while something happens.
    pub(super) fn put_during(&self, queue: &RedisQueue, work: impl FnOnce()) {
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !self.ends.load(Ordering::SeqCst) {
                        self.put(queue);
                    }
                });
            }
            let _end = End(self);
            work();
        });
    }

    fn put(&self, queue: &RedisQueue) {
        let record = record(self.next.fetch_add(1, Ordering::SeqCst));
        let (placed, time) = timed(|| queue.put(record, Overflow::DropNewest));
        let placed = placed.expect("what is given up is no error");
        let count = if placed == Placed::Queued { &self.queued } else { &self.dropped };
        count.fetch_add(1, Ordering::SeqCst);
        let time = u64::try_from(time.as_millis()).expect("it is no age");
        self.longest.fetch_max(time, Ordering::SeqCst);
    }

    fn sent(&self) -> u64 {
        u64::from(self.next.load(Ordering::SeqCst))
    }

    pub(super) fn wait_for_queued(&self, more: u64) {
        let now = self.queued.load(Ordering::SeqCst);
        wait_until("records in the queue", || self.queued.load(Ordering::SeqCst) >= now + more);
    }

    pub(super) fn wait_for_dropped(&self, more: u64) {
        let now = self.dropped.load(Ordering::SeqCst);
        wait_until("dropped records", || self.dropped.load(Ordering::SeqCst) >= now + more);
    }

    /// Checks that nothing was lost but what was counted.
    pub(super) fn assert_counted(&self, queue: &RedisQueue, reader: &RedisQueue, limit: Duration) {
        let longest = Duration::from_millis(self.longest.load(Ordering::SeqCst));
        assert!(longest < limit, "a call took {longest:?}");
        // One more, so that the last of what was dropped is told of.
        self.put(queue);
        let mut received = Received::default();
        received.take_all(reader);
        let (sent, dropped) = (self.sent(), self.dropped.load(Ordering::SeqCst));
        assert_eq!(received.len() + dropped, sent, "each is there or counted");
        assert_eq!((queue.dropped(), received.told()), (dropped, dropped));
    }
}

#[test]
fn a_server_that_is_restarted_costs_what_is_counted_and_blocks_nobody() {
    let dir = test_dir!();
    let mut server = Server::durable(&dir);
    // Redis may need a while to read its file, and the threads are in a hurry.
    let queue = server.builder().max_len(None).retry_max(Duration::from_secs(1)).build();
    let load = Load::default();
    load.put_during(&queue, || {
        for _ in 0..3 {
            load.wait_for_queued(500);
            server.kill();
            load.wait_for_dropped(1000);
            server.restart();
            load.wait_for_queued(500);
        }
    });
    load.assert_counted(&queue, &server.queue(), Duration::from_secs(1) + SLACK);
}

#[test]
fn a_server_that_says_nothing_costs_one_timeout() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    let timeout = Duration::from_millis(200);
    let queue =
        server.builder().max_len(None).timeout(timeout).retry_max(timeout).retry_start(timeout);
    let (queue, load) = (queue.build(), Load::default());
    load.put_during(&queue, || {
        for _ in 0..2 {
            load.wait_for_queued(500);
            server.freeze();
            load.wait_for_dropped(500);
            server.thaw();
        }
        load.wait_for_queued(500);
    });
    load.assert_counted(&queue, &server.queue(), timeout + SLACK);
}

#[test]
fn a_logging_call_waits_no_longer_than_it_is_told_to() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    let queue = server.builder().timeout(LONG).build();
    put(&queue, 0..1);
    server.freeze();
    let limit = Duration::from_millis(50);
    let (placed, time) = timed(|| queue.put(record(1), Overflow::BlockFor(limit)).unwrap());
    assert!(time >= limit && time < LONG / 2, "{time:?}");
    // The server has it, or gets it again.
    assert_eq!(placed, Placed::Queued);
    server.thaw();
    let mut received = Received::default();
    wait_until("the end of the wait", || {
        queue.put(record(2), Overflow::DropNewest).unwrap() == Placed::Queued
    });
    received.take_all(&server.queue());
    assert_eq!(received.numbers.keys().collect::<Vec<_>>(), [&0, &1, &2]);
}

#[test]
fn a_listener_goes_on_after_its_server_was_restarted() {
    let dir = test_dir!();
    let mut server = Server::durable(&dir);
    let queue = server.builder().retry_start(Duration::from_millis(10)).build();
    put(&queue, 0..1000);
    let mut received = Received::default();
    for _ in 0..500 {
        received.count(&queue.get(LONG).unwrap().unwrap());
    }
    server.kill();
    let error = queue.acknowledge().unwrap_err();
    assert!(error.to_string().starts_with("acknowledge records of the stream logs"), "{error}");
    server.restart();
    wait_until("the rest", || {
        if let Ok(Some(record)) = queue.get(Duration::from_millis(10)) {
            received.count(&record);
        }
        received.len() == 1000
    });
    assert_eq!(received.twice(), 0, "what was handed out is not handed out again");
    queue.acknowledge().unwrap();
    assert_eq!(server.ask(&["XPENDING", "logs", "handlers"]).lines().next(), Some("0"));
    assert_eq!(received.numbers, (0..1000).map(|number| (number, 1)).collect::<BTreeMap<_, _>>());
}
