//! A rollover is a transaction, and what is kept of the past has limits.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use handlers_core::{Error, ErrorKind, Handler, Record, Result};
use handlers_file::RotatingFileHandler;
use handlers_file::rolling::{FileStatus, LineStatus, RollingHandler, Rollover, RolloverPolicy};
use handlers_tests::support::Dir;
use handlers_tests::test_dir;

fn record(message: &str) -> Record<'static> {
    Record::builder().message(message).build()
}

fn rotating(dir: &Dir, backup_count: u32) -> RotatingFileHandler {
    let builder = RotatingFileHandler::builder(dir.join("app.log"));
    let built = builder.max_bytes(1).backup_count(backup_count).build();
    built.expect("the file can be opened")
}

fn backups(dir: &Dir, numbers: impl IntoIterator<Item = u32>) {
    for number in numbers {
        dir.write(&format!("app.log.{number}"), format!("backup {number}\n"));
    }
}

// FAULTS: in CPython the oldest backup is gone by then (FILE-45).
#[test]
fn a_rollover_that_fails_costs_no_backup() {
    let dir = test_dir!();
    dir.write("app.log", "the file\n");
    backups(&dir, 1..=3);
    let builder = RotatingFileHandler::builder(dir.join("app.log"));
    let fail = |_: &std::path::Path, _: &std::path::Path| -> Result<()> {
        Err(Error::new(ErrorKind::Value, "no"))
    };
    let handler = builder.backup_count(3).rotator(fail).build().unwrap();
    assert_eq!(handler.do_rollover().unwrap_err().kind(), ErrorKind::Value);
    for number in 1..=3 {
        assert_eq!(dir.read(&format!("app.log.{number}")), format!("backup {number}\n"));
    }
    assert_eq!(dir.names(), ["app.log", "app.log.1", "app.log.2", "app.log.3"]);
}

// A1b: killed after 4 had become 5, with the old 5 set aside. CPython would move 5 out.
#[test]
fn a_shift_that_was_interrupted_is_undone_first() {
    let dir = test_dir!();
    dir.write("app.log", "the file\n");
    backups(&dir, [1, 2, 3]);
    dir.write("app.log.5", "backup 4\n");
    dir.write(".app.log.5.old", "backup 5\n");
    let handler = rotating(&dir, 5);
    handler.do_rollover().unwrap();
    assert_eq!(dir.read("app.log.1"), "the file\n");
    for number in 2..=5 {
        assert_eq!(dir.read(&format!("app.log.{number}")), format!("backup {}\n", number - 1));
    }
    assert!(!dir.has(".app.log.5.old"));
}

// A1b: killed after 3 had become 4; there was no 5 to be set aside.
#[test]
fn a_gap_that_a_killed_process_has_left_is_closed() {
    let dir = test_dir!();
    dir.write("app.log", "the file\n");
    backups(&dir, [1, 2]);
    dir.write("app.log.4", "backup 3\n");
    dir.write(".app.log.5.old", "");
    rotating(&dir, 5).do_rollover().unwrap();
    assert_eq!(dir.names(), ["app.log", "app.log.1", "app.log.2", "app.log.3", "app.log.4"]);
    assert_eq!(dir.read("app.log.4"), "backup 3\n");
}

// FILE-51: without a mark a gap is one like any other.
#[test]
fn a_gap_without_a_mark_is_shifted_along() {
    let dir = test_dir!();
    dir.write("app.log", "the file\n");
    backups(&dir, [1, 3]);
    rotating(&dir, 5).do_rollover().unwrap();
    assert_eq!(dir.names(), ["app.log", "app.log.1", "app.log.2", "app.log.4"]);
}

#[test]
fn a_great_number_of_backups_is_not_counted_through() {
    let dir = test_dir!();
    dir.write("app.log", "the file\n");
    backups(&dir, [1, 2, 40, 100]);
    rotating(&dir, u32::MAX).do_rollover().unwrap();
    let expected = ["app.log", "app.log.1", "app.log.101", "app.log.2", "app.log.3", "app.log.41"];
    assert_eq!(dir.names(), expected);
}

#[test]
fn the_oldest_backups_go_until_the_rest_fits_the_cap() {
    let dir = test_dir!();
    dir.write("app.log", "123456789\n");
    backups(&dir, 1..=5);
    dir.write("app.log.7", "not ours: it is above the count\n");
    let builder = RotatingFileHandler::builder(dir.join("app.log")).backup_count(6);
    builder.max_total_bytes(30).build().unwrap().do_rollover().unwrap();
    // The new one has 10 bytes, the others have 9 each.
    let expected = ["app.log", "app.log.1", "app.log.2", "app.log.3", "app.log.7"];
    assert_eq!(dir.names(), expected);
}

#[test]
fn backups_that_are_too_old_go() {
    let dir = test_dir!();
    dir.write("app.log", "the file\n");
    backups(&dir, 1..=3);
    let day = Duration::from_secs(86_400);
    for (number, days) in [(1, 1), (2, 2), (3, 3)] {
        let file = File::options().write(true).open(dir.join(format!("app.log.{number}"))).unwrap();
        file.set_modified(SystemTime::now() - day * days).unwrap();
    }
    let builder = RotatingFileHandler::builder(dir.join("app.log")).backup_count(9);
    builder.max_age(day + day / 2).build().unwrap().do_rollover().unwrap();
    assert_eq!(dir.names(), ["app.log", "app.log.1", "app.log.2"]);
}

/// Puts the file aside as one and the same backup, and has something to complain of.
#[derive(Debug)]
struct Grumbling;

impl RolloverPolicy for Grumbling {
    fn should_rollover(&mut self, _: &FileStatus<'_>, _: &LineStatus<'_>) -> bool {
        true
    }

    fn rollover(&mut self, files: &mut Rollover<'_>) -> Result<()> {
        let backup = files.backup_path(".bak");
        files.rotate_to(&backup)?;
        files.remove_when_done(files.backup_path(".missing"));
        files.warn(Error::new(ErrorKind::Value, "I had rather not"));
        Ok(())
    }
}

#[test]
fn what_a_rollover_complains_of_is_reported_and_stops_nothing() {
    let dir = test_dir!();
    let handler = RollingHandler::new(dir.join("app.log"), Grumbling).unwrap();
    let reports = crate::faults::count_reports(&handler);
    // Each rollover has two complaints, and each record reports one.
    handler.handle(&record("one"));
    handler.handle(&record("two"));
    assert_eq!((reports.count(), handler.base().counters().failed), (2, 0));
    assert_eq!((dir.read("app.log.bak"), dir.read("app.log")), ("one\n".into(), "two\n".into()));
    let error = handler.do_rollover().expect_err("there are more complaints");
    assert_eq!(error.to_string(), "I had rather not");
    assert!(
        fs::read_dir(dir.path()).unwrap().count() == 2,
        "nothing hidden stays: {:?}",
        dir.names()
    );
}
