//! Directories that nothing can be changed in: row A5b.
//!
//! CPython's rotating handler loses 30 and 65 of 100 records; its `WatchedFileHandler` raises an error
//! into the code that logs for each of 50.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use handlers_core::{Handler, ManualClock, Timestamp};
use handlers_file::rolling::When;
use handlers_file::{RotatingFileHandler, TimedRotatingFileHandler};
use handlers_tests::support::Dir;
use handlers_tests::test_dir;
use rustix::process::geteuid;

use super::{count_reports, handle};
use crate::writer::{Found, Writer};

#[test]
fn an_immutable_directory_costs_reports_and_no_record() {
    let dir = test_dir!();
    let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
    let rotating = RotatingFileHandler::builder(logs(&dir, "rotating")).max_bytes(2000);
    let rotating = rotating.backup_count(50).build().expect("the file can be opened");
    let timed = TimedRotatingFileHandler::builder(logs(&dir, "timed")).clock(clock.clone());
    let timed = timed.when(When::Seconds).delay(true).build().expect("the file can be opened");
    for (name, handler) in [("rotating", &rotating as &dyn Handler), ("timed", &timed)] {
        let reports = count_reports(handler);
        handle(handler, 0..10);
        let immutable = Immutable::new(dir.join(name));
        for number in 10..80 {
            clock.advance(Duration::from_millis(100));
            handle(handler, number..number + 1);
        }
        assert!(reports.count() > 0, "{name}");
        Found::in_files(&[dir.join(name).join("app.log")]).assert_holds(0..80);
        drop(immutable);

        let before = reports.count();
        clock.advance(Duration::from_secs(1));
        handle(handler, 80..100);
        assert_eq!(reports.count(), before, "{name}: the rollover works again");
        assert_eq!(handler.base().counters().failed, 0);
        let files = fs::read_dir(dir.join(name)).expect("the directory can be listed").count();
        assert_eq!(files, 2, "{name}");
    }
}

#[test]
fn a_lost_permission_costs_reports_and_no_record() {
    let dir = test_dir!();
    let writer = unprivileged(&dir, "rotating").option("--max", 2000).option("--backup", 50);
    let mut running = writer.option("--pause-at", 10).option("--pause-at", 80).start();
    running.wait_for_pause(10);
    let lost = Lost::new(dir.join("logs"));
    running.go_on();
    running.wait_for_pause(80);
    assert_eq!(Found::in_dir(&dir.join("logs")).len(), 80);
    drop(lost);
    running.go_on();
    let ended = running.finish();
    assert_eq!((ended.count("emitted"), ended.count("failed")), (100, 0));
    assert!(ended.summary()["errors"]["PermissionError:13"].as_u64() > Some(0));
    Found::in_dir(&dir.join("logs")).assert_holds(0..100);
    assert!(dir.has("logs/app.log.1"), "files are put aside again");
}

#[test]
fn a_lost_permission_costs_a_moved_file_nothing() {
    let dir = test_dir!();
    let writer = unprivileged(&dir, "watched");
    let mut running = writer.option("--pause-at", 50).option("--pause-at", 80).start();
    running.wait_for_pause(50);
    let logs = dir.join("logs");
    fs::rename(logs.join("app.log"), logs.join("old.log")).expect("the file can be moved");
    let lost = Lost::new(logs.clone());
    running.go_on();
    running.wait_for_pause(80);
    drop(lost);
    running.go_on();
    let ended = running.finish();
    assert_eq!((ended.count("emitted"), ended.count("failed")), (100, 0));
    assert_eq!(ended.summary()["errors"]["PermissionError:13"], 30);
    Found::in_files(&[logs.join("old.log")]).assert_holds(0..80);
    Found::in_files(&[logs.join("app.log")]).assert_holds(80..100);
}

/// Makes a directory and names the log file in it.
fn logs(dir: &Dir, name: &str) -> PathBuf {
    fs::create_dir(dir.join(name)).expect("a directory can be made");
    dir.join(name).join("app.log")
}

/// A program that writes to `logs/app.log` and is not root, who may do everything.
fn unprivileged(dir: &Dir, handler: &str) -> Writer {
    let path = logs(dir, "logs");
    let writer = Writer::new(dir, handler).path(&path).option("--n", 100);
    if !geteuid().is_root() {
        return writer;
    }
    for directory in [dir.path(), &dir.join("logs")] {
        chown(directory, Some(NOBODY), None).expect("root can give a directory away");
    }
    let user = format!("--reuid={NOBODY}");
    writer.copied_to(&dir.join("writer")).under(&["setpriv", &user, "--clear-groups"])
}

/// A directory in which nothing can be made, renamed or removed, not even by root.
struct Immutable(PathBuf);

impl Immutable {
    fn new(path: PathBuf) -> Self {
        assert!(chattr("+i", &path), "this test needs root, and chattr of the package e2fsprogs");
        Self(path)
    }
}

impl Drop for Immutable {
    fn drop(&mut self) {
        chattr("-i", &self.0);
    }
}

fn chattr(change: &str, path: &Path) -> bool {
    let changed = Command::new("chattr").arg(change).arg(path).status();
    changed.is_ok_and(|status| status.success())
}

/// A directory that its owner may not change.
struct Lost(PathBuf);

impl Lost {
    fn new(path: PathBuf) -> Self {
        set_mode(&path, 0o555).expect("a mode can be changed");
        Self(path)
    }
}

impl Drop for Lost {
    fn drop(&mut self) {
        let _ = set_mode(&self.0, 0o755);
    }
}

fn set_mode(path: &Path, mode: u32) -> std::io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// The user of that name.
const NOBODY: u32 = 65534;
