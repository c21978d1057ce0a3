//! What is put, and what is in the stream.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use handlers_core::{Exception, Level, Record, Value};
use handlers_queue::{Overflow, RecordQueue};
use handlers_tests::test_dir;

use super::server::Server;
use super::{LONG, Received, next, put, record, timed};
use handlers_tests::support::{SocketPath, wait_until};

#[test]
fn records_come_out_in_the_order_in_which_they_were_put() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    let (from, to) = (server.queue(), server.queue());
    put(&from, 0..1000);
    for expected in 0..1000 {
        assert_eq!(next(&to), format!("seq={expected:08}"));
    }
    assert!(to.get(Duration::ZERO).unwrap().is_none());
    assert_eq!(server.ask(&["XLEN", "logs"]), "1000");
}

#[test]
fn a_record_comes_out_with_all_that_it_was_put_with() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    let record = Record::builder()
        .name("app.db")
        .level(Level::ERROR)
        .message("two\nlines, ünïcode, \0 and \u{1f600}")
        .location(Some("/src/db.rs"), 17, Some("query"))
        .field("user", "ann")
        .and_then(|builder| builder.field("tries", 3))
        .and_then(|builder| builder.field("nothing", Value::None))
        .unwrap()
        .exception(Exception::new(&std::io::Error::other("no such file")))
        .exception_text("OSError: no such file")
        .stack_info("Stack:\n  here")
        .build();
    let queue = server.queue();
    let _ = queue.put(record.clone(), Overflow::Fail).unwrap();
    let got = queue.get(LONG).unwrap().unwrap();
    let attributes = |record: &Record<'static>| -> Vec<(String, String)> {
        // An exception is sent as its text, and a message is complete.
        let kept = record.attributes().filter(|(name, _)| !["args", "exc_info"].contains(name));
        kept.map(|(name, value)| (name.to_owned(), value.repr())).collect()
    };
    assert_eq!(attributes(&got), attributes(&record));
}

#[test]
fn threads_that_put_share_one_connection_and_keep_their_order() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    let queue = Arc::new(server.queue());
    thread::scope(|scope| {
        for thread in 0..4 {
            let queue = &queue;
            scope.spawn(move || put(queue, thread * 1000..(thread + 1) * 1000));
        }
    });
    // One asks. The server may still have to notice that those who asked before are gone.
    wait_until("one connection", || {
        server.ask(&["INFO", "clients"]).contains("connected_clients:2\r\n")
    });
    let mut last = [None; 4];
    while let Some(record) = queue.get(Duration::ZERO).unwrap() {
        let number = super::number(&record.message().unwrap());
        let last = &mut last[number as usize / 1000];
        assert!(*last < Some(number), "{number} comes after {last:?}");
        *last = Some(number);
    }
    assert_eq!(last, [Some(999), Some(1999), Some(2999), Some(3999)]);
}

#[test]
fn a_stream_is_no_longer_than_its_limit_says() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    let queue = server.builder().max_len(1000).build();
    put(&queue, 0..5000);
    let length = server.count(&["XLEN", "logs"]);
    // Redis removes whole nodes of a hundred entries.
    assert!((1000..1100).contains(&length), "{length}");
    let mut received = Received::default();
    received.take_all(&queue);
    assert_eq!((received.len(), received.numbers.keys().last()), (length, Some(&4999)));
    assert_eq!(queue.dropped(), 0, "nobody had begun with them");
}

#[test]
fn what_is_removed_from_under_a_listener_is_counted() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    put(&server.queue(), 0..100);
    let queue = server.queue();
    assert_eq!(next(&queue), "seq=00000000");
    assert_eq!(server.ask(&["XTRIM", "logs", "MAXLEN", "10"]), "90");
    let again = server.queue();
    assert_eq!(next(&again), "seq=00000090");
    assert_eq!(again.dropped(), 90);
    assert_eq!(server.ask(&["XPENDING", "logs", "handlers"]).lines().next(), Some("10"));
}

#[test]
fn what_is_acknowledged_is_deleted_if_one_says_so() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    let queue = server.builder().delete_acknowledged(true).build();
    put(&queue, 0..10);
    for _ in 0..4 {
        next(&queue);
    }
    assert_eq!(server.ask(&["XLEN", "logs"]), "10");
    queue.acknowledge().unwrap();
    assert_eq!(server.ask(&["XLEN", "logs"]), "6");
    queue.acknowledge().unwrap();
    assert_eq!(server.ask(&["XLEN", "logs"]), "6");
}

#[test]
fn a_server_is_reached_by_a_unix_socket_and_a_database_has_a_number() {
    let dir = test_dir!();
    let path = SocketPath::new();
    let server = Server::with(&dir, &["--unixsocket", &path.as_ref().display().to_string()]);
    let queue = handlers_queue::RedisQueue::builder().unix_socket(path.as_ref()).db(3).key("k");
    put(&queue.build(), 0..5);
    assert_eq!(server.ask(&["-n", "3", "XLEN", "k"]), "5");
    assert_eq!(server.ask(&["DBSIZE"]), "0");
    assert_eq!(next(&server.builder().db(3).key("k").build()), "seq=00000000");
}

#[test]
fn entries_that_are_no_records_are_told_of_once_and_hold_nothing_up() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    let queue = server.builder().dead_letters("dead").build();
    let other = ["XADD", "logs", "1-1", "other", "field"];
    assert_eq!(server.ask(&other), "1-1");
    assert_eq!(server.ask(&["XADD", "logs", "1-2", "record", "no JSON \u{fffd}"]), "1-2");
    assert_eq!(server.ask(&["XADD", "logs", "1-3", "record", "[1]"]), "1-3");
    put(&queue, 7..8);

    let error = queue.get(LONG).unwrap_err();
    let expected = format!(
        "read 3 entries of the stream logs of redis 127.0.0.1:{}, the first of them 1-1",
        server.port()
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(next(&queue), "seq=00000007");
    assert_eq!(queue.unreadable(), 3);
    queue.acknowledge().unwrap();
    let pending = server.ask(&["XPENDING", "logs", "handlers"]);
    assert_eq!(pending.lines().next(), Some("0"), "{pending}");

    let dead = server.ask(&["XRANGE", "dead", "-", "+"]);
    assert_eq!(server.ask(&["XLEN", "dead"]), "3");
    assert!(dead.contains("1-2\nrecord\nno JSON \u{fffd}"), "{dead}");
    let again = server.queue();
    assert!(again.get(Duration::ZERO).unwrap().is_none());
    assert_eq!(again.unreadable(), 0);
}

#[test]
fn a_stream_that_is_removed_while_somebody_waits_is_made_anew() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    let queue = server.queue();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| next(&queue));
        wait_until("the stream", || server.ask(&["EXISTS", "logs"]) == "1");
        for number in 0..3 {
            assert_eq!(server.ask(&["FLUSHALL"]), "OK");
            wait_until("the stream", || server.ask(&["EXISTS", "logs"]) == "1");
            assert!(!waiting.is_finished(), "{number}");
        }
        put(&server.queue(), 5..6);
        assert_eq!(waiting.join().unwrap(), "seq=00000005");
    });
    // The same while nobody waits.
    assert_eq!(server.ask(&["FLUSHALL"]), "OK");
    put(&server.queue(), 6..7);
    assert_eq!(next(&queue), "seq=00000006");
}

#[test]
fn a_key_that_is_no_stream_is_an_error_for_both_ends() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    assert_eq!(server.ask(&["SET", "logs", "text"]), "OK");
    let queue = server.queue();
    let put = queue.put(record(0), Overflow::Fail).unwrap_err();
    let source = std::error::Error::source(&put).unwrap().to_string();
    assert!(source.starts_with("WRONGTYPE "), "{source}");
    assert_eq!(queue.dropped(), 1);
    let get = queue.get(LONG).unwrap_err();
    assert!(get.to_string().starts_with("read the stream logs of redis 127.0.0.1:"), "{get}");
}

#[test]
fn waking_ends_a_wait_soon() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    let queue = server.queue();
    let (got, time) = timed(|| {
        thread::scope(|scope| {
            let waiting = scope.spawn(|| queue.get(LONG));
            wait_until("the stream", || server.ask(&["EXISTS", "logs"]) == "1");
            queue.wake();
            waiting.join().unwrap().unwrap()
        })
    });
    assert!(got.is_none() && time < LONG / 2, "{time:?}");
    queue.wake();
    assert!(timed(|| queue.get(LONG).unwrap()).1 < LONG / 2, "one that comes late hears it, too");
    put(&queue, 1..2);
    assert_eq!(next(&queue), "seq=00000001");
}
