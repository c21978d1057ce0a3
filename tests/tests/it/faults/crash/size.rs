//! Rotation by size.

use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use super::{Age, Crash};
use crate::faults::trace::Files;
use crate::writer::line;

#[test]
fn a_kill_in_a_rollover_with_full_backups_costs_nothing_that_is_kept() {
    // Three backups and a full file, of seven lines each.
    assert_survived(&test_dir!(), &THREE, 28, |_| {});
}

#[test]
fn a_kill_in_the_first_rollover_costs_nothing() {
    assert_survived(&test_dir!(), &THREE, 7, |_| {});
}

#[test]
fn a_kill_in_a_rollover_before_all_backups_are_there_costs_nothing() {
    assert_survived(&test_dir!(), &THREE, 21, |_| {});
}

#[test]
fn a_kill_where_one_backup_is_kept_costs_nothing_that_is_kept() {
    assert_survived(&test_dir!(), &["--max", "400", "--backup", "1"], 14, |_| {});
}

#[test]
fn a_kill_where_many_backups_may_be_kept_costs_nothing() {
    assert_survived(&test_dir!(), &["--max", "400", "--backup", "50"], 21, |_| {});
}

#[test]
fn a_kill_in_a_rollover_with_a_gap_in_the_backups_costs_nothing() {
    let gap = |files: &mut Files| drop(files.remove("app.log.2"));
    assert_survived(&test_dir!(), &THREE, 28, gap);
}

// Others may be waiting for their turn.
#[test]
fn a_kill_in_a_rollover_of_a_shared_file_costs_nothing_that_is_kept() {
    assert_survived(&test_dir!(), &["--max", "400", "--backup", "3", "--shared"], 28, |_| {});
}

#[test]
fn a_kill_in_a_rollover_of_a_watched_file_costs_nothing_that_is_kept() {
    assert_survived(&test_dir!(), &["--max", "400", "--backup", "3", "--watch"], 28, |_| {});
}

// The one before was killed between its last two steps, with and without a backup to be removed.
#[test]
fn a_kill_in_the_rollover_after_one_that_was_killed_costs_nothing_that_is_kept() {
    let removed = |files: &mut Files| {
        let oldest: String = (0..7).map(line).collect();
        files.insert(".app.log.3.old".to_owned(), oldest.into_bytes());
    };
    assert_survived(&test_dir!(), &THREE, 35, removed);
    let empty = |files: &mut Files| drop(files.insert(".app.log.3.old".to_owned(), Vec::new()));
    assert_survived(&test_dir!(), &THREE, 28, empty);
}

fn assert_survived(
    dir: &Dir,
    options: &'static [&'static str],
    before: u32,
    change: fn(&mut Files),
) {
    let prepare = |_: &_, _| {};
    let (again, slack) = (&[], 0);
    let crash = Crash { handler: "rotating", options, again, before, age, change, prepare, slack };
    let kills = crash.assert_survived(dir);
    assert!(kills >= 20, "{kills} kills only");
}

/// `.app.log.3.old` waits to be removed, `app.log.3` is the oldest backup, `app.log` the newest file.
pub(in crate::faults) fn age(name: &str) -> Age {
    let number = name.strip_prefix("app.log.").and_then(|number| number.parse::<u32>().ok());
    let replaced = name.strip_prefix(".app.log.").and_then(|name| name.strip_suffix(".old"));
    match (name, number, replaced) {
        ("app.log", ..) => (1000, String::new()),
        (_, Some(number), _) => (1000 - number, String::new()),
        (_, _, Some(_)) => (0, String::new()),
        _ => panic!("{name} is a stray file"),
    }
}

const THREE: [&str; 4] = ["--max", "400", "--backup", "3"];
