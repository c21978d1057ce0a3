#![cfg(all(feature = "gzip", feature = "zstd"))]

mod fake;

use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::Write;
use std::sync::{Arc, Barrier, Weak};
use std::time::{Duration, SystemTime};

use super::identity::Identity;
use super::*;
use fake::{Fake, PATIENCE, again};

#[test]
fn a_backup_is_replaced_by_its_compressed_form() {
    for compression in [Compression::gzip(), Compression::zstd()] {
        let handler = Fake::new("replaced");
        // More than is read at once, and not all alike.
        let lines = (0..100_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_string());
        let text = lines.collect::<Vec<_>>().join("\n");
        handler.write("app.log.1", &text);
        handler.write("app.log.2", "");
        handler.compress(compression);
        let extension = compression.extension();
        let names = [format!("app.log.1.{extension}"), format!("app.log.2.{extension}")];
        assert_eq!(handler.names(), names);
        assert!(handler.read(&names[0]).len() < text.len() / 2);
        assert_eq!(handler.decode(&names[0], compression), text);
        assert_eq!(handler.decode(&names[1], compression), "");
        assert_eq!(handler.reports(), [""; 0]);
    }
}

#[cfg(unix)]
#[test]
fn the_compressed_form_has_the_time_and_the_permissions_of_the_plain_one() {
    use std::os::unix::fs::PermissionsExt;
    for mode in [0o600, 0o640, 0o444, 0o666] {
        let handler = Fake::new("inherits");
        handler.write("app.log.1", "text");
        let plain = File::options().write(true).open(handler.path("app.log.1")).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_709_290_800);
        plain.set_times(FileTimes::new().set_modified(time)).unwrap();
        plain.set_permissions(fs::Permissions::from_mode(mode)).unwrap();
        handler.compress(Compression::gzip());
        let compressed = fs::metadata(handler.path("app.log.1.gz")).unwrap();
        assert_eq!(compressed.modified().unwrap(), time);
        assert_eq!(compressed.permissions().mode() & 0o7777, mode);
        // RFC 1952, 2.3: no name, and the time of the original file.
        let header = [0x1f, 0x8b, 8, 0, 0x30, 0xb5, 0xe1, 0x65];
        assert_eq!(handler.read("app.log.1.gz")[..8], header);
    }
}

#[test]
fn a_backup_that_is_shifted_meanwhile_keeps_its_place() {
    let handler = Fake::new("shifted");
    handler.write("app.log.1", "older");
    handler.before_it_is_settled(|handler| {
        handler.rename("app.log.1", "app.log.2");
        handler.write("app.log.1", "newer");
    });
    handler.compress(Compression::gzip());
    assert_eq!(handler.names(), ["app.log.1", "app.log.2.gz"]);
    assert_eq!(handler.decode("app.log.2.gz", Compression::gzip()), "older");
}

#[test]
fn a_backup_that_is_removed_meanwhile_leaves_nothing() {
    let handler = Fake::new("removed");
    handler.write("app.log.1", "text");
    handler.before_it_is_settled(|handler| handler.remove("app.log.1"));
    handler.compress(Compression::gzip());
    assert_eq!(handler.names(), [""; 0]);
    assert_eq!(handler.reports(), [""; 0]);
}

// The rollover was undone, so the file is written again.
#[test]
fn a_backup_that_is_none_any_more_stays_as_it_is() {
    let handler = Fake::new("undone");
    handler.write("app.log.1", "text");
    handler.before_it_is_settled(|handler| handler.rename("app.log.1", "app.log"));
    handler.compress(Compression::gzip());
    assert_eq!(handler.names(), ["app.log"]);
    assert_eq!(handler.read("app.log"), b"text");
}

#[test]
fn what_is_written_to_a_backup_meanwhile_is_not_lost() {
    let handler = Fake::new("grown");
    handler.write("app.log.1", "one\n");
    handler.before_it_is_settled(|handler| {
        let mut late = OpenOptions::new().append(true).open(handler.path("app.log.1")).unwrap();
        late.write_all(b"two\n").unwrap();
    });
    let compressor = handler.compress(Compression::gzip());
    assert_eq!(handler.names(), ["app.log.1"]);
    again(&compressor);
    assert_eq!(handler.names(), ["app.log.1.gz"]);
    assert_eq!(handler.decode("app.log.1.gz", Compression::gzip()), "one\ntwo\n");
}

#[test]
fn another_file_of_the_compressed_name_is_never_overwritten() {
    for is_there_before in [true, false] {
        let handler = Fake::new("another");
        handler.write("app.log.1", "text");
        handler.write("app.log.2", "other text");
        let plant = |handler: &Fake| handler.write("app.log.1.gz", "somebody else's");
        if is_there_before {
            plant(&handler);
        } else {
            // The oldest is the first to be compressed.
            handler.before_it_is_settled(|_| {});
            handler.before_it_is_settled(plant);
        }
        let compressor = handler.compress(Compression::gzip());
        assert_eq!(handler.names(), ["app.log.1", "app.log.1.gz", "app.log.2.gz"]);
        assert_eq!(handler.read("app.log.1"), b"text");
        assert_eq!(handler.read("app.log.1.gz"), b"somebody else's");
        // It is said once.
        again(&compressor);
        let reports = handler.reports();
        assert_eq!(reports.len(), 1, "{reports:?}");
        assert!(reports[0].starts_with("cannot compress the log file "), "{reports:?}");

        handler.remove("app.log.1.gz");
        again(&compressor);
        assert_eq!(handler.names(), ["app.log.1.gz", "app.log.2.gz"]);
        assert_eq!(handler.reports().len(), 1);
    }
}

#[test]
fn a_directory_of_the_compressed_name_is_reported() {
    let handler = Fake::new("directory");
    handler.write("app.log.1", "text");
    fs::create_dir(handler.path("app.log.1.gz")).unwrap();
    handler.compress(Compression::gzip());
    assert_eq!(handler.names(), ["app.log.1", "app.log.1.gz"]);
    assert_eq!(handler.reports().len(), 1);
}

// The process was killed between the two changes of names.
#[test]
fn a_backup_that_is_there_in_both_forms_loses_the_plain_one() {
    // What CPython's gzip module and the program zstd make of it.
    let gzip: &[u8] = &[
        31, 139, 8, 0, 48, 181, 225, 101, 2, 255, 203, 207, 75, 229, 42, 41, 207, 231, 2, 0, 230,
        11, 186, 18, 8, 0, 0, 0,
    ];
    let zstd: &[u8] = &[
        40, 181, 47, 253, 4, 88, 65, 0, 0, 111, 110, 101, 10, 116, 119, 111, 10, 230, 166, 14, 64,
    ];
    for (compression, bytes) in [(Compression::gzip(), gzip), (Compression::zstd(), zstd)] {
        let handler = Fake::new("both");
        let compressed = format!("app.log.1.{}", compression.extension());
        handler.write("app.log.1", "one\ntwo\n");
        handler.write(&compressed, bytes);
        handler.compress(compression);
        assert_eq!(handler.names(), [&*compressed]);
        assert_eq!(handler.read(&compressed), bytes);
        assert_eq!(handler.reports(), [""; 0]);

        for cut in [0, 5, 12, bytes.len() - 1] {
            let handler = Fake::new("cut");
            handler.write("app.log.1", "one\ntwo\n");
            handler.write(&compressed, &bytes[..cut]);
            handler.compress(compression);
            assert_eq!(handler.names(), ["app.log.1", &*compressed]);
            assert_eq!(handler.reports().len(), 1, "{cut}");
        }
        for plain in ["", "one\n", "one\ntwo\nthree\n", "one\ntwO\n"] {
            let handler = Fake::new("unequal");
            handler.write("app.log.1", plain);
            handler.write(&compressed, bytes);
            handler.compress(compression);
            assert_eq!(handler.names(), ["app.log.1", &*compressed]);
            assert_eq!(handler.read("app.log.1"), plain.as_bytes());
        }
    }
}

#[test]
fn what_crashes_have_left_is_removed_and_nothing_else() {
    let handler = Fake::new("orphans");
    let others = [
        ".app.log.",
        ".app.log..partial",
        ".app.log.1f.gz",
        ".app.log.1F.partial",
        ".app.log.xyz.partial",
        ".app.log.+1.partial",
        ".app.log.11111111111111111.partial",
        ".app.log.1.1f.partial",
        ".other.log.1f.partial",
        "app.log.1f.partial",
    ];
    for name in others {
        handler.write(name, "text");
    }
    handler.write(".app.log.1f.partial", "half");
    handler.write("app.log.1", "text");
    let number = Identity::at(&handler.path("app.log.1")).unwrap().number();
    handler.write(&format!(".app.log.{number:x}.partial"), "half");
    handler.compress(Compression::gzip());
    let mut left: Vec<&str> = others.into_iter().chain(["app.log.1.gz"]).collect();
    left.sort_unstable();
    assert_eq!(handler.names(), left);
}

#[test]
fn a_backup_that_another_process_compresses_is_left_to_it() {
    let handler = Fake::new("claimed");
    handler.write("app.log.1", "text");
    let number = Identity::at(&handler.path("app.log.1")).unwrap().number();
    let partial = format!(".app.log.{number:x}.partial");
    handler.write(&partial, "half");
    let other = File::open(handler.path("app.log.1")).unwrap();
    other.lock().unwrap();
    let compressor = handler.compress(Compression::gzip());
    assert_eq!(handler.names(), [&*partial, "app.log.1"]);
    assert_eq!(handler.reports(), [""; 0]);

    drop(other);
    again(&compressor);
    assert_eq!(handler.names(), ["app.log.1.gz"]);
}

#[cfg(unix)]
#[test]
fn only_files_are_compressed() {
    let handler = Fake::new("no_files");
    handler.write("target", "text");
    std::os::unix::fs::symlink(handler.path("target"), handler.path("app.log.1")).unwrap();
    fs::create_dir(handler.path("app.log.2")).unwrap();
    let fifo = handler.path("app.log.3");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        fifo,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    handler.compress(Compression::gzip());
    assert_eq!(handler.names(), ["app.log.1", "app.log.2", "app.log.3", "target"]);
    assert_eq!(handler.reports(), [""; 0]);
}

#[test]
fn what_is_compressed_is_not_compressed_again() {
    let handler = Fake::new("twice");
    handler.write("app.log.1.gz", "as it was");
    handler.write("app.log.2.zst", "as it was");
    for compression in [Compression::gzip(), Compression::zstd()] {
        handler.compress(compression);
        assert_eq!(handler.names(), ["app.log.1.gz", "app.log.2.zst"]);
    }
}

#[test]
fn what_fails_is_reported_and_tried_again() {
    // The hidden name would be longer than names may be.
    let handler = Fake::named("fails", &"x".repeat(240));
    let backup = handler.backup(1);
    handler.write(&backup, "text");
    let compressor = handler.compress(Compression::gzip());
    assert_eq!(handler.names(), [&*backup]);
    let reports = handler.reports();
    assert_eq!(reports.len(), 1);
    assert!(reports[0].starts_with("compress the log file "), "{reports:?}");
    again(&compressor);
    assert_eq!(handler.reports().len(), 2);
}

#[test]
fn a_panic_of_the_handler_ends_one_round_only() {
    let handler = Fake::new("panics");
    handler.write("app.log.1", "text");
    handler.before_it_is_settled(|_| panic!("on purpose"));
    let compressor = handler.compress(Compression::gzip());
    assert_eq!(handler.names(), ["app.log.1"]);
    assert_eq!(handler.reports().len(), 1);
    again(&compressor);
    assert_eq!(handler.names(), ["app.log.1.gz"]);
}

#[test]
fn nothing_is_done_for_a_handler_that_is_gone() {
    let handler = Fake::new("gone");
    handler.write("app.log.1", "text");
    let compressor = Compressor::new(&handler.path("app.log"), Compression::gzip());
    let keeper: Weak<dyn Housekeeper> = Weak::<Fake>::new();
    compressor.start(keeper).unwrap();
    assert!(compressor.wait_until_idle(PATIENCE));
    assert_eq!(handler.names(), ["app.log.1"]);
}

#[test]
fn one_can_wait_until_nothing_is_compressed() {
    let handler = Fake::new("waits");
    handler.write("app.log.1", "text");
    let gate = Arc::new(Barrier::new(2));
    let inner = Arc::clone(&gate);
    handler.before_it_is_settled(move |_| {
        inner.wait();
    });
    let compressor = Compressor::new(&handler.path("app.log"), Compression::gzip());
    assert!(compressor.wait_until_idle(Duration::ZERO), "it has not been started");
    let keeper: Weak<dyn Housekeeper> = Arc::downgrade(&handler) as _;
    compressor.start(keeper).unwrap();
    assert!(!compressor.wait_until_idle(Duration::from_millis(1)));
    // What is asked for while it works is not forgotten.
    handler.write("app.log.2", "text");
    compressor.wake().unwrap();
    gate.wait();
    assert!(compressor.wait_until_idle(Duration::MAX));
    assert_eq!(handler.names(), ["app.log.1.gz", "app.log.2.gz"]);
}

#[test]
fn a_level_is_one_that_the_format_has() {
    assert_eq!(Compression::gzip().level(0), Compression::gzip().level(1));
    assert_eq!(Compression::gzip().level(i32::MAX), Compression::gzip().level(9));
    assert_eq!(Compression::zstd().level(i32::MIN), Compression::zstd().level(1));
    assert_eq!(Compression::zstd().level(22), Compression::zstd().level(19));
    assert_eq!(Compression::gzip(), Compression::gzip().level(6));
    assert_eq!(Compression::zstd(), Compression::zstd().level(3));
}
