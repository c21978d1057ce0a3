//! Promises that are kept by what stands in the sources, or does not.

use crate::sources::{Source, assert_none, libraries, sources};

#[test]
fn the_core_opens_no_file_and_no_socket() {
    // Where the C library reads it, too: which zone the process is in.
    let exception = "handlers-core/src/time/tz_variable.rs";
    let words =
        ["std::fs", "File::", "OpenOptions", "std::net", "TcpStream", "UdpSocket", "unix::net"];
    let core = complaints("handlers-core", &words);
    let others: Vec<String> =
        core.into_iter().filter(|complaint| !complaint.starts_with(exception)).collect();
    assert_none(&others, "the core opens no file but that of the time zone");
}

#[test]
fn handlers_that_hold_records_open_no_file_and_no_socket() {
    // Opt-in: queues to other processes and machines.
    let exceptions = ["handlers-queue/src/redis/", "handlers-queue/src/socket/"];
    let words = ["std::fs", "File::", "OpenOptions", "std::net", "unix::net"];
    let complaints: Vec<String> = complaints("handlers-queue", &words)
        .into_iter()
        .filter(|complaint| !exceptions.iter().any(|exception| complaint.starts_with(exception)))
        .collect();
    assert_none(&complaints, "the queue crate does no I/O but where it is asked to");
}

#[test]
fn no_library_prints() {
    let words = ["println!", "print!(", "dbg!"];
    let complaints: Vec<String> =
        libraries().iter().flat_map(|library| complaints(library, &words)).collect();
    assert_none(&complaints, "a closed standard stream must not panic");
}

#[test]
fn no_library_is_unsafe_but_for_three_calls() {
    let words = ["unsafe ", "unsafe{"];
    // What only C's library can be asked for.
    let exception = "handlers-core/src/process/system.rs";
    let found = libraries().into_iter().flat_map(|library| complaints(&library, &words));
    let complaints: Vec<String> =
        found.filter(|complaint| !complaint.starts_with(exception)).collect();
    assert_none(&complaints, "there is no unsafe code");
}

#[test]
fn no_library_ends_the_process() {
    let words = ["process::exit", "process::abort", "panic!(", "unreachable!()", ".unwrap()"];
    let complaints: Vec<String> =
        libraries().iter().flat_map(|library| complaints(library, &words)).collect();
    assert_none(&complaints, "what cannot happen is said to be so, and all else is an error");
}

#[test]
fn no_library_starts_a_thread_but_those_that_are_known() {
    let words = ["thread::spawn", "thread::Builder"];
    let allowed = [
        "handlers-core/src/process/signals.rs",
        "handlers-core/src/shutdown.rs",
        "handlers-file/src/output/flusher.rs",
        "handlers-file/src/rolling/compress/worker.rs",
        "handlers-net/src/link/worker.rs",
        "handlers-net/src/transport/resolve.rs",
        "handlers-queue/src/listener",
        "handlers-queue/src/redis/lookup.rs",
    ];
    let found = libraries().into_iter().flat_map(|library| complaints(&library, &words));
    let complaints: Vec<String> = found
        .filter(|complaint| !allowed.iter().any(|allowed| complaint.starts_with(allowed)))
        .collect();
    assert_none(&complaints, "threads of the library's own are few and known");
}

#[test]
fn no_library_sleeps() {
    let complaints: Vec<String> = libraries()
        .iter()
        .flat_map(|library| complaints(library, &["thread::sleep", "park_timeout"]))
        .collect();
    assert_none(&complaints, "what waits can be woken");
}

/// Where a crate's code, tests left out, has one of these words.
fn complaints(library: &str, words: &[&str]) -> Vec<String> {
    let mut complaints = Vec::new();
    let is_test = |path: &str| path.ends_with("/tests.rs") || path.contains("/tests/");
    let is_code = |source: &Source| !is_test(&source.path);
    for source in sources(&format!("{library}/src")).into_iter().filter(is_code) {
        for (number, line) in source.code() {
            if words.iter().any(|word| line.contains(word)) {
                complaints.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    complaints
}
