//! `SocketHandlerTest` and `UnixSocketHandlerTest`, and what they do not ask: a peer that comes and
//! goes.

mod batches;
mod faults;
mod restarts;
mod spool;

use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::time::Duration;

use handlers_core::{
    Error, ErrorKind, Handler, HandlerBase, ManualClock, Record, Result, Timestamp,
};
use handlers_net::{Backoff, SocketHandler, SocketHandlerBuilder};
use handlers_tests::support::SocketPath;

use crate::receiver::{Receiver, assert_is, record};

/// A handler for `port` with a clock that stands still, and time enough for a slow machine.
fn builder(port: u16) -> (SocketHandlerBuilder, ManualClock) {
    let clock = ManualClock::new(Timestamp::from_seconds(1e9));
    let builder = SocketHandler::builder("127.0.0.1", port).clock(clock.clone());
    (builder.timeout(Duration::from_secs(60)), clock)
}

/// A port at which nobody listens, and nobody will while the connection is there.
pub(crate) fn closed_port() -> (TcpStream, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it is bound");
    // Its own end of a connection is a port that nobody else gets and that does not listen.
    let held = TcpStream::connect(address).expect("somebody listens");
    let port = held.local_addr().expect("it is connected").port();
    (held, port)
}

fn handle(handler: &SocketHandler, numbers: Range<u32>) {
    for number in numbers {
        handler.handle(&record(number));
    }
}

/// Asserts that these records come next, whole and in order.
fn assert_arrive(receiver: &Receiver, numbers: Range<u32>) {
    for number in numbers {
        assert_is(&receiver.record(), &record(number));
    }
}

// SocketHandlerTest.test_output.
#[test]
fn pythons_receiver_takes_what_is_sent() {
    let receiver = Receiver::tcp(0);
    let (builder, _) = builder(receiver.port());
    let handler = builder.build().unwrap();
    for message in ["spam", "eggs"] {
        handler.handle(&Record::builder().name("tcp").message(message).build());
    }
    assert_eq!(receiver.messages(2), ["spam", "eggs"]);
    handler.close().unwrap();
}

// SocketHandlerTest.test_noserver.
#[test]
fn without_a_server_there_is_one_attempt_for_each_period() {
    let (_held, port) = closed_port();
    let (builder, clock) = builder(port);
    let handler = builder.build().unwrap();
    let start = clock.now_seconds();
    for (second, expected) in [(0, 1.0), (1, 3.0), (3, 7.0), (7, 15.0), (15, 31.0), (31, 61.0)] {
        clock.set(Timestamp::from_seconds(start + f64::from(second)));
        for _ in 0..3 {
            handler.handle(&record(second));
        }
        assert_eq!(handler.retry_time(), Some(start + expected));
    }
    assert_eq!(handler.counters().dropped, 18);
    assert_eq!(handler.base().counters().dropped, 18);
    assert_eq!(handler.base().counters().failed, 0);
}

// UnixSocketHandlerTest.test_output.
#[cfg(unix)]
#[test]
fn pythons_receiver_takes_what_is_sent_to_a_unix_socket() {
    let path = SocketPath::new();
    let receiver = Receiver::unix(&path);
    let handler = SocketHandler::unix(&path).timeout(Duration::from_secs(60)).build().unwrap();
    for message in ["spam", "eggs"] {
        handler.handle(&Record::builder().message(message).build());
    }
    assert_eq!(receiver.messages(2), ["spam", "eggs"]);
}

// UnixSocketHandlerTest.test_noserver.
#[cfg(unix)]
#[test]
fn a_unix_socket_that_is_not_there_is_tried_again() {
    let path = SocketPath::new();
    let clock = ManualClock::new(Timestamp::from_seconds(1e9));
    let handler = SocketHandler::unix(&path).clock(clock.clone()).build().unwrap();
    handler.handle(&record(0));
    assert_eq!(handler.retry_period(), Some(1.0));
    let receiver = Receiver::unix(&path);
    clock.advance(Duration::from_secs(1));
    handler.handle(&record(1));
    assert_is(&receiver.record(), &record(1));
}

#[test]
fn a_hundred_thousand_records_arrive_equal_and_in_order() {
    let receiver = Receiver::tcp(0);
    let (builder, _) = builder(receiver.port());
    let handler = builder.build().unwrap();
    for block in 0..100 {
        let numbers = block * 1000..(block + 1) * 1000;
        handle(&handler, numbers.clone());
        // What belongs to the thread and the process is the same here.
        assert_arrive(&receiver, numbers);
    }
    let counters = handler.counters();
    assert_eq!((counters.sent, counters.dropped, counters.reconnects), (100_000, 0, 0));
}

// NET-2.
#[test]
fn the_defaults_are_pythons() {
    let handler = SocketHandler::new("localhost", handlers_net::DEFAULT_TCP_LOGGING_PORT).unwrap();
    assert!(!handler.close_on_error() && !handler.is_connected());
    assert_eq!(
        handler.backoff(),
        Backoff::new(Duration::from_secs(1), 2.0, Duration::from_secs(30))
    );
    assert_eq!((handler.retry_time(), handler.retry_period()), (None, None));
    assert_eq!(handler.timeout(), Duration::from_secs(1));
    assert_eq!(format!("{handler:?}"), "<SocketHandler (NOTSET)>");
}

// NET-14, NET-15.
#[test]
fn an_error_of_the_encoder_is_reported_or_closes_the_connection() {
    let receiver = Receiver::tcp(0);
    let (builder, _) = builder(receiver.port());
    let (send, errors) = std::sync::mpsc::channel();
    let handler = builder
        .encoder(|_: &HandlerBase, record: &Record<'_>, out: &mut Vec<u8>| -> Result<()> {
            out.extend_from_slice(&[0, 0, 0, 2, b'}', b'.']);
            match record.message()?.as_ref() {
                "bad" => Err(Error::new(ErrorKind::Value, "it cannot be encoded")),
                _ => Ok(()),
            }
        })
        .error_hook(move |_: &Record<'_>, error: &Error| {
            send.send(error.to_string()).expect("the test listens");
        })
        .build()
        .unwrap();
    let (good, bad) = (Record::builder().build(), Record::builder().message("bad").build());
    handler.handle(&good);
    handler.handle(&bad);
    assert_eq!(errors.try_recv().as_deref(), Ok("it cannot be encoded"));
    assert!(handler.is_connected());

    handler.set_close_on_error(true);
    handler.handle(&bad);
    assert!(errors.try_recv().is_err(), "the connection went in place of the report");
    assert!(!handler.is_connected());
    handler.handle(&bad);
    assert!(errors.try_recv().is_ok(), "there was no connection to be closed");
    assert_eq!(handler.base().counters().failed, 3);
}

// NET-16.
#[test]
fn a_closed_handler_connects_anew() {
    let receiver = Receiver::tcp(0);
    let (builder, _) = builder(receiver.port());
    let handler = builder.build().unwrap();
    handler.handle(&record(1));
    handler.close().unwrap();
    assert!(!handler.is_connected());
    handler.handle(&record(2));
    let mut numbers = receiver.messages(2);
    numbers.sort();
    assert_eq!(numbers, [message(1), message(2)]);
    assert_eq!(handler.counters().reconnects, 1);
}

fn message(number: u32) -> String {
    record(number).message().expect("it can be formatted").into_owned()
}

/// The seconds that a clock shows.
trait NowSeconds {
    fn now_seconds(&self) -> f64;
}

impl NowSeconds for ManualClock {
    fn now_seconds(&self) -> f64 {
        handlers_core::Clock::now(self).created()
    }
}
