//! Programs that are killed in a rollover, at every step of it, and started again: rows A1 and A1b.
//!
//! The first run is killed at every system call on its log files, from the last record before a
//! rollover to the first one after it. Each directory that a kill leaves is what the next program
//! finds; that one is killed at every call in turn too, and so on until no directory appears that was
//! not seen. So every crash loop in this rollover is tried, however long.
//!
//! CPython loses no acknowledged record to one kill, but its backups: in a crash loop of three starts
//! 70 of 140 records, with no new one written.

mod compressed;
pub(super) mod size;
pub(super) mod timed;

use std::collections::BTreeSet;

use handlers_tests::support::Dir;

use super::trace::{Call, Files, Place, found, in_two_places, is_lock};
use crate::writer::{Found, Writer, acknowledged};

/// A program, and what must be left of its records.
pub(crate) struct Crash {
    pub(crate) handler: &'static str,
    /// Options of the program and their values.
    pub(crate) options: &'static [&'static str],
    /// Further ones of programs that find files.
    pub(crate) again: &'static [&'static str],
    /// How many records come before the rollover: the next one is for a new file.
    pub(crate) before: u32,
    /// Sorts the names of log files by age, the oldest first.
    pub(crate) age: fn(&str) -> Age,
    /// The files a program starts with, should they be others than those of `before` records.
    pub(crate) change: fn(&mut Files),
    /// What is done before a program is started whose first record has this number.
    pub(crate) prepare: fn(&Place, u32),
    /// How many records fewer than without a kill may be left in the end, since files begin elsewhere.
    pub(crate) slack: u32,
}

/// The age of a file by its name: what is less is older.
pub(crate) type Age = (u32, String);

impl Crash {
    /// Kills programs until there is no new state; gives the number of kills.
    pub(crate) fn assert_survived(&self, dir: &Dir) -> usize {
        let place = Place::new(dir.join("control"));
        let start = self.start(&place);
        let control = Control {
            whole: self.found(&visible(&start)).first(),
            kept: self.control(&place, &start, self.before + 1),
            kept_at_end: self.control(&place, &start, END),
        };
        let calls = self.calls(&place, &start);
        let is_rollover = calls.iter().any(|call| call.name.starts_with("rename"));
        assert!(is_rollover, "strace saw no rollover: {calls:?}");
        let mut kills = 0;
        let mut seen = BTreeSet::from([start.clone()]);
        let mut states = vec![start];
        while let Some(state) = states.pop() {
            let calls = self.calls(&place, &state);
            let left = in_two_places(dir.path(), &calls, |place, call| {
                let left = self.kill(place, &state, call, &control);
                // What is new to all is new to one thread too: it sees to it that it can go on.
                if left.as_ref().is_some_and(|left| !seen.contains(left)) {
                    self.go_on(place, left.as_ref()?, &control);
                }
                left
            });
            for left in left.into_iter().flatten() {
                kills += 1;
                // With its first record in the new file a rollover is over.
                let is_over = self.next(&left) > self.before;
                if seen.insert(left.clone()) && !is_over {
                    states.push(left);
                }
            }
            assert!(seen.len() < 200, "the states do not come to an end: {:?}", names(&seen));
        }
        kills
    }

    /// The log files that the first program to be killed finds.
    fn start(&self, place: &Place) -> Files {
        place.restore(&Files::new());
        self.run(place, 0, self.before).run().summary();
        let mut files = place.files();
        (self.change)(&mut files);
        files
    }

    /// The first record kept if nobody is killed and there are so many records in all.
    fn control(&self, place: &Place, start: &Files, records: u32) -> u32 {
        place.restore(start);
        let next = self.next(start);
        self.run(place, next, records - next).run().summary();
        let found = self.found(&place.files());
        found.assert_sound();
        found.first()
    }

    /// The calls on the log files by a program that logs one record.
    fn calls(&self, place: &Place, state: &Files) -> Vec<Call> {
        place.restore(state);
        place.calls(self.run(place, self.next(state), 1), None)
    }

    /// Kills a program that logs one record, at that call. None if it was not reached.
    fn kill(&self, place: &Place, state: &Files, call: &Call, control: &Control) -> Option<Files> {
        place.restore(state);
        let next = self.next(state);
        let writer = place.inject(self.run(place, next, 1), call, "signal=SIGKILL", "");
        let killed = writer.run();
        let left = place.files();
        let (before, found) = (self.found(state), self.found(&left));
        let (first, names) = (found.first(), left.keys().collect::<Vec<_>>());
        assert!(first <= control.kept, "{call:?} cost backups: {names:?} from {first}");
        assert_kept(&before, &found, acknowledged(place.path()));
        // The oldest backup goes only once there is a new file.
        let base = left.get("app.log").map(|bytes| Found::in_bytes(bytes));
        let is_new = base.is_some_and(|base| base.len() == 0 || base.first() >= self.before);
        assert!(
            first <= control.whole || is_new,
            "{call:?} cost backups before their time: {names:?}"
        );
        (!killed.status.success()).then_some(left)
    }

    /// Starts the program again and lets it write to its end.
    fn go_on(&self, place: &Place, state: &Files, control: &Control) {
        place.restore(state);
        let next = self.next(state);
        let ended = self.run(place, next, END - next).run();
        assert_eq!(ended.count("failed"), 0);
        let left = place.files();
        let names: Vec<_> = left.keys().collect();
        let found = self.found(&left);
        assert_kept(&self.found(state), &found, next..END);
        let first = found.first();
        assert!(first <= control.kept_at_end + self.slack, "{names:?} from {first}");
        let hidden = names.iter().any(|name| name.starts_with('.') && !is_lock(name));
        assert!(!hidden, "what was begun is not ended: {names:?}");
    }

    fn run(&self, place: &Place, start: u32, count: u32) -> Writer {
        (self.prepare)(place, start);
        let writer = place.writer(self.handler).option("--start", start).option("--n", count);
        let again = if start == 0 { &[] } else { self.again };
        self.options.iter().chain(again).fold(writer, |writer, option| writer.flag(option))
    }

    fn found(&self, files: &Files) -> Found {
        found(files, self.age)
    }

    /// The number of the next record: a record may be written without being acknowledged.
    fn next(&self, files: &Files) -> u32 {
        self.found(files).numbers.keys().next_back().map_or(0, |last| last + 1)
    }
}

/// The first records kept where nobody was killed: before the rollover, after it, and at the end.
struct Control {
    whole: u32,
    kept: u32,
    kept_at_end: u32,
}

/// The files but those that are about to go.
fn visible(files: &Files) -> Files {
    let visible = files.iter().filter(|(name, _)| !name.starts_with('.'));
    visible.map(|(name, bytes)| (name.clone(), bytes.clone())).collect()
}

/// Asserts that the records there were and the new ones are there, but for those older than the first.
fn assert_kept(before: &Found, after: &Found, new: impl IntoIterator<Item = u32>) {
    let all = before.numbers.keys().copied().chain(new);
    after.assert_holds(all.filter(|number| *number >= after.first()));
}

fn names(states: &BTreeSet<Files>) -> Vec<Vec<&String>> {
    states.iter().map(|files| files.keys().collect()).collect()
}

/// How many records there are in the end: enough for some more rollovers.
const END: u32 = 60;
