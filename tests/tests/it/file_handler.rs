//! Handlers for files: CPython's `FileHandlerTest`.

use handlers_core::{Handler, PatternFormatter, Record};
use handlers_file::{FileHandler, OpenMode};
use handlers_tests::test_dir;

fn record(message: &str) -> Record<'static> {
    Record::builder().message(message).build()
}

// FileHandlerTest.test_delay; FILE-7.
#[test]
fn a_delayed_file_is_made_by_the_first_record() {
    let dir = test_dir!();
    let handler = FileHandler::builder(dir.join("app.log")).delay(true).build().unwrap();
    assert!(!handler.is_open());
    assert!(!dir.has("app.log"));
    handler.handle(&record(""));
    assert!(handler.is_open());
    assert_eq!(dir.read("app.log"), "\n");
    handler.close().unwrap();
    assert!(!handler.is_open());
}

// FileHandlerTest.test_emit_after_closing_in_write_mode, bpo-42378; FILE-8.
#[test]
fn a_record_after_the_close_does_not_truncate_the_file() {
    let dir = test_dir!();
    let handler = FileHandler::builder(dir.join("app.log"))
        .mode(OpenMode::TRUNCATE)
        .formatter(PatternFormatter::new("%(message)s").unwrap())
        .build()
        .unwrap();
    handler.handle(&record("1"));
    handler.close().unwrap();
    handler.handle(&record("2"));
    assert_eq!(dir.read("app.log"), "1\n");
    let counters = handler.base().counters();
    assert_eq!((counters.emitted, counters.dropped, counters.failed), (1, 1, 0));
}

// FileHandlerTest.test_emit_after_closing_in_write_mode; FILE-8.
#[test]
fn a_record_after_the_close_goes_to_the_end_of_a_file_that_is_appended_to() {
    let dir = test_dir!();
    let handler = FileHandler::new(dir.join("app.log")).unwrap();
    handler.handle(&record("1"));
    handler.close().unwrap();
    handler.handle(&record("2"));
    assert_eq!(dir.read("app.log"), "1\n2\n");
}
