//! Producers that are processes of their own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use handlers_queue::{QueueListener, RecordQueue, SocketQueue};
use handlers_tests::support::ListHandler;

use super::Received;
use handlers_tests::support::{SocketPath, wait_until};

/// The program `producer`, killed with this value.
struct Producer(Child);

impl Producer {
    fn start(path: &SocketPath, tag: &str, n: u32, mode: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_producer"));
        command.arg(path.as_ref()).args([tag, &n.to_string(), mode]).stdout(Stdio::piped());
        Self(command.spawn().expect("the program can be started"))
    }

    fn finish(mut self) {
        let status = self.0.wait().expect("the program can be waited for");
        assert!(status.success(), "{status}");
    }

    /// Waits until it says so.
    fn wait_for(&mut self, word: &str) {
        let stdout = self.0.stdout.as_mut().expect("standard output is a pipe");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("the program can be heard");
        assert_eq!(line.trim_end(), word);
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn all_records_of_four_processes_arrive_once_and_in_order() {
    let path = SocketPath::new();
    let queue = SocketQueue::bind(path.as_ref()).unwrap();
    let list = Arc::new(ListHandler::new());
    let listener = QueueListener::builder(queue.clone()).handler(Arc::clone(&list) as _).build();
    let guard = listener.start().unwrap();
    let tags = ["a", "b", "c", "d"];
    let producers = tags.map(|tag| Producer::start(&path, tag, 25_000, "block"));
    producers.into_iter().for_each(Producer::finish);
    // Whatever the system has of them is taken before the listener ends.
    queue.close();
    let report = guard.stop(Duration::from_secs(120));
    assert_eq!((report.handled, report.dropped, report.left), (100_000, 0, 0));
    let mut received = Received::default();
    list.records().iter().for_each(|record| received.add(record));
    assert_eq!((received.len(), received.told), (100_000, 0));
    for tag in &tags {
        received.assert_all(tag, 0..25_000);
    }
}

#[test]
fn a_producer_that_is_killed_in_the_middle_of_a_record_costs_that_record_only() {
    let path = SocketPath::new();
    let queue = SocketQueue::bind(path.as_ref()).unwrap();
    let mut torn = Producer::start(&path, "torn", 50, "torn");
    torn.wait_for("torn");
    let whole = Producer::start(&path, "whole", 1000, "block");
    let mut received = Received::default();
    // Half of the large record is still in the system's buffer, and comes from a process that is gone.
    drop(torn);
    received.take(&queue, 1050);
    whole.finish();
    received.take_all(&queue);
    received.assert_all("torn", 0..50);
    received.assert_all("whole", 0..1000);
    assert_eq!((received.len(), queue.dropped()), (1050, 0));
}

#[test]
fn a_forked_child_sends_for_itself() {
    let path = SocketPath::new();
    let queue = SocketQueue::bind(path.as_ref()).unwrap();
    let producer = Producer::start(&path, "parent", 500, "fork");
    let mut received = Received::default();
    received.take(&queue, 1000);
    producer.finish();
    received.assert_all("parent", 0..500);
    received.assert_all("child", 0..500);
}

#[test]
fn a_listener_ends_with_what_the_system_has() {
    let path = SocketPath::new();
    let queue = SocketQueue::bind(path.as_ref()).unwrap();
    // Before anybody listens: all of it is in the system's buffers.
    Producer::start(&path, "a", 50, "block").finish();
    let list = Arc::new(ListHandler::new());
    let listener = QueueListener::builder(queue).handler(Arc::clone(&list) as _).build();
    let guard = listener.start().unwrap();
    assert!(guard.stop(Duration::from_secs(120)).is_complete());
    assert_eq!(list.lines().len(), 50);

    // And again, while it runs.
    let guard = listener.start().unwrap();
    Producer::start(&path, "b", 50, "block").finish();
    wait_until("the last record", || list.lines().len() == 100);
    drop(guard);
}
