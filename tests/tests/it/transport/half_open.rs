//! Hosts that die, and networks that lose everything.

use std::io;
use std::net::{TcpListener, UdpSocket};
use std::time::Duration;

use handlers_net::transport::{Connect, Keepalive, Tcp, Tls, Transport, Udp};
use handlers_tests::support::{wait_for, wait_until};

use super::{assert_times_out, in_a_second, late};
use crate::network::Host;

/// Listens on the right one of two hosts.
fn listen(host: &Host) -> TcpListener {
    host.on(|| TcpListener::bind("10.99.0.2:9020").expect("the port is free"))
}

fn tcp() -> Tcp {
    Tcp::new("10.99.0.2", 9020)
}

fn connect(host: &Host, connector: &(dyn Connect + 'static)) -> Box<dyn Transport> {
    host.on(|| connector.connect(late()).expect("somebody listens"))
}

// CPython loses every record until the kernel gives up, a quarter of an hour later.
#[test]
fn a_user_timeout_ends_a_connection_that_is_half_open() {
    let (left, right) = Host::pair();
    let listener = listen(&right);
    let tcp = tcp().user_timeout(Duration::from_secs(1));
    let mut transport = connect(&left, &tcp);
    let _peer = listener.accept().unwrap();
    transport.send(b"a frame", late()).unwrap();

    right.firewall("drop");
    let error = wait_for("a connection that is given up", || {
        in_a_second(|deadline| transport.send(b"a frame", deadline)).err()
    });
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert!(transport.is_closed());

    right.no_firewall();
    connect(&left, &tcp).send(b"a frame", late()).unwrap();
}

#[test]
fn keepalive_ends_a_connection_that_is_half_open_and_silent() {
    let (left, right) = Host::pair();
    let listener = listen(&right);
    let second = Duration::from_secs(1);
    let keepalive = Keepalive::after(second).interval(second).retries(2);
    let mut transport = connect(&left, &tcp().keepalive(keepalive));
    let _peer = listener.accept().unwrap();
    transport.send(b"a frame", late()).unwrap();

    right.firewall("drop");
    wait_until("a connection that is given up", || transport.is_closed());
}

#[test]
fn a_peer_that_loses_everything_costs_no_more_than_the_deadline() {
    let (left, right) = Host::pair();
    let listener = listen(&right);
    let mut transport = connect(&left, &tcp());
    let _peer = listener.accept().unwrap();
    right.firewall("drop");
    let frame = vec![b'x'; 10_000_000];
    assert_times_out(|deadline| transport.send(&frame, deadline));
    assert_times_out(|deadline| left.on(|| tcp().connect(deadline)));
}

#[test]
fn a_tls_peer_that_goes_silent_costs_no_more_than_the_deadline() {
    let (left, right) = Host::pair();
    let _listener = listen(&right);
    let tls = Tls::builder(tcp()).danger_accept_invalid_certs(true).build().unwrap();
    // It connects, and nobody answers its greeting.
    assert_times_out(|deadline| left.on(|| tls.connect(deadline)));
}

#[test]
fn a_host_that_cannot_be_reached_is_an_error_at_once() {
    let (left, _right) = Host::pair();
    left.ip("route add unreachable 10.98.0.0/16");
    left.on(|| {
        for (host, kind) in [
            ("10.98.0.1", io::ErrorKind::HostUnreachable),
            ("10.97.0.1", io::ErrorKind::NetworkUnreachable),
        ] {
            let tcp = Tcp::new(host, 9020);
            let error = in_a_second(|deadline| tcp.connect(deadline)).unwrap_err();
            assert_eq!(error.io_kind(), Some(kind));
            let send = |deadline| {
                let mut transport = Udp::new(host, 514).connect(deadline).unwrap();
                transport.send(b"a record", deadline)
            };
            assert_eq!(in_a_second(send).unwrap_err().kind(), kind);
        }
    });
}

#[test]
fn a_host_that_does_not_exist_costs_no_more_than_the_deadline() {
    let (left, _right) = Host::pair();
    assert_times_out(|deadline| left.on(|| Tcp::new("10.99.0.77", 9020).connect(deadline)));
}

#[test]
fn a_firewall_that_refuses_is_an_error_at_once() {
    let (left, right) = Host::pair();
    let _listener = listen(&right);
    for (rule, kind) in [
        ("tcp dport 9020 reject with icmp type port-unreachable", io::ErrorKind::ConnectionRefused),
        ("tcp dport 9020 reject with icmp type host-unreachable", io::ErrorKind::HostUnreachable),
        ("tcp dport 9020 reject with tcp reset", io::ErrorKind::ConnectionRefused),
    ] {
        right.firewall(rule);
        let error = left.on(|| in_a_second(|deadline| tcp().connect(deadline))).unwrap_err();
        assert_eq!(error.io_kind(), Some(kind), "{rule}");
        right.no_firewall();
    }
}

#[test]
fn a_firewall_that_resets_ends_the_connection() {
    let (left, right) = Host::pair();
    let listener = listen(&right);
    let mut transport = connect(&left, &tcp());
    let _peer = listener.accept().unwrap();
    right.firewall("tcp dport 9020 reject with tcp reset");
    let error = super::send_until_broken(&mut *transport);
    let kinds = [io::ErrorKind::BrokenPipe, io::ErrorKind::ConnectionReset];
    assert!(kinds.contains(&error.kind()), "{error}");
    wait_until("the end of the connection", || transport.is_closed());
}

#[test]
fn a_connected_datagram_socket_hears_what_other_hosts_refuse() {
    let (left, right) = Host::pair();
    let udp = Udp::new("10.99.0.2", 514).connected(true);
    let mut transport = connect(&left, &udp);
    let refused =
        |transport: &mut dyn Transport| wait_for("a refusal", || transport.send(b"", late()).err());
    assert_eq!(refused(&mut *transport).kind(), io::ErrorKind::ConnectionRefused);
    let _socket = right.on(|| UdpSocket::bind("10.99.0.2:514").unwrap());
    right.firewall("udp dport 514 reject with icmp type port-unreachable");
    assert_eq!(refused(&mut *transport).kind(), io::ErrorKind::ConnectionRefused);
}

#[test]
fn a_network_that_loses_every_datagram_is_never_waited_for() {
    let (left, right) = Host::pair();
    right.firewall("drop");
    let mut transport = connect(&left, &Udp::new("10.99.0.2", 514));
    in_a_second(|deadline| {
        for _ in 0..1000 {
            transport.send(&[b'x'; 1000], deadline).unwrap();
        }
    });
}
