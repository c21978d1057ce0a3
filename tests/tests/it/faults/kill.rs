//! Processes that are killed, as far as the tests in [`super::crash`] have nothing to say of it.

use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use crate::writer::{Found, Writer};

// Row A1b. CPython keeps 105, 105 and 70 of them, with no new record written.
#[test]
fn processes_killed_in_the_same_rotation_again_and_again_lose_nothing() {
    let dir = test_dir!();
    let files = |dir: &Dir| {
        let hidden = dir.join(".app.log.3.old");
        std::iter::once(hidden).chain(Found::files_in(dir.path())).collect::<Vec<_>>()
    };
    rotating(&dir, 0, 140).run().summary();
    for _ in 0..3 {
        let killed = rotating(&dir, 140, 1).inject(RENAME, "signal=SIGKILL:when=2").run();
        assert!(!killed.status.success(), "the second rename of a rotation was not reached");
        Found::in_files(&files(&dir)).assert_holds(0..140);
    }
    rotating(&dir, 140, 1).run().summary();
    Found::in_files(&files(&dir)).assert_holds(35..141);
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

fn rotating(dir: &Dir, start: u32, count: u32) -> Writer {
    let writer = Writer::new(dir, "rotating").option("--start", start).option("--n", count);
    writer.option("--max", 2000).option("--backup", 3)
}

const RENAME: &str = "?rename,?renameat,?renameat2";
