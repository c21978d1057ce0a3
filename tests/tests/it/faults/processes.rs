//! Several processes, and processes whose standard streams are of no use.

use std::io;
use std::path::Path;
use std::process::{Child, Stdio};

use handlers_tests::test_dir;

use crate::writer::{Found, Writer};

#[test]
fn four_processes_that_append_to_one_file_tear_and_lose_no_line() {
    let dir = test_dir!();
    let children: Vec<Child> = (0..4)
        .map(|process| {
            let writer = Writer::new(&dir, "file").option("--n", 2000);
            let writer = writer.option("--start", process * 10_000);
            let mut command = writer.command();
            command.stdout(Stdio::null()).spawn().expect("the program can be started")
        })
        .collect();
    for mut child in children {
        assert!(child.wait().expect("the program can be waited for").success());
    }
    let found = Found::in_dir(dir.path());
    assert!(found.torn.is_empty(), "{:?}", found.torn);
    assert_eq!((found.len(), found.numbers.values().sum::<u32>()), (8000, 8000));
}

#[test]
fn a_standard_stream_that_is_full_fails_each_record_and_harms_nobody() {
    for handler in ["stderr", "stdout", "standard-error"] {
        let dir = test_dir!();
        let ended = Writer::new(&dir, handler).after("exec >/dev/full 2>/dev/full").run();
        assert_eq!((ended.count("emitted"), ended.count("failed")), (0, 200), "{handler}");
        assert_eq!(ended.summary()["errors"]["OSError:28"], 200, "{handler}");
    }
}

#[test]
fn a_standard_stream_whose_reader_left_fails_each_record_and_kills_nobody() {
    for handler in ["stderr", "stdout", "standard-error"] {
        let dir = test_dir!();
        let (reader, pipe) = io::pipe().expect("a pipe can be made");
        drop(reader);
        let same_pipe = pipe.try_clone().expect("a descriptor can be doubled");
        let ended = Writer::new(&dir, handler).run_with(|program| {
            program.stdout(pipe).stderr(same_pipe);
        });
        assert_eq!((ended.count("emitted"), ended.count("failed")), (0, 200), "{handler}");
        assert_eq!(ended.summary()["errors"]["BrokenPipeError:32"], 200, "{handler}");
    }
}

// Rust opens /dev/null in the place of a standard stream that is closed when a program starts.
#[test]
fn a_standard_stream_that_is_closed_harms_nobody() {
    for handler in ["stderr", "stdout", "standard-error", "file", "rotating"] {
        let dir = test_dir!();
        let ended = Writer::new(&dir, handler).after("exec <&- >&- 2>&-").run();
        assert_eq!(ended.count("emitted"), 200, "{handler}");
    }
}

#[test]
fn reports_that_cannot_be_written_harm_nobody() {
    for handler in ["stderr", "stdout", "standard-error", "file", "rotating"] {
        for stream in ["/dev/full", "/dev/null"] {
            let dir = test_dir!();
            let writer = Writer::new(&dir, handler).flag("--report");
            let writer = writer.after(&format!("exec >{stream} 2>{stream}"));
            // For the files: each of their records is an error too.
            let writer = writer.path(Path::new("/dev/full"));
            let ended = writer.run();
            let (emitted, failed) = (ended.count("emitted"), ended.count("failed"));
            assert_eq!(emitted + failed, 200, "{handler}, {stream}");
        }
    }
}

// CPython 3.13 loses all records of the rotating handler.
#[test]
fn a_pipe_as_the_log_file_gets_every_line_and_is_not_rotated() {
    for handler in ["file", "rotating"] {
        let dir = test_dir!();
        let writer = Writer::new(&dir, handler).path(Path::new("/dev/stdout"));
        let output = writer.option("--max", 100).command().output();
        let output = output.expect("the program can be run");
        assert!(output.status.success());
        Found::in_bytes(&output.stdout).assert_holds(0..200);
    }
}

#[test]
fn an_abandoned_handler_loses_nothing() {
    for handler in ["file", "rotating"] {
        let dir = test_dir!();
        let writer = Writer::new(&dir, handler).flag("--abandon").option("--backup", 50);
        writer.run().summary();
        Found::in_dir(dir.path()).assert_holds(0..200);
    }
}
