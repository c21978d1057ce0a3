//! Servers that do not answer, that answer later, and that go away.

use std::collections::HashSet;
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use handlers_core::{Handler, ManualClock, Timestamp};
use handlers_gelf::GelfHttpHandler;
use handlers_net::{Backlog, Backoff};
use handlers_tests::support::{Dir, wait_until};
use handlers_tests::test_dir;

use super::{counts, handler};
use crate::gelf::server::Server;
use crate::gelf::text;

fn send(handler: &GelfHttpHandler, numbers: std::ops::Range<u32>) {
    for number in numbers {
        handler.handle(&text(format!("message {number}")));
    }
}

fn expected(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(|number| format!("message {number}")).collect()
}

fn clock() -> ManualClock {
    ManualClock::new(Timestamp::from_seconds(1e9))
}

/// Kills a server that has nothing to do, and waits until its port is free.
fn kill(server: Server) -> u16 {
    let port = server.port();
    assert_eq!(server.kill(), 0);
    wait_until("the end of the server", || TcpListener::bind(("127.0.0.1", port)).is_ok());
    port
}

#[test]
fn a_server_that_never_answers_costs_the_timeout_and_then_the_back_off() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let clock = clock();
    let (handler, errors) =
        handler(port, |builder| builder.timeout(Duration::from_millis(300)).clock(clock.clone()));
    let begin = Instant::now();
    handler.handle(&text("one"));
    let taken = begin.elapsed();
    assert!(taken >= Duration::from_millis(290) && taken < Duration::from_secs(20), "{taken:?}");
    // The others do not wait for it.
    send(&handler, 0..1000);
    assert_eq!(counts(&handler), [0, 1001, 0, 0]);
    let errors: Vec<String> = errors.try_iter().collect();
    assert_eq!(errors[0], format!("send to http://127.0.0.1:{port}/gelf: timed out"));
    assert!(errors[1..].iter().all(|error| error.ends_with("the next attempt is not due yet")));
    assert_eq!(errors.len(), 1001);
}

#[test]
fn a_server_that_hangs_up_costs_the_record_that_is_in_doubt() {
    let server = Server::http(0, &[]);
    let (handler, errors) = handler(server.port(), |builder| builder.path("/gone/1"));
    send(&handler, 0..1);
    let url = handler.peer().to_owned();
    let reason = "the server has closed the connection without an answer";
    assert_eq!(errors.recv().unwrap(), format!("send to {url}: {reason}"));
    // Nobody knows what became of it: the server has it, and it counts as dropped.
    assert_eq!(server.texts(1), expected(0..1));
    assert_eq!(counts(&handler), [0, 1, 0, 0]);
    assert_eq!(server.kill(), 0, "it is not sent twice");
}

#[test]
fn with_a_backlog_a_record_in_doubt_comes_twice_rather_than_never() {
    let server = Server::http(0, &[]);
    let clock = clock();
    let (handler, errors) = handler(server.port(), |builder| {
        builder.path("/gone/1").backlog(Backlog::memory(1 << 20)).clock(clock.clone())
    });
    send(&handler, 0..1);
    assert_eq!(counts(&handler), [0, 0, 1, 0]);
    clock.advance(Duration::from_secs(1));
    send(&handler, 1..3);
    handler.flush().unwrap();
    assert_eq!(server.texts(4), [expected(0..1), expected(0..3)].concat());
    assert_eq!((counts(&handler), errors.try_iter().count()), ([3, 0, 0, 1], 0));
}

#[test]
fn what_a_server_cannot_take_now_waits_in_the_backlog() {
    for status in [408, 429, 502, 503, 504] {
        let server = Server::http(0, &[]);
        let clock = clock();
        let (handler, errors) = handler(server.port(), |builder| {
            let builder = builder.path(format!("/{status}/3")).clock(clock.clone());
            builder.backlog(Backlog::memory(1 << 20).background(false))
        });
        // Attempts are made after 0, 1, 3 and 7 seconds.
        for second in 0..8 {
            send(&handler, second..second + 1);
            clock.advance(Duration::from_secs(1));
        }
        assert_eq!(counts(&handler)[..3], [8, 0, 0]);
        let refused = vec!["message 0".to_owned(); 3];
        assert_eq!(server.texts(11), [refused, expected(0..8)].concat());
        assert_eq!(errors.try_iter().count(), 0);
    }
}

#[test]
fn what_a_server_does_not_want_is_given_up_and_told_of() {
    let server = Server::http(0, &[]);
    let clock = clock();
    let port = server.port();
    kill(server);
    let (handler, errors) = handler(port, |builder| {
        let builder = builder.path("/400/2").clock(clock.clone());
        builder.backlog(Backlog::memory(1 << 20).background(false))
    });
    send(&handler, 0..4);
    assert_eq!(counts(&handler), [0, 0, 4, 0]);
    let server = Server::http(port, &[]);
    clock.advance(Duration::from_secs(1));
    send(&handler, 4..6);
    assert_eq!(server.texts(6), expected(0..6), "each is sent once");
    assert_eq!(counts(&handler), [4, 2, 0, 0]);
    let reason = "send a record that was queued: send to";
    let errors: Vec<String> = errors.try_iter().collect();
    assert!(errors.len() == 1 && errors[0].starts_with(reason), "{errors:?}");
    let base = handler.base().counters();
    assert_eq!((base.failed, base.dropped), (1, 1));
}

#[test]
fn a_server_that_restarts_costs_what_the_counters_say() {
    let server = Server::http(0, &[]);
    let clock = clock();
    let (handler, errors) = handler(server.port(), |builder| builder.clock(clock.clone()));
    send(&handler, 0..100);
    assert_eq!(server.texts(100), expected(0..100));
    let port = kill(server);
    send(&handler, 100..200);
    assert_eq!(counts(&handler), [100, 100, 0, 0]);
    assert_eq!(errors.try_iter().count(), 100, "each of them is reported");
    let server = Server::http(port, &[]);
    clock.advance(Duration::from_secs(60));
    send(&handler, 200..300);
    assert_eq!(server.texts(100), expected(200..300));
    assert_eq!(counts(&handler), [200, 100, 0, 1]);
    assert_eq!(handler.base().counters().failed, 100);
}

#[test]
fn a_server_that_restarts_costs_nothing_with_a_backlog() {
    let dir = test_dir!();
    for backlog in [Backlog::memory(1 << 20), Backlog::spool(dir.join("spool"), 1 << 20)] {
        let server = Server::http(0, &[]);
        let clock = clock();
        let (handler, errors) =
            handler(server.port(), |builder| builder.clock(clock.clone()).backlog(backlog.clone()));
        send(&handler, 0..100);
        assert_eq!(server.texts(100), expected(0..100));
        let port = kill(server);
        send(&handler, 100..200);
        assert_eq!(counts(&handler), [100, 0, 100, 0]);
        let server = Server::http(port, &[]);
        clock.advance(Duration::from_secs(60));
        send(&handler, 200..300);
        handler.flush().unwrap();
        assert_eq!(server.texts(200), expected(100..300));
        assert_eq!((counts(&handler), errors.try_iter().count()), ([300, 0, 0, 1], 0));
    }
}

/// Four threads log while a server is killed and started again, twice. Gives how many records they
/// logged, and all that was received.
fn storm(handler: &GelfHttpHandler, server: Server) -> (u64, Vec<String>) {
    let ended = AtomicBool::new(false);
    let (logged, received, server) = thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                scope.spawn({
                    let ended = &ended;
                    move || log_until(handler, thread, ended)
                })
            })
            .collect();
        let _end = End(&ended);
        let (received, server) = restart_twice(server);
        ended.store(true, Ordering::Relaxed);
        let logged = threads.into_iter().map(|thread| thread.join().expect("it does not panic"));
        (logged.sum(), received, server)
    });
    while handler.flush().is_err() {}
    (logged, [received, server.last_texts()].concat())
}

fn log_until(handler: &GelfHttpHandler, thread: usize, ended: &AtomicBool) -> u64 {
    let mut logged = 0;
    while !ended.load(Ordering::Relaxed) {
        handler.handle(&text(format!("{thread} {logged}")));
        logged += 1;
    }
    logged
}

fn restart_twice(mut server: Server) -> (Vec<String>, Server) {
    let mut received = Vec::new();
    for _ in 0..2 {
        received.extend(server.texts(200));
        let port = server.port();
        received.extend(server.last_texts());
        server = Server::http(port, &[]);
    }
    received.extend(server.texts(200));
    (received, server)
}

/// Lets the threads end though the test has failed.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn unique(texts: &[String]) -> HashSet<&str> {
    texts.iter().map(String::as_str).collect()
}

#[test]
fn under_fire_what_was_sent_was_received_or_counted() {
    let server = Server::http(0, &[]);
    let (handler, errors) = handler(server.port(), |builder| builder.backoff(Backoff::NONE));
    let (logged, received) = storm(&handler, server);
    let [sent, dropped, queued, _] = counts(&handler);
    assert_eq!((sent + dropped, queued), (logged, 0));
    assert_eq!(errors.try_iter().count() as u64, dropped);
    assert_eq!(unique(&received).len(), received.len(), "none came twice");
    // One more for each server that was killed: it had read a record and could not say so.
    let received = received.len() as u64;
    assert!(received >= sent && received <= sent + 2, "{received} {sent}");
}

#[test]
fn under_fire_nothing_is_lost_with_a_backlog() {
    let server = Server::http(0, &[]);
    let (handler, errors) = handler(server.port(), |builder| {
        builder.backoff(Backoff::NONE).backlog(Backlog::memory(64 << 20))
    });
    let (logged, received) = storm(&handler, server);
    let [sent, dropped, queued, _] = counts(&handler);
    assert_eq!((sent, dropped, queued), (logged, 0, 0));
    assert_eq!(errors.try_iter().count(), 0);
    let (unique, received) = (unique(&received).len() as u64, received.len() as u64);
    assert_eq!(unique, logged);
    assert!(received <= logged + 2, "{received} {logged}");
}

#[test]
fn a_spool_brings_the_messages_of_a_program_that_has_ended() {
    let dir: Dir = test_dir!();
    let spool = || Backlog::spool(dir.join("spool"), 1 << 20);
    let server = Server::http(0, &[]);
    let port = server.port();
    kill(server);
    let (first, _) = handler(port, |builder| builder.backlog(spool()));
    send(&first, 0..10);
    drop(first);
    let server = Server::http(port, &[]);
    let (second, _) = handler(port, |builder| builder.backlog(spool()));
    send(&second, 10..11);
    second.flush().unwrap();
    assert_eq!(server.texts(11), expected(0..11));
}
