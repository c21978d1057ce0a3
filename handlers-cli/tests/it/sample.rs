//! What the README promises of its two commands.

use std::fs;

use crate::support::{Dir, Outcome, outcome, sample};

fn run_sample(dir: &Dir) -> (Outcome, String) {
    let config = sample("logging.yaml").display().to_string();
    let lines = fs::read_to_string(sample("sample.log")).expect("the sample is there");
    let arguments = ["run", "--config", &config, "--logger", "service", "--detect-level"];
    (outcome(dir.handlers(&arguments), lines.as_bytes()), lines)
}

/// The level that a line of the sample begins with.
fn level(line: &str) -> &str {
    let first = line.split(' ').next().unwrap_or_default();
    let levels = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];
    levels.into_iter().find(|level| *level == first).unwrap_or("INFO")
}

/// What follows `2026-11-21 10:00:00 `, which must look like that.
fn after_the_time(line: &str) -> &str {
    let (time, rest) = line.split_at(20);
    let digits = time.replace(|c: char| c.is_ascii_digit(), "0");
    assert_eq!(digits, "0000-00-00 00:00:00 ", "{line}");
    rest
}

#[test]
fn every_line_arrives_in_order() {
    let dir = Dir::new();
    let (outcome, lines) = run_sample(&dir);
    outcome.assert_success();
    let log = dir.text("service.log");
    let logged: Vec<&str> = log.lines().map(after_the_time).collect();
    let expected: Vec<String> =
        lines.lines().map(|line| format!("{:<8} service: {line}", level(line))).collect();
    assert_eq!(logged, expected);
    assert_eq!(dir.names(), ["errors.log", "service.log"]);
}

#[test]
fn warnings_are_on_the_screen() {
    let dir = Dir::new();
    let (outcome, lines) = run_sample(&dir);
    let is_shown = |line: &&str| ["WARNING", "ERROR", "CRITICAL"].contains(&level(line));
    let expected = lines.lines().filter(is_shown).map(|line| format!("{:<8} {line}", level(line)));
    assert_eq!(outcome.stdout.lines().collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[test]
fn errors_have_a_file_of_their_own() {
    let dir = Dir::new();
    let (_, lines) = run_sample(&dir);
    let is_error = |line: &&str| ["ERROR", "CRITICAL"].contains(&level(line));
    let expected: Vec<&str> = lines.lines().filter(is_error).collect();
    let log = dir.text("errors.log");
    let logged = log.lines().map(|line| line.split_once(" service: ").unwrap().1);
    assert_eq!(logged.collect::<Vec<_>>(), expected);
}
