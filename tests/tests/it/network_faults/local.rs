//! Readers of the same machine that are not there, come, go and stall: row B8, with a path of its own
//! in the place of `/dev/log`.

use std::fs;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::time::{Duration, Instant};

use handlers_core::Handler;
use handlers_net::{Backlog, DatagramHandler, SocketHandler, SysLogHandler};
use handlers_tests::support::SocketPath;

use super::{MOST, encode_message, within};
use crate::sys_log_handler::{error, kept};

fn received(reader: &UnixDatagram) -> Vec<u8> {
    let mut buffer = [0; 1000];
    let length = reader.recv(&mut buffer).expect("a datagram has come");
    buffer[..length].to_vec()
}

/// [`crate::sys_log_handler`] has the same for `SysLogHandler`.
#[test]
fn a_reader_of_datagrams_may_come_late_go_and_come_back() {
    let path = SocketPath::new();
    let handler = DatagramHandler::unix(&path).encoder(encode_message).build().unwrap();
    let errors = kept(&handler);
    for _ in 0..3 {
        errors.clear();
        (0..50).for_each(|_| error(&handler, "lost"));
        assert_eq!(errors.names(), ["FileNotFoundError"; 50]);
        let reader = UnixDatagram::bind(&path).unwrap();
        for number in 0..50 {
            error(&handler, &number.to_string());
            assert_eq!(received(&reader), number.to_string().into_bytes());
        }
        // Gone without a trace, and gone with its socket left behind.
        drop(reader);
        error(&handler, "lost");
        assert_eq!(errors.names().len(), 51);
        fs::remove_file(&path).unwrap();
    }
    assert_eq!((handler.counters().sent, handler.counters().dropped), (150, 153));
}

/// CPython's caller is stuck at the twelfth record, for ever.
#[test]
fn a_reader_that_stalls_costs_no_call_more_than_its_timeout() {
    let path = SocketPath::new();
    let reader = UnixDatagram::bind(&path).unwrap();
    let timeout = Duration::from_millis(100);
    let builder = DatagramHandler::unix(&path).encoder(encode_message).timeout(timeout);
    let handler = builder.build().unwrap();
    let errors = kept(&handler);
    while errors.names().len() < 3 {
        within(MOST, || error(&handler, "a record"));
    }
    assert_eq!(errors.names(), ["TimeoutError"; 3]);
    for _ in 0..handler.counters().sent {
        assert_eq!(received(&reader), b"a record");
    }
    error(&handler, "read again");
    assert_eq!(received(&reader), b"read again");
}

#[test]
fn a_backlog_has_what_a_reader_that_stalls_does_not_take() {
    let path = SocketPath::new();
    let reader = UnixDatagram::bind(&path).unwrap();
    let backlog = || Backlog::memory(1 << 20).background(false);
    let timeout = Duration::from_millis(100);
    let datagrams = DatagramHandler::unix(&path).encoder(encode_message).timeout(timeout);
    let datagrams = datagrams.backlog(backlog()).build().unwrap();
    let syslog = SysLogHandler::builder(&*path).timeout(timeout).append_nul(false);
    let syslog = syslog.backlog(backlog()).build().unwrap();
    let handlers: [(&dyn Handler, &str); 2] = [(&datagrams, ""), (&syslog, "<11>")];
    for (handler, before) in handlers {
        let begin = Instant::now();
        (0..40).for_each(|number| error(handler, &number.to_string()));
        assert!(handler.pending() > 0 && begin.elapsed() < MOST * 4, "{:?}", begin.elapsed());
        for number in 0..40 {
            let _ = handler.flush();
            assert_eq!(received(&reader), format!("{before}{number}").into_bytes());
        }
        assert_eq!((handler.pending(), handler.base().counters().dropped), (0, 0));
    }
}

#[test]
fn a_stream_that_nobody_accepts_or_reads_costs_no_call_more_than_its_timeout() {
    let path = SocketPath::new();
    let listener = UnixListener::bind(&path).unwrap();
    let timeout = Duration::from_millis(100);
    let socket = SocketHandler::unix(&path).encoder(encode_message).timeout(timeout);
    let socket = socket.build().unwrap();
    let syslog = SysLogHandler::builder(&*path).timeout(timeout).build().unwrap();
    let text = "x".repeat(100_000);
    let handlers: [&dyn Handler; 2] = [&socket, &syslog];
    for handler in handlers {
        let _errors = kept(handler);
        let lost = || handler.base().counters().dropped + handler.base().counters().failed;
        while lost() < 3 {
            within(MOST, || error(handler, &text));
        }
    }
    drop(listener);
}
