//! Rollovers in which one system call fails, each in turn: rows A3c and A3d.
//!
//! CPython loses the record that a failing rollover is for, and all that follow as long as it fails;
//! after one `close` that fails its handler is dead: 265 of 300 records lost.

use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use super::crash::{Age, size, timed};
use super::trace::{Call, Files, Place, found, in_two_places, is_lock};
use crate::writer::{Found, Writer, acknowledged};

#[test]
fn a_call_that_fails_once_in_a_rollover_costs_nothing_and_stops_nothing() {
    for error in ["EACCES", "EINTR", "EIO"] {
        BY_SIZE.each_call_fails(&test_dir!(), error, How::Times(1));
        BY_TIME.each_call_fails(&test_dir!(), error, How::Times(1));
    }
}

#[test]
fn a_call_that_fails_three_times_costs_nothing_and_stops_nothing() {
    BY_SIZE.each_call_fails(&test_dir!(), "ENOSPC", How::Times(3));
    BY_TIME.each_call_fails(&test_dir!(), "ENOSPC", How::Times(3));
}

#[test]
fn a_call_that_fails_for_ever_costs_nothing() {
    for error in ["EACCES", "ENOSPC"] {
        BY_SIZE.each_call_fails(&test_dir!(), error, How::ForEver);
        BY_TIME.each_call_fails(&test_dir!(), error, How::ForEver);
    }
}

#[test]
fn a_call_that_fails_in_a_rollover_of_a_shared_file_costs_nothing_and_stops_nothing() {
    SHARED_BY_SIZE.each_call_fails(&test_dir!(), "EIO", How::Times(1));
    SHARED_BY_TIME.each_call_fails(&test_dir!(), "EIO", How::Times(1));
}

// What was done cannot be undone then, either. With a backup to be replaced, and before there are so
// many.
#[test]
fn renames_that_fail_one_after_the_other_open_no_gap_in_the_backups() {
    let dir = test_dir!();
    let control = Place::new(dir.join("control"));
    let faults: Vec<(u32, u32)> =
        (1..=5).flat_map(|first| [0, 1, 2, 5].map(|more| (first, first + more))).collect();
    for (setup, before) in [(BY_SIZE, BEFORE), (BY_SIZE, BEFORE - 7), (BY_TIME, BEFORE)] {
        let start = setup.start(&control, before);
        in_two_places(dir.path(), &faults, |place, (first, last)| {
            for end in [before + 4, END] {
                setup.restore(place, &start, before);
                let writer = setup.writer(place, before, end - before);
                let fault = format!("error=EIO:when={first}..{last}");
                let ended = writer.inject_at("?rename,?renameat,?renameat2", &[], &fault).run();
                assert_eq!(ended.count("failed"), 0, "{fault}");
                let known = (0..before).chain(acknowledged(place.path())).collect();
                setup.assert_kept(&place.files(), &fault, end, known);
            }
        });
    }
}

/// A program that keeps three backups, each of seven lines if nothing fails.
struct Setup {
    handler: &'static str,
    options: &'static [&'static str],
    /// Further options that make the second of its records begin a new file.
    again: &'static [&'static str],
    age: fn(&str) -> Age,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Times(u32),
    ForEver,
}

impl How {
    /// What stands behind the number of the first call that fails, as `strace` wants it.
    fn after(self, when: u32) -> String {
        match self {
            Self::Times(times) => format!("..{}", when + times - 1),
            Self::ForEver => "+".to_owned(),
        }
    }
}

impl Setup {
    fn each_call_fails(&self, dir: &Dir, error: &str, how: How) {
        let control = Place::new(dir.join("control"));
        let start = self.start(&control, BEFORE);
        let calls = control.calls(self.writer(&control, BEFORE, 2), Some(BEFORE));
        let is_rollover = calls.iter().any(|call| call.name.starts_with("rename"));
        assert!(is_rollover, "strace saw no rollover: {calls:?}");
        in_two_places(dir.path(), &calls, |place, call| {
            self.call_fails(place, &start, call, error, how);
        });
    }

    /// The files before the rollover, which are in `place` then.
    fn start(&self, place: &Place, before: u32) -> Files {
        place.restore(&Files::new());
        self.writer(place, 0, before).run().summary();
        let files = place.files();
        self.restore(place, &files, before);
        files
    }

    fn restore(&self, place: &Place, files: &Files, next: u32) {
        place.restore(files);
        if self.handler == "timed" {
            timed::set_time(place, next);
        }
    }

    fn call_fails(&self, place: &Place, start: &Files, call: &Call, error: &str, how: How) {
        // Shortly after the fault, and when all files there were have been replaced.
        for end in [BEFORE + 4, END] {
            self.restore(place, start, BEFORE);
            let writer = self.writer(place, BEFORE, end - BEFORE);
            let fault = format!("error={error}");
            let ended = place.inject(writer, call, &fault, &how.after(call.when)).run();
            // A write that fails is the record's own failure, and without its turn none is written.
            let is_own = call.name == "write" || is_lock(&call.file);
            assert!(is_own || ended.count("failed") == 0, "{call:?} {error}: a record failed");
            let files = place.files();
            let known = (0..BEFORE).chain(acknowledged(place.path())).collect();
            self.assert_kept(&files, &call.name, end, known);
            if how != How::ForEver && end == END {
                let base = Found::in_bytes(&files["app.log"]);
                assert!(base.len() <= 7, "{call:?} {error}: nothing is put aside any more");
                let hidden = files.keys().find(|name| name.starts_with('.') && !is_lock(name));
                assert_eq!(hidden, None, "{call:?} {error}: what was begun is not ended");
            }
        }
    }

    /// Three backups and the file are what is kept, and none of these records is missing among them.
    fn assert_kept(&self, files: &Files, fault: &str, end: u32, mut known: Vec<u32>) {
        let found = found(files, self.age);
        // Three backups of seven lines or more, and one line that is new.
        let kept = end.saturating_sub(3 * 7 + 1);
        // A backup that cannot be removed stays, with those gone that come after it.
        let first = if fault == "unlink" { kept } else { found.first() };
        known.retain(|number| *number >= first);
        found.assert_holds(known);
        assert!(found.first() <= kept, "{fault}: backups are lost: from {}", found.first());
    }

    fn writer(&self, place: &Place, start: u32, count: u32) -> Writer {
        let writer = place.writer(self.handler).option("--start", start).option("--n", count);
        let again = if start == 0 { &[] } else { self.again };
        let writer = writer.option("--backup", 3);
        self.options.iter().chain(again).fold(writer, |writer, option| writer.flag(option))
    }
}

const BY_SIZE: Setup =
    Setup { handler: "rotating", options: &["--max", "400"], again: &[], age: size::age };

const BY_TIME: Setup = Setup {
    handler: "timed",
    options: &["--when", "S", "--interval", "7", "--clock", "records", "--delay"],
    again: &["--ahead", "5"],
    age: timed::age,
};

const SHARED_BY_SIZE: Setup = Setup { options: &["--max", "400", "--shared"], ..BY_SIZE };

const SHARED_BY_TIME: Setup = Setup {
    options: &["--when", "S", "--interval", "7", "--clock", "records", "--delay", "--shared"],
    // The deadline stands in the lock file.
    again: &[],
    ..BY_TIME
};

/// Four files of seven lines, less the last line.
const BEFORE: u32 = 27;

/// The last file is full then too.
const END: u32 = 70;
