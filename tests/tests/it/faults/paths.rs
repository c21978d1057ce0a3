//! What others do to the path while a handler has the file.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use handlers_core::{ErrorKind, Handler};
use handlers_file::{FileHandler, RotatingFileHandler};
use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use super::{assert_untroubled, count_reports, handle};
use crate::writer::Found;

#[test]
fn a_file_that_was_moved_is_written_to_where_it_is_now() {
    let dir = test_dir!();
    let handler = FileHandler::new(dir.join("app.log")).expect("the file can be opened");
    handle(&handler, 0..50);
    fs::rename(dir.join("app.log"), dir.join("old.log")).expect("the file can be moved");
    handle(&handler, 50..100);
    Found::in_files(&[dir.join("old.log")]).assert_holds(0..100);
    assert_untroubled(&handler, 100);
}

// As in Python: nothing tells a handler that does not look.
#[test]
fn a_file_that_was_deleted_is_written_to_all_the_same() {
    let dir = test_dir!();
    let handler = FileHandler::new(dir.join("app.log")).expect("the file can be opened");
    let mut reader = File::open(dir.join("app.log")).expect("the file is there");
    handle(&handler, 0..50);
    fs::remove_file(dir.join("app.log")).expect("the file can be removed");
    handle(&handler, 50..100);
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).expect("an open file can be read");
    Found::in_bytes(&bytes).assert_holds(0..100);
    assert_untroubled(&handler, 100);
}

// As in Python: the next rollover makes it anew.
#[test]
fn a_rotated_file_that_was_deleted_or_moved_costs_what_was_written_to_it() {
    for moved in [false, true] {
        let dir = test_dir!();
        let handler = rotating(&dir, 50);
        handle(&handler, 0..10);
        if moved {
            fs::rename(dir.join("app.log"), dir.join("old.log")).expect("the file can be moved");
        } else {
            fs::remove_file(dir.join("app.log")).expect("the file can be removed");
        }
        handle(&handler, 10..100);
        assert_untroubled(&handler, 100);
        Found::in_dir(dir.path()).assert_holds(35..100);
        if moved {
            Found::in_files(&[dir.join("old.log")]).assert_holds(0..35);
        }
    }
}

#[test]
fn a_file_that_was_truncated_gets_no_hole() {
    let dir = test_dir!();
    let rotating = RotatingFileHandler::builder(dir.join("rotating.log")).max_bytes(4000);
    let rotating = rotating.backup_count(50).build().expect("the file can be opened");
    let plain = FileHandler::new(dir.join("plain.log")).expect("the file can be opened");
    for (name, handler) in [("plain.log", &plain as &dyn Handler), ("rotating.log", &rotating)] {
        handle(handler, 0..50);
        let file = File::options().write(true).open(dir.join(name)).expect("the file is there");
        file.set_len(0).expect("the file can be truncated");
        handle(handler, 50..100);
        Found::in_files(&[dir.join(name)]).assert_holds(50..100);
        assert_untroubled(handler, 100);
    }
}

#[test]
fn a_file_that_somebody_else_appends_to_as_well_loses_neither_ones_lines() {
    let dir = test_dir!();
    let path = dir.join("app.log");
    let one = FileHandler::new(&path).expect("the file can be opened");
    let other = FileHandler::new(&path).expect("the file can be opened");
    for number in 0..100 {
        let handler = if number % 3 == 0 { &one } else { &other };
        handle(handler, number..number + 1);
    }
    Found::in_files(&[path]).assert_holds(0..100);
}

// CPython loses the record of each rollover that fails, and all that follow.
#[test]
fn a_directory_in_the_way_of_a_backup_costs_reports_and_no_record() {
    // As in Python one that stands where a file is shifted from is shifted itself.
    for (occupied, backup_count) in [("app.log.1", 1), ("app.log.2", 2)] {
        let dir = test_dir!();
        fs::create_dir_all(dir.join(occupied).join("full")).expect("a directory can be made");
        let handler = rotating(&dir, backup_count);
        let reports = count_reports(&handler);
        handle(&handler, 0..100);
        Found::in_dir(dir.path()).assert_holds(0..100);
        assert!(reports.count() > 0, "{occupied}");
        assert!(dir.join(occupied).join("full").is_dir(), "{occupied} was moved or removed");
        let error = handler.do_rollover().expect_err("the directory is still there");
        assert_eq!(error.kind(), ErrorKind::Io);

        fs::remove_dir_all(dir.join(occupied)).expect("the directory can be removed");
        let before = reports.count();
        handle(&handler, 100..135);
        assert_eq!(reports.count(), before, "{occupied}: the rollover works again");
        assert!(dir.join(occupied).is_file(), "{occupied}");
        Found::in_dir(dir.path()).assert_holds(0..135);
    }
}

#[test]
fn a_directory_that_went_and_came_back_is_written_to_again() {
    let dir = test_dir!();
    let logs = dir.join("logs");
    fs::create_dir(&logs).expect("a directory can be made");
    let builder = RotatingFileHandler::builder(logs.join("app.log")).max_bytes(2000);
    let handler = builder.backup_count(50).build().expect("the file can be opened");
    let reports = count_reports(&handler);
    let mut orphan = File::open(logs.join("app.log")).expect("the file is there");
    handle(&handler, 0..10);
    fs::remove_dir_all(&logs).expect("the directory can be removed");
    handle(&handler, 10..100);
    // Until a rollover fails nothing tells the handler; from then on it refuses what nobody can read.
    let failed = handler.base().counters().failed;
    assert!(failed > 0 && reports.count() == failed, "what is refused is reported");
    let mut bytes = Vec::new();
    orphan.read_to_end(&mut bytes).expect("an open file can be read");
    let refused = u32::try_from(failed).expect("there are 100 at most");
    Found::in_bytes(&bytes).assert_holds(0..100 - refused);

    fs::create_dir(&logs).expect("a directory can be made");
    handle(&handler, 100..150);
    Found::in_dir(&logs).assert_holds(100..150);
    assert_eq!(handler.base().counters().failed, failed);
}

#[test]
fn a_closed_handler_whose_directory_is_gone_reports_each_record_and_recovers() {
    let dir = test_dir!();
    let logs = dir.join("logs");
    fs::create_dir(&logs).expect("a directory can be made");
    let handler = FileHandler::new(logs.join("app.log")).expect("the file can be opened");
    let reports = count_reports(&handler);
    handler.close().expect("the file can be closed");
    fs::remove_dir_all(&logs).expect("the directory can be removed");
    handle(&handler, 0..10);
    assert_eq!((reports.count(), handler.base().counters().failed), (10, 10));
    fs::create_dir(&logs).expect("a directory can be made");
    handle(&handler, 10..20);
    Found::in_dir(&logs).assert_holds(10..20);
}

#[test]
fn a_path_that_cannot_be_opened_is_an_error_of_the_constructor() {
    let dir = test_dir!();
    dir.write("file", "");
    let too_long = "x".repeat(300);
    let paths = ["", ".", "missing/app.log", "file/app.log", "a\0b", &too_long];
    for path in paths {
        let path = if path.is_empty() { PathBuf::new() } else { dir.join(path) };
        let error = FileHandler::new(&path).expect_err("no file can be there");
        assert_eq!(error.kind(), ErrorKind::Io, "{}", path.display());
        let rotating = RotatingFileHandler::builder(&path).max_bytes(100).backup_count(1).build();
        assert_eq!(rotating.expect_err("no file can be there").kind(), ErrorKind::Io);
    }
}

fn rotating(dir: &Dir, backup_count: u32) -> RotatingFileHandler {
    let builder = RotatingFileHandler::builder(dir.join("app.log")).max_bytes(2000);
    builder.backup_count(backup_count).build().expect("the file can be opened")
}

#[test]
fn a_name_that_is_no_text_or_very_long_is_a_name_like_any_other() {
    let odd = OsString::from_vec(b"app \xff\n.log".to_vec());
    // Of these `.1` can be a backup, but not what it is called while it waits to be removed.
    let long = ["x".repeat(250).into(), "x".repeat(253).into()];
    for name in [odd].into_iter().chain(long) {
        let dir = test_dir!();
        let builder = RotatingFileHandler::builder(dir.join(&name)).max_bytes(2000);
        let handler = builder.backup_count(2).build().expect("the file can be opened");
        let reports = count_reports(&handler);
        handle(&handler, 0..140);
        assert_untroubled(&handler, 140);
        assert_eq!(reports.count(), 0);
        let path = |suffix: &str| {
            let mut name = name.clone();
            name.push(suffix);
            dir.join(name)
        };
        Found::in_files(&[path(".2"), path(".1"), path("")]).assert_holds(35..140);
        assert_eq!(dir.names().len(), 3);
    }
}
