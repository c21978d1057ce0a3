//! Errors that are not reported: the rest of CPython's `StreamHandlerTest`.

use std::io::{self, Write};

use handlers_core::{Handler, Record, set_raise_exceptions, set_standard_error};
use handlers_file::StreamHandler;
use handlers_tests::support::{CapturedError, alone};

/// A stream that takes nothing.
struct BadStream;

impl Write for BadStream {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
        Err(io::Error::other("deliberate mistake"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

// StreamHandlerTest.test_error_handling; CORE-79, CORE-83, CORE-124.
#[test]
fn errors_are_reported_only_while_that_is_switched_on() {
    let _alone = alone();
    let captured = CapturedError::new();
    let handler = StreamHandler::new(BadStream);
    let record = Record::builder().build();
    set_raise_exceptions(false);
    handler.handle(&record);
    assert_eq!(captured.text(), "");
    set_raise_exceptions(true);
    handler.handle(&record);
    assert!(captured.text().contains("\ndeliberate mistake\n"), "{}", captured.text());
    assert_eq!(handler.base().counters().failed, 2);
}

// StreamHandlerTest.test_error_handling; CORE-79: what `sys.stderr = None` is to Python.
#[test]
fn a_program_may_have_no_standard_error() {
    let _alone = alone();
    set_standard_error(None);
    let handler = StreamHandler::new(BadStream);
    assert!(handler.handle(&Record::builder().build()));
    assert_eq!(handler.base().counters().failed, 1);
}
