//! Listeners in processes of their own, which are killed.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use handlers_core::{Error, Record};
use handlers_queue::{Overflow, Placed, QueueListener, RecordQueue};
use handlers_tests::support::{Dir, ListHandler};
use handlers_tests::test_dir;

use super::server::Server;
use super::{LONG, Received, number, put, record};
use handlers_tests::support::wait_until;

/// A process that writes what comes into the file `app.log`, killed with this value.
struct Listener {
    child: Child,
    path: PathBuf,
}

impl Listener {
    fn start(dir: &Dir, server: &Server, consumer: &str) -> Self {
        let path = dir.join("app.log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_redis_listener"));
        command.arg(server.port().to_string()).arg(consumer).arg(&path).stdin(Stdio::piped());
        Self { child: command.spawn().expect("the program can be started"), path }
    }

    /// How many lines there are.
    fn written(&self) -> usize {
        fs::read_to_string(&self.path).unwrap_or_default().lines().count()
    }

    fn wait_for(&self, count: usize) {
        let deadline = Instant::now() + 4 * LONG;
        while self.written() < count {
            assert!(Instant::now() < deadline, "{} of {count} lines", self.written());
            thread::yield_now();
        }
    }

    /// Ends the process as it wants to end.
    fn finish(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().expect("it can be waited for").success());
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn numbers(dir: &Dir) -> BTreeMap<u32, u32> {
    let mut numbers = BTreeMap::new();
    for line in dir.read("app.log").lines() {
        *numbers.entry(number(line)).or_default() += 1;
    }
    numbers
}

#[test]
fn a_listener_that_is_killed_has_all_records_again_that_it_had_not_acknowledged() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    let numbers = thread::scope(|scope| {
        scope.spawn(|| put(&server.queue(), 0..COUNT));
        let mut listener = Listener::start(&dir, &server, "listener");
        for part in 1..5 {
            listener.wait_for(part * COUNT as usize / 5);
            drop(listener);
            listener = Listener::start(&dir, &server, "listener");
        }
        wait_until_all(&dir, &listener);
        listener.finish();
        numbers(&dir)
    });
    assert_all(&numbers, 4);
    assert_eq!(server.ask(&["XPENDING", "logs", "handlers"]).lines().next(), Some("0"));
}

#[test]
fn a_killed_listener_is_replaced_by_another_of_its_group() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    put(&server.queue(), 0..5000);
    let first = Listener::start(&dir, &server, "first");
    first.wait_for(1000);
    drop(first);
    // What the first one had is not idle for long enough yet.
    let second = server.builder().consumer("second").claim_after(Duration::from_millis(1)).build();
    let list = Arc::new(ListHandler::new());
    let listener = QueueListener::builder(second).handler(list.clone()).build();
    let guard = listener.start().unwrap();
    wait_until("the last record", || {
        server.ask(&["XPENDING", "logs", "handlers"]).lines().next() == Some("0")
            && list.lines().iter().any(|line| line == "seq=00004999")
    });
    assert!(!guard.stop(LONG).timed_out);
    let mut numbers = numbers(&dir);
    for line in list.lines() {
        *numbers.entry(number(&line)).or_default() += 1;
    }
    assert_eq!(numbers.len(), 5000);
}

#[test]
fn stopping_a_listener_handles_what_was_put_before() {
    let dir = test_dir!();
    let server = Server::start(&dir);
    let queue = Arc::new(server.queue());
    let list = Arc::new(ListHandler::new());
    let listener = QueueListener::builder(Arc::clone(&queue)).handler(list.clone()).build();
    for round in 0..3 {
        let guard = listener.start().unwrap();
        put(&queue, round * 1000..(round + 1) * 1000);
        if round == 1 {
            listener.flush(LONG).unwrap();
            assert_eq!(list.lines().len(), 2000);
        }
        let report = guard.stop(LONG);
        assert_eq!((report.handled, report.timed_out), (1000, false));
    }
    assert_eq!(list.lines().len(), 3000);
    assert_eq!(queue.dropped(), 0);
}

// The stream itself tells those who are elsewhere.
#[test]
fn what_a_queue_with_a_listener_has_dropped_is_told_once() {
    let dir = test_dir!();
    let mut server = Server::start(&dir);
    server.kill();
    let soon = Duration::from_millis(1);
    let queue = Arc::new(server.builder().retry_start(soon).retry_max(soon).build());
    let list = Arc::new(ListHandler::new());
    let listener = QueueListener::builder(Arc::clone(&queue)).handler(list.clone());
    let listener = listener.error_hook(|_: &Record<'_>, _: &Error| {}).build();
    let guard = listener.start().unwrap();
    for number in 0..100 {
        assert_eq!(queue.put(record(number), Overflow::DropNewest).unwrap(), Placed::Dropped);
    }
    server.restart();
    wait_until("the server", || {
        queue.put(record(100), Overflow::DropNewest).unwrap() == Placed::Queued
    });
    assert!(!guard.stop(LONG).timed_out);
    let mut received = Received::default();
    for record in list.records() {
        received.count(&record);
    }
    assert_eq!((received.len(), received.told()), (1, queue.dropped()));
    assert_eq!(server.ask(&["XLEN", "logs"]), "1");
}

/// Waits until each record is in the file at least once.
fn wait_until_all(dir: &Dir, listener: &Listener) {
    listener.wait_for(COUNT as usize);
    wait_until("the last of the records", || numbers(dir).len() == COUNT as usize);
}

fn assert_all(numbers: &BTreeMap<u32, u32>, kills: u32) {
    let twice: u32 = numbers.values().map(|times| times - 1).sum();
    assert_eq!(numbers.len(), COUNT as usize);
    // A turn of the listener, and what it had taken beyond that.
    assert!(twice <= kills * (256 + 128), "{twice} of {} records came twice", numbers.len());
}

const COUNT: u32 = 100_000;
