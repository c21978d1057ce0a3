//! Files that are put aside when their time is over: CPython's `TimedRotatingFileHandlerTest`, and
//! what the handler does otherwise than CPython's.

mod local_time;
mod missed;
mod sizes;
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use handlers_core::{Error, ErrorKind, Handler, TimeZone};
use handlers_file::TimedRotatingFileHandler;
use handlers_file::rolling::{Retention, Schedule, TimeOfDay, When};
use handlers_tests::test_dir;

use self::support::{DAY, Errors, FRIDAY, Stage, record};

// TimedRotatingFileHandlerTest.test_should_not_rollover, bpo-45401; FILE-85.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_never_rolled_and_the_deadline_moves_on() {
    let stage = Stage::at(FRIDAY);
    let builder = TimedRotatingFileHandler::builder("/dev/null").when(When::Seconds);
    let handler = builder.backup_count(1).clock(stage.clock()).build().unwrap();
    // The deadline came from the time of the device; afterwards it comes from the clock.
    let later = handler.rollover_at().max(FRIDAY) + 10;
    stage.set(later);
    assert!(!handler.should_rollover(&record("1")).unwrap());
    assert_eq!(handler.rollover_at(), later + 1);
    handler.handle(&record("1"));
    assert_eq!(handler.base().counters().failed, 0);
}

// TimedRotatingFileHandlerTest.test_rollover; FILE-88, FILE-91.
#[test]
fn a_file_is_put_aside_under_the_second_in_which_it_was_begun() {
    let dir = test_dir!();
    let stage = Stage::at(FRIDAY);
    let handler = stage.handler(dir.join("app.log")).when(When::Seconds).backup_count(1).build();
    let handler = handler.unwrap();
    handler.handle(&record("initial"));
    assert_eq!(dir.names(), ["app.log"]);
    stage.set(FRIDAY + 1);
    handler.handle(&record("after delay"));
    assert_eq!(dir.names(), ["app.log", "app.log.2024-03-01_11-00-00"]);
    assert_eq!(dir.read("app.log.2024-03-01_11-00-00"), "initial\n");
    assert_eq!(dir.read("app.log"), "after delay\n");
}

/// Handlers come and go at the time of the rollover; the file's time tells what was before it.
fn restarts_at_the_time_of_the_rollover(path: &Path, is_weekly: bool) {
    let stage = Stage::at(FRIDAY);
    let zone = TimeZone::local();
    let shown = zone.to_broken_down(FRIDAY).expect("a time of this century");
    let [hour, minute, second] = [shown.hour, shown.minute, shown.second].map(i8::unsigned_abs);
    let at = TimeOfDay::new(hour, minute, second).expect("clocks show it");
    let when = if is_weekly { format!("W{}", shown.weekday) } else { "MIDNIGHT".to_owned() };
    let begun = FRIDAY - if is_weekly { 7 * DAY } else { DAY };
    let begun = zone.to_broken_down(begun).expect("a time of this century");
    let other = format!("app.log.{:04}-{:02}-{:02}", begun.year, begun.month, begun.day);
    let emit = |message: String| {
        let builder = TimedRotatingFileHandler::builder(path).when_name(&when).at_time(at);
        let handler = builder.clock(stage.clock()).build().expect("the file can be opened");
        handler.handle(&record(&message));
        handler.close().expect("the file can be closed");
        Stage::set_modified(path, FRIDAY);
    };
    let read = |path: &Path| fs::read_to_string(path).expect("there is a file");

    fs::write(path, "").expect("the file can be made");
    Stage::set_modified(path, FRIDAY);
    for number in 0..3 {
        emit(format!("first {number}"));
    }
    assert_eq!(read(path), "first 0\nfirst 1\nfirst 2\n");

    Stage::set_modified(path, FRIDAY - 1);
    for number in 0..2 {
        emit(format!("second {number}"));
    }
    assert_eq!(read(path), "second 0\nsecond 1\n");
    assert_eq!(read(&path.with_file_name(other)), "first 0\nfirst 1\nfirst 2\n");
}

// TimedRotatingFileHandlerTest.test_rollover_at_midnight; FILE-68, FILE-69, FILE-72.
#[test]
fn a_file_last_written_before_its_deadline_is_put_aside_by_the_first_record() {
    let dir = test_dir!();
    restarts_at_the_time_of_the_rollover(&dir.join("app.log"), false);
}

// TimedRotatingFileHandlerTest.test_rollover_at_weekday; FILE-68, FILE-73.
#[test]
fn a_file_last_written_in_an_earlier_week_is_put_aside_by_the_first_record() {
    let dir = test_dir!();
    restarts_at_the_time_of_the_rollover(&dir.join("app.log"), true);
}

// TimedRotatingFileHandlerTest.test_invalid; FILE-62 to FILE-64. Here no file is made.
#[test]
fn what_is_no_period_is_an_error_of_build() {
    let dir = test_dir!();
    for name in ["X", "W", "W7"] {
        let builder = TimedRotatingFileHandler::builder(dir.join("app.log")).when_name(name);
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Value, "{name}");
        assert!(error.to_string().ends_with(&format!(": {name}")), "{error}");
    }
    assert_eq!(dir.names(), [""; 0]);
}

fn utc(when: &str) -> Schedule {
    Schedule::new(when.parse().expect("a name of Python's")).utc(true)
}

// TimedRotatingFileHandlerTest.test_compute_rollover_daily_attime; FILE-71, FILE-72.
#[test]
fn a_day_ends_at_midnight_or_at_its_time() {
    let hour = 3600;
    let midnight = utc("MIDNIGHT");
    for (now, deadline) in [(0, 24), (23, 24), (24, 48), (25, 48)] {
        assert_eq!(midnight.next_after(now * hour), deadline * hour);
    }
    assert_eq!(midnight.next_after(24 * hour - 1), 24 * hour);
    let noon = midnight.at(TimeOfDay::new(12, 0, 0).unwrap());
    for (now, deadline) in [(0, 12), (12, 36), (13, 36)] {
        assert_eq!(noon.next_after(now * hour), deadline * hour);
    }
    assert_eq!(noon.next_after(12 * hour - 1), 12 * hour);
}

// TimedRotatingFileHandlerTest.test_compute_rollover_weekly_attime; FILE-72, FILE-73.
#[test]
fn a_week_ends_on_its_day_at_its_time() {
    let noon = 12 * 3600;
    // A Friday, day 4.
    let today = FRIDAY - FRIDAY % DAY;
    for (day, days) in [(0, 3), (1, 4), (2, 5), (3, 6), (4, 0), (5, 1), (6, 2)] {
        let weekly = utc(&format!("W{day}")).at(TimeOfDay::new(12, 0, 0).unwrap());
        let first = today + days * DAY + noon;
        assert_eq!(weekly.next_after(today), first, "W{day}");
        assert_eq!(weekly.next_after(today + noon - 1), first, "W{day}");
        let following = if days == 0 { first + 7 * DAY } else { first };
        assert_eq!(weekly.next_after(today + noon), following, "W{day}");
        assert_eq!(weekly.next_after(today + noon + 3600), following, "W{day}");
    }
}

// TimedRotatingFileHandlerTest.test_compute_rollover_S, _M, _H, _D, _MIDNIGHT, _W0 and the same
// with _interval; FILE-70, FILE-73, FILE-74.
#[test]
fn deadlines_are_counted_from_the_epoch() {
    // The epoch was a Thursday, so the first Monday ended after five days.
    for (when, one, three) in [
        ("S", 1, 3),
        ("M", 60, 180),
        ("H", 3600, 3 * 3600),
        ("D", DAY, 3 * DAY),
        ("MIDNIGHT", DAY, 3 * DAY),
        ("W0", 5 * DAY, 19 * DAY),
    ] {
        assert_eq!(utc(when).next_after(0), one, "{when}");
        assert_eq!(utc(when).every(3).next_after(0), three, "{when}");
    }
}

/// Ten names with a date every five seconds, which `name` makes.
fn ten(name: impl Fn(&str) -> String) -> Vec<String> {
    (0..10).map(|number| name(&format!("2024-03-01_11-00-{:02}", 5 * number))).collect()
}

/// What a namer makes of a name.
type Rename<'a> = &'a dyn Fn(String) -> String;

// TimedRotatingFileHandlerTest.test_compute_files_to_delete, bpo-46063; FILE-99, FILE-101.
#[test]
fn handlers_in_one_directory_know_their_own_backups() {
    // `d.e.log.DATE` is called `d.e.DATE.log`, and `g.log.DATE` is called `gDATE.oldlog`.
    let log_last = |default: String| default.replacen(".log", "", 1) + ".log";
    let old = |default: String| format!("g{}.oldlog", &default["g.log.".len()..]);
    let handlers: [(&str, Rename<'_>); 5] = [
        ("a.b.log", &|default| default),
        ("a.b.c.log", &|default| default),
        ("d.e.log", &log_last),
        ("d.e.f.log", &log_last),
        ("g.log", &old),
    ];
    let own = |(base, rename): (&str, Rename<'_>)| ten(|date| rename(format!("{base}.{date}")));
    let all: Vec<String> = handlers.iter().flat_map(|handler| own(*handler)).collect();
    for (base, rename) in handlers {
        let path = Path::new("/var/log").join(base);
        let path_of = |suffix: &str| path.with_file_name(rename(format!("{base}{suffix}")));
        let retention = Retention::new(&path, When::Seconds).named_by(&path_of);
        assert_eq!(retention.expired(all.clone(), 7), own((base, rename))[..3], "{base}");
        if base.starts_with('a') {
            // Without a namer it is the same.
            let retention = Retention::new(&path, When::Seconds);
            assert_eq!(retention.expired(all.clone(), 7), own((base, rename))[..3], "{base}");
        }
    }
}

// TimedRotatingFileHandlerTest.test_compute_files_to_delete_same_filename_different_extensions,
// gh-93205; FILE-98.
#[test]
fn a_longer_name_is_that_of_another_file() {
    let dir = test_dir!();
    let bases = ["a.log", "a.log.b"];
    let of = |base: &str| ten(|date| format!("{base}.{date}"));
    for name in bases.iter().flat_map(|base| of(base)).chain(ten(|date| format!("a.log.{date}.c")))
    {
        dir.write(&name, "");
    }
    let stage = Stage::at(FRIDAY + 300);
    for (base, backup_count) in bases.into_iter().zip(1..) {
        let builder = stage.handler(dir.join(base)).when(When::Seconds).interval(5);
        let handler = builder.backup_count(backup_count).build().unwrap();
        handler.do_rollover().unwrap();
        let left =
            dir.names().into_iter().filter(|name| of(base).contains(name)).collect::<Vec<_>>();
        let kept = usize::try_from(backup_count).unwrap();
        // There was no file to make a backup of.
        assert_eq!(left, of(base)[10 - kept..]);
    }
    assert_eq!(of("a.log").iter().filter(|name| dir.has(&format!("{name}.c"))).count(), 10);
}

// FILE-92, FILE-102, FILE-105.
#[test]
fn what_has_expired_goes_once_the_new_file_is_open() {
    let dir = test_dir!();
    let (stage, errors) = (Stage::at(FRIDAY), Errors::default());
    let seen = dir.path().to_owned();
    let during = move |source: &Path, dest: &Path| {
        assert!(seen.join("app.log.2024-01-01").exists());
        fs::rename(source, dest).map_err(|error| Error::io("rename", error))
    };
    for name in ["app.log.2024-01-01", "app.log.2024-01-02", "app.log.2024-01-03.gz"] {
        dir.write(name, "");
    }
    let builder = stage.handler(dir.join("app.log")).when(When::Midnight).backup_count(1);
    let handler = builder.rotator(during).error_hook(errors.hook()).build().unwrap();
    handler.handle(&record("1"));
    stage.set(FRIDAY + DAY);
    handler.handle(&record("2"));
    assert_eq!(dir.names(), ["app.log", "app.log.2024-01-03.gz", "app.log.2024-03-01"]);
    assert_eq!(errors.texts(), [""; 0]);
}

// FILE-92: CPython would stop here, with no file open, and lose the record.
#[test]
fn a_backup_that_cannot_be_removed_is_an_error_and_stops_nothing() {
    let dir = test_dir!();
    let (stage, errors) = (Stage::at(FRIDAY), Errors::default());
    fs::create_dir(dir.join("app.log.2024-01-01")).unwrap();
    dir.write("app.log.2024-01-02", "");
    let builder = stage.handler(dir.join("app.log")).when(When::Midnight).backup_count(1);
    let handler = builder.error_hook(errors.hook()).build().unwrap();
    handler.handle(&record("1"));
    stage.set(FRIDAY + DAY);
    handler.handle(&record("2"));
    assert_eq!(dir.names(), ["app.log", "app.log.2024-01-01", "app.log.2024-03-01"]);
    assert_eq!((dir.read("app.log"), errors.texts().len()), ("2\n".to_owned(), 1));
    assert!(errors.texts()[0].starts_with("remove the log file "), "{:?}", errors.texts());
}

// FILE-94.
#[test]
fn days_without_records_have_no_files() {
    let dir = test_dir!();
    let stage = Stage::at(FRIDAY);
    let handler = stage.handler(dir.join("app.log")).when(When::Midnight).build().unwrap();
    handler.handle(&record("1"));
    stage.set(FRIDAY + 10 * DAY);
    handler.handle(&record("2"));
    assert_eq!(dir.names(), ["app.log", "app.log.2024-03-01"]);
    assert_eq!(handler.rollover_at(), FRIDAY - FRIDAY % DAY + 11 * DAY);
}

// FILE-7, FILE-96.
#[test]
fn a_delayed_file_that_is_missing_is_no_backup() {
    let dir = test_dir!();
    let stage = Stage::at(FRIDAY);
    let handler = stage.handler(dir.join("app.log")).when(When::Midnight).build().unwrap();
    stage.set(FRIDAY + DAY);
    handler.handle(&record("1"));
    assert_eq!(dir.names(), ["app.log"]);
    handler.do_rollover().unwrap();
    assert_eq!(dir.names(), ["app.log.2024-03-02"]);
    handler.handle(&record("2"));
    assert_eq!(dir.names(), ["app.log", "app.log.2024-03-02"]);
}

#[test]
fn the_clock_may_go_anywhere() {
    let dir = test_dir!();
    let stage = Stage::at(FRIDAY);
    let errors = Errors::default();
    let times =
        [i64::MIN, i64::MAX, 0, i64::MAX - 1, i64::MIN + 1, 1 << 56, -1, FRIDAY, 0, FRIDAY + DAY];
    let mut lines = 0;
    for when in ["S", "M", "H", "D", "MIDNIGHT", "W0"] {
        for (max_bytes, interval) in
            [(0, 1), (10, 1), (0, i64::MAX), (10, i64::MIN), (0, 0), (0, -1)]
        {
            let builder = stage.handler(dir.join("app.log")).when_name(when).interval(interval);
            let builder = builder.max_bytes(max_bytes).error_hook(errors.hook());
            let handler = builder.build().unwrap();
            for time in times {
                stage.set(time);
                handler.handle(&record("x"));
                lines += 1;
            }
        }
    }
    let texts = dir.names().into_iter().map(|name| dir.read(&name));
    assert_eq!(texts.map(|text| text.lines().count()).sum::<usize>(), lines);
}

#[test]
fn a_handler_says_what_it_was_told() {
    let dir = test_dir!();
    let stage = Stage::at(FRIDAY);
    let at = TimeOfDay::new(6, 30, 0).unwrap();
    let builder = stage.handler(dir.join("app.log")).when_name("w2").interval(2).utc(true);
    let handler = builder.at_time(at).backup_count(4).max_bytes(5).build().unwrap();
    assert_eq!((handler.when().name(), handler.interval()), ("W2", 14 * DAY));
    assert_eq!((handler.suffix(), handler.utc(), handler.at_time()), ("%Y-%m-%d", true, Some(at)));
    assert_eq!((handler.backup_count(), handler.max_bytes(), handler.delay()), (4, 5, true));
    let shown = format!("<TimedRotatingFileHandler {} (NOTSET)>", dir.join("app.log").display());
    assert_eq!(format!("{handler:?}"), shown);

    // FILE-54.
    let handler = TimedRotatingFileHandler::builder(dir.join("app.log")).build().unwrap();
    assert_eq!(
        (handler.when(), handler.interval(), handler.backup_count()),
        (When::Hours, 3600, 0)
    );
    assert_eq!((handler.utc(), handler.at_time(), handler.delay()), (false, None, false));
}

// FILE-100.
#[test]
fn backups_elsewhere_are_not_found() {
    let dir = test_dir!();
    let stage = Stage::at(FRIDAY);
    fs::create_dir(dir.join("old")).unwrap();
    let elsewhere = |default: &Path| -> PathBuf {
        let name = default.file_name().expect("a backup has a name");
        default.with_file_name("old").join(name)
    };
    dir.write("app.log.2024-02-28", "");
    let builder = stage.handler(dir.join("app.log")).when(When::Midnight).backup_count(1);
    let handler = builder.namer(elsewhere).build().unwrap();
    for day in 0..4 {
        stage.set(FRIDAY + day * DAY);
        handler.handle(&record("1"));
    }
    // The one in the directory of the file is the only one, and is kept.
    assert_eq!(dir.names(), ["app.log", "app.log.2024-02-28", "old"]);
    assert_eq!(fs::read_dir(dir.join("old")).unwrap().count(), 3);
}
