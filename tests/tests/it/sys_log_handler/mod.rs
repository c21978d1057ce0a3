//! Syslog: CPython's `SysLogHandlerTest`, `UnixSysLogHandlerTest` and `IPv6SysLogHandlerTest`, and
//! what the rules say besides.

mod content;
mod daemon;
mod faults;
mod inbox;
mod limits;
mod parsed;
mod promises;
mod rsyslog;
mod sample;
mod streams;
mod syslog_ng;
mod unix;

use std::sync::{Arc, Mutex, PoisonError};

use handlers_core::{Error, Handler, Level, Record, get_handler_by_name};
use handlers_net::SysLogHandler;
use handlers_net::syslog::{Address, Facility, LevelNames, Severity, SocketType};

use self::inbox::Inbox;

/// Hands a handler a record of the level `ERROR`.
pub(crate) fn error(handler: &dyn Handler, message: &str) {
    handler.handle(&Record::builder().level(Level::ERROR).message(message).build());
}

/// Makes a handler with a hook that keeps the errors.
pub(crate) fn kept(handler: &dyn Handler) -> Errors {
    let errors = Errors::default();
    let kept = Arc::clone(&errors.0);
    handler.base().set_error_hook(Some(Arc::new(move |_: &Record<'_>, error: &Error| {
        kept.lock().unwrap_or_else(PoisonError::into_inner).push(error.clone());
    })));
    errors
}

/// The errors that were reported.
#[derive(Debug, Default)]
pub(crate) struct Errors(Arc<Mutex<Vec<Error>>>);

impl Errors {
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let errors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        errors.iter().map(Error::python_name).collect()
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

// SysLogHandlerTest.test_output, IPv6SysLogHandlerTest.test_output; NET-55, NET-56.
#[test]
fn a_record_is_a_datagram_of_priority_ident_text_and_nul() {
    for host in ["127.0.0.1", "::1"] {
        let inbox = Inbox::udp(if host == "::1" { "[::1]:0" } else { "127.0.0.1:0" });
        let address = (host, inbox.port());
        error(&SysLogHandler::new(address).unwrap(), "sp\u{e4}m");
        assert_eq!(inbox.datagram(), b"<11>sp\xc3\xa4m\x00");

        let handler = SysLogHandler::builder(address).append_nul(false).build().unwrap();
        error(&handler, "sp\u{e4}m");
        assert_eq!(inbox.datagram(), b"<11>sp\xc3\xa4m");

        let handler = SysLogHandler::builder(address).append_nul(false).ident("h\u{e4}m-");
        error(&handler.build().unwrap(), "sp\u{e4}m");
        assert_eq!(inbox.datagram(), b"<11>h\xc3\xa4m-sp\xc3\xa4m");
    }
}

// SysLogHandlerTest.test_udp_reconnection, IPv6SysLogHandlerTest.test_udp_reconnection; NET-58,
// NET-64.
#[test]
fn a_closed_handler_makes_a_new_socket_for_the_next_record() {
    for host in ["127.0.0.1", "::1"] {
        let inbox = Inbox::udp(if host == "::1" { "[::1]:0" } else { "127.0.0.1:0" });
        let handler = SysLogHandler::new((host, inbox.port())).unwrap();
        error(&handler, "sp\u{e4}m");
        assert_eq!(inbox.datagram(), b"<11>sp\xc3\xa4m\x00");
        handler.close().unwrap();
        assert!(!handler.is_connected());
        error(&handler, "sp\u{e4}m");
        assert_eq!(inbox.datagram(), b"<11>sp\xc3\xa4m\x00");
    }
}

// NET-46.
#[test]
fn the_defaults_are_pythons() {
    let handler = SysLogHandler::new(Address::default()).unwrap();
    assert_eq!(*handler.address(), Address::from(("localhost", 514)));
    assert_eq!(handler.facility(), Facility::USER);
    assert_eq!(handler.socket_type(), Some(SocketType::Datagram));
    assert_eq!((handler.ident(), handler.append_nul()), ("", true));
    assert_eq!(format!("{handler:?}"), "<SysLogHandler (NOTSET)>");
}

#[test]
fn facility_and_map_make_the_priority() {
    let inbox = Inbox::udp("127.0.0.1:0");
    let handler = SysLogHandler::builder(("127.0.0.1", inbox.port()))
        .facility(Facility::LOCAL7)
        .priority_map(LevelNames::default().with("ERROR", Severity::Emergency))
        .name("syslog of facility_and_map_make_the_priority")
        .level(Level::WARNING)
        .build()
        .unwrap();
    assert_eq!(format!("{handler:?}"), "<SysLogHandler (WARNING)>");
    error(&handler, "x");
    assert_eq!(inbox.datagram(), b"<184>x\0");
    let handler: Arc<dyn Handler> = Arc::new(handler);
    handlers_core::register_handler(&handler);
    let found = get_handler_by_name("syslog of facility_and_map_make_the_priority");
    assert_eq!(found.expect("it is registered").base().id(), handler.base().id());
}

// NET-52.
#[test]
fn a_host_that_is_not_known_is_an_error_of_the_constructor() {
    for socket_type in [SocketType::Datagram, SocketType::Stream] {
        let builder = SysLogHandler::builder(("no-such-host.invalid", 514));
        let failed = builder.socket_type(socket_type).build().unwrap_err();
        assert_eq!(failed.kind(), handlers_core::ErrorKind::Io, "{failed:?}");
    }
}

// NET-65.
#[test]
fn a_text_that_cannot_be_made_is_reported_and_the_next_record_is_sent() {
    let inbox = Inbox::udp("127.0.0.1:0");
    let handler = SysLogHandler::new(("127.0.0.1", inbox.port())).unwrap();
    let errors = kept(&handler);
    handler.handle(&Record::builder().template("%d", [handlers_core::Value::from("x")]).build());
    error(&handler, "next");
    assert_eq!(inbox.datagram(), b"<11>next\0");
    assert_eq!(errors.names(), ["TypeError"]);
    assert_eq!(handler.base().counters().failed, 1);
    assert_eq!(handler.counters().sent, 1);
}
