//! A server that goes away, that comes back, and that never reads.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use handlers_core::{Handler, ManualClock, Timestamp};
use handlers_gelf::{GelfTcpHandler, GelfTcpHandlerBuilder};
use handlers_net::Backlog;

use super::server::Server;
use super::{LONG, noise, text};
use handlers_tests::support::wait_until;

pub(super) fn builder(port: u16) -> (GelfTcpHandlerBuilder, ManualClock) {
    let clock = ManualClock::new(Timestamp::from_seconds(1e9));
    (GelfTcpHandler::builder("127.0.0.1", port).clock(clock.clone()).timeout(LONG), clock)
}

pub(super) fn send(handler: &GelfTcpHandler, numbers: std::ops::Range<u32>) {
    for number in numbers {
        handler.handle(&text(format!("message {number}")));
    }
}

pub(super) fn expected(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(|number| format!("message {number}")).collect()
}

/// Kills a server that has read all, and waits until the handler could know.
pub(super) fn kill(server: Server, handler: &GelfTcpHandler) -> u16 {
    let port = server.port();
    assert_eq!(server.kill(), 0);
    // The end of the connection may take a moment to be seen.
    wait_until("the end of the connection", || {
        handler.socket().is_connected() && TcpListener::bind(("127.0.0.1", port)).is_ok()
    });
    port
}

#[test]
fn a_server_that_restarts_costs_what_the_counters_say() {
    let server = Server::tcp(0);
    let (builder, clock) = builder(server.port());
    let handler = builder.build().unwrap();
    send(&handler, 0..100);
    assert_eq!(server.texts(100), expected(0..100));
    let port = kill(server, &handler);
    send(&handler, 100..200);
    let counters = handler.counters();
    assert_eq!((counters.sent, counters.dropped), (100, 100));
    let server = Server::tcp(port);
    clock.advance(Duration::from_secs(60));
    send(&handler, 200..300);
    assert_eq!(server.texts(100), expected(200..300));
    let counters = handler.counters();
    assert_eq!((counters.sent, counters.dropped, counters.reconnects), (200, 100, 1));
    assert_eq!(handler.base().counters().dropped, 100);
}

#[test]
fn a_server_that_restarts_costs_nothing_with_a_backlog() {
    let server = Server::tcp(0);
    let (builder, clock) = builder(server.port());
    let handler = builder.backlog(Backlog::memory(1 << 20)).build().unwrap();
    send(&handler, 0..100);
    assert_eq!(server.texts(100), expected(0..100));
    let port = kill(server, &handler);
    send(&handler, 100..200);
    assert_eq!((handler.counters().queued, handler.counters().dropped), (100, 0));
    let server = Server::tcp(port);
    clock.advance(Duration::from_secs(60));
    send(&handler, 200..300);
    handler.flush().unwrap();
    assert_eq!(server.texts(200), expected(100..300));
    let counters = handler.counters();
    assert_eq!((counters.sent, counters.dropped, counters.queued), (300, 0, 0));
}

#[test]
fn a_server_that_never_reads_costs_the_timeout_and_no_more() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (builder, _) = builder(port);
    let handler = builder.timeout(Duration::from_millis(200)).build().unwrap();
    let message = noise(100_000);
    let mut calls = 0;
    while handler.counters().dropped == 0 {
        let start = Instant::now();
        handler.handle(&text(&*message));
        assert!(start.elapsed() < Duration::from_secs(20));
        calls += 1;
    }
    let counters = handler.counters();
    assert_eq!(counters.sent + counters.dropped, calls);
    assert_eq!(handler.base().counters().dropped, counters.dropped);
}
