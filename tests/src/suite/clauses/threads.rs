//! Many threads, one handler.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use handlers_core::{Formatter, Handler, PatternFormatter, Record};

use super::{Check, Clause, every, formatting, taking};
use crate::suite::trial::{Trial, record};

pub(super) const CLAUSES: &[Clause] = &[
    Clause {
        promise: "the lines of eight threads do not mix, none is lost or doubled, and those of one \
                  thread stay in order",
        concerns: taking,
        holds: Check::Using(lines_of_threads_do_not_mix),
    },
    Clause {
        promise: "a record that `handle` has returned for is not lost to a flush or a `Debug` that \
                  runs meanwhile",
        concerns: every,
        holds: Check::Using(flush_and_debug_run_meanwhile),
    },
    Clause {
        promise: "a close that runs meanwhile loses no record without counting it",
        concerns: taking,
        holds: Check::Using(closes_run_meanwhile),
    },
    Clause {
        promise: "a formatter may be changed while threads log; each line is of the old or of the \
                  new one",
        concerns: formatting,
        holds: Check::Using(a_formatter_is_changed_meanwhile),
    },
];

fn lines_of_threads_do_not_mix(trial: &Trial) {
    log_from_threads(&*trial.handler);
    assert_whole(&trial.lines(), THREADS * RECORDS);
    assert_eq!(trial.take_errors(), []);
}

fn flush_and_debug_run_meanwhile(trial: &Trial) {
    meanwhile(&*trial.handler, |handler| {
        let flushed = handler.flush();
        assert!(flushed.is_ok(), "a flush failed: {flushed:?}");
        let _ = format!("{handler:?}");
        let _ = (handler.base().counters(), handler.pending());
    });
    let expected = if trial.nature.takes_records { THREADS * RECORDS } else { 0 };
    assert_whole(&trial.lines(), expected);
    assert_eq!(trial.take_errors(), []);
}

fn closes_run_meanwhile(trial: &Trial) {
    meanwhile(&*trial.handler, |handler| {
        let closed = handler.close();
        assert!(closed.is_ok(), "a close failed: {closed:?}");
    });
    let (emitted, dropped, failed) = trial.counters();
    let lines = trial.lines();
    let delivered = u64::try_from(lines.len()).expect("there are a few lines");
    assert_eq!(emitted + dropped + failed, u64::from(THREADS * RECORDS), "records counted");
    assert_eq!(delivered + trial.handler.pending(), emitted, "lines delivered or pending");
    assert_eq!(trial.take_errors(), []);
}

fn a_formatter_is_changed_meanwhile(trial: &Trial) {
    let formats = ["<%(message)s>", "[%(message)s]"];
    let formatters = formats.map(|format| {
        let formatter = PatternFormatter::new(format).expect("the format is valid");
        Arc::new(formatter) as Arc<dyn Formatter>
    });
    trial.handler.base().set_formatter(Some(Arc::clone(&formatters[0])));
    meanwhile(&*trial.handler, |handler| {
        for formatter in &formatters {
            handler.base().set_formatter(Some(Arc::clone(formatter)));
        }
    });
    let bare = |line: &String| {
        let bare = line.strip_prefix('<').and_then(|line| line.strip_suffix('>'));
        let bare = bare.or_else(|| line.strip_prefix('[')?.strip_suffix(']'));
        bare.unwrap_or_else(|| panic!("a line of neither format: {line:?}")).to_owned()
    };
    let lines: Vec<String> = trial.lines().iter().map(bare).collect();
    assert_whole(&lines, THREADS * RECORDS);
}

/// Logs from many threads; this one does something else until they are done.
fn meanwhile(handler: &dyn Handler, work: impl Fn(&dyn Handler)) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let logging = scope.spawn(|| {
            log_from_threads(handler);
            done.store(true, Ordering::Release);
        });
        while !done.load(Ordering::Acquire) && !logging.is_finished() {
            work(handler);
        }
    });
}

fn log_from_threads(handler: &dyn Handler) {
    thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                for number in 0..RECORDS {
                    handler.handle(&numbered(thread, number));
                }
            });
        }
    });
}

/// A record whose length tells whether it is whole.
fn numbered(thread: u32, number: u32) -> Record<'static> {
    record(&format!("{thread} {number} {}", "x".repeat(padding(thread, number))))
}

fn padding(thread: u32, number: u32) -> usize {
    usize::try_from((thread * 31 + number * 7) % 120).expect("a small number")
}

/// Asserts that there are `count` lines, that each is whole and that each thread's are in order.
fn assert_whole(lines: &[String], count: u32) {
    let mut next: HashMap<u32, u32> = HashMap::new();
    for line in lines {
        let (thread, number, rest) = parts(line).unwrap_or_else(|| panic!("no line: {line:?}"));
        let expected = next.entry(thread).or_default();
        assert_eq!(number, *expected, "the number of the next line of thread {thread}");
        let whole = rest.len() == padding(thread, number) && rest.bytes().all(|byte| byte == b'x');
        assert!(whole, "not whole, or mixed with another: {line:?}");
        *expected += 1;
    }
    assert_eq!(u32::try_from(lines.len()), Ok(count), "the number of lines");
}

fn parts(line: &str) -> Option<(u32, u32, &str)> {
    let mut parts = line.splitn(3, ' ');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?))
}

const THREADS: u32 = 8;

const RECORDS: u32 = 150;
