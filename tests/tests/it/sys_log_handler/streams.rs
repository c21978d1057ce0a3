//! TCP.

use std::time::Duration;

use handlers_core::{Handler, ManualClock, Timestamp};
use handlers_net::syslog::{Framing, Rfc5424, SocketType};
use handlers_net::{Backlog, SysLogHandler, SysLogHandlerBuilder};
use handlers_tests::support::{free_port, wait_for};

use super::inbox::Inbox;
use super::promises::counted;
use super::{error, kept};

fn by_tcp(port: u16) -> SysLogHandlerBuilder {
    let builder = SysLogHandler::builder(("127.0.0.1", port)).socket_type(SocketType::Stream);
    builder.timeout(Duration::from_secs(30))
}

// NET-62.
#[test]
fn records_stand_one_after_the_other() {
    let inbox = Inbox::tcp("127.0.0.1:0");
    let handler = by_tcp(inbox.port()).build().unwrap();
    error(&handler, "one");
    error(&handler, "two");
    assert_eq!(inbox.bytes(16), b"<11>one\0<11>two\0");
}

// NET-52.
#[test]
fn a_daemon_that_is_not_there_is_an_error_of_the_constructor() {
    let refused = by_tcp(free_port()).build().unwrap_err();
    assert_eq!(refused.python_name(), "ConnectionRefusedError");
}

// FAULTS B9: CPython loses all 300 records that follow a restart (NET-63, cpython#95891).
#[test]
fn a_daemon_that_is_restarted_gets_all_that_follows() {
    let inbox = Inbox::tcp("127.0.0.1:0");
    let port = inbox.port();
    let handler = by_tcp(port).build().unwrap();
    let errors = kept(&handler);
    (0..100).for_each(|number| error(&handler, &number.to_string()));
    let texts: Vec<String> = (0..100).map(|number| format!("<11>{number}\0")).collect();
    assert_eq!(inbox.bytes(texts.concat().len()), texts.concat().into_bytes());
    drop(inbox);

    let inbox = Inbox::tcp(&format!("127.0.0.1:{port}"));
    (100..400).for_each(|number| error(&handler, &number.to_string()));
    let texts: Vec<String> = (100..400).map(|number| format!("<11>{number}\0")).collect();
    assert_eq!(inbox.bytes(texts.concat().len()), texts.concat().into_bytes());
    assert!(errors.names().is_empty(), "{errors:?}");
    let counters = handler.counters();
    assert_eq!((counters.sent, counters.dropped, counters.reconnects), (400, 0, 1));
}

#[test]
fn a_daemon_that_hangs_up_again_and_again_is_called_again() {
    let inbox = Inbox::tcp("127.0.0.1:0");
    let handler = by_tcp(inbox.port()).build().unwrap();
    for round in 0..20 {
        error(&handler, &round.to_string());
        wait_for("the record", || {
            (!inbox.streams().is_empty() && inbox.received() > 0).then_some(())
        });
        inbox.hang_up();
    }
    assert_eq!(handler.base().counters().failed, 0);
    assert_eq!(handler.counters().reconnects, 19);
}

// A host that is away is tried as often as the back-off says; each record is an error, as each is
// in CPython.
#[test]
fn a_daemon_that_is_away_is_tried_when_that_is_due() {
    let inbox = Inbox::tcp("127.0.0.1:0");
    let port = inbox.port();
    let clock = ManualClock::new(Timestamp::from_seconds(1000.0));
    let handler = by_tcp(port).clock(clock.clone()).build().unwrap();
    let errors = kept(&handler);
    error(&handler, "one");
    assert_eq!(inbox.bytes(8), b"<11>one\0");
    drop(inbox);
    error(&handler, "two");
    error(&handler, "three");
    assert_eq!(errors.names(), ["ConnectionRefusedError", "OSError"]);
    let inbox = Inbox::tcp(&format!("127.0.0.1:{port}"));
    error(&handler, "four");
    assert_eq!(errors.names().len(), 3);
    clock.advance(Duration::from_secs(1));
    error(&handler, "five");
    assert_eq!(inbox.bytes(9), b"<11>five\0");
    assert_eq!(errors.names().len(), 3);
    assert_eq!(handler.base().counters().failed, 3);
    assert_eq!(handler.counters().dropped, 3);
}

#[test]
fn a_backlog_keeps_what_a_daemon_that_is_away_should_get() {
    let port = free_port();
    let clock = ManualClock::new(Timestamp::from_seconds(1000.0));
    let handler = by_tcp(port)
        .framing(Framing::OctetCounting)
        .format(Rfc5424::new())
        .backlog(Backlog::memory(1 << 20).background(false))
        .clock(clock)
        .build()
        .unwrap();
    let errors = kept(&handler);
    (0..50).for_each(|number| error(&handler, &format!("record {number}")));
    assert_eq!((handler.pending(), handler.counters().queued), (50, 50));
    let inbox = Inbox::tcp(&format!("127.0.0.1:{port}"));
    handler.flush().unwrap();
    error(&handler, "record 50");
    let texts = wait_for("all records", || {
        let texts: Vec<String> = inbox.streams().iter().flat_map(|bytes| counted(bytes)).collect();
        (texts.len() == 51).then_some(texts)
    });
    for (number, text) in texts.iter().enumerate() {
        assert!(text.ends_with(&format!(" - - record {number}")), "{text}");
    }
    assert!(errors.names().is_empty(), "{errors:?}");
    assert_eq!((handler.counters().sent, handler.counters().queued), (51, 0));
}

// RFC 6587, section 3.4.2.
#[test]
fn lines_end_with_a_line_feed_where_that_is_asked_for() {
    let inbox = Inbox::tcp("127.0.0.1:0");
    let handler = by_tcp(inbox.port()).framing(Framing::NonTransparent).build().unwrap();
    error(&handler, "one\n<0>forged\r\n\0");
    error(&handler, "two");
    let expected = b"<11>one\\n<0>forged\\r\\n\\x00\n<11>two\n";
    assert_eq!(inbox.bytes(expected.len()), expected);
}
