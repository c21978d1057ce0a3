//! Processes that are killed.

use std::collections::BTreeSet;

use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use crate::writer::{Found, Writer, acknowledged};

#[test]
fn a_process_killed_at_any_step_of_a_rotation_loses_and_doubles_nothing() {
    let mut kills = 0;
    // Each name of a system call on this machine, and how many calls of it are worth a kill.
    for (calls, limit) in [(RENAME, 40), (OPEN, 40), ("close", 40), ("write", 5), ("lseek", 5)] {
        for when in 1..=limit {
            let dir = test_dir!();
            let fault = format!("signal=SIGKILL:when={when}");
            let killed = rotating(&dir, 0, RECORDS).inject(calls, &fault).run();
            if killed.status.success() {
                break;
            }
            kills += 1;
            let found = Found::in_dir(dir.path());
            let acknowledged = acknowledged(dir.path());
            found.assert_holds(kept(&found, &acknowledged));

            // What was killed is started again.
            let next = acknowledged.last().map_or(0, |last| last + 1);
            rotating(&dir, next, RECORDS + 40 - next).run().summary();
            let found = Found::in_dir(dir.path());
            assert!(found.torn.is_empty(), "{calls} {when}: {:?}", found.torn);
            let kept: BTreeSet<u32> = found.numbers.keys().copied().collect();
            let all: BTreeSet<u32> = (found.first()..RECORDS + 40).collect();
            assert_eq!(kept, all, "{calls} {when}");
            assert!(found.first() <= RECORDS + 40 - 3 * LINES_IN_A_FILE, "{calls} {when}");
        }
    }
    assert!(kills >= 20, "{kills} kills only: the system calls have other names here");
}

// CPython keeps 105, 105 and 70 of them.
#[test]
fn processes_killed_in_the_same_rotation_again_and_again_lose_no_more_than_pythons() {
    let dir = test_dir!();
    rotating(&dir, 0, 140).run().summary();
    assert_eq!(Found::in_dir(dir.path()).len(), 140);
    for (crash, pythons) in (140..).zip([105, 105, 70]) {
        let writer = rotating(&dir, crash, 1);
        let killed = writer.inject(RENAME, "signal=SIGKILL:when=2").run();
        assert!(!killed.status.success(), "the second rename of a rotation was not reached");
        let found = Found::in_dir(dir.path());
        found.assert_sound();
        assert!(found.len() >= pythons, "{} lines are left after crash {crash}", found.len());
    }
}

#[test]
fn what_is_held_back_is_all_that_a_kill_costs() {
    let dir = test_dir!();
    let writer = Writer::new(&dir, "file").option("--buffered", 1000).option("--pause-at", 150);
    let mut running = writer.start();
    running.wait_for_pause(150);
    running.kill();
    let found = Found::in_dir(dir.path());
    // A thousand bytes are eighteen lines of 57.
    found.assert_holds(0..150 - 18);
}

/// The numbers that must still be there: those below the first that is were let go with the oldest
/// backup.
fn kept(found: &Found, acknowledged: &BTreeSet<u32>) -> Vec<u32> {
    acknowledged.iter().copied().filter(|number| *number >= found.first()).collect()
}

fn rotating(dir: &Dir, start: u32, count: u32) -> Writer {
    let writer = Writer::new(dir, "rotating").option("--start", start).option("--n", count);
    writer.option("--max", 2000).option("--backup", 3)
}

/// Two thousand bytes, less one line.
const LINES_IN_A_FILE: u32 = 35;

const RECORDS: u32 = 160;

const OPEN: &str = "?open,openat";

const RENAME: &str = "?rename,?renameat,?renameat2";
