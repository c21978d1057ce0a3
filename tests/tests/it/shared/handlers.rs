//! Handlers of one process that share a file.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use handlers_core::{Error, ErrorKind, Handler, ManualClock, Record, Result, Timestamp};
use handlers_file::rolling::{
    FileStatus, LineStatus, RollingHandler, Rollover, RolloverPolicy, When,
};
use handlers_file::{OpenMode, RotatingFileHandler, TimedRotatingFileHandler};
use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use super::company::{first, tag};
use super::lines::Lines;
use crate::writer::{Found, line, numbered};

#[test]
fn handlers_and_threads_of_one_process_lose_tear_and_double_nothing() {
    let dir = test_dir!();
    let handlers = [sharing(&dir, 20_000), sharing(&dir, 20_000)];
    thread::scope(|scope| {
        for number in 0..4 {
            let handlers = &handlers;
            scope.spawn(move || {
                for (record, handler) in (0..5000).zip(handlers.iter().cycle()) {
                    handler.handle(&line_of(number, record));
                }
            });
        }
    });
    let emitted: u64 = handlers.iter().map(|handler| handler.base().counters().emitted).sum();
    assert_eq!(emitted, 20_000);
    let lines = Lines::in_dir(&dir);
    lines.assert_complete(4, 5000);
    // Of 57 bytes each, 20,000 bytes hold 350.
    assert_eq!(lines.backups.len(), 20_000 / 350);
}

#[test]
fn a_line_goes_to_the_file_that_the_path_means_by_then() {
    let dir = test_dir!();
    let (one, other) = (sharing(&dir, 0), sharing(&dir, 0));
    one.handle(&numbered(0));
    other.handle(&numbered(1));
    one.do_rollover().expect("the file can be put aside");
    other.handle(&numbered(2));
    other.do_rollover().expect("the file can be put aside");
    one.handle(&numbered(3));
    assert_eq!(dir.names(), [".__app.lock", "app.log", "app.log.1", "app.log.2"]);
    let numbers = |name: &str| Found::in_files(&[dir.join(name)]).numbers;
    assert!(numbers("app.log.2").keys().eq(&[0, 1]));
    assert!(numbers("app.log.1").keys().eq(&[2]));
    assert!(numbers("app.log").keys().eq(&[3]));
}

#[test]
fn what_others_have_written_counts_for_the_size() {
    let dir = test_dir!();
    let (one, other) = (sharing(&dir, 200), sharing(&dir, 200));
    // Of 57 bytes each, 200 bytes hold three.
    for number in 0..3 {
        one.handle(&numbered(number));
    }
    assert!(other.should_rollover(&numbered(3)).expect("the file can be looked at"));
    other.handle(&numbered(3));
    one.handle(&numbered(4));
    assert_eq!(dir.read("app.log").lines().count(), 2);
    assert_eq!(dir.read("app.log.1").lines().count(), 3);
}

#[test]
fn a_file_that_is_gone_is_made_anew() {
    let dir = test_dir!();
    let handler = sharing(&dir, 0);
    handler.handle(&numbered(0));
    fs::remove_file(dir.join("app.log")).expect("the file can be removed");
    handler.handle(&numbered(1));
    assert_eq!(dir.read("app.log"), line(1));
}

#[test]
fn each_file_has_its_header_once_whoever_makes_it() {
    let dir = test_dir!();
    let build = || {
        let builder = RotatingFileHandler::builder(dir.join("app.log")).header("# begin");
        let builder = builder.max_bytes(200).backup_count(20).shared(true);
        builder.build().expect("the file can be opened")
    };
    let handlers = [build(), build(), build()];
    for (number, handler) in (0..30).zip(handlers.iter().cycle()) {
        handler.handle(&numbered(number));
    }
    drop(handlers);
    let lines = Lines::in_dir(&dir);
    // 8 bytes and three lines of 57.
    assert_eq!(lines.backups.len(), 9);
    for name in lines.backups.iter().map(String::as_str).chain(["app.log"]) {
        let text = dir.read(name);
        assert!(text.starts_with("# begin\n"), "{name}: {text}");
        assert_eq!((text.matches('#').count(), text.lines().count()), (1, 4), "{name}");
    }
}

#[test]
fn a_byte_order_mark_stands_at_the_start_of_a_file_only() {
    let dir = test_dir!();
    let build = || {
        let builder = RotatingFileHandler::builder(dir.join("app.log")).encoding_name("utf-16");
        builder.shared(true).build().expect("the file can be opened")
    };
    let (one, other) = (build(), build());
    one.handle(&Record::builder().message("a").build());
    other.handle(&Record::builder().message("b").build());
    one.handle(&Record::builder().message("c").build());
    let text = "\u{feff}a\nb\nc\n".encode_utf16().flat_map(u16::to_ne_bytes);
    assert_eq!(dir.read_bytes("app.log"), text.collect::<Vec<u8>>());
}

#[test]
fn without_the_lock_each_record_is_an_error_and_none_is_written() {
    let dir = test_dir!();
    let handler = sharing(&dir, 0);
    let errors = errors_of(&handler);
    handler.handle(&numbered(0));
    fs::remove_file(lock(&dir)).expect("the lock file can be removed");
    fs::create_dir(lock(&dir)).expect("a directory can be made");
    handler.handle(&numbered(1));
    handler.handle(&numbered(2));
    assert_eq!(dir.read("app.log"), line(0));
    let expected = format!("lock the lock file {}", lock(&dir).display());
    assert_eq!(*errors.lock().unwrap(), [expected.clone(), expected]);
    assert!(handler.do_rollover().is_err());
    assert_eq!(dir.names(), [".__app.lock", "app.log"]);

    fs::remove_dir(lock(&dir)).expect("the directory can be removed");
    handler.handle(&numbered(3));
    assert_eq!(dir.read("app.log"), line(0) + &line(3));
    let counters = handler.base().counters();
    assert_eq!((counters.emitted, counters.failed), (2, 2));
}

#[test]
fn a_directory_that_went_and_came_back_is_written_to_again() {
    let dir = test_dir!();
    let logs = dir.join("logs");
    fs::create_dir(&logs).expect("a directory can be made");
    let builder = RotatingFileHandler::builder(logs.join("app.log")).shared(true);
    let handler = builder.build().expect("the file can be opened");
    let errors = errors_of(&handler);
    handler.handle(&numbered(0));
    fs::remove_dir_all(&logs).expect("the directory can be removed");
    handler.handle(&numbered(1));
    assert_eq!(errors.lock().unwrap().len(), 1);
    fs::create_dir(&logs).expect("a directory can be made");
    handler.handle(&numbered(2));
    assert_eq!(fs::read_to_string(logs.join("app.log")).unwrap(), line(2));
}

#[test]
fn a_lock_that_cannot_be_had_is_an_error_of_the_builder() {
    let dir = test_dir!();
    fs::create_dir(lock(&dir)).expect("a directory can be made");
    let built = RotatingFileHandler::builder(dir.join("app.log")).shared(true).build();
    assert_eq!(built.expect_err("a directory is in the way").kind(), ErrorKind::Io);
    assert!(!dir.has("app.log"));
}

#[test]
fn a_shared_file_takes_no_buffer() {
    let dir = test_dir!();
    let builder = RotatingFileHandler::builder(dir.join("app.log")).shared(true).buffered(100);
    let error = builder.build().expect_err("lines cannot be held back");
    assert_eq!(error.kind(), ErrorKind::Value);
    assert_eq!(error.to_string(), "a shared file cannot be buffered");
}

#[test]
fn a_shared_file_is_never_emptied() {
    let dir = test_dir!();
    dir.write("app.log", "old\n");
    let builder = RotatingFileHandler::builder(dir.join("app.log")).mode(OpenMode::TRUNCATE);
    let handler = builder.shared(true).build().expect("the file can be opened");
    handler.handle(&numbered(0));
    assert_eq!(dir.read("app.log"), format!("old\n{}", line(0)));
}

#[test]
fn nothing_is_made_before_the_first_record_if_that_is_asked_for() {
    let dir = test_dir!();
    let builder = RotatingFileHandler::builder(dir.join("app.log")).shared(true).delay(true);
    let handler = builder.build().expect("nothing is opened but the lock file");
    assert_eq!(dir.names(), [".__app.lock"]);
    handler.handle(&numbered(0));
    assert_eq!(dir.read("app.log"), line(0));
}

#[test]
fn between_two_records_and_after_a_panic_nobody_has_the_lock() {
    let dir = test_dir!();
    let builder = RollingHandler::builder(dir.join("app.log"), Panicking).shared(true);
    let handler = builder.build().expect("the file can be opened");
    let errors = errors_of(&handler);
    assert_free(&dir);
    for number in 0..3 {
        handler.handle(&numbered(number));
        assert_free(&dir);
    }
    assert_eq!(errors.lock().unwrap().len(), 3);
    assert!(handler.do_rollover().is_err());
    assert_free(&dir);
    assert_eq!(dir.read("app.log").lines().count(), 3);
}

#[test]
fn a_handler_goes_on_after_it_was_closed() {
    let dir = test_dir!();
    let handler = sharing(&dir, 0);
    handler.handle(&numbered(0));
    handler.close().expect("the handler can be closed");
    assert_free(&dir);
    handler.handle(&numbered(1));
    assert_eq!(dir.read("app.log").lines().count(), 2);
}

// `read_rollover_time` of concurrent-log-handler.
#[test]
fn a_deadline_that_others_have_set_is_obeyed_and_the_next_one_is_set_for_them() {
    let dir = test_dir!();
    let clock = ManualClock::new(at(1_700_000_000));
    let handler = timed(&dir, &clock);
    handler.handle(&numbered(0));
    dir.write(".__app.lock", "1700000500");
    clock.set(at(1_700_000_499));
    handler.handle(&numbered(1));
    assert_eq!(dir.names(), [".__app.lock", "app.log"]);
    clock.set(at(1_700_000_500));
    handler.handle(&numbered(2));
    // The period of a minute began at 22:20:40.
    assert_eq!(dir.names(), [".__app.lock", "app.log", "app.log.2023-11-14_22-20"]);
    assert_eq!(dir.read(".__app.lock"), "1700000560");
}

// Shorter texts replace longer ones: the lock file is cut to what was written.
#[test]
fn a_deadline_that_makes_no_sense_is_replaced() {
    let dir = test_dir!();
    let clock = ManualClock::new(at(1_700_000_000));
    let handler = timed(&dir, &clock);
    handler.handle(&numbered(0));
    let deadline = dir.read(".__app.lock");
    assert_eq!(deadline, handler.rollover_at().to_string());
    for nonsense in ["soon", "", "-1", "946684799", "99999999999999999999999999999999999999999"] {
        dir.write(".__app.lock", nonsense);
        handler.handle(&numbered(1));
        assert_eq!(dir.read(".__app.lock"), deadline, "{nonsense}");
    }
}

fn sharing(dir: &Dir, max_bytes: u64) -> RotatingFileHandler {
    let builder = RotatingFileHandler::builder(dir.join("app.log")).max_bytes(max_bytes);
    builder.backup_count(300).shared(true).build().expect("the file can be opened")
}

/// A new file each minute.
fn timed(dir: &Dir, clock: &ManualClock) -> TimedRotatingFileHandler {
    let builder = TimedRotatingFileHandler::builder(dir.join("app.log")).when(When::Minutes);
    let builder = builder.utc(true).clock(clock.clone()).shared(true);
    builder.build().expect("the file can be opened")
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from(std::time::UNIX_EPOCH + Duration::from_secs(seconds))
}

fn line_of(thread: u32, number: u32) -> Record<'static> {
    let (tag, number) = (tag(thread), first(thread) + number);
    Record::builder().message(format!("{tag} seq={number:08} {}", "x".repeat(40))).build()
}

fn lock(dir: &Dir) -> PathBuf {
    dir.join(".__app.lock")
}

fn assert_free(dir: &Dir) {
    let file = File::open(lock(dir)).expect("there is a lock file");
    file.try_lock().expect("nobody has the lock");
}

/// What the error hook is told.
fn errors_of(handler: &dyn Handler) -> Arc<Mutex<Vec<String>>> {
    let errors: Arc<Mutex<Vec<String>>> = Arc::default();
    let told = Arc::clone(&errors);
    let hook = move |_: &Record<'_>, error: &Error| {
        told.lock().expect("no hook panics").push(error.to_string());
    };
    handler.base().set_error_hook(Some(Arc::new(hook)));
    errors
}

/// Wants each line in a file of its own, and panics instead of making one.
#[derive(Debug)]
struct Panicking;

impl RolloverPolicy for Panicking {
    fn should_rollover(&mut self, _: &FileStatus<'_>, _: &LineStatus<'_>) -> bool {
        true
    }

    fn rollover(&mut self, _: &mut Rollover<'_>) -> Result<()> {
        panic!("no rollover");
    }
}
