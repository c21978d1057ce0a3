//! `handlers run … -- COMMAND`.

use crate::support::{Dir, TO_FILE, TO_STDOUT, numbered};

/// What a shell script comes to: its status is ours.
#[track_caller]
fn assert_status(script: &str, status: i32) {
    let dir = Dir::with_config(TO_FILE);
    let outcome = dir.pour(&["--", "sh", "-c", script], "");
    outcome.assert_status(status);
    assert_eq!(outcome.stderr, "");
}

#[test]
fn the_status_is_that_of_the_command() {
    assert_status("exit 0", 0);
    assert_status("exit 7", 7);
    assert_status("exit 255", 255);
}

#[test]
fn a_command_that_was_killed_has_the_status_that_shells_give_it() {
    assert_status("kill -TERM $$", 128 + 15);
    assert_status("kill -KILL $$", 128 + 9);
}

#[test]
fn a_command_that_is_not_there_is_said() {
    let dir = Dir::with_config(TO_FILE);
    let outcome = dir.pour(&["--", "no-such-command", "--help"], "");
    outcome.assert_status(127);
    let expected = "handlers: error: cannot start the command no-such-command\n  because: ";
    assert!(outcome.stderr.starts_with(expected), "{}", outcome.stderr);
}

#[test]
fn a_command_that_cannot_be_run_is_said() {
    let dir = Dir::with_config(TO_FILE);
    let outcome = dir.pour(&["--", "./logging.yaml"], "");
    outcome.assert_status(126);
    let expected = "handlers: error: cannot start the command ./logging.yaml\n  because: ";
    assert!(outcome.stderr.starts_with(expected), "{}", outcome.stderr);
}

#[test]
fn both_streams_are_logged_and_each_keeps_its_order() {
    let script = "i=0; while [ $i -lt 2000 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done";
    let dir = Dir::with_config(TO_FILE);
    dir.pour(&["--", "sh", "-c", script], "").assert_success();
    let log = dir.text("out.log");
    for (start, what) in [("INFO out", "standard output"), ("ERROR err", "standard error")] {
        let lines: Vec<&str> = log.lines().filter(|line| line.starts_with(start)).collect();
        assert_eq!(lines, numbered(start, 2000), "{what}");
    }
    assert_eq!(log.lines().count(), 4000);
}

#[test]
fn the_levels_of_both_streams_can_be_chosen() {
    let dir = Dir::with_config(TO_FILE);
    let script = "echo a; echo ERROR b; echo c >&2; echo DEBUG d >&2";
    let run = ["--level", "debug", "--stderr-level", "warning", "--", "sh", "-c", script];
    dir.pour(&run, "").assert_success();
    let log = dir.text("out.log");
    let mut lines: Vec<&str> = log.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["DEBUG ERROR b", "DEBUG a", "WARNING DEBUG d", "WARNING c"]);

    let dir = Dir::with_config(TO_FILE);
    dir.pour(&[&["--detect-level"], &run[..]].concat(), "").assert_success();
    let log = dir.text("out.log");
    let mut lines: Vec<&str> = log.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["DEBUG DEBUG d", "DEBUG a", "ERROR ERROR b", "WARNING c"]);
}

#[test]
fn the_command_reads_the_standard_input_of_the_program() {
    let dir = Dir::with_config(TO_STDOUT);
    let outcome = dir.pour(&["--", "cat"], "a\nb\n");
    assert_eq!(outcome.assert_success().stdout, "INFO a\nINFO b\n");
}

#[test]
fn options_behind_the_dashes_belong_to_the_command() {
    let dir = Dir::with_config(TO_STDOUT);
    let outcome = dir.pour(&["--", "echo", "--level", "loud", "--", "--help"], "");
    assert_eq!(outcome.assert_success().stdout, "INFO --level loud -- --help\n");
}

#[test]
fn what_a_command_leaves_running_is_logged_to_its_end() {
    let dir = Dir::with_config(TO_STDOUT);
    // Without a job control of its own, a shell gives its children no standard input but this way.
    let script = "exec 3<&0; cat <&3 & exit 3";
    let outcome = dir.pour(&["--", "sh", "-c", script], "a\n");
    assert_eq!(outcome.assert_status(3).stdout, "INFO a\n");
}
