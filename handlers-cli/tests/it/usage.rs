//! The command line itself.

use crate::support::{Dir, TO_FILE, TO_STDOUT};

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    let dir = Dir::with_config(TO_FILE);
    let wrong: [&[&str]; 9] = [
        &[],
        &["chek", "logging.yaml"],
        &["check"],
        &["check", "logging.yaml", "--format", "xml"],
        &["run"],
        &["run", "--config", "logging.yaml", "--level", "loud"],
        &["run", "--config", "logging.yaml", "--stderr-level", ""],
        &["run", "--config", "logging.yaml", "--timeout", "soon"],
        &["run", "--config", "logging.yaml", "--timeout=-1"],
    ];
    for arguments in wrong {
        let outcome = dir.run(arguments);
        outcome.assert_status(2);
        assert!(!outcome.stderr.is_empty(), "{arguments:?}");
        assert_eq!(dir.names(), ["logging.yaml"], "{arguments:?}");
    }
}

#[test]
fn an_unknown_level_is_answered_with_those_there_are() {
    let dir = Dir::with_config(TO_FILE);
    let outcome = dir.pour(&["--level", "loud"], "a\n");
    outcome.assert_status(2);
    for part in ["'loud'", "--level", "DEBUG, INFO, WARNING, ERROR, CRITICAL"] {
        assert!(outcome.stderr.contains(part), "{}", outcome.stderr);
    }
}

#[test]
fn help_and_version_are_there() {
    let dir = Dir::new();
    let version = format!("handlers {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(dir.run(&["--version"]).assert_success().stdout, version);
    for command in ["check", "run", "tree"] {
        assert!(dir.run(&["--help"]).assert_success().stdout.contains(command));
        assert!(dir.run(&[command, "--help"]).assert_success().stdout.contains("CONFIG"));
    }
}

#[test]
fn lines_have_the_level_that_was_asked_for() {
    let dir = Dir::with_config(TO_STDOUT);
    let shown =
        |arguments: &[&str]| dir.pour(arguments, "ERROR a\n").assert_success().stdout.clone();
    assert_eq!(shown(&[]), "INFO ERROR a\n");
    assert_eq!(shown(&["--level", "WARNING"]), "WARNING ERROR a\n");
    assert_eq!(shown(&["--level", "critical"]), "CRITICAL ERROR a\n");
    assert_eq!(shown(&["--level", "35"]), "Level 35 ERROR a\n");
    assert_eq!(shown(&["--level", "5"]), "");
    assert_eq!(shown(&["--detect-level"]), "ERROR ERROR a\n");
}

#[test]
fn a_line_without_a_level_has_the_default_one() {
    let dir = Dir::with_config(TO_STDOUT);
    let lines = "[warn] a\nb\nlevel=debug c\nNOTSET d\n";
    let outcome = dir.pour(&["--detect-level", "--level", "ERROR"], lines);
    let expected = "WARNING [warn] a\nERROR b\nDEBUG level=debug c\nERROR NOTSET d\n";
    assert_eq!(outcome.assert_success().stdout, expected);
}

#[test]
fn records_say_where_they_come_from() {
    let config = TO_STDOUT.replace(
        "'%(levelname)s %(message)s'",
        "'%(name)s %(pathname)s:%(lineno)d %(threadName)s %(message)s'",
    );
    let dir = Dir::with_config(&config);
    let outcome = dir.pour(&[], "a\nb\n");
    let expected = "root <stdin>:1 MainThread a\nroot <stdin>:2 MainThread b\n";
    assert_eq!(outcome.assert_success().stdout, expected);
    let outcome = dir.pour(&["--logger", "app.db"], "a\n");
    assert_eq!(outcome.assert_success().stdout, "app.db <stdin>:1 MainThread a\n");
}
