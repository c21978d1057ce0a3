//! Forks while other threads are inside handlers, and what becomes of records on both sides.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use handlers_tests::support::Dir;
use handlers_tests::test_dir;

// Row C5. With the locks as the fork finds them a child hangs at its first record, most times.
#[test]
fn a_child_writes_to_a_file_that_threads_of_its_parent_were_writing_to() {
    let dir = test_dir!();
    fork_while_logging(&dir, "file");
}

// CPython: 10 of 10 records are stuck in the child's queue, since there is no thread to take them.
#[test]
fn a_child_of_a_process_with_a_listener_has_one_of_its_own() {
    let dir = test_dir!();
    fork_while_logging(&dir, "queue");
}

#[test]
fn a_child_of_a_program_that_listens_for_signals_is_ended_by_one() {
    assert_succeeds("deaf");
}

#[test]
fn hooks_are_called_in_their_order_on_both_sides_whatever_one_of_them_does() {
    assert_succeeds("hooks");
}

#[test]
fn a_child_has_connections_of_its_own_and_leaves_what_waits_to_its_parent() {
    assert_succeeds("peers");
}

#[test]
fn a_child_takes_no_answer_that_its_parent_waits_for() {
    assert_succeeds("posts");
}

#[test]
fn a_handler_that_does_not_come_back_does_not_hold_up_a_fork_for_long() {
    assert_succeeds("stuck");
}

fn assert_succeeds(case: &str) {
    let program = env!("CARGO_BIN_EXE_forking");
    let ended = Command::new("timeout").args(["60", program, case, "-", "0", "0"]).output();
    let ended = ended.expect("the program can be run");
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{}\n{stderr}", ended.status);
}

/// Lets a process fork while four threads log, and asserts that each record of theirs and of the
/// children's is in the file once, in order, and says which process it is from.
fn fork_while_logging(dir: &Dir, handler: &str) {
    let mut command = Command::new("timeout");
    command.args(["60", env!("CARGO_BIN_EXE_forking"), handler]).arg(dir.join("app.log"));
    command.args([CHILDREN.to_string(), RECORDS.to_string()]).stdin(Stdio::null());
    let ended = command.output().expect("the program can be run");
    let stderr = String::from_utf8_lossy(&ended.stderr);
    // 124 is the time-out.
    assert!(ended.status.success() && stderr.is_empty(), "{}\n{stderr}", ended.status);
    let stdout = String::from_utf8_lossy(&ended.stdout);
    let logged: Vec<u32> = stdout.split(' ').filter_map(|n| n.trim().parse().ok()).collect();
    assert_eq!(logged.len(), 4);
    let mut found = numbers_by_process_and_thread(dir);
    let children = found.split_off(&CHILD);
    assert_eq!(children.values().flatten().count(), CHILDREN);
    for numbers in children.values().flat_map(BTreeMap::values) {
        assert!(numbers.iter().copied().eq(0..RECORDS), "a child: {numbers:?}");
    }
    assert_eq!(found.len(), logged.len());
    for (numbers, logged) in found.values().flat_map(BTreeMap::values).zip(logged) {
        assert!(numbers.iter().copied().eq(0..logged), "{} of {logged}", numbers.len());
    }
}

/// The numbers of the records in the file, by thread and then by process.
fn numbers_by_process_and_thread(dir: &Dir) -> BTreeMap<u32, BTreeMap<u32, Vec<u32>>> {
    let mut found: BTreeMap<u32, BTreeMap<u32, Vec<u32>>> = BTreeMap::new();
    for line in dir.read("app.log").lines() {
        let numbers: Vec<u32> = line.split(' ').filter_map(|number| number.parse().ok()).collect();
        let &[said, process, thread, number] = &numbers[..] else { panic!("torn: {line}") };
        assert_eq!(said, process, "the process of the record");
        found.entry(thread).or_default().entry(process).or_default().push(number);
    }
    found
}

/// What children call their thread.
const CHILD: u32 = 9;

const CHILDREN: usize = 100;

const RECORDS: u32 = 10;
