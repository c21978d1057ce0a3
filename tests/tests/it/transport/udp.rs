//! UDP on loopback.

use std::io;
use std::net::UdpSocket;

use handlers_net::transport::{Connect, IpFamily, Udp};
use handlers_tests::support::wait_for;
use rustix::io::Errno;

use super::{in_a_second, late};

fn bind(address: &str) -> (UdpSocket, u16) {
    let socket = UdpSocket::bind(address).expect("a port is free");
    let port = socket.local_addr().expect("it is bound").port();
    (socket, port)
}

fn received(socket: &UdpSocket) -> Vec<u8> {
    let mut buffer = vec![0; 70_000];
    let length = socket.recv(&mut buffer).expect("a datagram has come");
    buffer[..length].to_vec()
}

#[test]
fn a_send_is_a_datagram() {
    for connected in [false, true] {
        let (socket, port) = bind("127.0.0.1:0");
        let udp = Udp::new("localhost", port).family(IpFamily::V4).connected(connected);
        let mut transport = udp.connect(late()).unwrap();
        assert!(transport.is_datagram());
        for datagram in [&b"one"[..], b"", b"three\nlines\0", &vec![b'x'; 65_507]] {
            transport.send(datagram, late()).unwrap();
            assert!(received(&socket) == datagram, "{} bytes", datagram.len());
        }
        assert!(!transport.is_closed());
    }
}

#[test]
fn ipv6_is_spoken_too() {
    let (socket, port) = bind("[::1]:0");
    let mut transport = Udp::new("::1", port).connect(late()).unwrap();
    transport.send(b"a record", late()).unwrap();
    assert_eq!(received(&socket), b"a record");
    assert_eq!(Udp::new("::1", 514).peer(), "udp [::1]:514");
}

#[test]
fn a_datagram_that_is_too_long_is_reported_and_the_next_one_sent() {
    for connected in [false, true] {
        let (socket, port) = bind("127.0.0.1:0");
        let mut transport =
            Udp::new("127.0.0.1", port).connected(connected).connect(late()).unwrap();
        for length in [65_508, 70_000, 200_000] {
            let error = transport.send(&vec![b'x'; length], late()).unwrap_err();
            assert_eq!(error.raw_os_error(), Some(Errno::MSGSIZE.raw_os_error()));
        }
        transport.send(b"a record", late()).unwrap();
        assert_eq!(received(&socket), b"a record");
    }
}

#[test]
fn nobody_hears_of_a_closed_port_without_a_connection() {
    let (socket, port) = bind("127.0.0.1:0");
    drop(socket);
    let mut transport = Udp::new("127.0.0.1", port).connect(late()).unwrap();
    for _ in 0..100 {
        transport.send(b"a record", late()).unwrap();
    }
}

#[test]
fn a_connected_socket_hears_of_a_closed_port_and_of_one_that_opens_again() {
    let (socket, port) = bind("127.0.0.1:0");
    drop(socket);
    let mut transport = Udp::new("127.0.0.1", port).connected(true).connect(late()).unwrap();
    let error = wait_for("a refusal", || transport.send(b"a record", late()).err());
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);

    let socket = UdpSocket::bind(("127.0.0.1", port)).unwrap();
    socket.set_nonblocking(true).unwrap();
    let mut buffer = [0; 100];
    let length = wait_for("a datagram", || {
        // The first one may find the refusal of an earlier one.
        let _ = transport.send(b"a record", late());
        socket.recv(&mut buffer).ok()
    });
    assert_eq!(&buffer[..length], b"a record");
}

#[test]
fn a_broadcast_must_be_asked_for() {
    let send = |udp: Udp| {
        let mut transport = udp.connect(late()).unwrap();
        transport.send(b"a record", late())
    };
    let error = send(Udp::new("127.255.255.255", 9)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
    send(Udp::new("127.255.255.255", 9).broadcast(true)).unwrap();
}

#[test]
fn a_flood_is_never_stuck() {
    let (_socket, port) = bind("127.0.0.1:0");
    let mut transport = Udp::new("127.0.0.1", port).connect(late()).unwrap();
    in_a_second(|deadline| {
        for _ in 0..2000 {
            transport.send(&[b'x'; 10_000], deadline).unwrap();
        }
    });
}
