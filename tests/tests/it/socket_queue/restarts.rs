//! A receiver that goes and comes back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use handlers_queue::{Overflow, Placed, RecordQueue, SocketQueue};

use super::{Received, record};
use handlers_tests::support::SocketPath;

/// Puts records until `done` is set, and tells how many were taken and how many were not.
fn produce(queue: &SocketQueue, tag: &str, overflow: Overflow, done: &AtomicBool) -> (u64, u64) {
    let (mut queued, mut lost) = (0, 0);
    while !done.load(Ordering::Relaxed) {
        // Some are larger than what the system takes at once.
        let padding = if (queued + lost) % 100 == 7 { "0".repeat(150_000) } else { String::new() };
        let text = format!("{tag} {padding}{:08}", queued + lost);
        match queue.put(record(text), overflow) {
            Ok(Placed::Queued) => queued += 1,
            _ => lost += 1,
        }
    }
    queue.close();
    (queued, lost)
}

/// Ends the producers, also of a test that has failed.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn what_was_sent_is_received_or_counted(overflow: Overflow) {
    let path = SocketPath::new();
    let mut received = Received::default();
    let done = AtomicBool::new(false);
    let sending = ["a", "b"].map(|_| SocketQueue::connect(path.as_ref()));
    let sent = thread::scope(|scope| {
        let [first, second] = &sending;
        let producers = [
            scope.spawn(|| produce(first, "a", overflow, &done)),
            scope.spawn(|| produce(second, "b", overflow, &done)),
        ];
        let end = End(&done);
        for round in 1..=5 {
            let receiving = SocketQueue::bind(path.as_ref()).expect("nobody listens");
            received.take(&receiving, round * 500);
            // Producers do not pause meanwhile.
            receiving.close();
            received.take_all(&receiving);
        }
        let receiving = SocketQueue::bind(path.as_ref()).expect("nobody listens");
        received.take(&receiving, received.len() + 100);
        drop(end);
        while !producers.iter().all(thread::ScopedJoinHandle::is_finished) {
            received.take_all(&receiving);
        }
        received.take_all(&receiving);
        producers.map(|producer| producer.join().expect("no call panics"))
    });
    for (queue, (_, lost)) in sending.iter().zip(sent) {
        assert_eq!(queue.dropped(), lost);
    }
    let queued: u64 = sent.iter().map(|(queued, _)| queued).sum();
    let lost: u64 = sent.iter().map(|(_, lost)| lost).sum();
    assert_eq!((received.len() as u64, received.told), (queued, lost));
    assert!(lost > 0, "the receiver was away now and then");
    received.assert_in_order("a");
    received.assert_in_order("b");
}

#[test]
fn what_was_sent_without_waiting_is_received_or_counted() {
    what_was_sent_is_received_or_counted(Overflow::DropNewest);
}

#[test]
fn what_was_sent_with_waiting_is_received_or_counted() {
    what_was_sent_is_received_or_counted(Overflow::Block);
}
