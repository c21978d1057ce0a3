//! Pipes in the place of log files: row A6b.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;

use handlers_core::Handler;
use handlers_file::{
    FileHandler, RotatingFileHandler, TimedRotatingFileHandler, WatchedFileHandler,
};
use handlers_tests::test_dir;
use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat};

use super::{assert_untroubled, count_reports, handle};
use crate::writer::{Found, Writer};

#[test]
fn a_pipe_whose_reader_left_refuses_records_and_takes_them_up_again() {
    let dir = test_dir!();
    let path = dir.join("app.log");
    make_pipe(&path);
    let mut reader = reader_of(&path);
    let rotating = RotatingFileHandler::builder(&path).max_bytes(100).backup_count(3);
    let handler = rotating.build().expect("the pipe has a reader");
    let reports = count_reports(&handler);
    handle(&handler, 0..20);
    assert_eq!(reports.count(), 0, "what has no positions is not rotated");
    Found::in_bytes(&read_what_is_there(&mut reader)).assert_holds(0..20);

    drop(reader);
    handle(&handler, 20..40);
    assert_eq!((reports.count(), handler.base().counters().failed), (20, 20));

    let mut reader = reader_of(&path);
    handle(&handler, 40..60);
    assert_eq!(reports.count(), 20);
    // Those that were refused come first.
    Found::in_bytes(&read_what_is_there(&mut reader)).assert_holds(20..60);
    assert_eq!(dir.names(), ["app.log"]);
}

// A program that is told to write to a pipe waits for who is to read it, as in Python.
#[test]
fn a_handler_that_opens_a_pipe_at_once_waits_for_its_reader() {
    for handler in ["file", "rotating", "watched"] {
        let dir = test_dir!();
        make_pipe(&dir.join("app.log"));
        let writer = Writer::new(&dir, handler).option("--max", 100);
        let mut child = writer.command().stdout(Stdio::null()).spawn().expect("it can be started");
        wait_until_asleep(&mut child);
        let mut bytes = Vec::new();
        let mut reader = File::open(dir.join("app.log")).expect("the pipe can be opened");
        reader.read_to_end(&mut bytes).expect("the pipe can be read");
        Found::in_bytes(&bytes).assert_holds(0..200);
        assert!(child.wait().expect("the program can be waited for").success());
        assert!(!dir.has("app.log.1"), "{handler}");
    }
}

// CPython's call does not return before somebody reads.
#[test]
fn no_record_waits_for_the_reader_of_a_pipe() {
    for delayed in [true, false] {
        let dir = test_dir!();
        let path = dir.join("app.log");
        let builder = FileHandler::builder(&path).delay(delayed);
        let handler = builder.build().expect("the file can be opened");
        // Without a delay it is one that was closed that opens the pipe.
        handler.close().expect("the file can be closed");
        let _ = fs::remove_file(&path);
        make_pipe(&path);
        let reports = count_reports(&handler);
        handle(&handler, 0..10);
        assert_eq!((reports.count(), handler.base().counters().failed), (10, 10));
        let mut reader = reader_of(&path);
        handle(&handler, 10..20);
        Found::in_bytes(&read_what_is_there(&mut reader)).assert_holds(10..20);
        assert_eq!(reports.count(), 10);
    }
}

#[test]
fn a_pipe_in_the_place_of_a_watched_file_is_written_to_while_it_has_a_reader() {
    let dir = test_dir!();
    let path = dir.join("app.log");
    let handler = WatchedFileHandler::new(&path).expect("the file can be opened");
    let reports = count_reports(&handler);
    handle(&handler, 0..10);
    fs::remove_file(&path).expect("the file can be removed");
    make_pipe(&path);
    handle(&handler, 10..20);
    assert_eq!((reports.count(), handler.base().counters().failed), (10, 10));

    let mut reader = reader_of(&path);
    handle(&handler, 20..30);
    Found::in_bytes(&read_what_is_there(&mut reader)).assert_holds(20..30);

    // What the pipe refuses when its reader is gone goes to the file that takes its place.
    drop(reader);
    handle(&handler, 30..40);
    assert_eq!((reports.count(), handler.base().counters().failed), (20, 20));
    fs::remove_file(&path).expect("the pipe can be removed");
    handle(&handler, 40..50);
    Found::in_dir(dir.path()).assert_holds(30..50);
    assert_eq!(reports.count(), 20);
}

#[test]
fn a_pipe_in_the_place_of_a_moved_file_costs_reports_and_no_record() {
    let dir = test_dir!();
    let path = dir.join("app.log");
    let handler = WatchedFileHandler::new(&path).expect("the file can be opened");
    let reports = count_reports(&handler);
    fs::rename(&path, dir.join("old.log")).expect("the file can be moved");
    make_pipe(&path);
    handle(&handler, 0..10);
    assert_eq!((reports.count(), handler.base().counters().failed), (10, 0));
    Found::in_files(&[dir.join("old.log")]).assert_holds(0..10);
}

// Nothing tells a handler that does not look; but one that has to put the file aside does not.
#[test]
fn a_pipe_in_the_place_of_a_file_that_is_not_watched_is_let_alone() {
    let dir = test_dir!();
    let path = dir.join("app.log");
    let builder = RotatingFileHandler::builder(&path).max_bytes(500).backup_count(3);
    let handler = builder.build().expect("the file can be opened");
    fs::rename(&path, dir.join("old.log")).expect("the file can be moved");
    make_pipe(&path);
    handle(&handler, 0..100);
    Found::in_files(&[dir.join("old.log")]).assert_holds(0..100);
    assert_untroubled(&handler, 100);
    assert_eq!(dir.names(), ["app.log", "old.log"]);
}

#[test]
fn a_pipe_whose_reader_left_does_not_end_the_program() {
    let dir = test_dir!();
    make_pipe(&dir.join("app.log"));
    let writer = Writer::new(&dir, "file").option("--n", 100).option("--pause-at", 10);
    let mut running = writer.start();
    let reader = File::open(dir.join("app.log")).expect("the pipe can be opened");
    running.wait_for_pause(10);
    drop(reader);
    running.go_on();
    let ended = running.finish();
    assert_eq!((ended.count("emitted"), ended.count("failed")), (10, 90));
    assert_eq!(ended.summary()["errors"]["BrokenPipeError:32"], 90);
}

/// Looks at a process until the system says that it sleeps.
fn wait_until_asleep(child: &mut Child) {
    let path = format!("/proc/{}/wchan", child.id());
    // Not when it waits for its own program to be read.
    let waits = |place: String| place.contains("fifo") || place.contains("partner");
    while !fs::read_to_string(&path).is_ok_and(waits) {
        let ended = child.try_wait().expect("the program can be asked for");
        assert_eq!(ended, None, "the program did not wait for the reader");
        thread::yield_now();
    }
}

fn make_pipe(path: &Path) {
    let mode = Mode::RUSR | Mode::WUSR;
    mknodat(CWD, path, FileType::Fifo, mode, 0).expect("a pipe can be made");
}

/// A reader that does not wait: neither for a writer now nor for bytes later.
fn reader_of(path: &Path) -> File {
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).expect("the flag is an int in C");
    File::options().read(true).custom_flags(flags).open(path).expect("the pipe can be opened")
}

fn read_what_is_there(reader: &mut File) -> Vec<u8> {
    let mut bytes = Vec::new();
    // It ends with an error: the writer is still there.
    let _ = reader.read_to_end(&mut bytes);
    bytes
}

#[test]
fn a_pipe_is_not_put_aside_on_demand_either() {
    let dir = test_dir!();
    let path = dir.join("app.log");
    make_pipe(&path);
    let mut reader = reader_of(&path);
    let rotating = RotatingFileHandler::builder(&path).max_bytes(100).backup_count(3);
    let rotating = rotating.build().expect("the pipe has a reader");
    let timed = TimedRotatingFileHandler::builder(&path).backup_count(3);
    let timed = timed.build().expect("the pipe has a reader");
    handle(&rotating, 0..10);
    rotating.do_rollover().expect("there is nothing to do");
    handle(&rotating, 10..20);
    timed.do_rollover().expect("there is nothing to do");
    handle(&timed, 20..30);
    Found::in_bytes(&read_what_is_there(&mut reader)).assert_holds(0..30);
    assert_eq!(dir.names(), ["app.log"]);
}
