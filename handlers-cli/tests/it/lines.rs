//! What may come in, and what must come out.

#[cfg(unix)]
use crate::support::collect;
use crate::support::{Dir, TO_FILE, numbered};

/// Messages alone, so that what went in can be compared with what came out.
fn bare() -> String {
    TO_FILE.replace("%(levelname)s %(message)s", "%(message)s")
}

#[track_caller]
fn assert_becomes(input: impl AsRef<[u8]>, expected: &str) {
    let dir = Dir::with_config(&bare());
    dir.pour(&[], input).assert_success();
    let logged = dir.text("out.log");
    assert!(logged == expected, "{:?}", logged.chars().take(200).collect::<String>());
}

#[test]
fn no_input_makes_no_records() {
    assert_becomes("", "");
}

#[test]
fn the_last_line_needs_no_end() {
    assert_becomes("a\nb", "a\nb\n");
}

#[test]
fn an_empty_line_is_a_record() {
    assert_becomes("\na\n\n", "\na\n\n");
}

#[test]
fn carriage_returns_before_the_end_of_a_line_are_no_part_of_it() {
    assert_becomes("a\r\nb\rc\r\n\r\n", "a\nb\rc\n\n");
}

#[test]
fn bytes_that_are_no_text_are_replaced() {
    assert_becomes(b"a\xffb\xc3\n\xed\xa0\x80\n", "a\u{fffd}b\u{fffd}\n\u{fffd}\u{fffd}\u{fffd}\n");
}

#[test]
fn nul_bytes_pass() {
    assert_becomes(b"a\0b\n\0\n", "a\0b\n\0\n");
}

#[test]
fn what_looks_like_a_format_is_none() {
    assert_becomes("100 % of %s {} ${x} %(name)s\n", "100 % of %s {} ${x} %(name)s\n");
}

#[test]
fn a_line_of_three_mebibytes_loses_nothing() {
    let line = "1234567€".repeat(3 * 1024 * 1024 / 10);
    let dir = Dir::with_config(&bare());
    dir.pour(&[], format!("before\n{line}\nafter\n")).assert_success();
    let logged = dir.text("out.log");
    let inner = logged.strip_prefix("before\n").and_then(|rest| rest.strip_suffix("\nafter\n"));
    let pieces: Vec<&str> = inner.unwrap().split('\n').collect();
    assert!(pieces.concat() == line);
    assert!(pieces.iter().all(|piece| piece.len() <= 1024 * 1024 + 2));
}

#[test]
fn lines_go_through_rotations_once_each_and_in_order() {
    let config = TO_FILE.replace(
        "class: logging.FileHandler",
        "class: logging.handlers.RotatingFileHandler, maxBytes: 2000, backupCount: 1000",
    );
    let dir = Dir::with_config(&config);
    let lines = numbered("line", 20_000).join("\n") + "\n";
    dir.pour(&[], &lines).assert_success();

    let backups = dir.names().len() - 2;
    assert!((100..1000).contains(&backups), "{backups}");
    let names = (1..=backups).rev().map(|number| format!("out.log.{number}"));
    let files: Vec<String> =
        names.chain(["out.log".to_owned()]).map(|name| dir.text(&name)).collect();
    assert!(files.iter().all(|file| file.len() < 2000 && !file.is_empty()));
    assert!(files.concat() == lines.replace("line", "INFO line"));
}

#[test]
fn loggers_that_keep_nothing_cost_nothing() {
    let dir = Dir::with_config("{version: 1, root: {level: CRITICAL}}");
    assert_eq!(dir.pour(&[], "a\nb\n").assert_success().stdout, "");
}

#[test]
#[cfg(unix)]
fn input_that_cannot_be_read_is_said_and_shown_in_the_status() {
    let dir = Dir::with_config(TO_FILE);
    let mut command = dir.handlers(&["run", "--config", "logging.yaml"]);
    command.stdin(std::fs::File::open("/").unwrap());
    let outcome = collect(command.spawn().unwrap());
    outcome.assert_status(1);
    let expected = "handlers: error: cannot read a line from <stdin>\n  because: ";
    assert!(outcome.stderr.starts_with(expected), "{}", outcome.stderr);
}
