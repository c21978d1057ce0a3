//! TCP on loopback.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use handlers_net::transport::{Connect, IpFamily, Tcp, Transport};
use handlers_tests::support::wait_until;
use rustix::net::sockopt::{set_socket_linger, set_socket_recv_buffer_size};

use super::{assert_times_out, in_a_second, late, send_until_broken};

fn port_of(listener: &TcpListener) -> u16 {
    listener.local_addr().expect("it is bound").port()
}

/// A connection and its other end.
fn connected() -> (Box<dyn Transport>, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let tcp = Tcp::new("127.0.0.1", port_of(&listener));
    let transport = tcp.connect(late()).expect("somebody listens");
    (transport, listener.accept().expect("somebody connects").0)
}

/// The same, with a peer that takes little at a time.
fn narrow() -> (Box<dyn Transport>, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    set_socket_recv_buffer_size(&listener, 4096).expect("the size can be set");
    let tcp = Tcp::new("127.0.0.1", port_of(&listener));
    let transport = tcp.connect(late()).expect("somebody listens");
    (transport, listener.accept().expect("somebody connects").0)
}

fn read_all(stream: &mut TcpStream) -> Vec<u8> {
    let mut received = Vec::new();
    stream.read_to_end(&mut received).expect("the stream has an end");
    received
}

/// Bytes of which no two blocks are equal.
fn pattern(length: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = Vec::with_capacity(length + 4096);
    for number in 0_u32.. {
        if bytes.len() >= length {
            break;
        }
        bytes.extend(number.to_le_bytes().repeat(1024));
    }
    bytes.truncate(length);
    bytes
}

#[test]
fn frames_arrive_whole_and_in_order() {
    let (mut transport, mut peer) = connected();
    assert!(!transport.is_datagram());
    let frames: Vec<Vec<u8>> = (0..1000).map(|length| pattern(length % 300)).collect();
    let expected = frames.concat();
    let sender = thread::spawn(move || {
        for frame in &frames {
            assert!(!transport.is_closed());
            transport.send(frame, late()).unwrap();
        }
    });
    assert!(read_all(&mut peer) == expected, "what arrives is what was sent");
    sender.join().unwrap();
}

#[test]
fn a_host_may_be_a_name_or_an_address_of_either_family() {
    for (address, host) in
        [("[::1]:0", "::1"), ("127.0.0.1:0", "127.0.0.1"), ("127.0.0.1:0", "localhost")]
    {
        let listener = TcpListener::bind(address).unwrap();
        let tcp = Tcp::new(host, port_of(&listener));
        tcp.connect(late()).unwrap().send(b"a frame", late()).unwrap();
        assert_eq!(read_all(&mut listener.accept().unwrap().0), b"a frame");
    }
    let error = Tcp::new("::1", 9020).family(IpFamily::V4).connect(late()).unwrap_err();
    assert_eq!(error.to_string(), "connect to tcp [::1]:9020");
    assert_eq!(error.python_name(), "OSError");
}

#[test]
fn a_closed_port_is_refused_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let tcp = Tcp::new("localhost", port_of(&listener));
    drop(listener);
    let error = in_a_second(|deadline| tcp.connect(deadline)).unwrap_err();
    assert_eq!(error.python_name(), "ConnectionRefusedError");
    assert!(error.to_string().starts_with("connect to tcp localhost:"), "{error}");
}

#[test]
fn a_peer_that_resets_is_an_error_and_not_a_signal() {
    let (mut transport, peer) = connected();
    // Without lingering, to close is to reset.
    set_socket_linger(&peer, Some(Duration::ZERO)).unwrap();
    drop(peer);
    let error = send_until_broken(&mut *transport);
    let kinds = [io::ErrorKind::BrokenPipe, io::ErrorKind::ConnectionReset];
    assert!(kinds.contains(&error.kind()), "{error}");
    assert!(transport.is_closed());
    assert!(transport.send(b"a frame", late()).is_err(), "it is broken for good");
}

#[test]
fn a_peer_that_closes_is_noticed_before_anything_is_lost() {
    let (mut transport, peer) = connected();
    assert!(!transport.is_closed());
    drop(peer);
    wait_until("the end of the connection", || transport.is_closed());
}

// A socket that is closed with something unread resets the connection, and what the peer has not
// read by then is gone.
#[test]
fn a_peer_that_talks_costs_nothing_that_was_sent() {
    let (mut transport, mut peer) = narrow();
    peer.write_all(&[b'x'; 10_000]).unwrap();
    let expected = pattern(100_000);
    transport.send(&expected, late()).unwrap();
    assert!(!transport.is_closed());
    peer.write_all(&[b'y'; 10_000]).unwrap();
    drop(transport);
    assert!(read_all(&mut peer) == expected, "all that was sent arrives");
}

#[test]
fn a_peer_that_never_reads_costs_no_more_than_the_deadline() {
    let (mut transport, peer) = connected();
    let frame = vec![b'x'; 100_000_000];
    assert_times_out(|deadline| transport.send(&frame, deadline));
    assert_times_out(|deadline| transport.send(&frame, deadline));
    drop(peer);
}

// The send timeout of a socket begins anew with every part that gets through: with it, a call
// would take as long as the peer likes.
#[test]
fn a_peer_that_reads_a_little_now_and_then_costs_no_more_than_the_deadline() {
    let (mut transport, mut peer) = narrow();
    let (stop, stopped) = mpsc::channel::<()>();
    let reader = thread::spawn(move || {
        let mut buffer = [0; 8192];
        // Nobody says stop: each wait is its full length.
        while stopped.recv_timeout(Duration::from_millis(20))
            == Err(mpsc::RecvTimeoutError::Timeout)
        {
            let _ = peer.read(&mut buffer).unwrap();
        }
    });
    let frame = vec![b'x'; 100_000_000];
    assert_times_out(|deadline| transport.send(&frame, deadline));
    drop(stop);
    reader.join().unwrap();
}

#[test]
fn a_frame_of_a_hundred_megabytes_reaches_a_slow_reader_whole() {
    let (mut transport, mut peer) = connected();
    let expected = pattern(100_000_000);
    let frame = expected.clone();
    let sender = thread::spawn(move || transport.send(&frame, late()).unwrap());
    let (mut received, mut buffer) = (Vec::new(), vec![0; 1 << 20]);
    let pause = mpsc::channel::<()>();
    for part in 0.. {
        let length = peer.read(&mut buffer).unwrap();
        if length == 0 {
            break;
        }
        received.extend_from_slice(&buffer[..length]);
        // Long enough for every buffer between to be full.
        if part < 10 {
            let _ = pause.1.recv_timeout(Duration::from_millis(50));
        }
    }
    sender.join().unwrap();
    assert!(received == expected, "{} bytes of {}", received.len(), expected.len());
}

#[test]
fn a_deadline_that_has_passed_sends_what_need_not_wait() {
    let (mut transport, mut peer) = connected();
    let past = std::time::Instant::now();
    transport.send(b"a frame", past).unwrap();
    drop(transport);
    assert_eq!(read_all(&mut peer), b"a frame");
}
