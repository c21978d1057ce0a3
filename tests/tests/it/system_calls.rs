//! What a call costs the system.

use std::fs;

use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use crate::writer::Writer;

#[test]
fn a_line_in_a_file_is_one_write_and_nothing_else() {
    let dir = test_dir!();
    let calls = calls_while_logging(&dir, "file", &[]);
    let expected = vec!["write"; RECORDS];
    assert_eq!(calls, expected, "one call for each record");
}

#[test]
fn the_number_of_the_process_is_not_asked_for_with_each_line() {
    let dir = test_dir!();
    let calls = calls_while_logging(&dir, "file", &["--format", "%(process)d %(message)s"]);
    assert_eq!(calls, vec!["write"; RECORDS]);
}

#[test]
fn a_line_in_a_file_that_may_be_put_aside_is_one_write_and_now_and_then_a_look_at_the_position() {
    let dir = test_dir!();
    let calls = calls_while_logging(&dir, "rotating", &["--max", "1000000"]);
    let writes = calls.iter().filter(|call| *call == "write").count();
    let looks = calls.iter().filter(|call| *call == "lseek").count();
    assert_eq!(writes, RECORDS);
    // Far from the size, every 4 KiB: 200 lines have 57 bytes each.
    assert!(looks <= 3, "{looks} looks at the position");
    assert_eq!(calls.len(), writes + looks, "{calls:?}");
}

#[test]
fn a_line_in_a_file_that_is_put_aside_at_midnight_is_one_write_and_nothing_else() {
    let dir = test_dir!();
    let calls = calls_while_logging(&dir, "timed", &["--when", "midnight"]);
    assert_eq!(calls, vec!["write"; RECORDS]);
}

// Each turn: lock, is that still the lock file, is that still the log, write, unlock.
#[test]
fn a_line_in_a_shared_file_is_one_write_between_two_looks_and_two_locks() {
    let dir = test_dir!();
    let calls = calls_while_logging(&dir, "rotating", &["--max", "1000000", "--shared"]);
    let turn = ["write", "flock", "flock", "statx", "statx"];
    let turns: Vec<&str> = turn.into_iter().cycle().take(calls.len()).collect();
    assert_eq!(
        (calls.len(), calls),
        (5 * (RECORDS - 1) + 1, turns.iter().map(ToString::to_string).collect())
    );
}

#[test]
fn a_line_on_a_standard_stream_is_one_write_and_nothing_else() {
    for handler in ["stderr", "standard-error"] {
        let dir = test_dir!();
        let calls = calls_while_logging(&dir, handler, &[]);
        assert_eq!(calls, vec!["write"; RECORDS], "{handler}");
    }
}

#[test]
fn lines_that_are_held_back_are_written_together() {
    let dir = test_dir!();
    let calls = calls_while_logging(&dir, "file", &["--buffered", "570"]);
    // Ten lines of 57 bytes fill the buffer; the last ones are written at the end.
    assert!(calls.len() <= RECORDS / 10 + 1, "{calls:?}");
    assert!(calls.iter().all(|call| call == "write"), "{calls:?}");
}

/// The names of the system calls between the first line and the last.
fn calls_while_logging(dir: &Dir, handler: &str, options: &[&str]) -> Vec<String> {
    let trace = dir.join("trace");
    let writer = Writer::unacknowledged(dir, handler).option("--n", RECORDS).flag("--abandon");
    let writer = options.iter().fold(writer, |writer, option| writer.flag(option));
    writer.traced(&trace).run().summary();
    let trace = fs::read_to_string(&trace).expect("strace has written what it saw");
    let calls: Vec<&str> = trace.lines().collect();
    let is_line = |call: &&str| call.contains("p0 seq=");
    let first = calls.iter().position(is_line).expect("the first line was written");
    let last = calls.iter().rposition(is_line).expect("the last line was written");
    let name = |call: &str| {
        // The number of the process, the name and the arguments.
        let call = call.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
        call.split('(').next().unwrap_or_default().to_owned()
    };
    let calls = calls[first..=last].iter().map(|call| name(call));
    // Where the kernel offers it to every process for nothing, this is no call.
    calls.filter(|call| call != "clock_gettime").collect()
}

const RECORDS: usize = 200;
