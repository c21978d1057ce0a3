//! Signals: nothing that was read may be lost by them.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command};

use crate::support::{Dir, TO_STDOUT, collect, numbered};

/// Records wait in memory for a grave one, and show on standard output what has been read.
const IN_MEMORY: &str = "
version: 1
handlers:
  console: {class: logging.StreamHandler, stream: ext://sys.stdout}
  memory: {class: logging.handlers.MemoryHandler, capacity: 1000, flushLevel: CRITICAL, target: out}
  out: {class: logging.FileHandler, filename: out.log}
root: {level: DEBUG, handlers: [memory, console]}
";

pub(crate) fn send(signal: &str, child: &Child) {
    let sent = Command::new("sh")
        .args(["-c", "kill -s \"$0\" \"$1\"", signal, &child.id().to_string()])
        .status();
    assert!(sent.is_ok_and(|status| status.success()));
}

/// Waits until the program has shown a line.
#[track_caller]
fn wait_for(line: &str, child: &mut Child) {
    let stdout = child.stdout.as_mut().expect("standard output is a pipe");
    let shown = BufReader::new(stdout).lines().next();
    assert_eq!(shown.and_then(Result::ok).as_deref(), Some(line));
}

#[test]
fn records_in_memory_reach_their_file_before_a_signal_ends_the_program() {
    for (name, number) in [("TERM", 15), ("INT", 2)] {
        let dir = Dir::with_config(IN_MEMORY);
        let mut child = dir.handlers(&["run", "-c", "logging.yaml"]).spawn().unwrap();
        // One write, so that the unfinished line has been read when the first one is shown.
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"first\nunfinished").unwrap();
        wait_for("first", &mut child);
        assert_eq!(dir.text("out.log"), "", "the record is in memory");
        send(name, &child);
        let outcome = collect(child);
        assert_eq!((outcome.signal, outcome.status), (Some(number), None), "{outcome:#?}");
        assert_eq!(outcome.stderr, "");
        assert_eq!(dir.text("out.log"), "first\nunfinished\n");
        drop(input);
    }
}

#[test]
fn no_line_is_cut_by_a_signal() {
    let dir = Dir::with_config(TO_STDOUT);
    let lines = numbered("line", 100_000).join("\n") + "\n";
    dir.write("lines", &lines);
    let mut command = dir.handlers(&["run", "-c", "logging.yaml"]);
    command.stdin(std::fs::File::open(dir.path().join("lines")).unwrap());
    let mut child = command.spawn().unwrap();
    // No pipe holds all of it: the program is somewhere within its input.
    child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    send("TERM", &child);
    let outcome = collect(child);
    assert_eq!(outcome.signal, Some(15), "{}", outcome.stderr);
    let shown = outcome.stdout.replace("INFO ", "").replacen("NFO ", "", 1);
    let rest = lines.strip_prefix(&shown).expect("what is shown is the beginning of the input");
    assert!(shown.ends_with('\n') && !rest.is_empty());
}

#[test]
fn a_handler_that_hangs_keeps_nothing_back_from_the_others() {
    let dir = Dir::with_config(IN_MEMORY);
    let arguments = ["run", "-c", "logging.yaml", "--timeout", "1"];
    let mut child = dir.handlers(&arguments).spawn().unwrap();
    let line = "x".repeat(1024 * 1024 - 1) + "\n";
    child.stdin.as_mut().unwrap().write_all(line.as_bytes()).unwrap();
    // No pipe holds a mebibyte: once something is shown, the handler is waiting for the rest to be
    // read.
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    send("TERM", &child);
    let outcome = collect(child);
    assert_eq!(outcome.signal, Some(15), "{outcome:#?}");
    assert!(outcome.stderr.contains("\n  console: it did not finish in time"), "{outcome:#?}");
    assert!(dir.text("out.log") == line);
    drop(stdout);
}

#[test]
fn a_second_signal_ends_the_program_at_once() {
    let dir = Dir::with_config(IN_MEMORY);
    let arguments = ["run", "-c", "logging.yaml", "--timeout", "1000000"];
    let mut child = dir.handlers(&arguments).spawn().unwrap();
    let line = "x".repeat(1024 * 1024) + "\n";
    child.stdin.as_mut().unwrap().write_all(line.as_bytes()).unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    // Signals that come before the first one was looked at are one signal with it.
    let status = loop {
        send("TERM", &child);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
    };
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(15));
    drop(stdout);
}

#[test]
fn a_signal_is_handed_on_to_the_command_and_its_answer_is_ours() {
    let dir = Dir::with_config(TO_STDOUT);
    let script = "trap 'echo stopping; exit 9' TERM; echo ready; read line";
    let arguments = ["run", "-c", "logging.yaml", "--", "sh", "-c", script];
    let mut child = dir.handlers(&arguments).spawn().unwrap();
    wait_for("INFO ready", &mut child);
    send("TERM", &child);
    let input = child.stdin.take();
    let outcome = collect(child);
    outcome.assert_status(9);
    assert_eq!((&*outcome.stdout, &*outcome.stderr), ("INFO stopping\n", ""));
    drop(input);
}

#[test]
fn a_command_that_a_signal_ends_gives_the_status_of_shells() {
    let dir = Dir::with_config(TO_STDOUT);
    let arguments = ["run", "-c", "logging.yaml", "--", "sh", "-c", "echo ready; read line"];
    let mut child = dir.handlers(&arguments).spawn().unwrap();
    wait_for("INFO ready", &mut child);
    send("TERM", &child);
    let input = child.stdin.take();
    collect(child).assert_status(128 + 15);
    drop(input);
}

#[test]
#[cfg(target_os = "linux")]
fn what_the_program_was_started_to_ignore_it_ignores() {
    let dir = Dir::with_config(TO_STDOUT);
    let script = "trap '' HUP; exec \"$0\" run -c logging.yaml";
    let mut child =
        dir.command("sh", &["-c", script, env!("CARGO_BIN_EXE_handlers")]).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"first\n").unwrap();
    wait_for("INFO first", &mut child);
    send("HUP", &child);
    input.write_all(b"second\n").unwrap();
    drop(input);
    let outcome = collect(child);
    assert_eq!(outcome.assert_success().stdout, "INFO second\n");
}
