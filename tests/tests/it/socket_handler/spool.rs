//! A backlog in a file, which survives the program.

use std::fs;
use std::path::Path;
use std::time::Duration;

use handlers_core::{Error, Handler};
use handlers_net::{Backlog, SocketHandler, WhenFull};
use handlers_tests::test_dir;

use super::{assert_arrive, builder, closed_port, handle};
use crate::receiver::{Receiver, assert_is, record};
use crate::writer::{Writer, acknowledged};

fn spooled(port: u16, path: &Path) -> Result<SocketHandler, Error> {
    let (builder, _) = builder(port);
    builder.backlog(Backlog::spool(path, 64 << 20).background(false)).build()
}

#[test]
fn with_a_spool_nothing_is_lost_though_both_sides_are_restarted() {
    let dir = test_dir!();
    let spool = dir.join("app.spool");
    let receiver = Receiver::tcp(0);
    let port = receiver.port();
    let handler = spooled(port, &spool).unwrap();
    for number in 0..1000 {
        handler.handle(&record(number));
        assert_is(&receiver.record(), &record(number));
    }
    receiver.kill();
    handle(&handler, 1000..6000);
    // Nobody is there: the records stay, and that is no error.
    handler.close().unwrap();
    assert_eq!((handler.counters().sent, handler.base().counters().dropped), (1000, 0));
    drop(handler);

    let receiver = Receiver::tcp(port);
    let handler = spooled(port, &spool).unwrap();
    assert_eq!(handler.counters().queued, 5000);
    handle(&handler, 6000..6100);
    handler.flush().unwrap();
    assert_arrive(&receiver, 1000..6100);
    let counters = handler.counters();
    assert_eq!((counters.sent, counters.queued, counters.dropped), (5100, 0, 0));
}

#[test]
fn a_sender_that_is_killed_leaves_what_it_has_acknowledged() {
    let dir = test_dir!();
    let receiver = Receiver::tcp(0);
    let port = receiver.port();
    drop(receiver);
    let writer = |first: u32| {
        let writer = Writer::new(&dir, "spooled");
        writer.option("--port", port).option("--start", first).option("--n", 300)
    };
    let mut running = writer(0).option("--pause-at", 250).start();
    running.wait_for_pause(250);
    running.kill();
    assert_eq!(acknowledged(dir.path()), (0..250).collect());

    let receiver = Receiver::tcp(port);
    writer(250).run().summary();
    let numbers: Vec<String> = receiver
        .messages(550)
        .iter()
        .map(|line| line.split(' ').nth(1).expect("the line has a number").to_owned())
        .collect();
    let expected: Vec<String> = (0..550).map(|number| format!("seq={number:08}")).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn a_sender_killed_at_any_write_to_its_spool_loses_and_tears_nothing() {
    let dir = test_dir!();
    let (_held, port) = closed_port();
    for when in (1..60).step_by(4) {
        let _ = fs::remove_file(dir.join("app.log"));
        let _ = fs::remove_file(dir.join("ack"));
        let writer = Writer::new(&dir, "spooled");
        let writer = writer.option("--port", port).option("--n", 50);
        let fault = format!("signal=SIGKILL:when={when}");
        writer.inject("pwrite64", &fault).run();
        let acknowledged = acknowledged(dir.path());

        let receiver = Receiver::tcp(0);
        let handler = spooled(receiver.port(), &dir.join("app.log")).unwrap();
        let queued = handler.counters().queued;
        handler.flush().unwrap();
        let lines = receiver.messages(usize::try_from(queued).unwrap());
        assert!(queued >= acknowledged.len() as u64, "{when}: {queued} of {acknowledged:?}");
        for (number, line) in lines.iter().enumerate() {
            assert!(line.contains(&format!("seq={number:08}")), "{when}: {line}");
        }
    }
}

#[test]
fn a_disk_that_is_full_for_a_while_costs_the_records_of_that_while() {
    let dir = test_dir!();
    let (_held, port) = closed_port();
    let writer = Writer::new(&dir, "spooled").option("--port", port).option("--n", 50);
    // The first write is that of the file's first line.
    let ended = writer.inject("pwrite64", "error=ENOSPC:when=10..20").run();
    assert_eq!(ended.summary()["failed"], 11);
    let acknowledged: Vec<u32> = acknowledged(dir.path()).into_iter().collect();
    assert_eq!(acknowledged, (0..8).chain(19..50).collect::<Vec<u32>>());

    let receiver = Receiver::tcp(0);
    let handler = spooled(receiver.port(), &dir.join("app.log")).unwrap();
    assert_eq!(handler.counters().queued, 39);
    handler.flush().unwrap();
    for (number, line) in acknowledged.iter().zip(receiver.messages(39)) {
        assert!(line.contains(&format!("seq={number:08}")), "{number}: {line}");
    }
}

#[test]
fn two_handlers_cannot_have_one_spool() {
    let dir = test_dir!();
    let (_held, port) = closed_port();
    let path = dir.join("app.spool");
    let first = spooled(port, &path).unwrap();
    let error = spooled(port, &path).unwrap_err();
    assert_eq!(error.to_string(), format!("use the spool {}", path.display()));
    first.close().unwrap();
    spooled(port, &path).unwrap();
}

#[test]
fn a_spool_that_cannot_be_written_is_reported() {
    let dir = test_dir!();
    let (_held, port) = closed_port();
    let path = dir.join("no-such-directory").join("app.spool");
    let error = spooled(port, &path).unwrap_err();
    assert_eq!(error.python_name(), "FileNotFoundError");
}

#[test]
fn a_full_spool_counts_what_it_lets_go() {
    for (when_full, first) in [(WhenFull::DropNewest, 0), (WhenFull::DropOldest, 900)] {
        let dir = test_dir!();
        let (_held, port) = closed_port();
        let spool = Backlog::spool(dir.join("app.spool"), 1 << 20).max_records(100);
        let spool = spool.when_full(when_full).background(false);
        let (builder, _) = builder(port);
        let handler = builder.backlog(spool).build().unwrap();
        handle(&handler, 0..1000);
        assert_eq!(handler.counters().dropped, 900);
        assert_eq!(handler.base().counters().emitted, 100);
        drop(handler);

        let receiver = Receiver::tcp(0);
        let (builder, _) = super::builder(receiver.port());
        let spool = Backlog::spool(dir.join("app.spool"), 1 << 20).background(false);
        let handler = builder.backlog(spool).build().unwrap();
        handler.flush().unwrap();
        assert_arrive(&receiver, first..first + 100);
    }
}

#[test]
fn a_spool_is_sent_without_any_record_by_the_next_handler() {
    let dir = test_dir!();
    let (_held, port) = closed_port();
    let handler = spooled(port, &dir.join("app.spool")).unwrap();
    handler.handle(&record(7));
    drop(handler);
    let receiver = Receiver::tcp(0);
    let _handler = SocketHandler::builder("127.0.0.1", receiver.port())
        .backlog(Backlog::spool(dir.join("app.spool"), 1 << 20))
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap();
    assert_is(&receiver.record(), &record(7));
}
