//! Handlers with a peer: what they are made of, and what is wrong with them.

use std::net::TcpListener;
use std::time::Duration;

use handlers_core::ErrorKind;
use handlers_net::syslog::{Address, Facility, SocketType};
use handlers_net::{Backoff, DatagramHandler, SocketHandler, SysLogHandler};

use super::*;

fn of(class: &str, settings: &str) -> String {
    let handler = format!("{{class: logging.handlers.{class}, {settings}}}");
    format!("{{version: 1, handlers: {{h: {handler}}}, root: {{handlers: [h]}}}}")
}

#[track_caller]
fn with<H: Handler, T>(class: &str, settings: &str, look: impl FnOnce(&H) -> T) -> T {
    look(handler(&apply(&of(class, settings), &Manager::new())))
}

/// The kind of the innermost error and what it says; the check finds it too.
#[track_caller]
fn refused(class: &str, settings: &str) -> (ErrorKind, String) {
    let text = of(class, settings);
    assert_eq!(problems(&text).len(), 1, "{text}");
    let error = config(&text).apply_to(&Manager::new()).expect_err("the check refused it");
    let mut last: &(dyn std::error::Error + 'static) = &error;
    while let Some(source) = last.source() {
        last = source;
    }
    let last = last.downcast_ref::<Error>().expect("all of them are ours");
    (last.kind(), last.to_string())
}

#[test]
fn a_socket_has_a_host_and_a_port() {
    let settings = "host: localhost, port: 9020";
    with("SocketHandler", settings, |handler: &SocketHandler| {
        assert_eq!(handler.peer(), "tcp localhost:9020");
        assert_eq!(handler.backoff(), Backoff::default());
        assert!(!handler.close_on_error());
    });
    let settings = "host: localhost, port: 'ext://logging.handlers.DEFAULT_UDP_LOGGING_PORT'";
    with("DatagramHandler", settings, |handler: &DatagramHandler| {
        assert_eq!(handler.peer(), "udp localhost:9021");
    });
    with("SocketHandler", "host: '::1', port: '9020'", |handler: &SocketHandler| {
        assert_eq!(handler.peer(), "tcp [::1]:9020");
    });
}

#[cfg(unix)]
#[test]
fn without_a_port_the_host_is_a_path() {
    let settings = "host: /tmp/handlers.sock, port: null";
    with("SocketHandler", settings, |handler: &SocketHandler| {
        assert_eq!(handler.peer(), "unix /tmp/handlers.sock");
    });
    with("DatagramHandler", settings, |handler: &DatagramHandler| {
        assert_eq!(handler.peer(), "unix /tmp/handlers.sock");
    });
}

#[test]
fn what_python_sets_on_the_object_is_read_from_the_dot() {
    let settings = "host: h, port: 1, \
                    .: {closeOnError: true, retryStart: 0.5, retryMax: 5, retryFactor: 3}";
    let backoff = Backoff::new(Duration::from_millis(500), 3.0, Duration::from_secs(5));
    with("SocketHandler", settings, |handler: &SocketHandler| {
        assert!(handler.close_on_error());
        assert_eq!(handler.backoff(), backoff);
    });
    with("DatagramHandler", settings, |handler: &DatagramHandler| {
        assert!(handler.close_on_error());
        assert_eq!(handler.backoff(), backoff);
    });
    let settings = "address: [127.0.0.1, 5514], .: {ident: 'app: ', append_nul: false, \
                    priority_map: {AUDIT: notice}}";
    with("SysLogHandler", settings, |handler: &SysLogHandler| {
        assert_eq!(handler.ident(), "app: ");
        assert!(!handler.append_nul());
    });
}

#[test]
fn a_time_to_wait_may_be_anything_that_is_a_number() {
    let settings = "host: h, port: 1, .: {retryStart: -1, retryMax: .inf, retryFactor: .nan}";
    with("SocketHandler", settings, |handler: &SocketHandler| {
        assert_eq!(handler.backoff(), Backoff::new(Duration::ZERO, 0.0, Duration::MAX));
    });
}

#[test]
fn a_syslog_handler_is_pythons_by_default() {
    // The default address: the one port that needs no daemon to be there.
    with("SysLogHandler", "level: INFO", |handler: &SysLogHandler| {
        assert_eq!(*handler.address(), Address::from(("localhost", 514)));
        assert_eq!(handler.facility(), Facility::USER);
        assert_eq!(handler.socket_type(), Some(SocketType::Datagram));
        assert_eq!((handler.ident(), handler.append_nul()), ("", true));
        assert_eq!(handler.timeout(), Duration::from_secs(1));
    });
}

#[test]
fn a_facility_has_a_name_or_a_number() {
    let cases = [
        ("facility: local3", Facility::LOCAL3),
        ("facility: 2", Facility::MAIL),
        ("facility: 99", Facility::new(99)),
        ("facility: 'ext://logging.handlers.SysLogHandler.LOG_SOLCRON'", Facility::SOLCRON),
        ("facility: 'ext://logging.handlers.SysLogHandler.LOG_LOCAL7'", Facility::LOCAL7),
    ];
    for (settings, expected) in cases {
        let settings = format!("{settings}, address: [127.0.0.1, 5514]");
        let facility = with("SysLogHandler", &settings, SysLogHandler::facility);
        assert_eq!(facility, expected, "{settings}");
    }
}

#[test]
fn a_stream_to_a_daemon_is_connected_at_once() {
    let daemon = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let port = daemon.local_addr().expect("it is bound").port();
    let settings =
        format!("address: [127.0.0.1, {port}], timeout: 60, socktype: 'ext://socket.SOCK_STREAM'");
    with("SysLogHandler", &settings, |handler: &SysLogHandler| {
        assert_eq!(handler.socket_type(), Some(SocketType::Stream));
        assert_eq!(handler.timeout(), Duration::from_secs(60));
        assert!(handler.is_connected());
    });
}

// The texts of the unpacking are CPython 3.13's.
#[test]
fn what_is_no_peer_is_refused() {
    let syslog = |settings: &str| refused("SysLogHandler", settings);
    let said = |kind, text: &str| (kind, text.to_owned());
    assert_eq!(
        syslog("address: 5"),
        said(ErrorKind::Type, "cannot unpack non-iterable int object")
    );
    assert_eq!(
        syslog("address: null"),
        said(ErrorKind::Type, "cannot unpack non-iterable NoneType object")
    );
    assert_eq!(
        syslog("address: [a]"),
        said(ErrorKind::Value, "not enough values to unpack (expected 2, got 1)")
    );
    assert_eq!(
        syslog("address: [a, 1, 2]"),
        said(ErrorKind::Value, "too many values to unpack (expected 2)")
    );
    assert_eq!(syslog("facility: nope"), said(ErrorKind::Key, "'nope'"));
    assert_eq!(syslog("facility: 1.5").0, ErrorKind::Type);
    assert_eq!(syslog("socktype: SOCK_STREAM").0, ErrorKind::Type);
    assert_eq!(syslog("socktype: 7").0, ErrorKind::Io);
    assert_eq!(syslog("timeout: soon").0, ErrorKind::Type);
    assert_eq!(syslog("timeout: -1"), said(ErrorKind::Value, "Timeout value out of range"));
    assert_eq!(syslog("address: [5, 514]").0, ErrorKind::Type);
    assert_eq!(syslog("address: [a, null]").0, ErrorKind::Type);
    assert_eq!(syslog(".: {priority_map: {A: loud}}"), said(ErrorKind::Key, "'loud'"));
    for class in ["SocketHandler", "DatagramHandler"] {
        assert_eq!(
            refused(class, "host: a"),
            said(
                ErrorKind::Type,
                &format!("{class}.__init__() missing 1 required positional argument: 'port'")
            )
        );
        for port in ["70000", "-1", "99999999999999999999", "'70000'"] {
            assert_eq!(
                refused(class, &format!("host: a, port: {port}")),
                said(ErrorKind::Overflow, "port must be 0-65535.")
            );
        }
        for port in ["1.5", "'http'", "''", "[1]"] {
            assert_eq!(refused(class, &format!("host: a, port: {port}")).0, ErrorKind::Type);
        }
        assert_eq!(refused(class, "host: null, port: 1").0, ErrorKind::Type);
        assert_eq!(refused(class, "host: a, port: 1, .: {retryMax: x}").0, ErrorKind::Type);
    }
}
