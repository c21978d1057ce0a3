//! Messages that are too long.

use std::time::Duration;

use handlers_core::Handler;
use handlers_net::SysLogHandler;
use handlers_net::syslog::{Framing, Rfc5424, SocketType};
use handlers_tests::support::{SocketPath, wait_until};

use super::inbox::Inbox;
use super::{error, kept};

// FAULTS B7; NET-61.
#[test]
fn too_long_a_datagram_is_reported_and_the_next_is_sent() {
    let path = SocketPath::new();
    let by_udp = Inbox::udp("127.0.0.1:0");
    let by_path = Inbox::unix_datagrams(&path);
    let handlers = [
        (SysLogHandler::new(("127.0.0.1", by_udp.port())).unwrap(), &by_udp, 65_507),
        (SysLogHandler::new(&*path).unwrap(), &by_path, 100_000),
    ];
    for (handler, inbox, longest) in handlers {
        let errors = kept(&handler);
        error(&handler, &"z".repeat(longest - "<11>\0".len()));
        assert_eq!(inbox.datagram().len(), longest);
        for too_long in [1 << 24, 100 << 20] {
            error(&handler, &"z".repeat(too_long));
        }
        assert_eq!(errors.names(), ["OSError", "OSError"]);
        error(&handler, "next");
        assert_eq!(inbox.datagram(), b"<11>next\0");
        assert_eq!(handler.base().counters().failed, 2);
        assert_eq!(handler.counters().dropped, 2);
    }
}

#[test]
fn the_longest_datagram_is_that_of_the_system() {
    let inbox = Inbox::udp("127.0.0.1:0");
    let handler = SysLogHandler::new(("127.0.0.1", inbox.port())).unwrap();
    let errors = kept(&handler);
    error(&handler, &"z".repeat(65_508 - "<11>\0".len()));
    assert_eq!(errors.names(), ["OSError"]);
}

#[test]
fn a_message_that_is_too_long_can_be_cut() {
    let inbox = Inbox::udp("127.0.0.1:0");
    let builder = SysLogHandler::builder(("127.0.0.1", inbox.port())).max_size(2048);
    let handler = builder.build().unwrap();
    error(&handler, &"ä".repeat(5000));
    let expected = format!("<11>{}[...]\0", "ä".repeat((2048 - 10) / 2));
    assert_eq!(inbox.datagram(), expected.into_bytes());

    let builder = SysLogHandler::builder(("127.0.0.1", inbox.port())).max_size(480);
    let handler = builder.format(Rfc5424::new()).build().unwrap();
    error(&handler, &"x".repeat(100 << 20));
    let datagram = inbox.datagram();
    assert_eq!(datagram.len(), 480);
    assert!(datagram.ends_with(b"xxx[...]"), "{}", datagram.escape_ascii());
}

#[test]
fn a_message_of_a_hundred_megabytes_goes_through_a_stream() {
    let inbox = Inbox::tcp("127.0.0.1:0");
    let handler = SysLogHandler::builder(("127.0.0.1", inbox.port()))
        .socket_type(SocketType::Stream)
        .framing(Framing::OctetCounting)
        .timeout(Duration::from_secs(120))
        .build()
        .unwrap();
    let errors = kept(&handler);
    error(&handler, &"m".repeat(100 << 20));
    error(&handler, "next");
    let end = b" <11>mmm".len() + 9 + (100 << 20) - 3 + b"8 <11>next".len();
    wait_until("all bytes", || inbox.received() == end);
    let bytes = inbox.streams().remove(0);
    assert!(bytes.starts_with(b"104857604 <11>mmm"));
    assert!(bytes.ends_with(b"mmm8 <11>next"));
    assert!(errors.names().is_empty(), "{errors:?}");
}
