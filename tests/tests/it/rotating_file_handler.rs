//! Files that are put aside when they are full: CPython's `RotatingFileHandlerTest`.

use std::fs;
use std::path::{Path, PathBuf};

use handlers_core::{Error, Handler, Record, Result};
use handlers_file::RotatingFileHandler;
use handlers_file::rolling::Namer;
use handlers_tests::support::Dir;
use handlers_tests::test_dir;

fn record(message: &str) -> Record<'static> {
    Record::builder().message(message).build()
}

fn io<T>(attempt: &'static str, result: std::io::Result<T>) -> Result<T> {
    result.map_err(|error| Error::io(attempt, error))
}

/// Names a backup with an extension more.
fn with_extension(extension: &'static str) -> impl Fn(&Path) -> PathBuf {
    move |default: &Path| PathBuf::from(format!("{}.{extension}", default.display()))
}

// RotatingFileHandlerTest.test_should_not_rollover; FILE-39.
#[test]
fn an_empty_file_is_never_rolled() {
    let dir = test_dir!();
    let handler = RotatingFileHandler::builder(dir.join("app.log")).max_bytes(1).build().unwrap();
    assert!(!handler.should_rollover(&record("1")).unwrap());
}

// RotatingFileHandlerTest.test_should_not_rollover; FILE-35.
#[test]
fn without_a_size_no_file_is_rolled() {
    let dir = test_dir!();
    for content in ["", "\n"] {
        dir.write("app.log", content);
        let handler = RotatingFileHandler::builder(dir.join("app.log")).build().unwrap();
        assert!(!handler.should_rollover(&record("1")).unwrap());
    }
}

// RotatingFileHandlerTest.test_should_not_rollover_non_file, bpo-45401; FILE-41.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_never_rolled() {
    let handler = RotatingFileHandler::builder("/dev/null").max_bytes(1).build().unwrap();
    assert!(!handler.should_rollover(&record("1")).unwrap());

    // What counts is what is at the path now, which here is a link to a device.
    let dir = test_dir!();
    let path = dir.join("app.log");
    let builder = RotatingFileHandler::builder(&path).max_bytes(1).backup_count(1);
    let handler = builder.build().unwrap();
    handler.handle(&record("1"));
    assert!(handler.should_rollover(&record("2")).unwrap());
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/dev/null", &path).unwrap();
    assert!(!handler.should_rollover(&record("2")).unwrap());
    handler.handle(&record("2"));
    assert_eq!(dir.names(), ["app.log"]);
}

// RotatingFileHandlerTest.test_should_rollover; FILE-37.
#[test]
fn a_file_that_would_reach_the_size_is_rolled() {
    let dir = test_dir!();
    dir.write("app.log", "\n");
    let with_size =
        |size| RotatingFileHandler::builder(dir.join("app.log")).max_bytes(size).build().unwrap();
    // One byte is there; the record is a character and the line end another.
    assert!(with_size(2).should_rollover(&record("1")).unwrap());
    assert!(with_size(3).should_rollover(&record("1")).unwrap());
    assert!(!with_size(4).should_rollover(&record("1")).unwrap());
}

// RotatingFileHandlerTest.test_file_created; FILE-53.
#[test]
fn a_file_that_is_missing_is_made() {
    let dir = test_dir!();
    let handler = RotatingFileHandler::builder(dir.join("app.log")).build().unwrap();
    handler.handle(&record("1"));
    assert_eq!(dir.read("app.log"), "1\n");
    assert_eq!(dir.names(), ["app.log"]);
}

/// A small record and one that is as large as a whole file may be.
fn rolls_by_size(dir: &Dir, delay: bool) {
    let builder = RotatingFileHandler::builder(dir.join("app.log"));
    let handler = builder
        .max_bytes(100)
        .backup_count(2)
        .delay(delay)
        .build()
        .expect("the file can be opened");
    assert_eq!(dir.has("app.log"), !delay);
    let (small, large) = (record("a"), record(&"b".repeat(100)));
    let would_roll = |record| handler.should_rollover(record).expect("the file is open");
    assert!(!would_roll(&small));
    assert!(!would_roll(&large));

    handler.handle(&small);
    assert_eq!(dir.names(), ["app.log"]);
    assert!(!would_roll(&small));
    assert!(would_roll(&large));

    handler.handle(&large);
    assert_eq!(dir.names(), ["app.log", "app.log.1"]);
    assert_eq!(dir.read("app.log.1"), "a\n");
    assert_eq!(dir.read("app.log"), format!("{}\n", "b".repeat(100)));
    assert!(would_roll(&small));
    assert!(would_roll(&large));
}

// RotatingFileHandlerTest.test_max_bytes; FILE-37, FILE-39, FILE-46.
#[test]
fn a_record_that_is_too_large_for_the_rest_of_the_file_goes_to_a_new_one() {
    rolls_by_size(&test_dir!(), false);
}

// RotatingFileHandlerTest.test_max_bytes_delay; FILE-36, FILE-53.
#[test]
fn a_delayed_file_is_rolled_as_any_other() {
    rolls_by_size(&test_dir!(), true);
}

// RotatingFileHandlerTest.test_rollover_filenames; FILE-29, FILE-45, FILE-47.
#[test]
fn a_namer_names_the_backups() {
    let dir = test_dir!();
    let builder = RotatingFileHandler::builder(dir.join("app.log"));
    let handler = builder.max_bytes(1).backup_count(2).namer(with_extension("test")).build();
    let handler = handler.unwrap();
    let expected: [&[&str]; 4] = [
        &["app.log"],
        &["app.log", "app.log.1.test"],
        &["app.log", "app.log.1.test", "app.log.2.test"],
        &["app.log", "app.log.1.test", "app.log.2.test"],
    ];
    for (number, expected) in (1..).zip(expected) {
        handler.handle(&record(&number.to_string()));
        assert_eq!(dir.names(), expected);
    }
    let contents = expected[3].iter().map(|name| dir.read(name)).collect::<Vec<_>>();
    assert_eq!(contents, ["4\n", "3\n", "2\n"]);
}

// RotatingFileHandlerTest.test_namer_rotator_inheritance; FILE-30, FILE-32. What Python overrides
// in a subclass is a value of one's own type here.
#[test]
fn namer_and_rotator_may_be_types() {
    struct Test;

    impl Namer for Test {
        fn name(&self, default: &Path) -> PathBuf {
            PathBuf::from(format!("{}.test", default.display()))
        }
    }

    struct Rotated;

    impl handlers_file::rolling::Rotator for Rotated {
        fn rotate(&self, source: &Path, dest: &Path) -> Result<()> {
            let dest = format!("{}.rotated", dest.display());
            io("rename the log file", fs::rename(source, dest))
        }
    }

    let dir = test_dir!();
    let builder = RotatingFileHandler::builder(dir.join("app.log")).namer(Test).rotator(Rotated);
    let handler = builder.max_bytes(1).backup_count(2).build().unwrap();
    handler.handle(&record("1"));
    assert_eq!(dir.names(), ["app.log"]);
    handler.handle(&record("2"));
    assert_eq!(dir.names(), ["app.log", "app.log.1.test.rotated"]);
    assert_eq!(dir.read("app.log.1.test.rotated"), "1\n");
}

// RotatingFileHandlerTest.test_rotator; FILE-30, FILE-45, FILE-46. The rotator packs the file, in
// a way that cannot be mistaken for a rename; backups of backups are renamed.
#[test]
fn a_rotator_makes_the_first_backup_and_the_others_are_renamed() {
    fn packed(content: &[u8]) -> Vec<u8> {
        content.iter().rev().copied().collect()
    }

    let pack = |source: &Path, dest: &Path| {
        let content = io("read the log file", fs::read(source))?;
        io("write the backup", fs::write(dest, packed(&content)))?;
        io("remove the log file", fs::remove_file(source))
    };
    let dir = test_dir!();
    let builder = RotatingFileHandler::builder(dir.join("app.log")).rotator(pack);
    let builder = builder.max_bytes(1).backup_count(2).namer(with_extension("gz"));
    let handler = builder.build().unwrap();

    handler.handle(&record("one"));
    assert_eq!(dir.names(), ["app.log"]);
    handler.handle(&record("two"));
    assert_eq!(dir.read_bytes("app.log.1.gz"), b"\neno");
    handler.handle(&record("three"));
    assert_eq!(dir.read_bytes("app.log.1.gz"), b"\nowt");
    assert_eq!(dir.read_bytes("app.log.2.gz"), b"\neno");
    handler.handle(&record("four"));
    assert_eq!(dir.read_bytes("app.log.2.gz"), b"\nowt");
    assert_eq!(dir.names(), ["app.log", "app.log.1.gz", "app.log.2.gz"]);
    assert_eq!(dir.read("app.log"), "four\n");
}
