//! Frames that are cut, and those that go in parts: row B4.
//!
//! The parts are real ones: a frame that is longer than all buffers between, to a peer that reads a
//! few bytes at a time. Nothing that is loaded before C's library could make them, since the sockets
//! are not used through that.

use std::fmt::Write;
use std::io::Read;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixListener;
use std::thread;

use handlers_core::Handler;
use handlers_net::syslog::{Framing, SocketType};
use handlers_net::{SocketHandler, SysLogHandler, SysLogHandlerBuilder};
use handlers_tests::support::SocketPath;
use rustix::net::sockopt::{set_socket_linger, set_socket_recv_buffer_size};

use super::{AGES, encode_message};
use crate::sys_log_handler::{error, kept};

fn counted(port: u16) -> SysLogHandlerBuilder {
    let builder = SysLogHandler::builder(("127.0.0.1", port)).socket_type(SocketType::Stream);
    builder.framing(Framing::OctetCounting).timeout(AGES)
}

fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    (listener, port)
}

/// [`crate::socket_handler`] has the same for `SocketHandler`.
#[test]
fn a_syslog_message_that_was_cut_is_never_continued() {
    let (listener, port) = listen();
    let handler = counted(port).build().unwrap();
    let errors = kept(&handler);
    let frame = b"13 <11>msg 00000".len();
    for cut in 0..=frame {
        let text = format!("msg {cut:05}");
        error(&handler, &text);
        let (mut connection, _) = listener.accept().unwrap();
        let mut bytes = vec![0; cut];
        connection.read_exact(&mut bytes).unwrap();
        let expected = format!("13 <11>{text}");
        assert_eq!(bytes, expected.as_bytes()[..cut], "a connection begins with a message");
        connection.shutdown(Shutdown::Both).unwrap();
    }
    let counters = handler.counters();
    assert_eq!((counters.sent, counters.dropped), (frame as u64 + 1, 0));
    assert_eq!((counters.reconnects, errors.names().len()), (frame as u64, 0));
}

/// Row B1 too. CPython loses one or two records at each.
#[test]
fn a_peer_that_resets_when_it_has_read_all_costs_nothing() {
    let listeners = [listen(), listen()];
    let [socket, syslog] = listeners.each_ref().map(|(_, port)| *port);
    let socket = SocketHandler::builder("127.0.0.1", socket).encoder(encode_message).timeout(AGES);
    let handlers: [Box<dyn Handler>; 2] =
        [Box::new(socket.build().unwrap()), Box::new(counted(syslog).build().unwrap())];
    for (handler, (listener, _)) in handlers.into_iter().zip(&listeners) {
        let errors = kept(&*handler);
        for number in 0..10 {
            let text = format!("msg {number:05}");
            error(&*handler, &text);
            let (mut connection, _) = listener.accept().unwrap();
            read_until(&mut connection, text.as_bytes());
            // Without lingering, to close is to reset.
            set_socket_linger(&connection, Some(std::time::Duration::ZERO)).unwrap();
            drop(connection);
        }
        let counters = handler.base().counters();
        assert_eq!((counters.emitted, counters.dropped, errors.names().len()), (10, 0, 0));
    }
}

#[test]
fn messages_that_go_in_parts_arrive_whole() {
    let (tcp, port) = listen();
    set_socket_recv_buffer_size(&tcp, 2048).unwrap();
    let path = SocketPath::new();
    let unix = UnixListener::bind(&path).unwrap();
    let socket = |builder: handlers_net::SocketHandlerBuilder| -> Box<dyn Handler> {
        Box::new(builder.encoder(encode_message).timeout(AGES).build().unwrap())
    };
    let syslog = |builder: SysLogHandlerBuilder| -> Box<dyn Handler> {
        let builder = builder.framing(Framing::Bare).append_nul(false).timeout(AGES);
        Box::new(builder.build().unwrap())
    };
    let over_unix = SysLogHandler::builder(&*path).socket_type(SocketType::Stream);
    assert_whole(
        &*socket(SocketHandler::builder("127.0.0.1", port)),
        || tcp.accept().unwrap().0,
        "",
    );
    assert_whole(&*socket(SocketHandler::unix(&path)), || unix.accept().unwrap().0, "");
    assert_whole(&*syslog(counted(port)), || tcp.accept().unwrap().0, "<11>");
    assert_whole(&*syslog(over_unix), || unix.accept().unwrap().0, "<11>");
}

/// Asserts that messages of all lengths arrive at a peer that reads a few bytes at a time.
fn assert_whole<S: Read>(handler: &dyn Handler, accept: impl FnOnce() -> S + Send, before: &str) {
    let texts = [1, 10, 1000, 5_000_000, 7, 100_000].map(pattern);
    let expected: Vec<u8> =
        texts.iter().flat_map(|text| [before, text].concat().into_bytes()).collect();
    thread::scope(|scope| {
        let received = scope.spawn(|| {
            let (mut stream, mut received, mut buffer) = (accept(), Vec::new(), vec![0; 65_537]);
            for piece in (1..8).cycle().take(3000).chain(std::iter::repeat(buffer.len())) {
                match stream.read(&mut buffer[..piece]).expect("the stream has an end") {
                    0 => break,
                    length => received.extend_from_slice(&buffer[..length]),
                }
            }
            received
        });
        for text in &texts {
            error(handler, text);
        }
        handler.close().expect("all has been sent");
        assert!(
            received.join().expect("it only reads") == expected,
            "what arrives is what was sent"
        );
    });
    assert_eq!(handler.base().counters().emitted, texts.len() as u64);
}

/// A text of which no two parts are equal.
fn pattern(length: usize) -> String {
    let mut text = String::new();
    for number in 0..=length / 8 {
        write!(text, "{number:07} ").expect("a string takes everything");
    }
    text.truncate(length);
    text
}

fn read_until(connection: &mut TcpStream, end: &[u8]) {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 100]);
    while !bytes.ends_with(end) {
        let length = connection.read(&mut buffer).expect("it comes");
        assert!(length > 0, "{}", bytes.escape_ascii());
        bytes.extend_from_slice(&buffer[..length]);
    }
}
