//! Handlers for streams: CPython's `StreamHandlerTest`. That errors can be silenced is in the test
//! program `process`.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use handlers_core::{Error, Handler, Record};
use handlers_file::{StandardStream, StreamHandler};
use handlers_tests::support::{CapturedError, SharedBuffer};

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

// StreamHandlerTest.test_error_handling; CORE-79, CORE-124.
#[test]
fn the_error_hook_is_told_of_the_record_that_could_not_be_written() {
    let captured = CapturedError::new();
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let hook = {
        let told = Arc::clone(&told);
        move |record: &Record<'_>, error: &Error| {
            told.lock().unwrap().push(format!("{}: {error}", record.message().unwrap()));
        }
    };
    let handler = StreamHandler::builder(BadStream).error_hook(hook).build();
    assert!(handler.handle(&Record::builder().message("lost").build()));
    assert_eq!(*told.lock().unwrap(), ["lost: write to the stream"]);
    assert_eq!(captured.text(), "");
}

// StreamHandlerTest.test_error_handling; CORE-79, CORE-80.
#[test]
fn an_error_that_nobody_is_told_of_is_reported_on_standard_error() {
    let captured = CapturedError::new();
    let handler = StreamHandler::new(BadStream);
    assert!(handler.handle(&Record::builder().message("lost").build()));
    let report = captured.text();
    assert!(report.starts_with("--- Logging error ---\n"), "{report}");
    assert!(report.contains("\ndeliberate mistake\n"), "{report}");
    assert!(report.ends_with("\nMessage: 'lost'\nArguments: ()\n"), "{report}");
}

// StreamHandlerTest.test_stream_setting; CORE-122, CORE-127.
#[test]
fn the_old_stream_is_given_back_for_a_new_one() {
    let handler = StreamHandler::stderr();
    assert_eq!(handler.set_stream(StandardStream::Stdout).unwrap(), StandardStream::Stderr);
    assert_eq!(handler.set_stream(StandardStream::Stderr).unwrap(), StandardStream::Stdout);
}

// StreamHandlerTest.test_stream_setting; CORE-123, CORE-127.
#[test]
fn the_old_stream_is_flushed_and_the_next_line_goes_to_the_new_one() {
    let (first, second) = (SharedBuffer::new(), SharedBuffer::new());
    let handler = StreamHandler::new(first.clone());
    handler.handle(&Record::builder().message("one").build());
    let flushes = first.flushes();
    assert!(handler.set_stream(second.clone()).unwrap().is(&first));
    assert_eq!(first.flushes(), flushes + 1);

    handler.handle(&Record::builder().message("two").build());
    assert_eq!((first.writes(), second.writes()), (vec!["one\n".into()], vec!["two\n".into()]));
}

// StreamHandlerTest.test_can_represent_stream_with_int_name; CORE-128.
#[test]
fn the_name_of_a_stream_may_be_a_number() {
    let handler = StreamHandler::builder(io::sink()).stream_name(2).build();
    assert_eq!(format!("{handler:?}"), "<StreamHandler 2 (NOTSET)>");
    let nameless = StreamHandler::new(io::sink());
    assert_eq!(format!("{nameless:?}"), "<StreamHandler (NOTSET)>");
}
