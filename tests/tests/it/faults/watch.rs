//! What others do to the path of a handler that watches it: row A5.
//!
//! CPython's `WatchedFileHandler` raises an error into the code that logs, for each record as long as
//! the path cannot be opened; none of its other handlers looks at the path at all.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use handlers_core::Handler;
use handlers_file::rolling::When;
use handlers_file::{
    FileHandler, RotatingFileHandler, TimedRotatingFileHandler, WatchedFileHandler,
};
use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use super::{assert_untroubled, count_reports, handle};
use crate::writer::{Found, Writer};

// As with CPython's, what was in the deleted file is gone, and nothing else.
#[test]
fn a_watched_file_that_was_deleted_is_made_anew() {
    each_after_fifty(&test_dir!(), |logs, handler| {
        fs::remove_file(logs.join("app.log")).expect("the file can be removed");
        handle(handler, 50..100);
        Found::in_dir(logs).assert_holds(50..100);
        assert_untroubled(handler, 100);
    });
}

#[test]
fn a_watched_file_that_was_moved_is_made_anew() {
    each_after_fifty(&test_dir!(), |logs, handler| {
        fs::rename(logs.join("app.log"), logs.join("old.log")).expect("the file can be moved");
        handle(handler, 50..100);
        Found::in_files(&[logs.join("old.log")]).assert_holds(0..50);
        Found::in_dir(logs).assert_holds(50..100);
        assert_untroubled(handler, 100);
    });
}

#[test]
fn a_watched_file_that_was_replaced_is_followed_and_what_is_there_kept() {
    each_after_fifty(&test_dir!(), |logs, handler| {
        fs::write(logs.join("new.log"), "there before\n").expect("a file can be written");
        fs::rename(logs.join("new.log"), logs.join("app.log")).expect("the file can be replaced");
        handle(handler, 50..100);
        let text = fs::read_to_string(logs.join("app.log")).expect("the file can be read");
        let rest = text.strip_prefix("there before\n").expect("nothing was truncated");
        Found::in_bytes(rest.as_bytes()).assert_holds(50..100);
        assert_untroubled(handler, 100);
    });
}

#[test]
fn a_watched_file_that_was_truncated_gets_no_hole() {
    each_after_fifty(&test_dir!(), |logs, handler| {
        let file = File::options().write(true).open(logs.join("app.log"));
        file.and_then(|file| file.set_len(0)).expect("the file can be truncated");
        handle(handler, 50..100);
        Found::in_dir(logs).assert_holds(50..100);
        assert_untroubled(handler, 100);
    });
}

// CPython raises an error for each of the thirty records.
#[test]
fn a_watched_file_whose_directory_went_and_came_back_is_made_anew() {
    each_after_fifty(&test_dir!(), |logs, handler| {
        let reports = count_reports(handler);
        fs::remove_dir_all(logs).expect("the directory can be removed");
        handle(handler, 50..80);
        assert_eq!((reports.count(), handler.base().counters().failed), (30, 30));
        fs::create_dir(logs).expect("the directory can be made");
        handle(handler, 80..100);
        Found::in_dir(logs).assert_holds(80..100);
        assert_eq!((reports.count(), handler.base().counters().failed), (30, 30));
    });
}

#[test]
fn a_directory_in_the_place_of_a_deleted_file_costs_only_what_is_reported() {
    each_after_fifty(&test_dir!(), |logs, handler| {
        let reports = count_reports(handler);
        fs::remove_file(logs.join("app.log")).expect("the file can be removed");
        fs::create_dir(logs.join("app.log")).expect("a directory can be made");
        handle(handler, 50..80);
        assert_eq!((reports.count(), handler.base().counters().failed), (30, 30));
        fs::remove_dir(logs.join("app.log")).expect("the directory can be removed");
        handle(handler, 80..100);
        Found::in_dir(logs).assert_holds(80..100);
        assert_eq!((reports.count(), handler.base().counters().failed), (30, 30));
    });
}

// There is a file to write to, so nothing is lost.
#[test]
fn a_directory_in_the_place_of_a_moved_file_costs_reports_and_no_record() {
    each_after_fifty(&test_dir!(), |logs, handler| {
        let reports = count_reports(handler);
        fs::rename(logs.join("app.log"), logs.join("old.log")).expect("the file can be moved");
        fs::create_dir(logs.join("app.log")).expect("a directory can be made");
        handle(handler, 50..80);
        assert_eq!((reports.count(), handler.base().counters().failed), (30, 0));
        fs::remove_dir(logs.join("app.log")).expect("the directory can be removed");
        handle(handler, 80..100);
        Found::in_files(&[logs.join("old.log")]).assert_holds(0..80);
        Found::in_dir(logs).assert_holds(80..100);
        assert_eq!(reports.count(), 30);
    });
}

#[test]
fn a_full_device_in_the_place_of_a_watched_file_is_made_up_for() {
    each_after_fifty(&test_dir!(), |logs, handler| {
        let reports = count_reports(handler);
        fs::remove_file(logs.join("app.log")).expect("the file can be removed");
        symlink("/dev/full", logs.join("app.log")).expect("a link can be made");
        handle(handler, 50..80);
        assert_eq!((reports.count(), handler.base().counters().failed), (30, 30));
        fs::remove_file(logs.join("app.log")).expect("the link can be removed");
        handle(handler, 80..100);
        // Those that were refused come first.
        Found::in_dir(logs).assert_holds(50..100);
        assert_eq!((reports.count(), handler.base().counters().failed), (30, 30));
    });
}

// Row A4 for a file that is opened anew.
#[test]
fn a_moved_file_is_written_on_while_there_is_no_descriptor_for_another() {
    for (handler, flags) in
        [("watched", vec![]), ("file", vec!["--watch"]), ("rotating", vec!["--watch"])]
    {
        let dir = test_dir!();
        let writer = Writer::new(&dir, handler).option("--n", 100).option("--max", 100_000);
        let writer = writer.option("--pause-at", 50).option("--pause-at", 80);
        let writer = flags.into_iter().fold(writer, Writer::flag);
        let mut running = writer.start();
        running.wait_for_pause(50);
        fs::rename(dir.join("app.log"), dir.join("old.log")).expect("the file can be moved");
        running.limit_descriptors(true);
        running.go_on();
        running.wait_for_pause(80);
        running.limit_descriptors(false);
        running.go_on();
        let ended = running.finish();
        assert_eq!((ended.count("emitted"), ended.count("failed")), (100, 0), "{handler}");
        assert_eq!(ended.summary()["errors"]["OSError:24"], 30, "{handler}");
        Found::in_files(&[dir.join("old.log")]).assert_holds(0..80);
        Found::in_files(&[dir.join("app.log")]).assert_holds(80..100);
    }
}

// Whatever stands at the path, and in whatever order: what was not refused is in some file, once.
#[test]
fn no_course_of_events_costs_more_than_is_reported() {
    for seed in 0..40_u64 {
        each(&test_dir!(), &[WATCHING.as_slice(), &[SMALL]].concat(), |logs, handler| {
            let reports = count_reports(handler);
            let path = logs.join("app.log");
            let mut random = seed;
            for step in 0..40 {
                random = (random * 1_103_515_245 + 12_345) % (1 << 31);
                let _ = match random >> 16 & 7 {
                    0 => fs::rename(&path, logs.join(format!("app.log.old{step:02}"))),
                    1 => fs::create_dir(&path),
                    2 => fs::remove_dir(&path),
                    3 => symlink("/dev/full", &path),
                    4 => symlink("nowhere/else", &path),
                    5 if path.is_symlink() => fs::remove_file(&path),
                    6 => symlink(format!("app.log.link{step:02}"), &path),
                    _ => Ok(()),
                };
                handle(handler, 50 + step * 10..60 + step * 10);
            }
            let counters = handler.base().counters();
            assert_eq!(counters.emitted + counters.failed, 450);
            assert!(reports.count() >= counters.failed);
            assert_each_once(logs, counters.emitted);
        });
    }
}

/// Asserts that no line in any file is torn or doubled, and that there are so many at least.
fn assert_each_once(logs: &Path, emitted: u64) {
    let entries = fs::read_dir(logs).expect("the directory can be listed");
    let paths = entries.map(|entry| entry.expect("the directory can be listed").path());
    let files: Vec<PathBuf> = paths.filter(|path| !path.is_symlink() && path.is_file()).collect();
    let found = Found::in_files(&files);
    assert!(found.torn.is_empty(), "{:?} in {}", found.torn, logs.display());
    let doubled = found.numbers.values().any(|count| *count > 1);
    assert!(!doubled && found.len() as u64 >= emitted, "{} of {emitted}", found.len());
}

/// Gives `test` each handler that watches its path, in a directory of its own, with fifty records
/// written.
fn each_after_fifty(dir: &Dir, test: impl Fn(&Path, &dyn Handler)) {
    each(dir, &WATCHING, test);
}

fn each(dir: &Dir, handlers: &[(&str, Make)], test: impl Fn(&Path, &dyn Handler)) {
    for (name, make) in handlers {
        let logs = dir.join(name);
        fs::create_dir(&logs).expect("a directory can be made");
        let handler = make(&logs.join("app.log"));
        handle(&*handler, 0..50);
        test(&logs, &*handler);
    }
}

type Make = fn(&Path) -> Box<dyn Handler>;

const WATCHING: [(&str, Make); 4] = [
    ("watched", |path| Box::new(WatchedFileHandler::new(path).expect("the file can be opened"))),
    ("file", |path| {
        let handler = FileHandler::builder(path).watch(true).build();
        Box::new(handler.expect("the file can be opened"))
    }),
    ("rotating", |path| {
        let handler = RotatingFileHandler::builder(path).watch(true);
        let handler = handler.max_bytes(100_000).backup_count(5).build();
        Box::new(handler.expect("the file can be opened"))
    }),
    ("timed", |path| {
        let handler = TimedRotatingFileHandler::builder(path).watch(true);
        let handler = handler.when(When::Midnight).backup_count(5).build();
        Box::new(handler.expect("the file can be opened"))
    }),
];

/// One that puts its file aside now and then by itself.
const SMALL: (&str, Make) = ("small", |path| {
    let handler = RotatingFileHandler::builder(path).watch(true).max_bytes(1000);
    Box::new(handler.backup_count(500).build().expect("the file can be opened"))
});
