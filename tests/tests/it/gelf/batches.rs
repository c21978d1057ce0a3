//! Messages that are held back and sent together.

use std::io::Read;
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use handlers_core::{Handler, Level, PatternFormatter, Record};
use handlers_gelf::{Framing, GelfTcpHandler};
use handlers_net::Backlog;
use handlers_tests::support::wait_until;

use super::faults::{builder, expected, kill, send};
use super::server::Server;
use super::{LONG, text};

/// So many bytes are held back.
const CAPACITY: usize = 64 * 1024;

fn counters(handler: &GelfTcpHandler) -> [u64; 4] {
    let counters = handler.counters();
    [counters.sent, counters.dropped, counters.queued, handler.pending()]
}

#[test]
fn messages_that_were_held_back_come_in_order() {
    let server = Server::tcp(0);
    let (builder, _) = builder(server.port());
    let handler = builder.buffered(CAPACITY).build().unwrap();
    send(&handler, 0..10);
    assert_eq!(counters(&handler), [0, 0, 10, 10]);
    send(&handler, 10..10_000);
    assert!(handler.pending() < 1000, "{} messages are held back", handler.pending());
    // As every handler that holds something back does.
    drop(handler);
    assert_eq!(server.texts(10_000), expected(0..10_000));
}

#[test]
fn an_error_takes_the_messages_before_it_along() {
    let server = Server::tcp(0);
    let (builder, _) = builder(server.port());
    let handler = builder.buffered(CAPACITY).build().unwrap();
    send(&handler, 0..3);
    handler.handle(&Record::builder().level(Level::ERROR).message("message 3").build());
    assert_eq!(server.texts(4), expected(0..4));
    assert_eq!(counters(&handler), [4, 0, 0, 0]);
}

#[test]
fn messages_are_held_back_no_longer_than_the_interval() {
    let server = Server::tcp(0);
    let (builder, _) = builder(server.port());
    let builder = builder.buffered(CAPACITY).flush_level(Level::new(100));
    let handler = builder.flush_interval(Duration::from_millis(20)).build().unwrap();
    send(&handler, 0..10);
    assert_eq!(server.texts(10), expected(0..10));
    wait_until("the batch is counted", || counters(&handler) == [10, 0, 0, 0]);
}

// GELF-13: a NUL in what a formatter made would end a message before its time.
#[test]
fn each_message_of_a_batch_has_one_end() {
    for (framing, end, second) in [(Framing::Null, 0, "b c"), (Framing::Newline, b'\n', "b\0c")] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let reader = thread::spawn(move || {
            let mut received = Vec::new();
            listener.accept().unwrap().0.read_to_end(&mut received).map(|_| received)
        });
        let handler = GelfTcpHandler::builder("127.0.0.1", port)
            .formatter(PatternFormatter::new("%(message)s").unwrap())
            .framing(framing)
            .buffered(CAPACITY)
            .timeout(LONG)
            .build()
            .unwrap();
        for message in ["a", "b\0c", "", "d"] {
            handler.handle(&text(message));
        }
        handler.close().unwrap();
        let received = reader.join().unwrap().unwrap();
        let messages: Vec<_> = received.split(|byte| *byte == end).collect();
        assert_eq!(messages, ["a", second, "", "d", ""].map(str::as_bytes));
    }
}

#[test]
fn a_server_that_restarts_costs_what_the_counters_say() {
    let server = Server::tcp(0);
    let (builder, clock) = builder(server.port());
    let handler = builder.buffered(CAPACITY).build().unwrap();
    send(&handler, 0..100);
    handler.flush().unwrap();
    assert_eq!(server.texts(100), expected(0..100));
    let port = kill(server, &handler);
    send(&handler, 100..200);
    assert_eq!(counters(&handler), [100, 0, 100, 100]);
    assert!(handler.flush().is_err());
    assert_eq!(counters(&handler), [100, 100, 0, 0]);
    let server = Server::tcp(port);
    clock.advance(Duration::from_secs(60));
    send(&handler, 200..300);
    handler.flush().unwrap();
    assert_eq!(server.texts(100), expected(200..300));
    assert_eq!(counters(&handler), [200, 100, 0, 0]);
    assert_eq!(handler.base().counters().dropped, 100);
}

#[test]
fn a_server_that_restarts_costs_nothing_with_a_backlog() {
    let server = Server::tcp(0);
    let (builder, clock) = builder(server.port());
    let builder = builder.buffered(CAPACITY).backlog(Backlog::memory(1 << 20));
    let handler = builder.build().unwrap();
    send(&handler, 0..100);
    handler.flush().unwrap();
    assert_eq!(server.texts(100), expected(0..100));
    let port = kill(server, &handler);
    send(&handler, 100..200);
    assert!(handler.flush().is_err());
    let server = Server::tcp(port);
    clock.advance(Duration::from_secs(60));
    send(&handler, 200..300);
    handler.flush().unwrap();
    assert_eq!(server.texts(200), expected(100..300));
    assert_eq!(counters(&handler), [300, 0, 0, 0]);
}
