//! Size and time together: a number behind the date.

use std::path::{Path, PathBuf};
use std::time::Duration;

use handlers_core::Handler;
use handlers_file::rolling::{Compression, When};
use handlers_tests::test_dir;

use super::support::{DAY, Errors, FRIDAY, Stage, record};

#[test]
fn further_backups_of_a_period_have_numbers() {
    let dir = test_dir!();
    let stage = Stage::at(FRIDAY);
    let builder = stage.handler(dir.join("app.log")).when(When::Midnight).max_bytes(4);
    let handler = builder.build().unwrap();
    let deadline = handler.rollover_at();
    for message in ["1", "2", "3"] {
        handler.handle(&record(message));
    }
    // A file that is put aside for its size does not end the period.
    assert_eq!(handler.rollover_at(), deadline);
    stage.set(FRIDAY + DAY);
    for message in ["4", "5"] {
        handler.handle(&record(message));
    }
    let names = ["", ".1", ".2"].map(|number| format!("app.log.2024-03-01{number}"));
    assert_eq!(names.map(|name| dir.read(&name)), ["1\n", "2\n", "3\n"]);
    assert_eq!(dir.read("app.log.2024-03-02"), "4\n");
    assert_eq!(dir.read("app.log"), "5\n");
    assert_eq!(dir.names().len(), 5);
}

#[test]
fn each_number_counts_as_a_backup_and_none_is_used_again() {
    let dir = test_dir!();
    let stage = Stage::at(FRIDAY);
    let handler = || {
        let builder = stage.handler(dir.join("app.log")).when(When::Midnight);
        builder.max_bytes(4).backup_count(2).build().unwrap()
    };
    for message in 1..=13 {
        // A handler that comes later goes on where the last one stopped.
        handler().handle(&record(&message.to_string()));
        Stage::set_modified(&dir.join("app.log"), FRIDAY);
    }
    assert_eq!(dir.names(), ["app.log", "app.log.2024-03-01.10", "app.log.2024-03-01.11"]);
    assert_eq!(dir.read("app.log.2024-03-01.10"), "11\n");
    assert_eq!(dir.read("app.log.2024-03-01.11"), "12\n");
}

#[test]
fn a_namer_gets_the_date_and_the_number() {
    let dir = test_dir!();
    let stage = Stage::at(FRIDAY);
    let behind = |default: &Path| -> PathBuf {
        let name = default.file_name().expect("a backup has a name").to_string_lossy();
        let suffix = name.strip_prefix("app.log.").expect("the name of the file comes first");
        default.with_file_name(format!("app-{suffix}.log"))
    };
    let builder = stage.handler(dir.join("app.log")).when(When::Midnight).max_bytes(4);
    let handler = builder.backup_count(3).namer(behind).build().unwrap();
    for message in 1..=6 {
        handler.handle(&record(&message.to_string()));
    }
    let numbers = ["2", "3", "4"].map(|number| format!("app-2024-03-01.{number}.log"));
    assert_eq!(dir.names()[..3], numbers);
    assert_eq!(numbers.map(|name| dir.read(&name)), ["3\n", "4\n", "5\n"]);
    assert_eq!(dir.read("app.log"), "6\n");
}

#[test]
fn a_namer_that_leaves_the_number_out_overwrites_nothing() {
    let dir = test_dir!();
    let (stage, errors) = (Stage::at(FRIDAY), Errors::default());
    let constant = |default: &Path| default.with_file_name("old.log");
    let builder = stage.handler(dir.join("app.log")).when(When::Midnight).max_bytes(4);
    let handler = builder.namer(constant).error_hook(errors.hook()).build().unwrap();
    for message in ["1", "2", "3"] {
        handler.handle(&record(message));
    }
    assert_eq!((dir.read("old.log"), dir.read("app.log")), ("1\n".to_owned(), "2\n3\n".to_owned()));
    assert_eq!(errors.texts().len(), 1);
}

#[test]
fn compressed_backups_count_as_those_they_were_made_of() {
    let dir = test_dir!();
    let stage = Stage::at(FRIDAY);
    let builder = stage.handler(dir.join("app.log")).when(When::Midnight).max_bytes(4);
    let handler = builder.backup_count(2).compress(Compression::gzip()).build().unwrap();
    for message in 1..=5 {
        handler.handle(&record(&message.to_string()));
        assert!(handler.wait_until_compressed(Duration::from_secs(60)));
    }
    let kept = ["app.log.2024-03-01.2.gz", "app.log.2024-03-01.3.gz"];
    assert_eq!(dir.names()[1..], kept);
    assert_eq!(dir.read("app.log"), "5\n");
}

#[test]
fn all_backups_together_may_have_a_size() {
    let dir = test_dir!();
    let stage = Stage::at(FRIDAY);
    dir.write("app.log.1", "not a backup of this handler\n");
    let builder = stage.handler(dir.join("app.log")).when(When::Midnight).max_total_bytes(5);
    let handler = builder.build().unwrap();
    for day in 0..5 {
        stage.set(FRIDAY + day * DAY);
        handler.handle(&record(&day.to_string()));
    }
    let names = ["app.log", "app.log.1", "app.log.2024-03-03", "app.log.2024-03-04"];
    assert_eq!(dir.names(), names);
}
