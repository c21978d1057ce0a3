//! When a record does not get where it should: nothing panics, and somebody is told.

use crate::support::{Dir, TO_FILE, TO_STDOUT, collect, outcome};

#[cfg(target_os = "linux")]
const TO_FULL_DISK: &str = "
version: 1
handlers:
  full: {class: logging.FileHandler, filename: /dev/full}
  file: {class: logging.FileHandler, filename: out.log}
root: {level: DEBUG, handlers: [full, file]}
";

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_said_and_shown_in_the_status() {
    let dir = Dir::with_config(TO_FULL_DISK);
    let outcome = dir.pour(&[], "a\nb\n");
    outcome.assert_status(1);
    assert_eq!(outcome.stderr.matches("--- Logging error ---").count(), 2, "{}", outcome.stderr);
    let end = "handlers: error: not everything got where it should\n  full: 2 of 2 records lost";
    assert!(outcome.stderr.contains(end), "{}", outcome.stderr);
    assert_eq!(dir.text("out.log"), "a\nb\n", "the other handler got everything");
}

#[test]
#[cfg(target_os = "linux")]
fn a_loss_is_not_hidden_by_a_command_that_went_well() {
    let dir = Dir::with_config(TO_FULL_DISK);
    dir.pour(&["--", "echo", "a"], "").assert_status(1);
    dir.pour(&["--", "sh", "-c", "echo a; exit 7"], "").assert_status(7);
}

#[test]
#[cfg(target_os = "linux")]
fn results_that_cannot_be_written_are_an_error() {
    let dir = Dir::with_config("version: 1\n");
    for command in ["check", "tree"] {
        let mut command = dir.handlers(&[command, "logging.yaml"]);
        command.stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
        let outcome = collect(command.spawn().unwrap());
        outcome.assert_status(1);
        let expected = "handlers: error: cannot write to standard output\n  because: ";
        assert!(outcome.stderr.starts_with(expected), "{}", outcome.stderr);
    }
}

#[test]
fn a_closed_standard_output_stops_nothing_else() {
    let config = TO_STDOUT
        .replace("handlers: [console]", "handlers: [console, file]")
        .replace("root:", "  file: {class: logging.FileHandler, filename: out.log}\nroot:");
    let dir = Dir::with_config(&config);
    let mut command = dir.handlers(&["run", "--config", "logging.yaml"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.stdout(writer);
    let outcome = outcome(command, b"a\nb\nc\n");
    outcome.assert_status(1);
    assert!(outcome.stderr.contains("\n  console: 3 of 3 records lost"), "{}", outcome.stderr);
    assert_eq!(dir.text("out.log"), "a\nb\nc\n");
}

#[test]
fn a_closed_standard_error_stops_nothing() {
    let dir = Dir::with_config(TO_FILE);
    let closed = |run: &str| {
        let script = format!("exec \"$0\" {run} 2>&-");
        let command = dir.command("sh", &["-c", &script, env!("CARGO_BIN_EXE_handlers")]);
        outcome(command, b"a\n")
    };
    closed("run --config logging.yaml").assert_status(0);
    assert_eq!(dir.text("out.log"), "INFO a\n");
    closed("run --config missing.yaml").assert_status(1);
    closed("run --config logging.yaml -- missing-command").assert_status(127);
    closed("check missing.yaml").assert_status(1);
}

#[test]
fn a_configuration_with_errors_touches_nothing() {
    let config = TO_FILE.replace("root:", "  bad: {class: logging.FileHandlr}\nroot:");
    let dir = Dir::with_config(&config);
    let outcome = dir.pour(&[], "a\n");
    outcome.assert_status(1);
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert!(lines[0].starts_with("logging.yaml:7:16: error: handlers.bad.class: "), "{lines:#?}");
    assert_eq!(lines[1], "    help: did you mean `logging.FileHandler`?");
    let end = "handlers: error: nothing was run, because of the errors in logging.yaml";
    assert_eq!(lines[2..], [end]);
    assert_eq!(dir.names(), ["logging.yaml"]);
}

#[test]
fn a_handler_that_cannot_be_built_is_said_with_the_cause() {
    let dir = Dir::with_config(TO_FILE);
    std::os::unix::fs::symlink("out.log", dir.path().join("out.log")).unwrap();
    let outcome = dir.pour(&["--", "touch", "was-run"], "a\n");
    outcome.assert_status(1);
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(lines[0], "handlers: error: cannot apply the configuration logging.yaml");
    assert_eq!(lines[1], "  because: Unable to configure handler 'file'");
    assert!(lines[2].starts_with("  because: cannot open the log file "), "{lines:#?}");
    assert!(lines[3].contains("symbolic link"), "{lines:#?}");
    assert_eq!(dir.names(), ["logging.yaml", "out.log"], "the command was not started");
}
