//! Backups that are compressed in the background.

mod processes;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use handlers_core::{Error, Handler, ManualClock, Record, TimeZone, Timestamp};
use handlers_file::rolling::{Compression, When};
use handlers_file::{RotatingFileHandler, RotatingFileHandlerBuilder, TimedRotatingFileHandler};
use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use crate::writer::{Found, numbered};

#[test]
fn cpython_reads_what_gzip_has_made_of_the_backups() {
    let dir = test_dir!();
    let handler = rotating(&dir).compress(Compression::gzip()).build().expect("a log file");
    log(&handler, 0..100);
    assert!(handler.wait_until_compressed(PATIENCE));
    let backups = ["app.log.1.gz", "app.log.2.gz", "app.log.3.gz"];
    assert_eq!(dir.names(), [&["app.log"], &backups[..]].concat());
    let script = "import gzip, sys; sys.stdout.buffer.write(gzip.open(sys.argv[1]).read())";
    let mut bytes = Vec::new();
    for backup in backups.iter().rev() {
        bytes.extend(output_of("python3", &["-c", script], &dir.join(backup)));
    }
    bytes.extend(dir.read_bytes("app.log"));
    // Files of seven lines: the last has two, and the three before it are kept.
    Found::in_bytes(&bytes).assert_holds(100 - 2 - 3 * 7..100);
}

#[test]
fn zstd_reads_what_it_has_made_of_the_backups() {
    for level in [1, 3, 19] {
        let dir = test_dir!();
        let compression = Compression::zstd().level(level);
        let handler = rotating(&dir).compress(compression).build().expect("a log file");
        log(&handler, 0..21);
        assert!(handler.wait_until_compressed(PATIENCE));
        assert_eq!(dir.names(), ["app.log", "app.log.1.zst", "app.log.2.zst"]);
        // With its checksum.
        output_of("zstd", &["-q", "-t"], &dir.join("app.log.1.zst"));
        let bytes = output_of("zstd", &["-q", "-d", "-c"], &dir.join("app.log.2.zst"));
        Found::in_bytes(&bytes).assert_holds(0..7);
    }
}

#[test]
fn dated_backups_are_compressed_and_count_as_backups() {
    let dir = test_dir!();
    let day = |day: i32| Timestamp::from_seconds(1_709_290_800.0 + 86_400.0 * f64::from(day));
    let clock = ManualClock::new(day(0));
    let handler = TimedRotatingFileHandler::builder(dir.join("app.log"))
        .when(When::Midnight)
        .backup_count(2)
        .time_zone(TimeZone::utc())
        .clock(clock.clone())
        .delay(true)
        .compress(Compression::gzip())
        .build()
        .expect("a log file");
    for number in 0..5 {
        clock.set(day(number));
        handler.handle(&numbered(number.unsigned_abs()));
        assert!(handler.wait_until_compressed(PATIENCE));
    }
    assert_eq!(dir.names(), ["app.log", "app.log.2024-03-03.gz", "app.log.2024-03-04.gz"]);
    Found::in_bytes(&gunzip(&dir.join("app.log.2024-03-04.gz"))).assert_holds([3]);
}

#[test]
fn a_number_behind_a_date_is_not_given_again_to_a_backup_that_was_compressed() {
    let dir = test_dir!();
    let handler = TimedRotatingFileHandler::builder(dir.join("app.log"))
        .when(When::Midnight)
        .max_bytes(400)
        .time_zone(TimeZone::utc())
        .clock(ManualClock::new(Timestamp::from_seconds(1_709_290_800.0)))
        .delay(true)
        .compress(Compression::gzip())
        .build()
        .expect("a log file");
    for number in 0..22 {
        handler.handle(&numbered(number));
        assert!(handler.wait_until_compressed(PATIENCE));
    }
    let backups = ["app.log.2024-03-01.1.gz", "app.log.2024-03-01.2.gz", "app.log.2024-03-01.gz"];
    assert_eq!(dir.names(), [&["app.log"], &backups[..]].concat());
    for (first, backup) in [(7, backups[0]), (14, backups[1]), (0, backups[2])] {
        Found::in_bytes(&gunzip(&dir.join(backup))).assert_holds(first..first + 7);
    }
}

#[test]
fn backups_that_were_left_plain_are_compressed_by_the_next_handler() {
    let dir = test_dir!();
    log(&rotating(&dir).build().expect("a log file"), 0..28);
    assert_eq!(dir.names(), ["app.log", "app.log.1", "app.log.2", "app.log.3"]);
    let handler = rotating(&dir).compress(Compression::gzip()).build().expect("a log file");
    assert!(handler.wait_until_compressed(PATIENCE));
    assert_eq!(dir.names(), ["app.log", "app.log.1.gz", "app.log.2.gz", "app.log.3.gz"]);
    found(&dir).assert_holds(0..28);
}

#[test]
fn backups_are_shifted_whatever_they_were_compressed_by() {
    let dir = test_dir!();
    for (start, compression) in [
        (0, Compression::gzip()),
        (14, Compression::zstd()),
        (21, Compression::gzip().level(1)),
        (28, Compression::zstd()),
    ] {
        let handler = rotating(&dir).compress(compression).build().expect("a log file");
        log(&handler, start..start + 7);
        assert!(handler.wait_until_compressed(PATIENCE));
        if start == 0 {
            log(&handler, 7..14);
            assert!(handler.wait_until_compressed(PATIENCE));
        }
    }
    let names = ["app.log", "app.log.1.zst", "app.log.2.gz", "app.log.3.zst"];
    assert_eq!(dir.names(), names);
    let bytes = output_of("zstd", &["-q", "-d", "-c"], &dir.join("app.log.3.zst"));
    Found::in_bytes(&bytes).assert_holds(7..14);
}

#[test]
fn a_file_that_has_the_name_of_a_compressed_backup_is_not_overwritten() {
    let dir = test_dir!();
    let handler = rotating(&dir).compress(Compression::gzip()).build().expect("a log file");
    let reports = reports_of(&handler);
    log(&handler, 0..7);
    assert!(handler.wait_until_compressed(PATIENCE));
    dir.write("app.log.1", "a backup\n");
    dir.write("app.log.1.gz", "what it is, nobody knows");
    log(&handler, 7..8);
    assert!(handler.wait_until_compressed(PATIENCE));
    // They are one backup, and are shifted together.
    assert_eq!(dir.names(), ["app.log", "app.log.1.gz", "app.log.2", "app.log.2.gz"]);
    assert_eq!(dir.read("app.log.2"), "a backup\n");
    assert_eq!(dir.read("app.log.2.gz"), "what it is, nobody knows");
    // With the next record, and once.
    log(&handler, 8..21);
    assert!(handler.wait_until_compressed(PATIENCE));
    log(&handler, 21..22);
    let reports = reports.lock().expect("no report panics").clone();
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(reports[0].contains("app.log.2.gz"), "{reports:?}");
}

#[test]
fn a_link_to_elsewhere_is_no_backup_to_be_compressed() {
    let dir = test_dir!();
    dir.write("secret", "of somebody else\n");
    std::os::unix::fs::symlink(dir.join("secret"), dir.join("app.log.1")).expect("a link");
    let handler = rotating(&dir).compress(Compression::gzip()).build().expect("a log file");
    log(&handler, 0..8);
    assert!(handler.wait_until_compressed(PATIENCE));
    assert_eq!(dir.names(), ["app.log", "app.log.1.gz", "app.log.2", "secret"]);
    assert_eq!(dir.read("secret"), "of somebody else\n");
}

#[test]
fn caps_count_compressed_backups_as_what_they_are() {
    let dir = test_dir!();
    // Plain, two files of 399 bytes have no room; compressed, all of them have.
    let builder = rotating(&dir).backup_count(9).max_total_bytes(700);
    let handler = builder.compress(Compression::gzip()).build().expect("a log file");
    for number in 0..35 {
        handler.handle(&numbered(number));
        assert!(handler.wait_until_compressed(PATIENCE));
    }
    let backups = dir.names().split_off(1);
    let bytes: usize = backups.iter().map(|name| dir.read_bytes(name).len()).sum();
    assert!(backups.len() > 1 && bytes <= 700, "{backups:?} of {bytes} bytes");
    assert!(backups.iter().all(|name| is_gzip(name)), "{backups:?}");
}

// Rollovers come faster than backups can be compressed.
#[test]
fn nothing_is_lost_while_threads_log_and_backups_are_shifted_and_compressed() {
    let dir = test_dir!();
    let builder = rotating(&dir).max_bytes(20_000).backup_count(1000);
    let handler = builder.compress(Compression::gzip().level(9)).build().expect("a log file");
    let reports = reports_of(&handler);
    let next = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..RECORDS / 4 {
                    let mut next = next.lock().expect("no thread panics");
                    handler.handle(&numbered(*next));
                    *next += 1;
                }
            });
        }
    });
    assert!(handler.wait_until_compressed(PATIENCE));
    let plain = dir.names().into_iter().filter(|name| !is_gzip(name));
    assert_eq!(plain.collect::<Vec<_>>(), ["app.log"]);
    found(&dir).assert_holds(0..RECORDS);
    assert_eq!(*reports.lock().expect("no report panics"), [""; 0]);
}

#[test]
fn what_is_held_back_is_written_by_the_time_the_handler_is_dropped() {
    let dir = test_dir!();
    let (told, is_busy) = mpsc::channel();
    let (_never, patience) = mpsc::channel::<()>();
    // The thread that compresses asks for names while it has the file.
    let namer = move |path: &Path| {
        if thread::current().name() == Some("compress") && told.send(()).is_ok() {
            let _ = patience.recv_timeout(Duration::from_millis(100));
        }
        path.to_owned()
    };
    let builder = rotating(&dir).backup_count(1).buffered(1000).namer(namer);
    let handler = builder.compress(Compression::gzip()).build().expect("a log file");
    assert!(handler.wait_until_compressed(PATIENCE));
    while is_busy.try_recv().is_ok() {}
    handler.handle(&numbered(0));
    handler.do_rollover().expect("a rollover");
    handler.handle(&numbered(1));
    is_busy.recv_timeout(PATIENCE).expect("the thread looks for backups");
    drop(handler);
    Found::in_bytes(&dir.read_bytes("app.log")).assert_holds([1]);
}

#[test]
fn a_handler_that_is_dropped_leaves_the_rest_to_the_next() {
    let dir = test_dir!();
    let noise: Vec<u8> =
        (0..2_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    dir.write("app.log.1", &noise);
    let compressing = || rotating(&dir).compress(Compression::gzip()).build().expect("a log file");
    drop(compressing());
    // Its thread may not have seen yet that it is gone.
    let start = Instant::now();
    while dir.has("app.log.1") {
        assert!(start.elapsed() < PATIENCE, "the backup is not compressed: {:?}", dir.names());
        compressing().wait_until_compressed(PATIENCE);
    }
    assert_eq!(dir.names(), ["app.log", "app.log.1.gz"]);
    assert_eq!(gunzip(&dir.join("app.log.1.gz")), noise);
}

/// A handler whose files have seven lines; three are kept beside it.
fn rotating(dir: &Dir) -> RotatingFileHandlerBuilder {
    RotatingFileHandler::builder(dir.join("app.log")).max_bytes(400).backup_count(3)
}

fn log(handler: &dyn Handler, numbers: std::ops::Range<u32>) {
    for number in numbers {
        handler.handle(&numbered(number));
    }
}

/// The texts of what comes to the error hook.
fn reports_of(handler: &dyn Handler) -> Arc<Mutex<Vec<String>>> {
    let reports = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&reports);
    let hook = move |_: &Record<'_>, error: &Error| {
        told.lock().expect("no report panics").push(error.to_string());
    };
    handler.base().set_error_hook(Some(Arc::new(hook)));
    reports
}

fn is_gzip(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "gz")
}

fn found(dir: &Dir) -> Found {
    Found::in_bytes(&bytes_in(dir.path()))
}

/// What is in `app.log` and its numbered backups, compressed or not, the oldest first.
pub(crate) fn bytes_in(directory: &Path) -> Vec<u8> {
    let entries = fs::read_dir(directory).expect("the directory can be listed");
    let names = entries.map(|entry| entry.expect("the directory can be listed").file_name());
    let backup = |name: std::ffi::OsString| {
        let name = name.to_str()?.strip_prefix("app.log.")?;
        name.strip_suffix(".gz").unwrap_or(name).parse::<u32>().ok()
    };
    let numbers: BTreeSet<u32> = names.filter_map(backup).collect();
    let mut bytes = Vec::new();
    for number in numbers.into_iter().rev() {
        let backup = directory.join(format!("app.log.{number}"));
        let compressed = directory.join(format!("app.log.{number}.gz"));
        if compressed.exists() {
            bytes.extend(gunzip(&compressed));
        }
        bytes.extend(fs::read(backup).unwrap_or_default());
    }
    bytes.extend(fs::read(directory.join("app.log")).unwrap_or_default());
    bytes
}

fn gunzip(path: &Path) -> Vec<u8> {
    use std::io::Read;
    let file = File::open(path).expect("the file is there");
    let mut bytes = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes);
    read.expect("the file is compressed and whole");
    bytes
}

/// What a program makes of a file.
fn output_of(program: &str, arguments: &[&str], path: &Path) -> Vec<u8> {
    let output = Command::new(program).args(arguments).arg(path).stderr(Stdio::inherit()).output();
    let output = output.unwrap_or_else(|error| panic!("{program} is not installed: {error}"));
    assert!(output.status.success(), "{program} cannot read {}", path.display());
    output.stdout
}

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

const RECORDS: u32 = 20_000;
