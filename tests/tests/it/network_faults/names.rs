//! Names of hosts for which there is no answer: row B5.

use std::net::{TcpListener, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use handlers_core::{Error, ErrorKind, Handler, ManualClock, Timestamp};
use handlers_net::syslog::SocketType;
use handlers_net::{Backlog, Backoff, DatagramHandler, SocketHandler, SysLogHandler};
use handlers_tests::support::wait_until;

use super::{MOST, SECOND, read_all, within};
use crate::network::Host;
use crate::sys_log_handler::{error, kept};

/// CPython does the same, and tries at each record.
#[test]
fn a_name_that_does_not_exist_is_dropped_or_reported_or_an_error_of_the_constructor() {
    const NOBODY: &str = "no-such-host.invalid";
    // Without a network the system knows this at once.
    Host::new().on(|| {
        let handler = SocketHandler::new(NOBODY, 9020).unwrap();
        let errors = kept(&handler);
        within(MOST, || (0..20).for_each(|_| error(&handler, "lost")));
        assert_eq!((handler.counters().dropped, errors.names().len()), (20, 0));

        let handler = DatagramHandler::new(NOBODY, 9021).unwrap();
        let errors = kept(&handler);
        within(MOST, || (0..20).for_each(|_| error(&handler, "lost")));
        assert_eq!((handler.counters().dropped, errors.names()), (20, vec!["OSError"; 20]));

        for socket_type in [SocketType::Datagram, SocketType::Stream] {
            let builder = || SysLogHandler::builder((NOBODY, 514)).socket_type(socket_type);
            let failed: Error = within(MOST, || builder().build().unwrap_err());
            assert_eq!((failed.kind(), failed.python_name()), (ErrorKind::Io, "OSError"));
            let handler = builder().backlog(Backlog::memory(1 << 20)).build().unwrap();
            within(MOST, || error(&handler, "kept"));
            assert_eq!(handler.counters().queued, 1);
        }
    });
}

/// In CPython each call takes ten seconds, since the back-off counts from before them.
#[test]
fn a_name_server_that_does_not_answer_costs_one_call_its_timeout_and_the_others_nothing() {
    Host::without_name_server().on(|| {
        let clock = ManualClock::new(Timestamp::from_seconds(1e9));
        let socket = SocketHandler::builder(NAME, 9020).clock(clock.clone()).build().unwrap();
        let datagram = DatagramHandler::builder(NAME, 9021).clock(clock.clone()).build().unwrap();
        let handlers: [&dyn Handler; 2] = [&socket, &datagram];
        for handler in handlers {
            let errors = kept(handler);
            for wait in [1, 2] {
                assert_waits(|| error(handler, "lost"));
                within(SECOND, || (0..100).for_each(|_| error(handler, "lost")));
                clock.advance(Duration::from_secs(wait));
            }
            let names = errors.names();
            assert!(names.is_empty() || names[..2] == ["TimeoutError", "OSError"], "{names:?}");
            let counters = handler.base().counters();
            assert_eq!(counters.dropped + counters.failed, 202);
        }
        assert_eq!((socket.counters().dropped, datagram.counters().dropped), (202, 202));
    });
}

#[test]
fn a_name_server_that_does_not_answer_costs_a_syslog_handler_no_more() {
    Host::without_name_server().on(|| {
        for socket_type in [SocketType::Datagram, SocketType::Stream] {
            let builder = || SysLogHandler::builder((NAME, 514)).socket_type(socket_type);
            let failed = assert_waits(|| builder().build().unwrap_err());
            assert_eq!(failed.python_name(), "TimeoutError");
            let backlog = Backlog::memory(1 << 20).background(false);
            let handler = assert_waits(|| builder().backlog(backlog).build().unwrap());
            within(SECOND, || (0..100).for_each(|_| error(&handler, "kept")));
            assert_eq!(handler.counters().queued, 100);
        }
    });
}

#[test]
fn a_name_that_is_known_at_last_is_used() {
    let host = Host::without_name_server();
    host.on(|| {
        let server = UdpSocket::bind("[::]:53").expect("nobody else is a name server here");
        thread::spawn(move || answer(&server));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let backlog = Backlog::memory(1 << 20).background(false);
        let builder = SocketHandler::builder(NAME, port).backoff(Backoff::NONE).backlog(backlog);
        let handler = builder.build().unwrap();
        error(&handler, "one");
        assert_eq!(handler.counters().queued, 1);
        host.no_firewall();
        // The system asks again when five seconds are over.
        wait_until("an answer", || handler.flush().is_ok());
        handler.close().unwrap();
        let frames = read_all(listener.accept().unwrap().0);
        assert!(frames.windows(3).any(|part| part == b"one"), "{}", frames.escape_ascii());
    });
}

/// Answers every question for an address of IPv4 with that of this machine (RFC 1035, section 4).
fn answer(server: &UdpSocket) {
    let mut packet = [0; 512];
    while let Ok((length, client)) = server.recv_from(&mut packet) {
        let (head, question) = packet[..length].split_at(12);
        let end = question.iter().position(|byte| *byte == 0).expect("a name has an end") + 5;
        let question = &question[..end];
        let is_ipv4 = question[end - 4..] == [0, 1, 0, 1];
        let mut answer = vec![head[0], head[1], 0x81, 0x80, 0, 1, 0, u8::from(is_ipv4), 0, 0, 0, 0];
        answer.extend_from_slice(question);
        if is_ipv4 {
            // The name that was asked for, an address, good for no time, of four bytes.
            answer.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
        }
        server.send_to(&answer, client).expect("the client is there");
    }
}

/// Asserts that a call that has one second takes it.
fn assert_waits<T>(call: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let given = within(MOST, call);
    assert!(begin.elapsed() > SECOND * 9 / 10, "it has not waited: {:?}", begin.elapsed());
    given
}

const NAME: &str = "logs.example.com";
