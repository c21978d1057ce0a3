//! Backups that are compressed.
//!
//! The hidden file that a backup is compressed into is called after the backup's inode, which is
//! another one whenever a directory is restored. In the states here it is called after the backup.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;

use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use crate::faults::trace::{Call, Files, Place, in_two_places};
use crate::writer::{Found, Writer, acknowledged};

// Two compressed backups and a full file, of seven lines each.
#[test]
fn a_kill_while_backups_are_rotated_and_compressed_loses_and_doubles_nothing() {
    let kills = assert_survived(&test_dir!(), 21, &["--compress", "gzip"]);
    assert!(kills >= 60, "{kills} kills only");
}

// A backup that an earlier program has left as it was.
#[test]
fn a_kill_while_an_older_backup_is_compressed_loses_and_doubles_nothing() {
    let kills = assert_survived(&test_dir!(), 8, &[]);
    assert!(kills >= 20, "{kills} kills only");
}

// Once in each thread: every compression has one of its own.
#[test]
fn a_call_that_fails_while_a_backup_is_compressed_costs_nothing_and_stops_nothing() {
    each_call_fails(&test_dir!(), &["EIO", "ENOSPC", "EACCES", "EINTR"], "");
}

#[test]
fn a_call_that_fails_again_and_again_while_a_backup_is_compressed_costs_nothing() {
    // What a signal interrupts is repeated, for ever if need be.
    each_call_fails(&test_dir!(), &["EIO", "ENOSPC", "EACCES"], "+");
}

/// Lets each call on the files of a compression fail.
fn each_call_fails(dir: &Dir, errors: &[&str], more: &str) {
    let control = Place::new(dir.join("control"));
    let start = start(&control, 8, &[]);
    let mut calls = calls(&control, &start);
    // All others are those of any handler.
    calls.retain(|call| call.file.contains("app.log.1"));
    assert!(calls.len() > 10, "strace saw few calls: {calls:?}");
    let faults = errors.iter().flat_map(|error| calls.iter().map(move |call| (*error, call)));
    let faults: Vec<(&str, &Call)> = faults.collect();
    in_two_places(dir.path(), &faults, |place, (error, call)| {
        let inodes = restore(place, &start);
        let writer = run(place, 8, HALF - 8);
        let fault = format!("error={error}");
        let ended = place.inject(writer, &actual(call, &inodes), &fault, more).run();
        assert_eq!(ended.count("failed"), 0, "{call:?} {error}: a record failed");
        let left = state(place);
        let found = found(&left);
        found.assert_holds(found.first()..HALF);
        assert!(found.first() <= HALF - 2 * 7, "{call:?} {error} cost a backup");
        go_on(place, &left);
    });
}

/// The log files that a program leaves which has written so many records.
fn start(place: &Place, records: u32, arguments: &[&str]) -> Files {
    place.restore(&Files::new());
    let writer = place.writer("rotating").option("--n", records);
    with(with(writer, arguments), &ROTATING).run().summary();
    state(place)
}

/// Kills programs at every call on their log files until there is no new state; gives the number of
/// kills. `arguments` are those of the program that has written the records `before` them.
fn assert_survived(dir: &Dir, before: u32, arguments: &[&str]) -> usize {
    let place = Place::new(dir.join("control"));
    let start = start(&place, before, arguments);
    let mut seen = BTreeSet::from([start.clone()]);
    let mut states = vec![start];
    let mut kills = 0;
    while let Some(state) = states.pop() {
        let calls = calls(&place, &state);
        let left = in_two_places(dir.path(), &calls, |place, call| {
            let left = kill(place, &state, call);
            if left.as_ref().is_some_and(|left| !seen.contains(left)) {
                go_on(place, left.as_ref()?);
            }
            left
        });
        for left in left.into_iter().flatten() {
            kills += 1;
            // With its first record in the new file a rollover is over.
            let is_over = next(&left) > before;
            if seen.insert(left.clone()) && !is_over {
                states.push(left);
            }
        }
        assert!(seen.len() < 200, "the states do not come to an end");
    }
    kills
}

/// The calls on the log files by a program that logs one record and compresses what it finds.
fn calls(place: &Place, state: &Files) -> Vec<Call> {
    let inodes = restore(place, state);
    let calls = place.calls(run(place, next(state), 1), None);
    let named = calls.into_iter().map(|call| {
        let number = number_in(&call.file);
        let backup = number.and_then(|number| inodes.get(&number));
        let file = backup.map_or(call.file, |backup| partial(backup));
        Call { file, ..call }
    });
    named.collect()
}

/// Kills a program that logs one record, at that call. None if it was not reached.
fn kill(place: &Place, state: &Files, call: &Call) -> Option<Files> {
    let inodes = restore(place, state);
    let call = actual(call, &inodes);
    let writer = place.inject(run(place, next(state), 1), &call, "signal=SIGKILL", "");
    let killed = writer.run();
    let left = self::state(place);
    let (before, after) = (found(state), found(&left));
    let kept = before.numbers.keys().copied().chain(acknowledged(place.path()));
    assert!(after.first() <= 7, "{call:?} cost backups: {:?}", left.keys());
    after.assert_holds(kept.filter(|number| *number >= after.first()));
    (!killed.status.success()).then_some(left)
}

/// The call on the file as it is called in this directory.
fn actual(call: &Call, inodes: &BTreeMap<u64, String>) -> Call {
    let file = inodes.iter().find_map(|(number, backup)| {
        (call.file == partial(backup)).then(|| partial(&format!("{number:x}")))
    });
    Call { file: file.unwrap_or_else(|| call.file.clone()), ..call.clone() }
}

/// Starts the program again and lets it write to its end.
fn go_on(place: &Place, state: &Files) {
    restore(place, state);
    let next = next(state);
    let ended = run(place, next, END - next).run();
    assert_eq!(ended.count("failed"), 0);
    let left = place.files();
    let names: Vec<&str> = left.keys().map(String::as_str).collect();
    assert_eq!(names, ["app.log", "app.log.1.gz", "app.log.2.gz"], "{:?}", state.keys());
    found(&left).assert_holds(END - 2 * 7 - 1..END);
}

fn run(place: &Place, start: u32, count: u32) -> Writer {
    let writer = place.writer("rotating").option("--start", start).option("--n", count);
    with(with(writer, &ROTATING), &["--compress", "gzip", "--settle"])
}

fn with(writer: Writer, arguments: &[&str]) -> Writer {
    arguments.iter().fold(writer, |writer, argument| writer.flag(argument))
}

/// Puts the log files as they were. Gives the inodes of all of them.
fn restore(place: &Place, state: &Files) -> BTreeMap<u64, String> {
    let is_partial = |name: &str| name.ends_with(".partial");
    let files = state.iter().filter(|(name, _)| !is_partial(name));
    place.restore(&files.map(|(name, bytes)| (name.clone(), bytes.clone())).collect());
    let inodes = inodes(place);
    for (name, bytes) in state.iter().filter(|(name, _)| is_partial(name)) {
        let number = inodes.iter().find(|(_, backup)| partial(backup) == *name);
        // Of a backup that is gone.
        let number = number.map_or(1, |(number, _)| *number);
        let path = place.logs().join(partial(&format!("{number:x}")));
        fs::write(path, bytes).expect("a file can be written");
    }
    inodes
}

/// The log files as they are, but for the times in compressed ones (RFC 1952, 2.3).
fn state(place: &Place) -> Files {
    let inodes = inodes(place);
    let named = place.files().into_iter().map(|(name, mut bytes)| {
        if bytes.starts_with(&[0x1f, 0x8b]) && bytes.len() >= 8 {
            bytes[4..8].fill(0);
        }
        let Some(number) = number_in(&name) else { return (name, bytes) };
        let backup = inodes.get(&number).map_or("gone", String::as_str);
        (partial(backup), bytes)
    });
    named.collect()
}

fn inodes(place: &Place) -> BTreeMap<u64, String> {
    let names = place.files().into_keys();
    let inode = |name: String| {
        let file = fs::metadata(place.logs().join(&name)).expect("the file is there");
        (file.ino(), name)
    };
    names.filter(|name| number_in(name).is_none()).map(inode).collect()
}

/// What is in the files, the oldest first. A backup that is there in both forms is one backup.
fn found(files: &Files) -> Found {
    let plain = |name: &str| files.get(name).cloned();
    let compressed = |name: &str| files.get(name).map(|bytes| gunzip(bytes));
    let mut all = Vec::new();
    for (name, hidden) in
        ["app.log.2", "app.log.1", "app.log"].map(|name| (name, format!(".{name}")))
    {
        all.extend(plain(&format!("{hidden}.old")).unwrap_or_default());
        all.extend(compressed(&format!("{hidden}.gz.old")).unwrap_or_default());
        let (plain, compressed) = (plain(name), compressed(&format!("{name}.gz")));
        if plain.is_some() && compressed.is_some() {
            assert_eq!(plain, compressed, "{name} is not one backup");
        }
        all.extend(plain.or(compressed).unwrap_or_default());
    }
    Found::in_bytes(&all)
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut plain);
    read.expect("what has the name of a compressed backup is whole");
    plain
}

/// The number of the next record: a record may be written without being acknowledged.
fn next(files: &Files) -> u32 {
    found(files).numbers.keys().next_back().map_or(0, |last| last + 1)
}

/// The name of what a backup is compressed into.
fn partial(backup: &str) -> String {
    format!(".app.log.{backup}.partial")
}

/// The inode in such a name.
fn number_in(name: &str) -> Option<u64> {
    let number = name.strip_prefix(".app.log.")?.strip_suffix(".partial")?;
    u64::from_str_radix(number, 16).ok()
}

const ROTATING: [&str; 4] = ["--max", "400", "--backup", "2"];

/// How many records there are in the end: enough for some more rollovers.
const END: u32 = 50;

/// Enough for two rollovers.
const HALF: u32 = 25;
