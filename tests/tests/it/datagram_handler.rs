//! `DatagramHandlerTest` and `UnixDatagramHandlerTest`, and what the system refuses.

use std::net::UdpSocket;
use std::sync::mpsc::{self, Receiver as Errors};
use std::time::Duration;

use handlers_core::{Error, ErrorHook, Handler, HandlerBase, Record, Result};
use handlers_net::{DEFAULT_UDP_LOGGING_PORT, DatagramHandler};
use handlers_tests::support::SocketPath;

use crate::receiver::{Receiver, assert_is, record};

/// A hook, and where the names of the errors come that it is told of.
fn hook() -> (impl ErrorHook + 'static, Errors<Error>) {
    let (send, errors) = mpsc::channel();
    let hook = move |_: &Record<'_>, error: &Error| {
        send.send(error.clone()).expect("the test listens");
    };
    (hook, errors)
}

fn sized(length: usize) -> Record<'static> {
    Record::builder().message("x".repeat(length)).build()
}

/// The bare message.
fn encode(_: &HandlerBase, record: &Record<'_>, out: &mut Vec<u8>) -> Result<()> {
    out.extend_from_slice(record.message()?.as_bytes());
    Ok(())
}

// DatagramHandlerTest.test_output.
#[test]
fn pythons_receiver_takes_what_is_sent() {
    let receiver = Receiver::udp();
    let handler = DatagramHandler::new("127.0.0.1", receiver.port()).unwrap();
    for number in 0..100 {
        handler.handle(&record(number));
        assert_is(&receiver.record(), &record(number));
    }
    assert_eq!(handler.counters().sent, 100);
}

// UnixDatagramHandlerTest.test_output.
#[cfg(unix)]
#[test]
fn pythons_receiver_takes_what_is_sent_to_a_unix_socket() {
    let path = SocketPath::new();
    let receiver = Receiver::unix_datagrams(&path);
    let handler = DatagramHandler::unix(&path).timeout(Duration::from_secs(60)).build().unwrap();
    for message in ["spam", "eggs"] {
        handler.handle(&Record::builder().message(message).build());
    }
    assert_eq!(receiver.messages(2), ["spam", "eggs"]);
}

// FAULTS B7, NET-39.
#[test]
fn a_record_too_long_for_a_datagram_is_reported_and_the_next_one_sent() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (hook, errors) = hook();
    let port = receiver.local_addr().unwrap().port();
    let handler = DatagramHandler::builder("127.0.0.1", port).encoder(encode).error_hook(hook);
    let handler = handler.build().unwrap();
    let mut buffer = vec![0; 70_000];
    for length in [65_507, 65_508, 60_000, 70_000, 200_000, 1] {
        handler.handle(&sized(length));
        if length > 65_507 {
            let error = errors.try_recv().expect("it is reported");
            assert_eq!(error.to_string(), format!("send to udp 127.0.0.1:{port}"));
            assert!(handler.is_connected(), "the socket is kept");
        } else {
            assert_eq!(receiver.recv(&mut buffer).unwrap(), length);
        }
    }
    let counters = handler.counters();
    assert_eq!((counters.sent, counters.dropped, counters.reconnects), (3, 3, 0));
    assert_eq!(handler.base().counters().failed, 3);
}

// FAULTS B7: some 213,000 bytes are the limit of Unix datagrams.
#[cfg(unix)]
#[test]
fn a_record_too_long_for_a_unix_datagram_is_reported_and_the_next_one_sent() {
    let path = SocketPath::new();
    let receiver = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    let (hook, errors) = hook();
    let handler = DatagramHandler::unix(&path).encoder(encode).error_hook(hook).build().unwrap();
    let mut buffer = vec![0; 200_000];
    for length in [100_000, 10_000_000, 100_000] {
        handler.handle(&sized(length));
        if length > 200_000 {
            assert!(errors.try_recv().is_ok());
        } else {
            assert_eq!(receiver.recv(&mut buffer).unwrap(), length);
        }
    }
    assert_eq!(handler.counters().sent, 2);
}

// FAULTS B7: nobody listens.
#[test]
fn a_port_at_which_nobody_listens_is_silent() {
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (hook, errors) = hook();
    let handler = DatagramHandler::builder("127.0.0.1", port).error_hook(hook).build().unwrap();
    for number in 0..100 {
        handler.handle(&record(number));
    }
    assert!(errors.try_recv().is_err());
    assert_eq!(handler.counters().sent, 100);
}

// NET-36, NET-38.
#[cfg(unix)]
#[test]
fn a_unix_socket_that_is_not_there_is_an_error_until_it_is() {
    let path = SocketPath::new();
    let (hook, errors) = hook();
    let handler = DatagramHandler::unix(&path).error_hook(hook).build().unwrap();
    for number in 0..3 {
        handler.handle(&record(number));
        assert_eq!(errors.try_recv().unwrap().python_name(), "FileNotFoundError");
    }
    let receiver = Receiver::unix_datagrams(&path);
    handler.handle(&record(4));
    assert_is(&receiver.record(), &record(4));
    assert!(errors.try_recv().is_err());
}

// NET-15, NET-39.
#[test]
fn who_closes_on_errors_closes_in_place_of_the_report() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (hook, errors) = hook();
    let port = receiver.local_addr().unwrap().port();
    let handler = DatagramHandler::builder("127.0.0.1", port).encoder(encode).error_hook(hook);
    let handler = handler.close_on_error(true).build().unwrap();
    handler.handle(&sized(70_000));
    assert!(errors.try_recv().is_err() && !handler.is_connected());
    handler.handle(&sized(7));
    assert_eq!(receiver.recv(&mut [0; 100]).unwrap(), 7);
}

#[test]
fn an_address_of_ipv6_means_itself() {
    let receiver = UdpSocket::bind("[::1]:0").unwrap();
    let port = receiver.local_addr().unwrap().port();
    let handler = DatagramHandler::builder("::1", port).encoder(encode).build().unwrap();
    handler.handle(&sized(7));
    assert_eq!(receiver.recv(&mut [0; 100]).unwrap(), 7);
}

#[test]
fn a_handler_is_shown_as_pythons() {
    let handler = DatagramHandler::new("localhost", DEFAULT_UDP_LOGGING_PORT).unwrap();
    assert_eq!(format!("{handler:?}"), "<DatagramHandler (NOTSET)>");
    assert!(!handler.is_connected());
}
