//! Several processes, or threads, and one that is killed.

use std::fs::{self, File};
use std::time::Instant;

use handlers_file::rolling::Compression;
use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use super::{PATIENCE, bytes_in, found, gunzip, is_gzip, log, rotating};
use crate::writer::{Found, Writer, acknowledged};

#[test]
fn a_backup_that_another_process_has_claimed_is_left_to_it() {
    let dir = test_dir!();
    let handler = rotating(&dir).compress(Compression::gzip()).build().expect("a log file");
    assert!(handler.wait_until_compressed(PATIENCE));
    dir.write("app.log.2", "an older one\n");
    let other = File::open(dir.join("app.log.2")).expect("the backup is there");
    other.lock().expect("the backup can be locked");
    log(&handler, 0..8);
    assert!(handler.wait_until_compressed(PATIENCE));
    assert_eq!(dir.names(), ["app.log", "app.log.1.gz", "app.log.3"]);
    drop(other);
    handler.do_rollover().expect("a rollover");
    assert!(handler.wait_until_compressed(PATIENCE));
    let backups = ["app.log.1.gz", "app.log.2.gz", "app.log.3.gz"];
    assert_eq!(dir.names(), [&["app.log"], &backups[..]].concat());
    assert_eq!(gunzip(&dir.join("app.log.3.gz")), b"an older one\n");
}

#[test]
fn processes_that_share_a_file_compress_its_backups_once() {
    let dir = test_dir!();
    let log = dir.join("app.log");
    let commands = ["p0", "p1", "p2"].map(|tag| {
        fs::create_dir(dir.join(tag)).expect("a directory can be made");
        let writer = Writer::beneath(&dir.join(tag), "rotating").path(&log).option("--tag", tag);
        let writer = writer.flag("--shared").option("--compress", "gzip").option("--n", 3000);
        writer.option("--max", 10_000).option("--backup", 1000).command()
    });
    let children = commands.map(|mut command| command.spawn().expect("the program can be started"));
    for mut child in children {
        assert!(child.wait().expect("the program is running").success());
    }
    // The last to come finds what the others were not done with.
    let handler = rotating(&dir).backup_count(1000).compress(Compression::gzip()).build();
    assert!(handler.expect("a log file").wait_until_compressed(PATIENCE));
    let backups = dir.names().into_iter().filter(|name| name.starts_with("app.log."));
    let plain: Vec<String> = backups.filter(|name| !is_gzip(name)).collect();
    assert_eq!(plain, [""; 0]);
    let text = String::from_utf8(bytes_in(dir.path())).expect("the lines are text");
    for tag in ["p0", "p1", "p2"] {
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with(tag)).collect();
        let found = Found::in_bytes((lines.join("\n") + "\n").as_bytes());
        found.assert_holds(0..3000);
    }
    assert_eq!(text.lines().count(), 9000);
}

// Where the others kill at a certain call, this kills while all of them are made.
#[test]
fn a_process_that_is_killed_amid_rollovers_and_compressions_loses_and_doubles_nothing() {
    let dir = test_dir!();
    let writer = |start: u32, count: u32| {
        let writer = Writer::new(&dir, "rotating").option("--start", start).option("--n", count);
        writer.option("--max", 1000).option("--backup", 10_000).option("--compress", "gzip")
    };
    for round in 1..=20 {
        let mut command = writer(next(&dir), 1_000_000).command();
        let mut child = command.spawn().expect("the program can be started");
        let start = Instant::now();
        let enough = round * 150 + round * round % 17;
        while acknowledged(dir.path()).last().is_none_or(|last| *last < enough) {
            assert!(start.elapsed() < PATIENCE, "the program does not log");
        }
        child.kill().expect("the program is running");
        child.wait().expect("the program can be waited for");
    }
    let acknowledged = acknowledged(dir.path());
    writer(next(&dir), 20).run().summary();
    let hidden: Vec<String> =
        dir.names().into_iter().filter(|name| name.starts_with('.')).collect();
    assert_eq!(hidden, [""; 0]);
    found(&dir).assert_holds(acknowledged);
}

// A logging call that puts the file aside starts a thread at most.
#[test]
fn the_thread_that_logs_does_nothing_of_the_work() {
    let dir = test_dir!();
    let trace = dir.join("trace");
    let writer = Writer::unacknowledged(&dir, "rotating").option("--compress", "gzip");
    let writer = writer.option("--max", 400).option("--backup", 3).option("--n", 50);
    writer.traced(&trace).run().summary();
    let trace = dir.read("trace");
    let thread = |call: &str| call.split(' ').next().unwrap_or_default().to_owned();
    let main = thread(&trace);
    let words = ["sync(", " link(", "linkat(", ".partial", "app.log.1\", O_"];
    let is_work = |call: &&str| words.iter().any(|word| call.contains(word));
    let (own, others): (Vec<&str>, Vec<&str>) =
        trace.lines().filter(is_work).partition(|call| thread(call) == main);
    assert!(others.len() > 10, "strace saw little: {others:?}");
    assert!(own.is_empty(), "{own:?}");
}

/// The number of the next record: the last one may have been written without being acknowledged.
fn next(dir: &Dir) -> u32 {
    found(dir).numbers.keys().next_back().map_or(0, |last| last + 1)
}
