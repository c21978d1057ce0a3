//! Processes that are killed or find no room while they share a file.

use handlers_tests::support::Dir;
use handlers_tests::test_dir;
use rustix::process::{Pid, Resource, Rlimit, prlimit};

use super::company::{Company, first, member};
use super::lines::Lines;
use crate::writer::{Running, Writer, acknowledged};

#[test]
fn a_process_killed_in_its_turn_holds_up_nobody() {
    for (calls, when) in [("write", 100), (OPEN, 3), (RENAME, 1), (RENAME, 2), (RENAME, 4)] {
        let dir = test_dir!();
        let own = dir.join("process-0");
        let fault = format!("signal=SIGKILL:when={when}");
        let killed = sharing(&dir, 0, 1000).option("--ack", own.join("ack").display());
        let killed = killed.inject_at(calls, &logs(&dir), &fault);
        let mut company = Company::gather([killed, sharing(&dir, 1, 1000), sharing(&dir, 2, 1000)]);
        company.go_on();
        let ended = company.finish();
        assert!(!ended[0].status.success(), "{calls} {when}: nobody was killed");
        assert_eq!((ended[1].count("emitted"), ended[2].count("emitted")), (1000, 1000));

        let lines = Lines::in_dir(&dir);
        lines.of(0).assert_holds(acknowledged(&own));
        for process in [1, 2] {
            lines.of(process).assert_holds(first(process)..first(process) + 1000);
        }
        let torn = lines.found().torn;
        assert!(torn.is_empty(), "{calls} {when}: {torn:?}");
    }
}

// CPython leaves the half line, and the next process writes behind it.
#[test]
fn half_a_line_that_a_limit_cut_does_not_stay_for_others_to_write_behind() {
    let dir = test_dir!();
    let limited = sharing(&dir, 0, 300).option("--max", 1_000_000).option("--pause-at", 200);
    // Unless it is ignored, the signal ends the process.
    let mut limited = limited.after("trap '' XFSZ; ulimit -S -f 8").start();
    limited.wait_for_pause(200);
    let before = Lines::in_dir(&dir).of(0);
    before.assert_sound();
    assert!(before.len() < 200, "there was no limit");
    sharing(&dir, 1, 50).option("--max", 1_000_000).run().summary();

    lift_limit(&limited);
    limited.go_on();
    let ended = limited.finish();
    assert_eq!(ended.count("failed"), 200 - before.len() as u64);
    let lines = Lines::in_dir(&dir);
    // What was refused was kept.
    lines.of(0).assert_holds(0..300);
    lines.of(1).assert_holds(first(1)..first(1) + 50);
    assert!(lines.found().torn.is_empty(), "{:?}", lines.found().torn);
}

fn sharing(dir: &Dir, process: u32, count: u32) -> Writer {
    let writer = member(dir, "rotating", process, count).flag("--shared");
    writer.option("--max", 4000).option("--backup", 300)
}

/// The paths of the log and of its newest backups.
fn logs(dir: &Dir) -> Vec<String> {
    let path = |name: &str| dir.join(name).display().to_string();
    ["app.log", "app.log.1", "app.log.2", "app.log.3"].map(path).to_vec()
}

fn lift_limit(running: &Running) {
    let process = i32::try_from(running.id()).ok().and_then(Pid::from_raw);
    let unlimited = Rlimit { current: None, maximum: None };
    prlimit(process, Resource::Fsize, unlimited).expect("the limit can be lifted");
}

const OPEN: &str = "?open,openat";

const RENAME: &str = "?rename,?renameat,?renameat2";
