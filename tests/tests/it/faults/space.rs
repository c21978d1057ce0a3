//! Places that are full.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use handlers_core::Handler;
use handlers_file::rolling::When;
use handlers_file::{
    FileHandler, RotatingFileHandler, TimedRotatingFileHandler, WatchedFileHandler,
};
use handlers_tests::support::Dir;
use handlers_tests::test_dir;
use rustix::process::{Pid, Resource, Rlimit, prlimit};

use super::{assert_untroubled, handle};
use crate::writer::{Found, Running, Writer, acknowledged, numbered};

// Row A2. CPython keeps eight kilobytes: of 129 records that are refused 71 appear later.
#[test]
fn a_disk_that_was_full_gets_every_record_once_there_is_room() {
    for (handler, padding, flag) in DISKS {
        let dir = test_dir!();
        fs::create_dir(dir.join("disk")).expect("a directory can be made");
        let mut running = on_a_small_disk(&dir, handler, padding, &[flag]);
        running.wait_for_pause(50);
        let disk = disk_of(&running, &dir);
        fill(&disk.join("filler"));
        running.go_on();
        running.wait_for_pause(200);
        if flag == "--shared" {
            // Another process must find nothing but whole lines.
            Found::in_dir(&disk).assert_sound();
        }
        fs::remove_file(disk.join("filler")).expect("the filler can be removed");
        running.go_on();
        running.wait_for_pause(300);
        let found = Found::in_dir(&disk);
        running.go_on();

        let refused = running.finish().count("failed");
        assert!(refused >= 100, "{handler}: the disk was not full: {refused} records refused");
        assert_eq!(acknowledged(dir.path()).len() as u64, 301 - refused, "{handler}");
        found.assert_holds(0..300);
    }
}

#[test]
fn backups_that_a_full_disk_has_no_room_for_are_compressed_later() {
    let dir = test_dir!();
    fs::create_dir(dir.join("disk")).expect("a directory can be made");
    let mut running = on_a_small_disk(&dir, "rotating", 40, &["--compress", "gzip", "--settle"]);
    running.wait_for_pause(50);
    let disk = disk_of(&running, &dir);
    fill(&disk.join("filler"));
    running.go_on();
    running.wait_for_pause(200);
    let names = ["app.log", "app.log.1", "filler"];
    assert_eq!(names_in(&disk), names, "what there was no room for is not left behind");
    fs::remove_file(disk.join("filler")).expect("the filler can be removed");
    running.go_on();
    running.wait_for_pause(300);
    let names = names_in(&disk);
    let backups: Vec<_> = names.iter().filter(|name| *name != "app.log").collect();
    let is_compressed = |name: &&String| Path::new(name).extension() == Some("gz".as_ref());
    assert!(backups.iter().all(is_compressed) && backups.len() > 2, "{names:?}");
    let found = Found::in_bytes(&crate::compression::bytes_in(&disk));
    running.go_on();

    assert!(running.finish().count("failed") >= 100, "the disk was not full");
    found.assert_holds(0..300);
}

// Row A3b: the last line that fits is cut by the limit, a short write, then an error.
#[test]
fn a_line_that_a_limit_cut_is_finished_before_anything_else() {
    let dir = test_dir!();
    let writer = Writer::new(&dir, "file").option("--n", 300).option("--pause-at", 200);
    // Unless it is ignored, the signal ends the process.
    let mut running = writer.after("trap '' XFSZ; ulimit -S -f 8").start();
    running.wait_for_pause(200);
    let size = fs::metadata(dir.join("app.log")).expect("the log file is there").len();
    assert!(size % LINE != 0 && size < 200 * LINE, "no line was cut: {size} bytes");

    let process = i32::try_from(running.id()).ok().and_then(Pid::from_raw);
    let unlimited = Rlimit { current: None, maximum: None };
    prlimit(process, Resource::Fsize, unlimited).expect("the limit can be lifted");
    running.go_on();
    let ended = running.finish();
    assert!(ended.count("failed") > 50, "records were refused at the limit");
    assert_eq!(ended.count("emitted") + ended.count("failed"), 300);
    Found::in_dir(dir.path()).assert_holds(0..300);
}

// Row A6c.
#[test]
fn a_full_device_refuses_each_record_and_the_handler_counts_them() {
    let file = FileHandler::new("/dev/full").expect("the device can be opened");
    assert_refused(&file);
    let watched = WatchedFileHandler::new("/dev/full").expect("the device can be opened");
    assert_refused(&watched);
    let builder = RotatingFileHandler::builder("/dev/full").max_bytes(1000).backup_count(3);
    assert_refused(&builder.build().expect("the device can be opened"));
    let builder = TimedRotatingFileHandler::builder("/dev/full").when(When::Seconds).interval(0);
    assert_refused(&builder.build().expect("the device can be opened"));
}

// Row A6c. CPython 3.13 fails here when it asks for the position; it is not asked of what is no file.
#[test]
fn a_device_that_takes_everything_is_never_rotated() {
    let builder = RotatingFileHandler::builder("/dev/null").max_bytes(100).backup_count(3);
    let by_size = builder.build().expect("the device can be opened");
    // Its time has always come.
    let builder = TimedRotatingFileHandler::builder("/dev/null").when(When::Seconds).interval(0);
    let by_time = builder.build().expect("the device can be opened");
    for handler in [&by_size as &dyn Handler, &by_time] {
        handle(handler, 0..100);
        assert_untroubled(handler, 100);
    }
    let names = names_in(Path::new("/dev"));
    assert!(!names.iter().any(|name| name.starts_with("null.")), "{names:?}");
}

fn assert_refused(handler: &dyn Handler) {
    let reports = crate::faults::count_reports(handler);
    for number in 0..100 {
        assert!(handler.handle(&numbered(number)), "errors do not reach the caller");
    }
    let counters = handler.base().counters();
    assert_eq!((counters.emitted, counters.failed), (0, 100));
    assert_eq!(reports.count(), 100);
    let error = handler.flush().expect_err("nothing can be written");
    assert_eq!(error.io_kind(), Some(std::io::ErrorKind::StorageFull));
    assert!(handler.close().is_err(), "nothing can be written");
    assert!(handler.base().is_closed(), "an error does not keep a handler open");
}

/// A program whose log file is on a disk of four megabytes, which it alone sees.
fn on_a_small_disk(dir: &Dir, handler: &str, padding: u32, flags: &[&str]) -> Running {
    let disk = dir.join("disk");
    let writer = Writer::new(dir, handler).path(&disk.join("app.log")).option("--n", 301);
    let writer = flags.iter().fold(writer, |writer, flag| writer.flag(flag));
    let writer = writer.option("--max", 4000).option("--backup", 50).option("--pad", padding);
    let writer =
        writer.option("--pause-at", 50).option("--pause-at", 200).option("--pause-at", 300);
    let writer = writer.under(&["unshare", "--user", "--map-root-user", "--mount"]);
    let mount = format!("mount -t tmpfs -o size=4m tmpfs '{}' || exit 3", disk.display());
    writer.after(&mount).start()
}

/// The disk as it is seen from outside.
fn disk_of(running: &Running, dir: &Dir) -> std::path::PathBuf {
    let root = format!("/proc/{}/root", running.id());
    let disk = dir.join("disk");
    Path::new(&root).join(disk.strip_prefix("/").expect("the path is absolute"))
}

fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("the directory can be listed");
    let names = entries.map(|entry| entry.expect("the directory can be listed").file_name());
    let mut names: Vec<_> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}

/// Writes until there is no room.
fn fill(path: &Path) {
    let mut filler = File::create(path).expect("a file can be made");
    while filler.write_all(&[b'z'; 4096]).is_ok() {}
    // The last bytes, which are less than a block.
    while filler.write_all(b"z").is_ok() {}
}

/// A handler, how many `x` end its lines, and what else it is told.
const DISKS: [(&str, u32, &str); 5] = [
    ("file", 40, "--delay"),
    ("file", 3000, "--delay"),
    ("rotating", 40, "--delay"),
    ("rotating", 40, "--shared"),
    ("watched", 40, "--delay"),
];

/// The length of a line of the program, with forty times `x`.
const LINE: u64 = 57;
