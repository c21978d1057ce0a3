//! Hosts that cannot be reached, and ports that are refused: rows B1 and B7.

use std::net::{TcpListener, UdpSocket};

use handlers_core::{ErrorKind, Handler};
use handlers_net::syslog::SocketType;
use handlers_net::transport::Udp;
use handlers_net::{Backlog, Backoff, DatagramHandler, SocketHandler, SysLogHandler};
use handlers_tests::support::wait_until;

use super::{MOST, within};
use crate::network::Host;
use crate::sys_log_handler::{error, kept};

#[test]
fn a_host_without_a_route_is_dropped_or_reported_at_once_and_found_when_there_is_one() {
    let (left, right) = Host::pair();
    let sockets = right.on(|| {
        let udp = [9021, 514].map(|port| UdpSocket::bind((RIGHT, port)).unwrap());
        (TcpListener::bind((RIGHT, 9020)).unwrap(), udp)
    });
    left.ip("addr del 10.99.0.1/24 dev cable");
    left.on(|| {
        let socket = SocketHandler::builder(RIGHT, 9020).backoff(Backoff::NONE).build().unwrap();
        let datagram =
            DatagramHandler::builder(RIGHT, 9021).backoff(Backoff::NONE).build().unwrap();
        let syslog = SysLogHandler::new((RIGHT, 514)).unwrap();
        let handlers: [(&dyn Handler, usize); 3] = [(&socket, 0), (&datagram, 20), (&syslog, 20)];
        for (handler, reports) in handlers {
            let errors = kept(handler);
            within(MOST, || (0..20).for_each(|_| error(handler, "lost")));
            assert_eq!(errors.names(), vec!["OSError"; reports], "{handler:?}");
            assert_eq!(handler.base().counters().emitted, 0);
        }
        for counters in [socket.counters(), datagram.counters(), syslog.counters()] {
            assert_eq!((counters.sent, counters.dropped), (0, 20));
        }
        left.ip("addr add 10.99.0.1/24 dev cable");
        for (handler, _) in handlers {
            error(handler, "found");
            assert_eq!(handler.base().counters().emitted, 1, "{handler:?}");
        }
    });
    drop(sockets);
}

#[test]
fn a_syslog_daemon_that_cannot_be_reached_is_an_error_of_the_constructor_or_waited_for() {
    let (left, right) = Host::pair();
    right.firewall("tcp dport 514 reject with icmp type host-unreachable");
    let listener = right.on(|| TcpListener::bind((RIGHT, 514)).unwrap());
    left.on(|| {
        let builder = || SysLogHandler::builder((RIGHT, 514)).socket_type(SocketType::Stream);
        let failed = within(MOST, || builder().build().unwrap_err());
        assert_eq!((failed.kind(), failed.python_name()), (ErrorKind::Io, "OSError"));
        let handler = builder().backlog(Backlog::memory(1 << 20)).build().unwrap();
        within(MOST, || (0..10).for_each(|number| error(&handler, &number.to_string())));
        assert_eq!(handler.counters().queued, 10);
        right.no_firewall();
        wait_until("the end of the backlog", || {
            let _ = handler.flush();
            handler.counters().queued == 0
        });
        assert_eq!(handler.counters().sent, 10);
    });
    drop(listener);
}

/// By default nobody is told that a datagram was refused, as in CPython.
#[test]
fn datagrams_that_are_refused_are_reported_to_those_who_ask() {
    let (left, right) = Host::pair();
    for firewall in [None, Some("meta l4proto udp reject with icmp type port-unreachable")] {
        if let Some(rule) = firewall {
            right.firewall(rule);
        }
        left.on(|| {
            let udp = |port| Udp::new(RIGHT, port).connected(true);
            let handlers: [Box<dyn Handler>; 4] = [
                Box::new(
                    DatagramHandler::builder(RIGHT, 9021).connector(udp(9021)).build().unwrap(),
                ),
                Box::new(SysLogHandler::builder((RIGHT, 514)).connector(udp(514)).build().unwrap()),
                Box::new(DatagramHandler::new(RIGHT, 9021).unwrap()),
                Box::new(SysLogHandler::new((RIGHT, 514)).unwrap()),
            ];
            let (connected, plain) = handlers.split_at(2);
            for handler in connected {
                let errors = kept(&**handler);
                wait_until("a refusal", || {
                    error(&**handler, "refused");
                    !errors.names().is_empty()
                });
                assert_eq!(errors.names(), ["ConnectionRefusedError"], "{handler:?}");
            }
            for handler in plain {
                let errors = kept(&**handler);
                (0..100).for_each(|_| error(&**handler, "refused"));
                assert!(errors.names().is_empty(), "{handler:?}: {errors:?}");
            }
        });
    }
}

#[test]
fn a_port_that_is_refused_costs_no_time() {
    let (left, right) = Host::pair();
    for rule in ["tcp dport 9020 reject with icmp type port-unreachable", "tcp dport 9020 accept"] {
        right.firewall(rule);
        left.on(|| {
            let handler = SocketHandler::new(RIGHT, 9020).unwrap();
            let errors = kept(&handler);
            within(MOST, || (0..100).for_each(|_| error(&handler, "lost")));
            assert_eq!((handler.counters().dropped, errors.names().len()), (100, 0));
        });
        right.no_firewall();
    }
}

const RIGHT: &str = "10.99.0.2";
