//! Writes that take a part of what they are given, in a whole process: row A3b.
//!
//! A library that is loaded before C's cuts the writes. CPython loses and tears nothing; with
//! [`std::io::Write::write_all`] alone half of the lines would be glued together.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{self, Command, Stdio};
use std::sync::LazyLock;

use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use crate::writer::{Ended, Found, Writer, acknowledged};

#[test]
fn writes_of_a_few_bytes_tear_no_line_and_are_no_error() {
    for handler in ["file", "rotating"] {
        for bytes in [1, 7] {
            let dir = test_dir!();
            let ended = run(&dir, handler, &[format!("SHORT_BYTES={bytes}")]);
            assert_eq!(ended.summary()["errors"], serde_json::json!({}), "{handler}, {bytes}");
            Found::in_dir(dir.path()).assert_holds(0..RECORDS);
        }
    }
}

// With CPython 300 of 300 are there in the end, too.
#[test]
fn writes_of_a_few_bytes_that_fail_now_and_then_tear_no_line() {
    for handler in ["file", "rotating"] {
        let dir = test_dir!();
        let ended = run(&dir, handler, &["SHORT_BYTES=7".into(), "SHORT_EVERY=13".into()]);
        assert!(ended.summary()["errors"]["OSError:5"].as_u64() > Some(100), "{handler}");
        Found::in_dir(dir.path()).assert_holds(0..RECORDS);
    }
}

// With CPython 75 of 300 are written, two of them by what runs at the end of the interpreter; all are
// reported. Each record lets two writes of seven bytes through.
#[test]
fn a_file_that_takes_less_than_it_is_given_costs_only_what_is_reported() {
    for handler in ["file", "rotating"] {
        let dir = test_dir!();
        let ended = run(&dir, handler, &["SHORT_BYTES=7".into(), "SHORT_EVERY=3".into()]);
        let reports = ended.summary()["errors"]["OSError:5"].as_u64();
        let acknowledged = acknowledged(dir.path());
        assert!(reports >= Some(u64::from(RECORDS) - acknowledged.len() as u64), "{handler}");
        let mut found = Found::in_dir(dir.path());
        // There was nobody left to end the last one.
        found
            .torn
            .retain(|line| !"p0 seq=".starts_with(line) && line != "the last line has no end");
        assert!(found.torn.len() <= 1, "{handler}: {:?}", found.torn);
        found.torn.clear();
        found.assert_holds(acknowledged);
        assert!(found.len() >= 73, "{handler}: {} lines are found", found.len());
    }
}

fn run(dir: &Dir, handler: &str, faults: &[String]) -> Ended {
    let preload = format!("LD_PRELOAD={}", SHIM.display());
    let mut wrapper = vec!["env", &preload, "SHORT_PATH=app.log"];
    wrapper.extend(faults.iter().map(String::as_str));
    let writer = Writer::new(dir, handler).option("--n", RECORDS);
    writer.option("--max", 4000).option("--backup", 50).under(&wrapper).run()
}

/// The library, compiled once.
static SHIM: LazyLock<PathBuf> = LazyLock::new(|| {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(&directory).expect("a directory can be made");
    let shim = directory.join(format!("short_writes-{}.so", process::id()));
    let mut command = Command::new("gcc");
    command.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-x", "c", "-", "-ldl", "-o"]);
    let compiler = command.arg(&shim).stdin(Stdio::piped()).spawn();
    let mut compiler = compiler.expect("this test needs gcc: install the package of that name");
    let mut source = compiler.stdin.take().expect("standard input is a pipe");
    source.write_all(include_bytes!("short_writes.c")).expect("gcc reads the source");
    drop(source);
    assert!(compiler.wait().expect("gcc can be waited for").success(), "the library was compiled");
    shim
});

const RECORDS: u32 = 300;
