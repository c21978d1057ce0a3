//! Files that others move away: CPython's `HandlerTest.test_race` and the rules FILE-18 to FILE-26.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use handlers_core::{Handler, Level, Record};
use handlers_file::{FileHandler, OpenMode, WatchedFileHandler};
use handlers_tests::test_dir;

use crate::faults::count_reports;

fn record(message: &str) -> Record<'static> {
    Record::builder().message(message).build()
}

// HandlerTest.test_builtin_handlers; FILE-18.
#[test]
fn a_file_that_is_delayed_is_not_open() {
    let dir = test_dir!();
    let handler = WatchedFileHandler::builder(dir.join("app.log")).delay(true).build().unwrap();
    assert!(!handler.is_open() && handler.delay());
    assert_eq!(
        format!("{handler:?}"),
        format!("<WatchedFileHandler {} (NOTSET)>", handler.path().display())
    );
    handler.reopen_if_needed().unwrap();
    assert!(dir.names().is_empty(), "FILE-20: without an open file nothing is opened");
}

// HandlerTest.test_race; FILE-19, FILE-21: one thread deletes what another writes.
#[test]
fn a_file_that_is_deleted_all_the_time_is_no_error() {
    for delay in [false, true] {
        let dir = test_dir!();
        let path = dir.join("app.log");
        let handler = WatchedFileHandler::builder(&path).delay(delay).build().unwrap();
        let reports = count_reports(&handler);
        let done = Arc::new(AtomicBool::new(false));
        let deleter = {
            let (path, done) = (path.clone(), Arc::clone(&done));
            thread::spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let _ = fs::remove_file(&path);
                }
            })
        };
        for _ in 0..500 {
            handler.handle(&record("testing"));
        }
        done.store(true, Ordering::Relaxed);
        deleter.join().unwrap();
        assert_eq!(reports.count(), 0);
        assert_eq!(handler.base().counters().emitted, 500);
    }
}

// FILE-21, FILE-22.
#[test]
fn a_file_that_was_moved_is_opened_anew() {
    let dir = test_dir!();
    let handler = WatchedFileHandler::new(dir.join("app.log")).unwrap();
    handler.handle(&record("one"));
    fs::rename(dir.join("app.log"), dir.join("app.log.1")).unwrap();
    handler.handle(&record("two"));
    fs::remove_file(dir.join("app.log")).unwrap();
    handler.handle(&record("three"));
    assert_eq!((dir.read("app.log.1"), dir.read("app.log")), ("one\n".into(), "three\n".into()));
}

// FILE-23.
#[test]
fn what_replaced_a_file_that_is_written_from_its_start_is_truncated() {
    let dir = test_dir!();
    let builder = WatchedFileHandler::builder(dir.join("app.log")).mode(OpenMode::TRUNCATE);
    let handler = builder.build().unwrap();
    handler.handle(&record("one"));
    fs::rename(dir.join("app.log"), dir.join("old")).unwrap();
    dir.write("app.log", "another\n");
    handler.handle(&record("two"));
    assert_eq!((dir.read("old"), dir.read("app.log")), ("one\n".into(), "two\n".into()));
}

// FILE-25, which is a mistake of CPython's: it opens the file a second time, and loses the first line.
#[test]
fn a_file_that_a_record_has_opened_is_not_opened_again() {
    let dir = test_dir!();
    let builder = WatchedFileHandler::builder(dir.join("app.log")).mode(OpenMode::TRUNCATE);
    let handler = builder.delay(true).build().unwrap();
    handler.handle(&record("one"));
    handler.handle(&record("two"));
    assert_eq!(dir.read("app.log"), "one\ntwo\n");
}

// CPython raises from each of these calls (FILE-22).
#[test]
fn a_record_for_a_deleted_file_is_refused_and_one_for_a_moved_file_is_not() {
    let dir = test_dir!();
    let logs = dir.join("logs");
    fs::create_dir(&logs).unwrap();
    let handler = WatchedFileHandler::new(logs.join("app.log")).unwrap();
    let reports = count_reports(&handler);
    handler.handle(&record("one"));

    fs::rename(&logs, dir.join("moved")).unwrap();
    handler.handle(&record("two"));
    assert_eq!((reports.count(), handler.base().counters().failed), (1, 0));
    assert_eq!(dir.read("moved/app.log"), "one\ntwo\n");

    fs::remove_file(dir.join("moved/app.log")).unwrap();
    handler.handle(&record("three"));
    assert_eq!((reports.count(), handler.base().counters().failed), (2, 1));

    fs::create_dir(&logs).unwrap();
    handler.handle(&record("four"));
    assert_eq!((reports.count(), dir.read("logs/app.log")), (2, "four\n".to_owned()));
}

#[test]
fn lines_that_were_held_back_go_to_the_file_they_were_meant_for() {
    let dir = test_dir!();
    let builder = WatchedFileHandler::builder(dir.join("app.log")).buffered(1_000);
    let handler = builder.flush_level(Level::CRITICAL).build().unwrap();
    handler.handle(&record("one"));
    fs::rename(dir.join("app.log"), dir.join("old")).unwrap();
    handler.handle(&record("two"));
    handler.flush().unwrap();
    assert_eq!((dir.read("old"), dir.read("app.log")), ("one\n".into(), "two\n".into()));
}

// `logrotate` and a signal, instead of a look at the path before each line.
#[test]
fn any_file_handler_can_be_told_that_its_file_was_moved() {
    let dir = test_dir!();
    let handler = FileHandler::new(dir.join("app.log")).unwrap();
    handler.handle(&record("one"));
    handler.reopen_if_needed().unwrap();
    fs::rename(dir.join("app.log"), dir.join("old")).unwrap();
    handler.handle(&record("two"));
    handler.reopen_if_needed().unwrap();
    handler.handle(&record("three"));
    assert_eq!((dir.read("old"), dir.read("app.log")), ("one\ntwo\n".into(), "three\n".into()));
}
