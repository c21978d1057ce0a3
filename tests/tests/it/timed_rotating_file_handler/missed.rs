//! Rollovers that cannot be: CPython stops rotating, or loses the record.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use handlers_core::{Error, ErrorKind, Handler, TimeZone};
use handlers_file::rolling::When;
use handlers_tests::test_dir;

use super::support::{DAY, Errors, FRIDAY, Stage, record};

// FILE-89, FILE-90: the file stays, the error comes once, and the next deadline is kept.
#[test]
fn a_name_that_is_taken_costs_one_rollover() {
    let dir = test_dir!();
    let (stage, errors) = (Stage::at(FRIDAY), Errors::default());
    dir.write("app.log.2024-03-01", "foreign\n");
    let builder = stage.handler(dir.join("app.log")).when(When::Midnight);
    let handler = builder.error_hook(errors.hook()).build().unwrap();
    for (day, message) in [(0, "1"), (1, "2"), (1, "3"), (2, "4")] {
        stage.set(FRIDAY + day * DAY);
        handler.handle(&record(message));
    }
    assert_eq!(dir.read("app.log.2024-03-01"), "foreign\n");
    assert_eq!(dir.read("app.log.2024-03-02"), "1\n2\n3\n");
    assert_eq!(dir.read("app.log"), "4\n");
    let path = dir.join("app.log");
    let path = path.display();
    let expected =
        format!("rotate the log file {path}: put the log file aside as {path}.2024-03-01");
    assert_eq!(errors.texts(), [expected]);
}

// FILE-87, FILE-90: in London the hour from 01:00 comes twice on 27 October 2024. At its second
// beginning the first would be called by the clocks of then, as the hour before is called.
#[test]
fn the_hour_that_comes_twice_goes_into_one_file() {
    let dir = test_dir!();
    let start = 1_729_983_600; // 00:00 in summer time
    let (stage, errors) = (Stage::at(start), Errors::default());
    let builder = stage.handler(dir.join("app.log")).when(When::Hours).error_hook(errors.hook());
    let zone = TimeZone::named("Europe/London").unwrap();
    let handler = builder.time_zone(zone).build().unwrap();
    for hour in 0..6 {
        stage.set(start + hour * 3600);
        handler.handle(&record(&hour.to_string()));
    }
    let names = ["_00", "_01", "_02", "_03"].map(|hour| format!("app.log.2024-10-27{hour}"));
    assert_eq!(dir.names()[1..], names);
    assert_eq!(
        dir.names().iter().map(|name| dir.read(name)).collect::<Vec<_>>(),
        ["5\n", "0\n", "1\n2\n", "3\n", "4\n"]
    );
    assert_eq!(errors.texts().len(), 1);
}

#[test]
fn a_second_rollover_in_a_period_is_an_error_that_loses_nothing() {
    let dir = test_dir!();
    let stage = Stage::at(FRIDAY);
    let handler = stage.handler(dir.join("app.log")).when(When::Midnight).build().unwrap();
    handler.handle(&record("1"));
    handler.do_rollover().unwrap();
    handler.handle(&record("2"));
    let deadline = handler.rollover_at();
    let error = handler.do_rollover().unwrap_err();
    assert_eq!((error.kind(), error.python_name()), (ErrorKind::Io, "FileExistsError"));
    handler.handle(&record("3"));
    assert_eq!(handler.rollover_at(), deadline);
    assert_eq!(dir.read("app.log.2024-03-01"), "1\n");
    assert_eq!(dir.read("app.log"), "2\n3\n");
}

// FILE-28, FILE-92.
#[test]
fn a_rollover_that_fails_is_tried_again_and_removes_nothing() {
    let dir = test_dir!();
    let (stage, errors) = (Stage::at(FRIDAY), Errors::default());
    let fails = Arc::new(AtomicBool::new(true));
    let failing = Arc::clone(&fails);
    let rotator = move |source: &Path, dest: &Path| {
        if failing.load(Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::Runtime, "not now"));
        }
        std::fs::rename(source, dest).map_err(|error| Error::io("rename", error))
    };
    dir.write("app.log.2024-01-01", "old\n");
    let builder = stage.handler(dir.join("app.log")).when(When::Midnight).backup_count(1);
    let handler = builder.rotator(rotator).error_hook(errors.hook()).build().unwrap();
    handler.handle(&record("1"));
    let deadline = handler.rollover_at();
    stage.set(FRIDAY + DAY);
    handler.handle(&record("2"));
    handler.handle(&record("3"));
    assert_eq!(errors.texts().len(), 2);
    assert_eq!(handler.rollover_at(), deadline);
    assert_eq!(dir.names(), ["app.log", "app.log.2024-01-01"]);

    fails.store(false, Ordering::Relaxed);
    handler.handle(&record("4"));
    assert_eq!(handler.rollover_at(), deadline + DAY);
    assert_eq!(dir.read("app.log.2024-03-01"), "1\n2\n3\n");
    assert_eq!(dir.read("app.log"), "4\n");
    assert_eq!(dir.names(), ["app.log", "app.log.2024-03-01"]);
}

// FILE-65: with an interval of nothing the time has always come.
#[test]
fn with_an_interval_of_nothing_there_is_one_error_in_a_second() {
    let dir = test_dir!();
    let (stage, errors) = (Stage::at(FRIDAY), Errors::default());
    let builder = stage.handler(dir.join("app.log")).when(When::Seconds).interval(0);
    let handler = builder.error_hook(errors.hook()).build().unwrap();
    dir.write("app.log", "0\n");
    for second in 0..3 {
        stage.set(FRIDAY + second);
        for _ in 0..10 {
            handler.handle(&record("x"));
        }
    }
    assert_eq!(dir.names().len(), 4);
    assert_eq!(errors.texts().len(), 3);
    let lines = dir.names().iter().map(|name| dir.read(name).lines().count()).sum::<usize>();
    assert_eq!(lines, 31);
}

// A clock that was set back: what was put aside already keeps its name and its lines.
#[test]
fn a_clock_that_goes_back_overwrites_nothing() {
    let dir = test_dir!();
    let (stage, errors) = (Stage::at(FRIDAY), Errors::default());
    let builder = stage.handler(dir.join("app.log")).when(When::Midnight).backup_count(10);
    let handler = builder.error_hook(errors.hook()).build().unwrap();
    for day in [0, 1, 2, 0, 1, 2, 3, 4] {
        stage.set(FRIDAY + day * DAY);
        handler.handle(&record(&day.to_string()));
    }
    assert_eq!(dir.read("app.log.2024-03-01"), "0\n");
    assert_eq!(dir.read("app.log.2024-03-02"), "1\n");
    // Until the deadline that was set last has come, all is of that day.
    assert_eq!(dir.read("app.log.2024-03-03"), "2\n0\n1\n2\n");
    assert_eq!(dir.read("app.log.2024-03-04"), "3\n");
    assert_eq!(dir.read("app.log"), "4\n");
    assert_eq!(errors.texts(), [""; 0]);
}
