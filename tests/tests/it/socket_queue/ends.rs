//! What each end does when the other one does not do its part.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::thread;
use std::time::{Duration, Instant};

use handlers_core::ErrorKind;
use handlers_queue::{Overflow, Placed, RecordQueue, SocketQueue};

use super::{DEADLINE, Received, record};
use handlers_tests::support::SocketPath;

fn bind(path: &SocketPath) -> SocketQueue {
    SocketQueue::bind(path.as_ref()).expect("the path is free")
}

fn connect(path: &SocketPath) -> SocketQueue {
    SocketQueue::connect(path.as_ref())
}

fn put(queue: &SocketQueue, text: &str) {
    assert_eq!(queue.put(record(text), Overflow::Fail).expect("there is room"), Placed::Queued);
}

#[test]
fn a_queue_has_two_ends_and_each_does_its_own() {
    let path = SocketPath::new();
    let (receiving, sending) = (bind(&path), connect(&path));
    let error = receiving.put(record("a 1"), Overflow::Block).unwrap_err();
    assert_eq!(error.to_string(), "the receiving end of a queue takes no records");
    let error = sending.get(Duration::from_secs(30)).unwrap_err();
    assert_eq!(error.to_string(), "the sending end of a queue gives no records");
    assert_eq!((receiving.path(), sending.path()), (path.as_ref(), path.as_ref()));
    assert_eq!((receiving.len(), receiving.dropped(), sending.dropped()), (0, 0, 0));
}

#[test]
fn a_receiver_that_does_not_read_makes_nobody_wait_longer_than_he_will() {
    let path = SocketPath::new();
    let _receiving = bind(&path);
    let timeout = Duration::from_millis(80);
    let sending = SocketQueue::builder(path.as_ref()).timeout(timeout).connect();
    let mut queued = 0;
    while sending.put(record("x".repeat(1000)), Overflow::Fail).is_ok() {
        queued += 1;
    }
    assert!(queued > 20, "{queued}");
    let limit = Duration::from_millis(30);
    for (overflow, wait) in [
        (Overflow::Fail, Duration::ZERO),
        (Overflow::DropNewest, Duration::ZERO),
        (Overflow::DropOldest, Duration::ZERO),
        (Overflow::BlockFor(limit), limit),
        (Overflow::BlockFor(Duration::MAX), timeout),
        (Overflow::Block, timeout),
    ] {
        let begin = Instant::now();
        let outcome = sending.put(record("x".repeat(1000)), overflow);
        let elapsed = begin.elapsed();
        assert!(elapsed >= wait && elapsed < wait + Duration::from_secs(10), "{elapsed:?}");
        match overflow {
            Overflow::Fail | Overflow::Block => {
                let error = outcome.expect_err("there is no room");
                assert_eq!((error.kind(), error.to_string().as_str()), FULL);
            }
            _ => assert_eq!(outcome.expect("it is no error"), Placed::Dropped),
        }
    }
    assert_eq!(sending.dropped(), 7);
    // A record of which a part is sent does not keep the end from being closed.
    sending.close();
    assert_eq!(sending.put(record("x"), Overflow::Fail).unwrap_err().kind(), ErrorKind::Runtime);
}

#[test]
fn who_waits_for_room_goes_on_when_there_is_some() {
    let path = SocketPath::new();
    let (receiving, sending) = (bind(&path), connect(&path));
    thread::scope(|scope| {
        for tag in ["a", "b"] {
            let sending = &sending;
            scope.spawn(move || {
                for number in 0..2000 {
                    let placed = sending.put(record(format!("{tag} {number}")), Overflow::Block);
                    assert_eq!(placed.expect("somebody reads"), Placed::Queued);
                }
            });
        }
        let mut received = Received::default();
        received.take(&receiving, 4000);
        received.assert_all("a", 0..2000);
        received.assert_all("b", 0..2000);
    });
}

#[test]
fn a_record_larger_than_the_buffer_comes_whole_and_before_the_next_one() {
    let path = SocketPath::new();
    let (receiving, sending) = (bind(&path), connect(&path));
    let large = "é".repeat(80_000);
    put(&sending, "a 0");
    assert_eq!(sending.put(record(large.as_str()), Overflow::Fail).unwrap(), Placed::Queued);
    // There is no room behind half a record.
    let error = sending.put(record("a 1"), Overflow::Fail).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Full);
    let message = || {
        let record = receiving.get(DEADLINE).unwrap().expect("a record was sent");
        record.message().unwrap().into_owned()
    };
    assert_eq!(message(), "a 0");
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(sending.put(record("a 2"), Overflow::Block).unwrap(), Placed::Queued);
        });
        assert_eq!(message(), large);
        assert_eq!(message(), "1 records dropped");
        assert_eq!(message(), "a 2");
    });
}

#[test]
fn what_is_under_way_is_finished_when_the_end_is_dropped() {
    let path = SocketPath::new();
    let (receiving, sending) = (bind(&path), connect(&path));
    let large = "x".repeat(500_000);
    assert_eq!(sending.put(record(large.as_str()), Overflow::Fail).unwrap(), Placed::Queued);
    thread::scope(|scope| {
        scope.spawn(move || drop(sending));
        let record = receiving.get(DEADLINE).unwrap().expect("a record was sent");
        assert_eq!(record.message().unwrap(), large);
    });
}

#[test]
fn without_a_receiver_records_are_given_up_at_once() {
    let path = SocketPath::new();
    let sending = connect(&path);
    let begin = Instant::now();
    for _ in 0..100 {
        let error = sending.put(record("x"), Overflow::Block).unwrap_err();
        assert_eq!(error.io_kind(), Some(io::ErrorKind::NotFound), "{error}");
        assert_eq!(sending.put(record("x"), Overflow::DropNewest).unwrap(), Placed::Dropped);
    }
    assert!(begin.elapsed() < Duration::from_secs(4), "nobody waits for one who is away");
    let receiving = bind(&path);
    let mut lost = 200;
    while sending.put(record("a 0"), Overflow::Fail).is_err() {
        lost += 1;
        thread::yield_now();
    }
    let mut received = Received::default();
    received.take(&receiving, 1);
    assert_eq!((received.told, sending.dropped()), (lost, lost));
}

#[test]
fn a_record_beyond_the_limit_is_an_error_and_the_next_one_is_sent() {
    let path = SocketPath::new();
    let (receiving, sending) = (bind(&path), connect(&path));
    let error = sending.put(record("x".repeat(1 << 20)), Overflow::DropNewest).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
    put(&sending, "a 0");
    let mut received = Received::default();
    received.take(&receiving, 1);
    assert_eq!(received.told, 1);
}

#[test]
fn a_wake_up_ends_a_wait_and_hides_no_record() {
    let path = SocketPath::new();
    let (receiving, sending) = (bind(&path), connect(&path));
    receiving.wake();
    assert!(receiving.get(DEADLINE).unwrap().is_none());
    thread::scope(|scope| {
        scope.spawn(|| receiving.wake());
        assert!(receiving.get(DEADLINE).unwrap().is_none());
    });
    put(&sending, "a 0");
    receiving.wake();
    let mut received = Received::default();
    received.take_all(&receiving);
    received.assert_all("a", 0..1);
}

#[test]
fn producers_beyond_the_limit_are_heard_when_others_have_gone() {
    let path = SocketPath::new();
    let receiving = SocketQueue::builder(path.as_ref()).max_connections(1).bind().unwrap();
    let (first, second) = (connect(&path), connect(&path));
    put(&first, "a 0");
    put(&second, "b 0");
    let mut received = Received::default();
    received.take_all(&receiving);
    assert_eq!(received.len(), 1);
    received.assert_all("a", 0..1);
    drop(first);
    received.take(&receiving, 2);
    received.assert_all("b", 0..1);
}

#[test]
fn only_the_owner_can_connect_and_the_file_goes_with_the_queue() {
    let path = SocketPath::new();
    let mode = |path: &SocketPath| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let receiving = bind(&path);
    assert_eq!(mode(&path), 0o600);
    let clone = receiving.clone();
    drop(receiving);
    assert!(path.as_ref().exists());
    drop(clone);
    assert!(!path.as_ref().exists());
    let _receiving = SocketQueue::builder(path.as_ref()).mode(0o666).bind().unwrap();
    assert_eq!(mode(&path), 0o666);
}

#[test]
fn a_socket_that_was_left_behind_is_replaced_and_nothing_else_is() {
    let path = SocketPath::new();
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.as_ref().exists(), "it was left behind");
    let receiving = bind(&path);
    let error = SocketQueue::bind(path.as_ref()).unwrap_err();
    assert_eq!(error.io_kind(), Some(io::ErrorKind::AddrInUse));
    assert_eq!(error.to_string(), format!("bind the queue {}", path.as_ref().display()));
    let sending = connect(&path);
    put(&sending, "a 0");
    Received::default().take(&receiving, 1);

    // A file that took its place is not its own.
    fs::remove_file(&path).unwrap();
    fs::write(&path, "a file").unwrap();
    drop(receiving);
    let error = SocketQueue::bind(path.as_ref()).unwrap_err();
    assert_eq!(error.io_kind(), Some(io::ErrorKind::AddrInUse));
    assert_eq!(fs::read(&path).unwrap(), b"a file");
}

#[test]
fn a_path_that_no_socket_can_have_is_an_error() {
    let long = format!("/tmp/{}", "x".repeat(200));
    assert!(SocketQueue::bind(&long).is_err());
    let error = SocketQueue::connect(&long).put(record("x"), Overflow::Fail).unwrap_err();
    assert_eq!(error.io_kind(), Some(io::ErrorKind::InvalidInput));
    assert!(SocketQueue::bind("/nowhere/at/all").is_err());
}

const FULL: (ErrorKind, &str) = (ErrorKind::Full, "the queue is full");
