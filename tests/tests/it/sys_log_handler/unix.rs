//! Unix domain sockets, such as `/dev/log`.

use handlers_core::Handler;
use handlers_net::SysLogHandler;
use handlers_net::syslog::{Framing, Rfc5424, SocketType};
use handlers_tests::support::SocketPath;

use super::inbox::Inbox;
use super::{error, kept};

// UnixSysLogHandlerTest.test_output; NET-47, NET-49.
#[test]
fn a_path_is_tried_with_datagrams_first() {
    let path = SocketPath::new();
    let inbox = Inbox::unix_datagrams(&path);
    let handler = SysLogHandler::new(&*path).unwrap();
    assert_eq!(handler.socket_type(), Some(SocketType::Datagram));
    error(&handler, "sp\u{e4}m");
    assert_eq!(inbox.datagram(), b"<11>sp\xc3\xa4m\x00");
    let handler = SysLogHandler::builder(&*path).append_nul(false).ident("h\u{e4}m-");
    error(&handler.build().unwrap(), "sp\u{e4}m");
    assert_eq!(inbox.datagram(), b"<11>h\xc3\xa4m-sp\xc3\xa4m");
}

// UnixSysLogHandlerTest.test_udp_reconnection; NET-58.
#[test]
fn a_closed_handler_connects_to_the_path_again() {
    let path = SocketPath::new();
    let inbox = Inbox::unix_datagrams(&path);
    let handler = SysLogHandler::new(&*path).unwrap();
    error(&handler, "sp\u{e4}m");
    handler.close().unwrap();
    error(&handler, "sp\u{e4}m");
    for _ in 0..2 {
        assert_eq!(inbox.datagram(), b"<11>sp\xc3\xa4m\x00");
    }
}

// NET-49, NET-62.
#[test]
fn a_stream_is_what_comes_next() {
    let path = SocketPath::new();
    let inbox = Inbox::unix_streams(&path);
    let handler = SysLogHandler::new(&*path).unwrap();
    assert_eq!(handler.socket_type(), Some(SocketType::Stream));
    error(&handler, "one");
    error(&handler, "two");
    assert_eq!(inbox.bytes(16), b"<11>one\0<11>two\0");
}

// NET-50, NET-51.
#[test]
fn a_type_that_was_given_is_the_only_one() {
    let path = SocketPath::new();
    let _inbox = Inbox::unix_streams(&path);
    let builder = SysLogHandler::builder(&*path).socket_type(SocketType::Datagram);
    let handler = builder.build().unwrap();
    let errors = kept(&handler);
    error(&handler, "x");
    assert_eq!(errors.names(), ["OSError"]);
}

// FAULTS B8; NET-51, NET-59, NET-60. CPython does the same, but for a record that it loses after
// each restart.
#[test]
fn a_daemon_may_come_late_go_and_come_back() {
    let path = SocketPath::new();
    let handler = SysLogHandler::new(&*path).unwrap();
    let errors = kept(&handler);
    let send = |range: std::ops::Range<u32>| {
        range.for_each(|number| error(&handler, &number.to_string()));
    };
    send(0..50);
    assert_eq!(errors.names(), ["FileNotFoundError"; 50]);
    assert_eq!(handler.socket_type(), None);
    errors.clear();
    for round in 1..=2 {
        let inbox = Inbox::unix_datagrams(&path);
        send(0..50);
        let expected: Vec<Vec<u8>> =
            (0..50).map(|number| format!("<11>{number}\0").into_bytes()).collect();
        assert_eq!(inbox.datagrams(), expected);
        assert!(errors.names().is_empty());
        drop(inbox);
        send(0..50);
        assert_eq!(errors.names(), ["FileNotFoundError"; 50]);
        errors.clear();
        assert_eq!(handler.base().counters().failed, 50 + 50 * round);
    }
}

#[test]
fn a_daemon_may_come_back_with_the_other_type_of_socket() {
    let path = SocketPath::new();
    let inbox = Inbox::unix_datagrams(&path);
    let handler = SysLogHandler::new(&*path).unwrap();
    let errors = kept(&handler);
    error(&handler, "one");
    assert_eq!(inbox.datagram(), b"<11>one\0");
    drop(inbox);
    let inbox = Inbox::unix_streams(&path);
    error(&handler, "two");
    assert_eq!(inbox.bytes(8), b"<11>two\0");
    drop(inbox);
    let inbox = Inbox::unix_datagrams(&path);
    error(&handler, "three");
    assert_eq!(inbox.datagram(), b"<11>three\0");
    assert!(errors.names().is_empty());
}

// NET-59.
#[test]
fn a_stream_that_breaks_is_made_anew_for_the_same_record() {
    let path = SocketPath::new();
    let inbox = Inbox::unix_streams(&path);
    let handler = SysLogHandler::new(&*path).unwrap();
    let errors = kept(&handler);
    error(&handler, "one");
    assert_eq!(inbox.bytes(8), b"<11>one\0");
    inbox.hang_up();
    error(&handler, "two");
    assert_eq!(inbox.bytes(8), b"<11>two\0");
    assert!(errors.names().is_empty());
    assert_eq!(handler.counters().reconnects, 1);
}

#[test]
fn only_a_stream_has_frames() {
    let path = SocketPath::new();
    let make = |framing: Option<Framing>| {
        let format = Rfc5424::new().host_name("h").app_name("a").proc_id("p");
        let builder = SysLogHandler::builder(&*path).format(format);
        match framing {
            Some(framing) => builder.framing(framing).build().unwrap(),
            None => builder.build().unwrap(),
        }
    };
    let is_message =
        |bytes: &[u8]| bytes.starts_with(b"<11>1 ") && bytes.ends_with(b" h a p - - x");
    let inbox = Inbox::unix_datagrams(&path);
    for framing in [None, Some(Framing::NonTransparent), Some(Framing::Bare)] {
        error(&make(framing), "x");
        let datagram = inbox.datagram();
        assert!(is_message(&datagram), "{}", datagram.escape_ascii());
    }
    drop(inbox);
    let inbox = Inbox::unix_streams(&path);
    error(&make(None), "x");
    let bytes = inbox.bytes(1);
    let (length, message) = bytes.split_at(bytes.iter().position(|byte| *byte == b' ').unwrap());
    assert_eq!(str::from_utf8(length).unwrap(), (message.len() - 1).to_string());
    assert!(is_message(&message[1..]), "{}", message.escape_ascii());
}
