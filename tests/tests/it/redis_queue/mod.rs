//! `RedisQueue` with a real server.

mod away;
mod certificates;
mod groups;
mod listener;
mod peers;
mod python;
pub(crate) mod server;
mod stream;
mod tls;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use handlers_core::{Level, Record};
use handlers_queue::{Overflow, Placed, RecordQueue, RedisQueue};

/// The numbers of records that were received, and how often each was.
#[derive(Debug, Default)]
struct Received {
    numbers: BTreeMap<u32, u32>,
    /// What the queues said to have dropped, in records of their own: when, and how many. Those may
    /// come twice as well.
    told: BTreeSet<(i128, u64)>,
}

impl Received {
    /// Takes what is in the stream now, and acknowledges it.
    fn take_all(&mut self, queue: &RedisQueue) {
        while let Some(record) = queue.get(Duration::ZERO).expect("the queue can be read") {
            self.count(&record);
        }
        queue.acknowledge().expect("the queue can be told");
    }

    fn count(&mut self, record: &Record<'_>) {
        let message = record.message().expect("it is a text").into_owned();
        if let Some(dropped) = message.strip_suffix(" records dropped") {
            assert_eq!((record.name(), record.level()), ("handlers.queue", Level::WARNING));
            let dropped = dropped.parse().expect("it says how many");
            self.told.insert((record.created().as_nanos(), dropped));
        } else {
            *self.numbers.entry(number(&message)).or_default() += 1;
        }
    }

    /// How many records came, each counted once.
    fn len(&self) -> u64 {
        self.numbers.len() as u64
    }

    /// How many records the queues said to have dropped.
    fn told(&self) -> u64 {
        self.told.iter().map(|(_, dropped)| dropped).sum()
    }

    fn twice(&self) -> u64 {
        self.numbers.values().map(|times| u64::from(*times) - 1).sum()
    }
}

fn record(number: u32) -> Record<'static> {
    Record::builder().name("app").level(Level::INFO).message(format!("seq={number:08}")).build()
}

fn number(message: &str) -> u32 {
    let digits = message.strip_prefix("seq=").expect("it is one of ours");
    digits.parse().expect("it is a number")
}

/// Puts records of these numbers, which must all be taken.
fn put(queue: &RedisQueue, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let placed = queue.put(record(number), Overflow::Fail).expect("the server is there");
        assert_eq!(placed, Placed::Queued);
    }
}

/// The next message, which must come.
fn next(queue: &RedisQueue) -> String {
    let record = queue.get(LONG).expect("the queue can be read").expect("there is a record");
    record.message().expect("it is a text").into_owned()
}

/// How long something takes.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begin = Instant::now();
    let outcome = work();
    (outcome, begin.elapsed())
}

const LONG: Duration = Duration::from_secs(30);

/// What a machine with too much to do may add to a timeout.
const SLACK: Duration = Duration::from_secs(3);
