//! The vectors that came with the crates, all of them run, and each file that has to be.

use std::path::{Path, PathBuf};

use handlers_tests::conformance::{FileReport, run_directory, run_file};

/// Files whose cases all have to pass, with the number of those that cannot be run.
const REQUIRED: [(&str, usize); 35] = [
    ("asctime", 0),
    ("basic_config", 0),
    // Handlers that there are not: mail and HTTP.
    ("dict_config", 3),
    ("dispatch", 0),
    // Two lone surrogates.
    ("file_handlers", 2),
    ("files_to_delete", 0),
    ("filter_name", 0),
    ("format_brace", 0),
    ("format_buffering", 0),
    ("format_defaults", 0),
    ("format_dollar", 0),
    ("format_layout", 0),
    ("format_percent", 0),
    ("format_record", 0),
    ("format_uses_time", 0),
    ("format_validate", 0),
    // The ports of all of graypy's handlers, of which the one for HTTP is not there.
    ("gelf", 1),
    ("gelf_chunks", 0),
    // A name that is no text (CORE-135).
    ("get_logger", 2),
    ("get_message", 0),
    // A value that has no text (CORE-81).
    ("handle_error", 1),
    ("levels", 0),
    ("logger_tree", 0),
    ("memory_handler", 0),
    ("queue_listener", 0),
    ("record_paths", 0),
    ("record_time", 0),
    // A lock that cannot be taken (CORE-165).
    ("shutdown", 6),
    ("socket_backoff", 0),
    // A lone surrogate.
    ("syslog", 1),
    ("timed_files", 0),
    ("timed_rollover", 0),
    ("timed_rollover_chain", 0),
    ("timed_rollover_invalid", 0),
    ("timed_rollover_mtime", 0),
];

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

#[test]
fn no_case_fails() {
    let report = run_directory(&vectors()).expect("the vectors can be read");
    let failures = report.files.iter().flat_map(|file| &file.failures);
    let failures: Vec<&String> = failures.collect();
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn every_required_file_is_run_but_for_what_cannot_be() {
    for (name, skipped) in REQUIRED {
        let path = vectors().join(format!("{name}.json"));
        let report: FileReport = run_file(&path).expect("the file is there");
        assert!(report.passed > 0, "{name} was not run");
        assert!(report.skipped <= skipped, "{name}: {:#?}", report.skips);
    }
}
