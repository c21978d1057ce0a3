//! The end: CPython's `ShutdownTest`.
//!
//! A handler's lock is its own business in Rust and cannot fail to be taken. In the place of errors
//! in `acquire` there are panics, which are as little a handler's to answer for.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use handlers_core::{
    Error, ErrorKind, Handler, HandlerBase, Record, Result, ShutdownOutcome, ShutdownReport,
    register_handler, set_raise_exceptions, shutdown,
};
use handlers_file::StreamHandler;
use handlers_tests::support::{SharedBuffer, alone};

/// A list is not locked while anything panics.
const WHOLE: &str = "the list is whole";

/// Writes down what is done to it, and fails where it is told to.
#[derive(Debug)]
struct FakeHandler {
    base: HandlerBase,
    identifier: usize,
    called: Arc<Mutex<Vec<String>>>,
    failing: Option<(&'static str, Failure)>,
}

#[derive(Debug, Clone, Copy)]
enum Failure {
    Error(ErrorKind),
    Panic,
}

impl FakeHandler {
    fn record(&self, method: &'static str) -> Result<()> {
        self.called.lock().expect(WHOLE).push(format!("{} - {method}", self.identifier));
        match self.failing {
            Some((failing, Failure::Error(kind))) if failing == method => {
                Err(Error::new(kind, "deliberate mistake"))
            }
            Some((failing, Failure::Panic)) if failing == method => panic!("deliberate mistake"),
            _ => Ok(()),
        }
    }
}

impl Handler for FakeHandler {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, _record: &Record<'_>) -> Result<()> {
        self.record("emit")
    }

    fn flush(&self) -> Result<()> {
        self.record("flush")
    }

    fn close(&self) -> Result<()> {
        self.record("close")
    }
}

/// Shuts down handlers, of which the one in the middle fails, and says what was done to them.
fn shut_down(failing: Option<(&'static str, Failure)>) -> (Vec<String>, ShutdownReport) {
    let called: Arc<Mutex<Vec<String>>> = Arc::default();
    let handlers = [0, 1, 2].map(|identifier| -> Arc<dyn Handler> {
        let called = Arc::clone(&called);
        let failing = failing.filter(|_| identifier == 1);
        let handler = FakeHandler { base: HandlerBase::new(), identifier, called, failing };
        Arc::new(handler)
    });
    for handler in &handlers {
        register_handler(handler);
    }
    let report = shutdown(Duration::MAX);
    // The last word of Python's fakes is `release`: the handlers can still be used.
    for handler in &handlers {
        assert!(handler.handle(&Record::builder().build()));
    }
    let mut called = called.lock().expect(WHOLE).clone();
    assert_eq!(called.split_off(called.len() - 3), ["0 - emit", "1 - emit", "2 - emit"]);
    (called, report)
}

/// An error of a kind in a method spoils nothing for the other handlers, and is in the report.
fn an_error_is_survived(method: &'static str, kind: ErrorKind) {
    let (called, report) = shut_down(Some((method, Failure::Error(kind))));
    assert_eq!(called, calls_until(method));
    assert!(!report.is_complete());
    let outcomes: Vec<Option<ErrorKind>> = report.handlers.iter().map(failure).collect();
    assert_eq!(outcomes, [None, Some(kind), None]);
}

fn failure(handler: &handlers_core::HandlerReport) -> Option<ErrorKind> {
    match &handler.outcome {
        ShutdownOutcome::Fail(error) => Some(error.kind()),
        ShutdownOutcome::Close => None,
        other => panic!("{other:?}"),
    }
}

/// What is done to the handlers if a method of the second fails: a close never follows a flush that
/// failed (CORE-166).
fn calls_until(method: &str) -> Vec<&'static str> {
    let calls = ["2 - flush", "2 - close", "1 - flush", "1 - close", "0 - flush", "0 - close"];
    calls.into_iter().filter(|call| !(method == "flush" && *call == "1 - close")).collect()
}

// ShutdownTest.test_no_failure; CORE-164, CORE-165.
#[test]
fn handlers_are_flushed_and_closed_the_newest_first() {
    let _alone = alone();
    let (called, report) = shut_down(None);
    assert_eq!(called, calls_until(""));
    assert!(report.is_complete());
    assert_eq!(report.handlers.len(), 3);
}

// ShutdownTest.test_with_ioerror_in_flush; CORE-166.
#[test]
fn an_io_error_in_flush_is_survived() {
    let _alone = alone();
    an_error_is_survived("flush", ErrorKind::Io);
}

// ShutdownTest.test_with_ioerror_in_close; CORE-166.
#[test]
fn an_io_error_in_close_is_survived() {
    let _alone = alone();
    an_error_is_survived("close", ErrorKind::Io);
}

// ShutdownTest.test_with_valueerror_in_flush; CORE-166.
#[test]
fn a_value_error_in_flush_is_survived() {
    let _alone = alone();
    an_error_is_survived("flush", ErrorKind::Value);
}

// ShutdownTest.test_with_valueerror_in_close; CORE-166.
#[test]
fn a_value_error_in_close_is_survived() {
    let _alone = alone();
    an_error_is_survived("close", ErrorKind::Value);
}

// ShutdownTest.test_with_other_error_in_flush_without_raise; CORE-167.
#[test]
fn another_error_in_flush_is_survived() {
    let _alone = alone();
    set_raise_exceptions(false);
    an_error_is_survived("flush", ErrorKind::Index);
}

// ShutdownTest.test_with_other_error_in_close_without_raise; CORE-167.
#[test]
fn another_error_in_close_is_survived() {
    let _alone = alone();
    set_raise_exceptions(false);
    an_error_is_survived("close", ErrorKind::Index);
}

// ShutdownTest.test_with_other_error_in_flush_with_raise; CORE-167. Python gives up at this error;
// here the report has it, and the other handlers are closed.
#[test]
fn another_error_in_flush_is_reported_and_ends_nothing() {
    let _alone = alone();
    an_error_is_survived("flush", ErrorKind::Index);
}

// ShutdownTest.test_with_other_error_in_close_with_raise; CORE-167.
#[test]
fn another_error_in_close_is_reported_and_ends_nothing() {
    let _alone = alone();
    an_error_is_survived("close", ErrorKind::Index);
}

// ShutdownTest.test_with_ioerror_in_acquire, test_with_valueerror_in_acquire,
// test_with_other_error_in_acquire_with_raise, test_with_other_error_in_acquire_without_raise;
// CORE-166, CORE-167.
#[test]
fn a_panic_is_survived() {
    let _alone = alone();
    for method in ["flush", "close"] {
        let (called, report) = shut_down(Some((method, Failure::Panic)));
        assert_eq!(called, calls_until(method));
        let outcomes: Vec<Option<ErrorKind>> = report.handlers.iter().map(failure).collect();
        assert_eq!(outcomes, [None, Some(ErrorKind::Panic), None]);
    }
}

// CORE-77: handlers stay attached, and nobody else keeps them. What a program does with a handler
// that it has for itself, such as taking the stream back, works as soon as the shutdown is over.
#[test]
fn the_shutdown_keeps_no_handler() {
    let _alone = alone();
    for _ in 0..50 {
        let handler = Arc::new(StreamHandler::new(SharedBuffer::new()));
        let registered: Arc<dyn Handler> = Arc::clone(&handler) as _;
        register_handler(&registered);
        drop(registered);
        assert!(shutdown(Duration::MAX).is_complete());
        assert!(Arc::into_inner(handler).is_some());
    }
}
