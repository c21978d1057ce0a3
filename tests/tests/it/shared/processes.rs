//! Processes that rotate one file.

use std::path::Path;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use super::company::{Company, first, member};
use super::lines::Lines;
use crate::writer::Writer;

#[test]
fn four_processes_that_share_a_file_lose_tear_and_double_nothing() {
    let dir = test_dir!();
    Company::gather((0..4).map(|process| sharing(&dir, process, 50_000))).log_all(50_000);
    let lines = Lines::in_dir(&dir);
    lines.assert_complete(4, 50_000);
    // Of 57 bytes each, 64 KiB hold 1,149.
    assert_eq!(lines.backups.len(), 200_000 / 1149);
}

// The same with the standard library's handler. How much is lost differs from run to run.
#[test]
fn four_processes_with_pythons_own_handler_lose_records() {
    let dir = test_dir!();
    let python = |process| full_size(member(&dir, "rotating", process, 50_000)).in_python();
    let mut company = Company::gather((0..4).map(python));
    company.go_on();
    let written: u64 = company.finish().iter().map(|ended| ended.count("emitted")).sum();
    let found = Lines::in_dir(&dir).found().len() as u64;
    println!("CPython's RotatingFileHandler: {found} of {written} records are left");
    assert!(found < written, "four processes have not got into each other's way");
}

#[test]
fn processes_in_rust_and_python_share_a_file() {
    let dir = test_dir!();
    let python = |process| full_size(member(&dir, "clh", process, 20_000)).in_python();
    let members = [sharing(&dir, 0, 20_000), python(1), sharing(&dir, 2, 20_000), python(3)];
    Company::gather(members).log_all(20_000);
    let lines = Lines::in_dir(&dir);
    lines.assert_complete(4, 20_000);
    assert!(lines.backups.len() > 60, "{:?}", lines.backups);
    assert!(dir.has(".__app.lock"));
}

#[test]
fn processes_that_compress_backups_do_not_get_into_each_others_way() {
    let dir = test_dir!();
    let compressing = |process| {
        let writer = member(&dir, "rotating", process, 5000).flag("--shared");
        writer.option("--max", 10_000).option("--backup", 300).option("--compress", "gzip")
    };
    Company::gather((0..3).map(compressing)).log_all(5000);
    let lines = Lines::in_dir(&dir);
    lines.assert_complete(3, 5000);
    // Of 57 bytes each, 10,000 bytes hold 175.
    assert_eq!(lines.backups.len(), 15_000 / 175);
    let is_compressed = |name: &String| Path::new(name).extension() == Some("gz".as_ref());
    assert!(lines.backups.iter().all(is_compressed), "{:?}", lines.backups);
}

#[test]
fn processes_in_rust_and_python_agree_when_a_file_is_put_aside() {
    let dir = test_dir!();
    let rust = |process| member(&dir, "timed", process, 4000).flag("--shared");
    let members = [rust(0), rust(1), member(&dir, "clh-timed", 2, 4000).in_python()];
    let pauses = [1000, 2000, 3000];
    let members = members.into_iter().zip(0..).map(|(member, process)| {
        pauses.iter().fold(member.option("--backup", 0), |member, pause| {
            member.option("--pause-at", first(process) + pause)
        })
    });
    let mut company = Company::gather(members);
    for pause in pauses {
        company.go_on();
        company.wait_for_pause(pause);
        wait_for_the_next_second();
    }
    company.log_all(4000);
    let lines = Lines::in_dir(&dir);
    lines.assert_complete(3, 4000);
    assert!(lines.backups.len() >= 3, "{:?}", lines.backups);
    let deadline: u64 = dir.read(".__app.lock").parse().expect("the lock file holds a number");
    assert!(deadline.abs_diff(seconds()) < 60, "{deadline}");
}

/// A process that shares a file of 64 KiB.
fn sharing(dir: &Dir, process: u32, count: u32) -> Writer {
    full_size(member(dir, "rotating", process, count)).flag("--shared")
}

fn full_size(writer: Writer) -> Writer {
    writer.option("--max", 64 * 1024).option("--backup", 300)
}

fn wait_for_the_next_second() {
    let now = seconds();
    while seconds() == now {
        thread::yield_now();
    }
}

fn seconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("the clock is right").as_secs()
}
