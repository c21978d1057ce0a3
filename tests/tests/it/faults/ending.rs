//! Programs that come to an end while records are held back.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};

use handlers_tests::support::Dir;
use handlers_tests::test_dir;
use rustix::process::{Pid, Signal, kill_process};

// Row C6. CPython's listener has written 3 of 1000 then.
#[test]
fn a_queue_loses_nothing_at_the_end_of_a_program_that_has_a_guard() {
    for end in ["return", "exit", "exit-in-thread", "panic"] {
        for care in ["nothing", "guard", "at-exit"] {
            let dir = test_dir!();
            let ended = run(&dir, ["queue", care, end]);
            assert_ended(&ended, end);
            assert_untold(&ended);
            assert_whole(&dir, &format!("{care}, {end}"));
        }
    }
}

#[test]
fn a_buffer_loses_nothing_at_the_end_of_a_program_that_takes_care() {
    for handler in ["memory", "buffered"] {
        for end in ["return", "exit", "exit-in-thread", "exit-in-handler", "panic"] {
            for care in ["guard", "at-exit"] {
                let dir = test_dir!();
                let ended = run(&dir, [handler, care, end]);
                assert_ended(&ended, end);
                assert_untold(&ended);
                assert_whole(&dir, &format!("{handler}, {care}, {end}"));
            }
        }
    }
}

#[test]
fn a_program_that_takes_no_care_loses_what_is_held_back() {
    let dir = test_dir!();
    assert_ended(&run(&dir, ["memory", "nothing", "exit"]), "exit");
    assert_eq!(dir.read("app.log"), "");
}

// CPython: 500 of 500 lost.
#[test]
fn signals_that_end_a_program_cost_nothing() {
    for (handler, signal) in [
        ("memory", Signal::TERM),
        ("memory", Signal::INT),
        ("buffered", Signal::TERM),
        ("queue", Signal::TERM),
        ("queue", Signal::INT),
    ] {
        let dir = test_dir!();
        let mut waiting = wait(&dir, handler, &[]);
        kill_process(id(&waiting), signal).expect("the program is there");
        let status = waiting.wait().expect("the program can be waited for");
        assert_eq!(status.signal(), Some(signal.as_raw()), "{handler}: {status}");
        assert_whole(&dir, handler);
    }
}

#[test]
fn a_second_signal_ends_a_program_whose_handler_hangs() {
    let dir = test_dir!();
    let mut waiting = wait(&dir, "hanging", &[]);
    kill_process(id(&waiting), Signal::TERM).expect("the program is there");
    let stdout = waiting.stdout.as_mut().expect("standard output is a pipe");
    let said = BufReader::new(stdout).lines().next();
    assert_eq!(said.and_then(Result::ok).as_deref(), Some("hanging"));
    kill_process(id(&waiting), Signal::TERM).expect("the program is there");
    let status = waiting.wait().expect("the program can be waited for");
    assert_eq!(status.signal(), Some(Signal::TERM.as_raw()), "{status}");
}

#[test]
fn a_signal_that_a_program_was_started_to_ignore_is_ignored() {
    let dir = test_dir!();
    let mut waiting = wait(&dir, "memory", &["env", "--ignore-signal=INT"]);
    kill_process(id(&waiting), Signal::INT).expect("the program is there");
    kill_process(id(&waiting), Signal::TERM).expect("the program is there");
    let status = waiting.wait().expect("the program can be waited for");
    assert_eq!(status.signal(), Some(Signal::TERM.as_raw()), "{status}");
    assert_whole(&dir, "nohup");
}

// The listener's thread cannot go on: it is the one that ends the program.
#[test]
fn a_handler_that_ends_the_program_on_the_listener_s_thread_does_not_hang_it() {
    let dir = test_dir!();
    let ended = run(&dir, ["quick-queue", "nothing", "exit-in-handler"]);
    assert_ended(&ended, "exit");
    assert!(ended.1.contains("logging was shut down incompletely"), "{}", ended.1);
    assert_whole(&dir, "the records before that one");
}

fn run(dir: &Dir, words: [&str; 3]) -> (ExitStatus, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ending"));
    let command = command.args(words).arg(dir.join("app.log")).arg(RECORDS.to_string());
    let ended = command.stdin(Stdio::null()).output().expect("the program can be run");
    (ended.status, String::from_utf8_lossy(&ended.stderr).into_owned())
}

/// A program that has logged, and waits for a signal.
fn wait(dir: &Dir, handler: &str, wrapper: &[&str]) -> Child {
    let program = [env!("CARGO_BIN_EXE_ending"), handler, "on-signals", "wait"];
    let mut words = wrapper.iter().copied().chain(program);
    let mut command = Command::new(words.next().expect("the program is one of the words"));
    command.args(words).arg(dir.join("app.log")).arg(RECORDS.to_string());
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program can be started");
    let stdout = child.stdout.as_mut().expect("standard output is a pipe");
    let mut said = String::new();
    BufReader::new(stdout).read_line(&mut said).expect("the program can be heard");
    assert_eq!(said, "ready\n");
    child
}

fn id(child: &Child) -> Pid {
    Pid::from_child(child)
}

fn assert_ended((status, stderr): &(ExitStatus, String), end: &str) {
    // Rust's own for a panic in `main`.
    let expected = if end == "panic" { 101 } else { 3 };
    assert_eq!(status.code(), Some(expected), "{end}: {stderr}");
}

/// Asserts that nobody speaks of records left behind.
fn assert_untold((_, stderr): &(ExitStatus, String)) {
    assert!(!stderr.contains("incompletely"), "{stderr}");
}

/// Asserts that each record is there, once, in order.
fn assert_whole(dir: &Dir, case: &str) {
    let text = fs::read_to_string(dir.join("app.log")).expect("there is a file");
    let numbers: Vec<u32> = text.lines().filter_map(|line| line.parse().ok()).collect();
    let are_all = numbers.iter().copied().eq(0..RECORDS);
    assert!(are_all, "{case}: {} lines of {RECORDS}", numbers.len());
}

const RECORDS: u32 = 1000;
