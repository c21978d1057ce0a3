//! System calls that fail.

use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use crate::writer::{Ended, Found, Writer, acknowledged};

#[test]
fn a_write_that_fails_costs_a_report_and_is_made_up_for() {
    let errors = [
        ("EIO", "OSError:5"),
        ("ENOSPC", "OSError:28"),
        ("EDQUOT", "OSError:122"),
        ("EBADF", "OSError:9"),
    ];
    for handler in ["file", "watched", "rotating", "timed"] {
        for (error, report) in errors.into_iter().chain([("EAGAIN", "BlockingIOError:11")]) {
            let dir = test_dir!();
            let fault = format!("error={error}:when=10+10");
            let ended = writer(&dir, handler).inject("write", &fault).run();
            assert_eq!(ended.count("failed"), 30, "{handler}, {error}");
            assert_eq!(ended.summary()["errors"][report], 30, "{handler}, {error}");
            assert_eq!(acknowledged(dir.path()).len(), 270, "{handler}, {error}");
            Found::in_dir(dir.path()).assert_holds(0..RECORDS);
        }
    }
}

#[test]
fn a_write_that_a_signal_interrupts_is_repeated_without_a_word() {
    let dir = test_dir!();
    let ended = writer(&dir, "file").inject("write", "error=EINTR:when=10+10").run();
    assert_untroubled(&ended);
    Found::in_dir(dir.path()).assert_holds(0..RECORDS);
}

#[test]
fn a_burst_of_failing_writes_is_made_up_for() {
    let dir = test_dir!();
    let ended = writer(&dir, "file").inject("write", "error=EIO:when=10..40").run();
    assert_eq!(ended.count("failed"), 31);
    Found::in_dir(dir.path()).assert_holds(0..RECORDS);
}

#[test]
fn a_file_that_takes_nothing_any_more_keeps_what_it_took() {
    let dir = test_dir!();
    // Without a shutdown: that is another thread, and the calls of each are counted on their own.
    let writer = writer(&dir, "file").flag("--abandon");
    let ended = writer.inject("write", "error=EIO:when=101+").run();
    assert_eq!((ended.count("emitted"), ended.count("failed")), (100, 200));
    let found = Found::in_dir(dir.path());
    found.assert_holds(0..100);
    assert_eq!(found.len(), 100);
}

#[test]
fn writes_that_fail_while_lines_are_held_back_are_made_up_for() {
    let dir = test_dir!();
    let writer = writer(&dir, "file").option("--buffered", 1000);
    writer.inject("write", "error=EIO:when=2+2").run().summary();
    Found::in_dir(dir.path()).assert_holds(0..RECORDS);
}

// CPython's handler is dead after the first of them: 265 of 300 records lost.
#[test]
fn a_close_that_fails_in_a_rotation_is_no_loss() {
    let dir = test_dir!();
    let ended = writer(&dir, "rotating").option("--max", 2000).inject("close", "error=EIO").run();
    assert_eq!(ended.count("failed"), 0);
    Found::in_dir(dir.path()).assert_holds(0..RECORDS);
}

// CPython loses the record that each failing rollover is for, and all that follow if it goes on
// failing: 230 of 300.
#[test]
fn a_rename_that_fails_is_no_loss_and_is_tried_again() {
    for error in ["EACCES", "ENOSPC", "EPERM", "EXDEV"] {
        let dir = test_dir!();
        let ended = rotating(&dir).inject(RENAME, &format!("error={error}:when=2..4")).run();
        assert_rotation_failed(&ended, 3);
        Found::in_dir(dir.path()).assert_holds(0..RECORDS);
        assert!(dir.has("app.log.5"), "{error}: no rollover after those that failed");
    }
}

#[test]
fn renames_that_fail_for_ever_are_no_loss() {
    for error in ["EACCES", "ENOSPC", "EPERM", "EXDEV"] {
        let dir = test_dir!();
        let ended = rotating(&dir).inject(RENAME, &format!("error={error}:when=2+")).run();
        assert_rotation_failed(&ended, 100);
        Found::in_dir(dir.path()).assert_holds(0..RECORDS);
    }
}

// CPython's handler is stuck as long as the oldest backup cannot be removed: 125 of 300 are lost.
#[test]
fn a_backup_that_cannot_be_removed_is_no_loss() {
    for when in ["2..4", "2+"] {
        let dir = test_dir!();
        let writer = rotating(&dir).option("--backup", 3);
        let fault = format!("error=EPERM:when={when}");
        let ended = writer.inject_at("?unlink,?unlinkat", &[], &fault).run();
        assert_rotation_failed(&ended, 3);
        let found = Found::in_dir(dir.path());
        found.assert_holds(found.first()..RECORDS);
        assert!(found.len() >= 105, "three backups of 35 lines; found {}", found.len());
    }
}

// The new file is opened before the old one is let go.
#[test]
fn an_open_that_fails_in_a_rotation_is_no_loss() {
    for error in ["EMFILE", "ENFILE", "ENOSPC", "EACCES"] {
        for when in ["2..4", "2+"] {
            let dir = test_dir!();
            let fault = format!("error={error}:when={when}");
            let ended = rotating(&dir).inject("openat", &fault).run();
            assert_rotation_failed(&ended, 3);
            Found::in_dir(dir.path()).assert_holds(0..RECORDS);
        }
    }
}

// Row A4.
#[test]
fn a_process_without_a_descriptor_to_spare_loses_nothing() {
    let dir = test_dir!();
    let writer = rotating(&dir).option("--pause-at", 30).option("--pause-at", 200);
    let mut running = writer.start();
    running.wait_for_pause(30);
    running.limit_descriptors(true);
    running.go_on();
    running.wait_for_pause(200);
    assert!(!dir.has("app.log.1"), "there was no descriptor for a new file");
    running.limit_descriptors(false);
    running.go_on();
    let ended = running.finish();
    assert_rotation_failed(&ended, 160);
    assert_eq!(ended.summary()["errors"]["OSError:24"], 200 - 35);
    Found::in_dir(dir.path()).assert_holds(0..RECORDS);
    assert!(dir.has("app.log.3"), "files are put aside again");
}

// Each record that finds the file closed is an error, and the first that can open it is written.
#[test]
fn a_file_that_cannot_be_opened_by_the_first_records_is_opened_by_a_later_one() {
    for handler in ["file", "rotating"] {
        let dir = test_dir!();
        let writer = writer(&dir, handler).flag("--delay");
        let ended = writer.inject("openat", "error=EACCES:when=1..10").run();
        assert_eq!(ended.count("failed"), 10, "{handler}");
        assert_eq!(ended.summary()["errors"]["PermissionError:13"], 10, "{handler}");
        Found::in_dir(dir.path()).assert_holds(10..RECORDS);
    }
}

fn writer(dir: &Dir, handler: &str) -> Writer {
    let writer = Writer::new(dir, handler).option("--n", RECORDS);
    writer.option("--max", 100_000).option("--backup", 50).option("--when", "D")
}

/// One that has much to rotate.
fn rotating(dir: &Dir) -> Writer {
    writer(dir, "rotating").option("--max", 2000)
}

fn assert_untroubled(ended: &Ended) {
    assert_eq!(ended.count("failed"), 0);
    assert_eq!(ended.summary()["errors"], serde_json::json!({}));
}

/// Asserts that errors were reported, and that all records were acknowledged all the same.
fn assert_rotation_failed(ended: &Ended, at_least: u64) {
    let errors = ended.summary()["errors"].as_object().expect("errors are counted");
    let reports: u64 = errors.values().filter_map(serde_json::Value::as_u64).sum();
    assert!(reports >= at_least, "{reports} reports: {errors:?}");
    assert_eq!((ended.count("emitted"), ended.count("failed")), (RECORDS.into(), 0));
}

const RECORDS: u32 = 300;

/// The system call behind `std::fs::rename`, by the name it has on this machine.
const RENAME: &str = "?rename,?renameat,?renameat2";
