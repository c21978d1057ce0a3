//! Queue handlers, whose listeners the program starts.

use crate::support::{Dir, numbered};

/// A file behind a queue.
const TO_FILE: &str = "
version: 1
formatters: {plain: {format: '%(levelname)s %(message)s'}}
handlers:
  file: {class: logging.FileHandler, filename: out.log, formatter: plain}
  queue: {class: logging.handlers.QueueHandler, handlers: [file]}
root: {level: DEBUG, handlers: [queue]}
";

#[test]
fn everything_that_was_queued_is_written_before_the_program_ends() {
    let dir = Dir::with_config(TO_FILE);
    let input = numbered("line", 5000).join("\n");
    dir.pour(&[], &input).assert_success();
    let log = dir.text("out.log");
    assert!(log.lines().eq(numbered("INFO line", 5000)), "{} lines", log.lines().count());
}

#[test]
fn a_handler_that_is_not_there_is_an_error_before_anything_is_run() {
    let dir = Dir::with_config(&TO_FILE.replace("handlers: [file]", "handlers: [nobody]"));
    let outcome = dir.pour(&[], "line\n");
    outcome.assert_status(1);
    assert!(outcome.stderr.contains("no handler is called 'nobody'"), "{}", outcome.stderr);
    assert_eq!(dir.names(), ["logging.yaml"]);
}

#[cfg(unix)]
#[test]
fn a_command_is_logged_through_a_queue() {
    let dir = Dir::with_config(TO_FILE);
    dir.pour(&["--", "sh", "-c", "echo out; echo err >&2"], "").assert_success();
    let log = dir.text("out.log");
    let mut lines: Vec<&str> = log.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["ERROR err", "INFO out"]);
}

#[test]
fn the_tree_shows_what_is_behind_the_queue() {
    let dir = Dir::with_config(TO_FILE);
    let outcome = dir.run(&["tree", "logging.yaml"]);
    outcome.assert_success();
    let expected = "\
root  DEBUG
└─ → queue  logging.handlers.QueueHandler
   └─ → file  logging.FileHandler  filename=out.log
      └─ formatter plain  \"%(levelname)s %(message)s\"
";
    assert_eq!(outcome.stdout, expected);
}
