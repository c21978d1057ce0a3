//! Symbolic links where log files and backups should be: row A6.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

use handlers_core::{Handler, ManualClock, TimeZone, Timestamp};
use handlers_file::rolling::{Compression, When};
use handlers_file::{
    FileHandler, RotatingFileHandler, TimedRotatingFileHandler, WatchedFileHandler,
};
use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use super::{assert_untroubled, count_reports, handle};
use crate::writer::Found;

#[test]
fn links_at_the_names_of_backups_are_replaced_and_not_followed() {
    let dir = test_dir!();
    dir.write("victim", "untouched\n");
    for number in 1..=3 {
        // Beside the names of backups those under which they wait to be removed.
        for name in [format!("app.log.{number}"), format!(".app.log.{number}.old")] {
            symlink("victim", dir.join(name)).expect("a link can be made");
        }
    }
    let handler = rotating(&dir, 3);
    handle(&handler, 0..120);
    assert_eq!(dir.read("victim"), "untouched\n");
    Found::in_dir(dir.path()).assert_holds(0..120);
}

#[test]
fn a_link_as_the_log_file_is_written_through_and_put_aside_itself() {
    let dir = test_dir!();
    symlink("target", dir.join("app.log")).expect("a link can be made");
    let handler = rotating(&dir, 50);
    handle(&handler, 0..100);
    Found::in_dir(dir.path()).assert_holds(0..100);
    let moved = dir.join("app.log.2").symlink_metadata().expect("there are two backups");
    assert!(moved.is_symlink(), "the link is what was renamed");
}

// A dated name cannot be freed, since it may be that of a backup.
#[test]
fn a_link_at_the_name_of_a_dated_backup_is_left_alone() {
    for target in ["victim", "nowhere"] {
        let dir = test_dir!();
        dir.write("victim", "untouched\n");
        symlink(target, dir.join("app.log.1970-01-01_00-00-00")).expect("a link can be made");
        let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
        let utc = TimeZone::named("UTC").expect("everybody knows UTC");
        let builder = TimedRotatingFileHandler::builder(dir.join("app.log")).delay(true);
        let builder = builder.when(When::Seconds).clock(clock.clone()).time_zone(utc);
        let handler = builder.build().expect("nothing is opened");
        let reports = count_reports(&handler);
        for second in 0..4 {
            clock.set(Timestamp::from_seconds(f64::from(second)));
            handle(&handler, second * 10..second * 10 + 10);
        }
        assert_eq!(dir.read("victim"), "untouched\n");
        assert!(!dir.has("nowhere"));
        assert_eq!(reports.count(), 1, "it is said once");
        let names = ["app.log.1970-01-01_00-00-01", "app.log.1970-01-01_00-00-02", "app.log"];
        let found = Found::in_files(&names.map(|name| dir.join(name)));
        found.assert_holds(0..40);
    }
}

// What a process is told by a lock file must not be written where somebody else wants it.
#[test]
fn a_link_at_the_name_of_a_lock_file_is_not_written_through() {
    for target in ["victim", "nowhere"] {
        let dir = test_dir!();
        dir.write("victim", "untouched\n");
        symlink(target, dir.join(".__app.lock")).expect("a link can be made");
        let timed = TimedRotatingFileHandler::builder(dir.join("app.log")).shared(true);
        if let Ok(handler) = timed.when(When::Seconds).interval(0).build() {
            count_reports(&handler);
            handle(&handler, 0..10);
        }
        let rotating = RotatingFileHandler::builder(dir.join("app.log")).shared(true);
        if let Ok(handler) = rotating.max_bytes(100).backup_count(2).build() {
            count_reports(&handler);
            handle(&handler, 0..10);
        }
        assert_eq!(dir.read("victim"), "untouched\n");
        assert!(!dir.has("nowhere"), "a file was made where the link leads");
    }
}

#[test]
fn links_at_the_names_of_compressed_backups_are_not_followed() {
    let dir = test_dir!();
    dir.write("victim", "untouched\n");
    for number in 1..=3 {
        symlink("victim", dir.join(format!("app.log.{number}.gz"))).expect("a link can be made");
    }
    let builder = RotatingFileHandler::builder(dir.join("app.log")).max_bytes(2000);
    let builder = builder.backup_count(3).compress(Compression::gzip());
    let handler = builder.build().expect("the file can be opened");
    let reports = count_reports(&handler);
    for number in 0..120 {
        handle(&handler, number..number + 1);
        assert!(handler.wait_until_compressed(Duration::MAX));
    }
    assert_eq!(dir.read("victim"), "untouched\n");
    assert_eq!((reports.count(), handler.base().counters().emitted), (0, 120));
    let names = ["app.log", "app.log.1.gz", "app.log.2.gz", "app.log.3.gz", "victim"];
    assert_eq!(dir.names(), names);
    assert!(names[1..4].iter().all(|name| !dir.join(name).is_symlink()), "a link is no backup");
}

#[test]
fn a_link_whose_target_changes_is_followed_by_those_who_look() {
    let dir = test_dir!();
    let plain = dir.join("plain.log");
    let watched = dir.join("watched.log");
    for (link, target) in [(&plain, "one"), (&watched, "other")] {
        symlink(target, link).expect("a link can be made");
    }
    let plain_handler = FileHandler::new(&plain).expect("the file can be opened");
    let watched_handler = WatchedFileHandler::new(&watched).expect("the file can be opened");
    for handler in [&plain_handler as &dyn Handler, &watched_handler] {
        handle(handler, 0..50);
    }
    for (link, target) in [(&plain, "one.new"), (&watched, "other.new")] {
        fs::remove_file(link).expect("the link can be removed");
        symlink(target, link).expect("a link can be made");
    }
    for handler in [&plain_handler as &dyn Handler, &watched_handler] {
        handle(handler, 50..100);
        assert_untroubled(handler, 100);
    }
    Found::in_files(&[dir.join("one")]).assert_holds(0..100);
    Found::in_files(&[dir.join("other")]).assert_holds(0..50);
    Found::in_files(&[dir.join("other.new")]).assert_holds(50..100);
}

fn rotating(dir: &Dir, backup_count: u32) -> RotatingFileHandler {
    let builder = RotatingFileHandler::builder(dir.join("app.log")).max_bytes(2000);
    builder.backup_count(backup_count).build().expect("the file can be opened")
}
