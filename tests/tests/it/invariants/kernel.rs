//! P1: a record whose call has returned is with the operating system.

use std::fs::File;
use std::io::Read;

use handlers_core::{Handler, Level, Record};
use handlers_file::rolling::When;
use handlers_file::{
    FileHandler, RotatingFileHandler, TimedRotatingFileHandler, WatchedFileHandler,
};
use handlers_tests::test_dir;

use crate::writer::{Found, Writer, acknowledged, numbered};

#[test]
fn p1_a_record_whose_call_returned_can_be_read_by_others() {
    let dir = test_dir!();
    let path = dir.join("app.log");
    let plain = FileHandler::new(&path).expect("the file can be opened");
    let rotating = RotatingFileHandler::builder(&path).max_bytes(100_000).backup_count(1);
    let rotating = rotating.build().expect("the file can be opened");
    let watched = WatchedFileHandler::new(&path).expect("the file can be opened");
    let timed = TimedRotatingFileHandler::builder(&path).when(When::Days);
    let timed = timed.build().expect("the file can be opened");
    let shared = RotatingFileHandler::builder(&path).max_bytes(100_000).shared(true);
    let shared = shared.build().expect("the file can be opened");
    for handler in [&plain as &dyn Handler, &rotating, &watched, &timed, &shared] {
        for number in 0..100 {
            let before = dir.read_bytes("app.log").len();
            handler.handle(&numbered(number));
            let written = dir.read_bytes("app.log").split_off(before);
            Found::in_bytes(&written).assert_holds([number]);
        }
    }
}

#[test]
fn p1_a_kill_costs_no_acknowledged_record() {
    for handler in ["file", "rotating", "timed", "watched"] {
        let dir = test_dir!();
        let writer = Writer::new(&dir, handler).option("--backup", 50).option("--when", "D");
        let mut running = writer.option("--pause-at", 150).start();
        running.wait_for_pause(150);
        running.kill();
        assert_eq!(acknowledged(dir.path()), (0..150).collect());
        Found::in_dir(dir.path()).assert_holds(0..150);
    }
}

// One that is killed wherever it happens to be.
#[test]
fn p1_a_kill_at_any_time_costs_no_acknowledged_record() {
    for flags in [vec!["file"], vec!["rotating"], vec!["watched"], vec!["rotating", "--shared"]] {
        let dir = test_dir!();
        let writer = Writer::new(&dir, flags[0]).option("--n", 1_000_000).option("--max", 20_000);
        let writer = flags[1..].iter().fold(writer, |writer, flag| writer.flag(flag));
        let mut running = writer.option("--backup", 50).option("--pause-at", 100).start();
        running.wait_for_pause(100);
        running.go_on();
        while acknowledged(dir.path()).len() < 500 {}
        running.kill();
        let found = Found::in_dir(dir.path());
        let kept = acknowledged(dir.path()).into_iter().filter(|number| *number >= found.first());
        found.assert_holds(kept);
    }
}

#[test]
fn p1_a_grave_record_brings_out_what_is_held_back() {
    let dir = test_dir!();
    let builder = FileHandler::builder(dir.join("app.log")).buffered(1 << 20);
    let handler = builder.flush_level(Level::ERROR).build().expect("the file can be opened");
    handler.handle(&Record::builder().level(Level::INFO).message("held back").build());
    assert_eq!((dir.read("app.log"), handler.pending()), (String::new(), 1));
    handler.handle(&Record::builder().level(Level::ERROR).message("grave").build());
    assert_eq!((dir.read("app.log"), handler.pending()), ("held back\ngrave\n".to_owned(), 0));
}

#[test]
fn p1_a_descriptor_that_was_opened_before_sees_each_line_too() {
    let dir = test_dir!();
    let handler = FileHandler::new(dir.join("app.log")).expect("the file can be opened");
    let mut follower = File::open(dir.join("app.log")).expect("the file is there");
    let mut seen = Vec::new();
    for number in 0..100 {
        handler.handle(&numbered(number));
        follower.read_to_end(&mut seen).expect("the file can be read");
        Found::in_bytes(&seen).assert_holds(0..=number);
    }
}

#[test]
fn p8_what_is_held_back_is_written_when_the_program_ends() {
    for handler in ["file", "rotating", "timed", "watched"] {
        let dir = test_dir!();
        let writer = Writer::new(&dir, handler).option("--backup", 50).option("--when", "D");
        let ended = writer.option("--buffered", 1_000_000).run();
        assert_eq!((ended.count("left"), ended.count("failed")), (0, 0), "{handler}");
        Found::in_dir(dir.path()).assert_holds(0..200);
    }
}
