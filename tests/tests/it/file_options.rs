//! What a file handler can be told beyond Python: a header, permissions, a link, watching.

use std::fs;
use std::time::Duration;

use handlers_core::{ErrorKind, Handler, Record};
use handlers_file::encoding::Encoding;
use handlers_file::{FileHandler, OpenMode, RotatingFileHandler};
use handlers_tests::support::wait_until;
use handlers_tests::test_dir;

use crate::faults::count_reports;

fn record(message: &str) -> Record<'static> {
    Record::builder().message(message).build()
}

#[test]
fn every_new_file_begins_with_the_header() {
    let dir = test_dir!();
    let open = || {
        let builder = RotatingFileHandler::builder(dir.join("app.csv")).header("time,text");
        builder.max_bytes(22).backup_count(3).build().unwrap()
    };
    let handler = open();
    handler.handle(&record("1,one"));
    handler.handle(&record("2,two"));
    handler.handle(&record("3,three"));
    drop(handler);
    // What is there already has one.
    open().handle(&record("4"));
    assert_eq!(dir.read("app.csv.2"), "time,text\n1,one\n");
    assert_eq!(dir.read("app.csv.1"), "time,text\n2,two\n");
    assert_eq!(dir.read("app.csv"), "time,text\n3,three\n4\n");
}

// FILE-39: a file with nothing but a header in it is as empty as one without.
#[test]
fn a_file_with_only_a_header_is_not_put_aside() {
    let dir = test_dir!();
    let builder = RotatingFileHandler::builder(dir.join("app.log")).header("a header");
    let handler = builder.max_bytes(5).backup_count(5).build().unwrap();
    handler.handle(&record("much longer than five"));
    assert_eq!(dir.names(), ["app.log"]);
    handler.handle(&record("x"));
    assert_eq!(dir.names(), ["app.log", "app.log.1"]);
}

// FILE-14: the byte-order mark comes first, and once.
#[test]
fn a_header_stands_behind_the_byte_order_mark() {
    let dir = test_dir!();
    let builder = FileHandler::builder(dir.join("app.log")).header("h").mode(OpenMode::TRUNCATE);
    let handler = builder.encoding(Encoding::by_name("utf-8-sig").unwrap()).build().unwrap();
    handler.handle(&record("r"));
    assert_eq!(dir.read_bytes("app.log"), b"\xEF\xBB\xBFh\nr\n");
}

#[test]
fn a_header_that_the_encoding_does_not_have_is_an_error_of_the_constructor() {
    let dir = test_dir!();
    let builder = FileHandler::builder(dir.join("app.log")).header("\u{20AC}");
    let error = builder.encoding_name("latin-1").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Encode);
}

#[cfg(unix)]
#[test]
fn new_files_have_the_permissions_that_were_asked_for() {
    use std::os::unix::fs::PermissionsExt;
    let dir = test_dir!();
    let mode = |name: &str| fs::metadata(dir.join(name)).unwrap().permissions().mode() & 0o777;
    let builder = RotatingFileHandler::builder(dir.join("app.log")).permissions(0o666);
    // More than any usual mask leaves, and less.
    let handler = builder.max_bytes(3).backup_count(1).build().unwrap();
    handler.handle(&record("one"));
    handler.handle(&record("two"));
    assert_eq!((mode("app.log"), mode("app.log.1")), (0o666, 0o666));

    let path = dir.join("secret.log");
    FileHandler::builder(&path).permissions(0o600).build().unwrap().handle(&record("one"));
    assert_eq!(mode("secret.log"), 0o600);
    // A file that has records in it was made by somebody else.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    FileHandler::builder(&path).permissions(0o600).build().unwrap();
    assert_eq!(mode("secret.log"), 0o640);
}

#[cfg(unix)]
#[test]
fn a_link_leads_to_the_file() {
    let dir = test_dir!();
    std::os::unix::fs::symlink("elsewhere", dir.join("current")).unwrap();
    let builder = RotatingFileHandler::builder(dir.join("app.log")).link(dir.join("current"));
    let handler = builder.max_bytes(3).backup_count(2).build().unwrap();
    handler.handle(&record("one"));
    assert_eq!(dir.read("current"), "one\n");
    // Lost links are made again by the next rollover.
    fs::remove_file(dir.join("current")).unwrap();
    handler.handle(&record("two"));
    assert_eq!(dir.read("current"), "two\n");
    assert_eq!(dir.names(), ["app.log", "app.log.1", "current"]);
}

#[cfg(unix)]
#[test]
fn what_is_no_link_is_left_alone() {
    let dir = test_dir!();
    dir.write("current", "somebody's\n");
    let builder = FileHandler::builder(dir.join("app.log")).link(dir.join("current"));
    assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::Io);

    fs::remove_file(dir.join("current")).unwrap();
    let builder = RotatingFileHandler::builder(dir.join("app.log")).link(dir.join("current"));
    let handler = builder.max_bytes(3).backup_count(2).build().unwrap();
    let reports = count_reports(&handler);
    fs::remove_file(dir.join("current")).unwrap();
    dir.write("current", "somebody's\n");
    handler.handle(&record("one"));
    handler.handle(&record("two"));
    assert_eq!((reports.count(), handler.base().counters().failed), (1, 0));
    assert_eq!((dir.read("current"), dir.read("app.log")), ("somebody's\n".into(), "two\n".into()));
}

#[test]
fn lines_are_not_held_back_longer_than_they_may() {
    let dir = test_dir!();
    let interval = Duration::from_millis(1);
    let file = FileHandler::builder(dir.join("file.log")).buffered(1_000_000);
    let file = file.flush_interval(interval).build().unwrap();
    let rotating = RotatingFileHandler::builder(dir.join("rotating.log")).buffered(1_000_000);
    let rotating = rotating.flush_interval(interval).build().unwrap();
    for round in 1..=3 {
        file.handle(&record("line"));
        rotating.handle(&record("line"));
        let expected = "line\n".repeat(round);
        let written = || dir.read("file.log") == expected && dir.read("rotating.log") == expected;
        wait_until("the lines are written", written);
        assert_eq!((file.pending(), rotating.pending()), (0, 0));
    }
}

#[cfg(unix)]
#[test]
fn what_a_flush_in_the_background_meets_is_reported_with_the_next_line() {
    let handler = FileHandler::builder("/dev/full").buffered(1_000_000);
    let handler = handler.flush_interval(Duration::from_millis(1)).build().unwrap();
    let reports = count_reports(&handler);
    handler.handle(&record("line"));
    wait_until("an error is reported", || {
        handler.handle(&record("another"));
        reports.count() > 0
    });
    assert_eq!(handler.base().counters().failed, 0, "nothing is lost, it only waits");
}

#[test]
fn a_rotating_handler_that_watches_follows_its_path() {
    let dir = test_dir!();
    let builder = RotatingFileHandler::builder(dir.join("app.log")).watch(true);
    let handler = builder.max_bytes(10).backup_count(2).build().unwrap();
    handler.handle(&record("one"));
    fs::rename(dir.join("app.log"), dir.join("moved")).unwrap();
    handler.handle(&record("two"));
    dir.write("new", "123456\n");
    fs::rename(dir.join("new"), dir.join("app.log")).unwrap();
    // It is the size of the new one that counts.
    handler.handle(&record("three"));
    assert_eq!((dir.read("moved"), dir.read("app.log.1")), ("one\n".into(), "123456\n".into()));
    assert_eq!(dir.read("app.log"), "three\n");
}
