//! `SocketQueue` between processes.

mod ends;
mod json;
mod processes;
mod python;
mod restarts;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use handlers_core::{Level, Record};
use handlers_queue::{RecordQueue, SocketQueue};

/// What has been received.
#[derive(Debug, Default)]
struct Received {
    /// The numbers of each tag, in the order in which they came.
    numbers: BTreeMap<String, Vec<u32>>,
    /// What producers said to have given up, in records of their own.
    told: u64,
}

impl Received {
    /// How many records came.
    fn len(&self) -> usize {
        self.numbers.values().map(Vec::len).sum()
    }

    /// Takes records until there are `count` in all, which must come.
    fn take(&mut self, queue: &SocketQueue, count: usize) {
        let deadline = Instant::now() + DEADLINE;
        while self.len() < count {
            let record = queue.get(DEADLINE).expect("the queue can be read");
            self.add(&record.unwrap_or_else(|| panic!("{} of {count} came", self.len())));
            assert!(Instant::now() < deadline, "{} of {count} came", self.len());
        }
    }

    /// Takes what is there.
    fn take_all(&mut self, queue: &SocketQueue) {
        while let Some(record) = queue.get(Duration::ZERO).expect("the queue can be read") {
            self.add(&record);
        }
    }

    fn add(&mut self, record: &Record<'_>) {
        let message = record.message().expect("the message is a text");
        if let Some(dropped) = message.strip_suffix(" records dropped") {
            assert_eq!((record.name(), record.level()), ("handlers.queue", Level::WARNING));
            self.told += dropped.parse::<u64>().expect("it says how many");
            return;
        }
        let (tag, number) = message.split_once(' ').expect("the message has two words");
        let number = number.parse().expect("the second one is a number");
        self.numbers.entry(tag.to_owned()).or_default().push(number);
    }

    /// Asserts that the records of that tag are these, each once and in order.
    fn assert_all(&self, tag: &str, numbers: std::ops::Range<u32>) {
        let found = self.numbers.get(tag).map(Vec::as_slice).unwrap_or_default();
        assert!(found.iter().copied().eq(numbers.clone()), "{tag}: {} of {numbers:?}", found.len());
    }

    /// Asserts that the records of that tag came in order, each once at most.
    fn assert_in_order(&self, tag: &str) {
        let found = &self.numbers[tag];
        assert!(found.is_sorted_by(|left, right| left < right), "{tag}: not in order");
    }
}

fn record(text: impl Into<String>) -> Record<'static> {
    Record::builder().message(text.into()).build()
}

const DEADLINE: Duration = Duration::from_secs(120);
