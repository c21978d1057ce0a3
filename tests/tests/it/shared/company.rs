//! Processes that write to one file at the same time.

use std::fs;

use handlers_tests::support::Dir;

use crate::writer::{Ended, Running, Writer};

/// A process that logs `count` records to `app.log` in `dir`, with a tag and numbers of its own.
pub(super) fn member(dir: &Dir, handler: &str, process: u32, count: u32) -> Writer {
    // Each has a directory for its summary.
    let own = dir.join(format!("process-{process}"));
    fs::create_dir_all(&own).expect("a directory can be made");
    let writer = Writer::plain(&own, handler).path(&dir.join("app.log")).option("--n", count);
    writer.option("--start", first(process)).option("--tag", tag(process))
}

/// The number of the first record of a process.
pub(super) fn first(process: u32) -> u32 {
    process * 1_000_000
}

/// What the lines of a process begin with.
pub(super) fn tag(process: u32) -> String {
    format!("p{process}")
}

/// Processes that begin at the same moment.
pub(super) struct Company(Vec<Running>);

impl Company {
    /// Starts processes, the one at place `i` with number `i`, and waits until each is about to log.
    pub(super) fn gather(members: impl IntoIterator<Item = Writer>) -> Self {
        let start =
            |(process, member): (u32, Writer)| member.option("--pause-at", first(process)).start();
        let mut company = Self((0..).zip(members).map(start).collect());
        company.wait_for_pause(0);
        company
    }

    /// Waits until each waits before its record of that number.
    pub(super) fn wait_for_pause(&mut self, number: u32) {
        for (process, running) in (0..).zip(&mut self.0) {
            running.wait_for_pause(first(process) + number);
        }
    }

    /// Lets all go on.
    pub(super) fn go_on(&mut self) {
        for running in &mut self.0 {
            running.go_on();
        }
    }

    /// Waits until all have ended.
    pub(super) fn finish(self) -> Vec<Ended> {
        self.0.into_iter().map(Running::finish).collect()
    }

    /// Lets all go on, and asserts that each logs that many records without an error.
    pub(super) fn log_all(mut self, count: u32) {
        self.go_on();
        for (process, ended) in (0..).zip(self.finish()) {
            assert_eq!(ended.count("emitted"), u64::from(count), "process {process}");
        }
    }
}
