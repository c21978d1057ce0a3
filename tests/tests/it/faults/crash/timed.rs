//! Rotation by time: row A1 for a handler that CPython's rows leave out.
//!
//! Each record is a second later than the one before, by a clock of the test's.

use std::fs::File;
use std::time::{Duration, SystemTime};

use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use super::{Age, Crash};
use crate::faults::trace::{Files, Place};

#[test]
fn a_kill_in_a_rollover_by_time_with_full_backups_costs_nothing_that_is_kept() {
    // Three backups and a file, of seven lines each.
    assert_survived(&test_dir!(), &BY_TIME, 28);
}

#[test]
fn a_kill_in_the_first_rollover_by_time_costs_nothing() {
    assert_survived(&test_dir!(), &BY_TIME, 7);
}

// The deadline is where the others find it, too.
#[test]
fn a_kill_in_a_rollover_by_time_of_a_shared_file_costs_nothing_that_is_kept() {
    assert_survived(&test_dir!(), &SHARED, 28);
}

// Four lines are too many: there are two backups of a date.
#[test]
fn a_kill_in_a_rollover_by_time_and_size_costs_nothing_that_is_kept() {
    assert_survived(&test_dir!(), &BY_TIME_AND_SIZE, 18);
    assert_survived(&test_dir!(), &BY_TIME_AND_SIZE, 21);
}

fn assert_survived(dir: &Dir, options: &'static [&'static str], before: u32) {
    let change = |_: &mut Files| {};
    // A period without a record is between one program and the next, so that each begins with a
    // rollover.
    let (again, slack) = (&["--ahead", "7"], 7);
    let prepare = set_time;
    let crash = Crash { handler: "timed", options, again, before, age, change, prepare, slack };
    let kills = crash.assert_survived(dir);
    assert!(kills >= 20, "{kills} kills only");
}

/// Gives the file the time of the last record before `next`, which it does not have from the system; an
/// empty one was made by the program that was killed.
pub(in crate::faults) fn set_time(place: &Place, next: u32) {
    let Ok(file) = File::options().append(true).open(place.logs().join("app.log")) else { return };
    let is_empty = file.metadata().is_ok_and(|file| file.len() == 0);
    let number = if is_empty { next + 7 } else { next.saturating_sub(1) };
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000 + u64::from(number));
    file.set_modified(time).expect("the time of a file can be set");
}

/// Dates are in order as they are written; so are the numbers behind them, as long as they have one
/// digit.
pub(in crate::faults) fn age(name: &str) -> Age {
    match name.strip_prefix("app.log") {
        Some("") => (1, String::new()),
        Some(date) => (0, date.to_owned()),
        None => panic!("{name} is a stray file"),
    }
}

const BY_TIME: [&str; 9] =
    ["--when", "S", "--interval", "7", "--clock", "records", "--backup", "3", "--delay"];

const SHARED: [&str; 10] = [
    "--when",
    "S",
    "--interval",
    "7",
    "--clock",
    "records",
    "--backup",
    "3",
    "--delay",
    "--shared",
];

const BY_TIME_AND_SIZE: [&str; 11] = [
    "--when",
    "S",
    "--interval",
    "7",
    "--clock",
    "records",
    "--backup",
    "4",
    "--delay",
    "--max",
    "200",
];
