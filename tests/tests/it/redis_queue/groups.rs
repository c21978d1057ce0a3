//! Listeners that share a stream.

use std::thread;
use std::time::Duration;

use handlers_queue::RecordQueue;
use handlers_tests::test_dir;

use super::server::Server;
use super::{LONG, Received, next, put};
use handlers_tests::support::wait_until;

#[test]
fn two_listeners_of_a_group_get_each_record_once() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    put(&server.queue(), 0..10_000);
    let received: Vec<Received> = thread::scope(|scope| {
        let listeners: Vec<_> = ["first", "second"]
            .into_iter()
            .map(|name| {
                let queue = server.builder().consumer(name).build();
                scope.spawn(move || {
                    let mut received = Received::default();
                    received.take_all(&queue);
                    received
                })
            })
            .collect();
        listeners.into_iter().map(|listener| listener.join().unwrap()).collect()
    });
    assert!(received.iter().all(|received| received.twice() == 0));
    assert_eq!(received.iter().map(Received::len).sum::<u64>(), 10_000);
    let both = received[0].numbers.keys().filter(|key| received[1].numbers.contains_key(key));
    assert_eq!(both.count(), 0);
    assert!(received.iter().all(|received| received.len() > 0), "both have some");
}

#[test]
fn two_groups_get_all_records_each() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    put(&server.queue(), 0..500);
    for group in ["archive", "alerts"] {
        let mut received = Received::default();
        received.take_all(&server.builder().group(group).build());
        assert_eq!((received.len(), received.twice()), (500, 0));
    }
}

#[test]
fn what_was_not_acknowledged_comes_first_after_a_restart() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    put(&server.queue(), 0..300);
    let first = server.queue();
    for _ in 0..10 {
        next(&first);
    }
    first.acknowledge().unwrap();
    for _ in 0..5 {
        next(&first);
    }
    drop(first);
    let mut received = Received::default();
    received.take_all(&server.queue());
    assert_eq!((received.numbers.keys().next(), received.len()), (Some(&10), 290));
    received.take_all(&server.queue());
    assert_eq!((received.len(), received.twice()), (290, 0), "all of that is acknowledged");
}

#[test]
fn what_a_listener_that_died_had_is_taken_over_by_another() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    put(&server.queue(), 0..300);
    let dead = server.builder().consumer("dead").build();
    for _ in 0..200 {
        next(&dead);
    }
    drop(dead);
    let soon = server.builder().consumer("alive").claim_after(Duration::from_millis(1)).build();
    let mut received = Received::default();
    while received.len() < 300 {
        received.count(&soon.get(LONG).unwrap().unwrap());
    }
    assert_eq!(received.twice(), 0);
    soon.acknowledge().unwrap();
    assert_eq!(server.ask(&["XPENDING", "logs", "handlers"]).lines().next(), Some("0"));
}

// Its own are idle, too.
#[test]
fn a_listener_that_takes_over_does_not_get_its_own_records_twice() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    let queue = server.builder().claim_after(Duration::from_millis(1)).build();
    put(&queue, 0..1000);
    let mut received = Received::default();
    // None is acknowledged until the server was asked for what is idle.
    wait_until("claims", || {
        while let Some(record) = queue.get(Duration::from_millis(1)).unwrap() {
            received.count(&record);
        }
        received.len() == 1000 && calls(&server) >= 5
    });
    assert_eq!((received.len(), received.twice()), (1000, 0));
}

/// How often a listener has looked for what others have left.
fn calls(server: &Server) -> u64 {
    let statistics = server.ask(&["INFO", "commandstats"]);
    let calls = statistics.split_once("cmdstat_xautoclaim:calls=").map_or("0", |(_, calls)| calls);
    calls.split(',').next().unwrap_or_default().parse().expect("it is a number")
}

#[test]
fn what_others_have_is_left_to_them_for_its_time() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    put(&server.queue(), 0..100);
    let slow = server.builder().consumer("slow").build();
    next(&slow);
    let other = server.builder().consumer("other").build();
    assert!(other.get(Duration::ZERO).unwrap().is_none());
    let mut received = Received::default();
    received.take_all(&slow);
    assert_eq!(received.len(), 99);
}
