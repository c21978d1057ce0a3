//! P2: no line is torn, doubled or out of order. P3: a rotation that fails never stops the writing.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;

use handlers_core::{Clock, Error, ErrorKind, Handler, Result, Timestamp};
use handlers_file::rolling::{
    FileStatus, LineStatus, RollingHandler, Rollover, RolloverPolicy, When,
};
use handlers_file::{
    FileHandler, RotatingFileHandler, TimedRotatingFileHandler, WatchedFileHandler,
};
use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use crate::writer::{Found, numbered};

#[test]
fn p2_the_lines_of_sixteen_threads_are_whole_and_in_order() {
    let dir = test_dir!();
    let handler = FileHandler::new(dir.join("app.log")).expect("the file can be opened");
    assert_threads_in_order(&handler, &dir, 1000);
}

#[test]
fn p2_the_lines_of_sixteen_threads_survive_a_hundred_rollovers() {
    let dir = test_dir!();
    let builder = RotatingFileHandler::builder(dir.join("app.log")).max_bytes(500);
    let handler = builder.backup_count(200).build().expect("the file can be opened");
    assert_threads_in_order(&handler, &dir, 60);
    assert!(dir.has("app.log.100"), "there were rollovers");
}

#[test]
fn p2_the_lines_of_sixteen_threads_survive_rollovers_by_time() {
    let dir = test_dir!();
    let clock = CountingClock::default();
    let builder = TimedRotatingFileHandler::builder(dir.join("app.log")).delay(true);
    let builder = builder.when(When::Seconds).interval(10).utc(true).clock(clock);
    let handler = builder.build().expect("nothing is opened");
    log_from_threads(&handler, 60);
    let mut names = dir.names();
    assert!(names.len() > 50, "there were rollovers: {names:?}");
    // Dates come behind the file that has none yet.
    names.rotate_left(1);
    let bytes: Vec<u8> = names.iter().flat_map(|name| dir.read_bytes(name)).collect();
    assert_in_order(&bytes, 60);
}

#[test]
fn p2_the_lines_of_sixteen_threads_survive_the_moves_of_a_watched_file() {
    let dir = test_dir!();
    let handler = WatchedFileHandler::new(dir.join("app.log")).expect("the file can be opened");
    let done = AtomicBool::new(false);
    let moves = thread::scope(|scope| {
        let moving = scope.spawn(|| {
            let mut moves = 0;
            while !done.load(Ordering::Acquire) {
                let old = dir.join(format!("old.{moves:08}"));
                moves += u32::from(fs::rename(dir.join("app.log"), old).is_ok());
            }
            moves
        });
        log_from_threads(&handler, 1000);
        done.store(true, Ordering::Release);
        moving.join().expect("moving does not panic")
    });
    assert!(moves > 10, "the file was moved {moves} times");
    let mut names = dir.names();
    let has_base = names.first().is_some_and(|name| name == "app.log");
    names.rotate_left(usize::from(has_base));
    let bytes: Vec<u8> = names.iter().flat_map(|name| dir.read_bytes(name)).collect();
    assert_in_order(&bytes, 1000);
}

#[test]
fn p3_a_policy_that_always_fails_never_stops_the_writing() {
    for failure in [Failure::Error, Failure::Panic, Failure::PanicWhenAsked] {
        let dir = test_dir!();
        let path = dir.join("app.log");
        let handler = RollingHandler::new(&path, Failing(failure)).expect("the file can be opened");
        let reports = crate::faults::count_reports(&handler);
        for number in 0..100 {
            assert!(handler.handle(&numbered(number)), "errors do not reach the caller");
        }
        Found::in_files(&[path]).assert_holds(0..100);
        assert_eq!(handler.base().counters().emitted, 100);
        assert_eq!(reports.count(), 100, "{failure:?}");
    }
}

#[test]
fn p3_a_clock_that_panics_never_stops_the_writing() {
    let dir = test_dir!();
    let builder = TimedRotatingFileHandler::builder(dir.join("app.log")).delay(true);
    let handler = builder.clock(PanickingClock).build().expect("nothing is opened");
    let reports = crate::faults::count_reports(&handler);
    for number in 0..100 {
        assert!(handler.handle(&numbered(number)), "errors do not reach the caller");
    }
    Found::in_dir(dir.path()).assert_holds(0..100);
    assert_eq!(handler.base().counters().emitted, 100);
    assert!(reports.count() >= 100, "each panic is reported");
}

#[test]
fn p3_hooks_that_always_fail_never_stop_the_writing() {
    let fails =
        |_: &Path, _: &Path| -> Result<()> { Err(Error::new(ErrorKind::Runtime, "on purpose")) };
    let panics = |_: &Path, _: &Path| -> Result<()> { panic_quietly() };
    for panicking in [false, true] {
        let dir = test_dir!();
        let builder = RotatingFileHandler::builder(dir.join("app.log")).max_bytes(500);
        let builder = builder.backup_count(3).namer(|_: &Path| panic_quietly());
        let builder = if panicking { builder.rotator(panics) } else { builder.rotator(fails) };
        let handler = builder.build().expect("the file can be opened");
        let reports = crate::faults::count_reports(&handler);
        for number in 0..100 {
            assert!(handler.handle(&numbered(number)), "errors do not reach the caller");
        }
        Found::in_dir(dir.path()).assert_holds(0..100);
        assert!(reports.count() > 80, "each failing rollover is reported");
        assert_eq!(dir.names(), ["app.log"]);
    }
}

/// Logs `records` from each of many threads and looks for their lines.
fn assert_threads_in_order(handler: &dyn Handler, dir: &Dir, records: u32) {
    log_from_threads(handler, records);
    let mut bytes = Vec::new();
    for number in (1..=200).rev() {
        bytes.extend(fs::read(dir.join(format!("app.log.{number}"))).unwrap_or_default());
    }
    bytes.extend(dir.read_bytes("app.log"));
    assert_in_order(&bytes, records);
}

fn log_from_threads(handler: &dyn Handler, records: u32) {
    thread::scope(|scope| {
        for thread in 0..16 {
            scope.spawn(move || {
                for number in 0..records {
                    handler.handle(&numbered(thread * 1000 + number));
                }
            });
        }
    });
}

/// Asserts that each line is there once, and that those of each thread are in order.
fn assert_in_order(bytes: &[u8], records: u32) {
    let found = Found::in_bytes(bytes);
    assert!(found.torn.is_empty(), "{:?}", found.torn);
    let count = found.numbers.values().sum::<u32>();
    assert_eq!((count, u32::try_from(found.len())), (16 * records, Ok(16 * records)));
    for thread in 0..16 {
        let of_thread = bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| {
            let number = String::from_utf8_lossy(&line[7..15]).parse::<u32>();
            number.is_ok_and(|number| number / 1000 == thread)
        });
        Found::in_bytes(&of_thread.flatten().copied().collect::<Vec<u8>>()).assert_sound();
    }
}

/// Shows a second more each time it is looked at.
#[derive(Debug, Default)]
struct CountingClock(AtomicI32);

impl Clock for CountingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.fetch_add(1, Ordering::Relaxed).into())
    }
}

#[derive(Debug)]
struct PanickingClock;

impl Clock for PanickingClock {
    fn now(&self) -> Timestamp {
        panic_quietly()
    }
}

fn panic_quietly() -> ! {
    std::panic::resume_unwind(Box::new("on purpose"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    Error,
    Panic,
    PanicWhenAsked,
}

/// Wants a rollover before each line, and fails at it.
#[derive(Debug)]
struct Failing(Failure);

impl RolloverPolicy for Failing {
    fn should_rollover(&mut self, _file: &FileStatus<'_>, _line: &LineStatus<'_>) -> bool {
        if self.0 == Failure::PanicWhenAsked {
            panic_quietly();
        }
        true
    }

    fn rollover(&mut self, files: &mut Rollover<'_>) -> Result<()> {
        let aside = files.backup_path(".aside");
        files.rotate_to(&aside)?;
        match self.0 {
            Failure::Error => Err(Error::new(ErrorKind::Runtime, "on purpose")),
            Failure::Panic | Failure::PanicWhenAsked => panic_quietly(),
        }
    }
}
