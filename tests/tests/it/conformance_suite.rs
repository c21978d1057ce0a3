//! Every handler keeps the promises of all handlers.
//!
//! `StderrHandler` stands in `tests/standard_error.rs`: it has standard error to itself there.

mod queues;

use std::collections::VecDeque;
use std::fs;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use handlers_core::{Clock, Level, NullHandler, Record, Result, Timestamp};
use handlers_file::rolling::{
    FileStatus, LineStatus, RollingHandler, Rollover, RolloverPolicy, SizePolicy, When,
};
use handlers_file::{
    FileHandler, OpenMode, RotatingFileHandler, StreamHandler, TimedRotatingFileHandler,
    WatchedFileHandler,
};
use handlers_net::{Backlog, DatagramHandler, SocketHandler};
use handlers_queue::{BufferingHandler, MemoryHandler};
use handlers_tests::suite::{self, AfterClose, Subject};
use handlers_tests::support::{Dir, ListHandler, SharedBuffer};
use handlers_tests::test_dir;

use crate::collector::{Collector, line};

#[test]
fn null_handler() {
    suite::check("NullHandler", || Subject::new(NullHandler::new(), Vec::new).takes_no_records());
}

#[test]
fn stream_handler() {
    suite::check("StreamHandler", || {
        let buffer = SharedBuffer::new();
        let lines = buffer.clone();
        Subject::new(StreamHandler::new(buffer), move || lines_of(&lines.bytes()))
    });
}

#[test]
fn stream_handler_with_another_terminator() {
    suite::check("StreamHandler with the terminator \"|\\0|\"", || {
        let buffer = SharedBuffer::new();
        let lines = buffer.clone();
        let handler = StreamHandler::builder(buffer).terminator("|\0|").build();
        Subject::new(handler, move || lines_until(&lines.bytes(), "|\0|"))
    });
}

#[test]
fn file_handler() {
    let files = Files::of(test_dir!());
    suite::check("FileHandler", || {
        let path = files.next();
        let handler = FileHandler::new(&path).expect("the file can be opened");
        Subject::new(handler, move || lines_of_file(&path))
    });
}

#[test]
fn watched_file_handler() {
    let files = Files::of(test_dir!());
    suite::check("WatchedFileHandler", || {
        let path = files.next();
        let handler = WatchedFileHandler::new(&path).expect("the file can be opened");
        Subject::new(handler, move || lines_of_file(&path))
    });
}

#[test]
fn file_handler_that_truncates() {
    let files = Files::of(test_dir!());
    suite::check("FileHandler with the mode \"w\"", || {
        let path = files.next();
        let handler = FileHandler::builder(&path).mode(OpenMode::TRUNCATE).build();
        let handler = handler.expect("the file can be opened");
        Subject::new(handler, move || lines_of_file(&path)).after_close(AfterClose::Drop)
    });
}

#[test]
fn file_handler_that_delays() {
    let files = Files::of(test_dir!());
    suite::check("FileHandler that delays", || {
        let path = files.next();
        let handler = FileHandler::builder(&path).delay(true).build();
        let handler = handler.expect("nothing is opened yet");
        Subject::new(handler, move || lines_of_file(&path))
    });
}

#[test]
fn file_handler_that_buffers() {
    let files = Files::of(test_dir!());
    suite::check("FileHandler that buffers", || {
        let path = files.next();
        let handler = FileHandler::builder(&path).buffered(4096).build();
        let handler = handler.expect("the file can be opened");
        Subject::new(handler, move || lines_of_file(&path))
    });
}

#[test]
fn rolling_handler_with_a_policy_of_its_own() {
    let files = Files::of(test_dir!());
    suite::check("RollingHandler", || {
        let path = files.next();
        let handler = RollingHandler::new(&path, EveryTenth::default());
        let handler = handler.expect("the file can be opened");
        Subject::new(handler, move || lines_of_backups(&path))
    });
}

#[test]
fn rolling_handler_with_sizes() {
    let files = Files::of(test_dir!());
    suite::check("RollingHandler<SizePolicy>", || {
        let path = files.next();
        let handler = RollingHandler::new(&path, SizePolicy::new(NonZeroU64::new(5_000), 100));
        let handler = handler.expect("the file can be opened");
        Subject::new(handler, move || lines_of_backups(&path))
    });
}

#[test]
fn rotating_file_handler() {
    let files = Files::of(test_dir!());
    suite::check("RotatingFileHandler", || {
        let path = files.next();
        let builder = RotatingFileHandler::builder(&path).max_bytes(2_000).backup_count(200);
        let handler = builder.build().expect("the file can be opened");
        Subject::new(handler, move || lines_of_backups(&path))
    });
}

#[test]
fn rotating_file_handler_that_delays_and_buffers() {
    let files = Files::of(test_dir!());
    suite::check("RotatingFileHandler that delays and buffers", || {
        let path = files.next();
        let builder = RotatingFileHandler::builder(&path).max_bytes(5_000).backup_count(100);
        let handler = builder.delay(true).buffered(2_000).build();
        let handler = handler.expect("nothing is opened yet");
        Subject::new(handler, move || lines_of_backups(&path))
    });
}

#[test]
fn timed_rotating_file_handler() {
    let files = Files::of(test_dir!());
    suite::check("TimedRotatingFileHandler", || {
        let path = files.next();
        let builder = TimedRotatingFileHandler::builder(&path).when(When::Days).interval(1000);
        let handler = builder.clock(Days::default()).delay(true).build();
        let handler = handler.expect("nothing is opened yet");
        Subject::new(handler, move || lines_of_dated_backups(&path))
    });
}

#[test]
fn timed_rotating_file_handler_with_sizes() {
    let files = Files::of(test_dir!());
    suite::check("TimedRotatingFileHandler with sizes", || {
        let path = files.next();
        let builder = TimedRotatingFileHandler::builder(&path).max_bytes(5_000);
        let handler = builder.build().expect("the file can be opened");
        Subject::new(handler, move || lines_of_dated_backups(&path))
    });
}

#[test]
fn rotating_file_handler_that_shares_its_file() {
    let files = Files::of(test_dir!());
    suite::check("RotatingFileHandler that shares its file", || {
        let path = files.next();
        let builder = RotatingFileHandler::builder(&path).max_bytes(2_000).backup_count(200);
        let handler = builder.shared(true).build().expect("the file can be opened");
        Subject::new(handler, move || lines_of_backups(&path))
    });
}

#[test]
fn buffering_handler() {
    suite::check("BufferingHandler", || {
        let sent: Arc<Mutex<Vec<String>>> = Arc::default();
        let lines = Arc::clone(&sent);
        let drain = move |records: &mut VecDeque<Record<'static>>| {
            let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
            for record in records.drain(..) {
                sent.push(record.message()?.into_owned());
            }
            Ok(())
        };
        let handler = BufferingHandler::builder(7).drain(drain).build();
        let lines = move || lines.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Subject::new(handler, lines).passes_records_on()
    });
}

#[test]
fn memory_handler() {
    for capacity in [0, 1, 7, usize::MAX] {
        suite::check("MemoryHandler", || {
            let target = Arc::new(ListHandler::new());
            let handler = MemoryHandler::builder(capacity).target(Arc::clone(&target) as _).build();
            let subject = Subject::new(handler, move || target.lines()).passes_records_on();
            subject.after_close(AfterClose::Keep)
        });
    }
}

#[test]
fn memory_handler_before_a_file() {
    let files = Files::of(test_dir!());
    suite::check("MemoryHandler before a RotatingFileHandler", || {
        let path = files.next();
        let target = RotatingFileHandler::builder(&path).max_bytes(5_000).backup_count(100);
        let target = target.build().expect("the file can be opened");
        let handler = MemoryHandler::builder(50).target(Arc::new(target)).build();
        let subject = Subject::new(handler, move || lines_of_backups(&path)).passes_records_on();
        subject.after_close(AfterClose::Keep)
    });
}

#[test]
fn socket_handler() {
    suite::check("SocketHandler", || {
        let (collector, connector) = Collector::streams();
        let builder = SocketHandler::builder("127.0.0.1", 0).connector(connector).encoder(line);
        let handler = builder.timeout(LONG).build().expect("there is no spool");
        Subject::new(handler, move || collector.lines())
    });
}

#[test]
fn socket_handler_with_a_backlog() {
    suite::check("SocketHandler with a backlog", || {
        let (collector, connector) = Collector::streams();
        let builder = SocketHandler::builder("127.0.0.1", 0).connector(connector).encoder(line);
        let builder = builder.backlog(Backlog::memory(1 << 20)).timeout(LONG);
        let handler = builder.build().expect("there is no spool");
        Subject::new(handler, move || collector.lines())
    });
}

#[test]
fn socket_handler_with_a_spool() {
    let files = Files::of(test_dir!());
    suite::check("SocketHandler with a spool", || {
        let (collector, connector) = Collector::streams();
        let builder = SocketHandler::builder("127.0.0.1", 0).connector(connector).encoder(line);
        let builder = builder.backlog(Backlog::spool(files.next(), 1 << 20)).timeout(LONG);
        let handler = builder.build().expect("the spool can be opened");
        Subject::new(handler, move || collector.lines())
    });
}

#[test]
fn datagram_handler() {
    suite::check("DatagramHandler", || {
        let (collector, connector) = Collector::datagrams();
        let builder = DatagramHandler::builder("127.0.0.1", 0).connector(connector).encoder(line);
        let handler = builder.timeout(LONG).build().expect("there is no spool");
        Subject::new(handler, move || collector.lines()).takes_no_more_than(100_000)
    });
}

/// Puts the file aside before every tenth line, and numbers the backups upwards, oldest first.
#[derive(Debug, Default)]
struct EveryTenth {
    lines: u32,
    backups: u32,
}

impl RolloverPolicy for EveryTenth {
    fn should_rollover(&mut self, _file: &FileStatus<'_>, line: &LineStatus<'_>) -> bool {
        self.lines += 1;
        line.level < Level::CRITICAL && self.lines.is_multiple_of(10)
    }

    fn rollover(&mut self, files: &mut Rollover<'_>) -> Result<()> {
        self.backups += 1;
        // The readers of this file take the highest number for the oldest backup.
        let backup = files.backup_path(&format!(".{}", u32::MAX - self.backups));
        files.rotate_to(&backup)
    }
}

/// A clock by which a day passes each time somebody looks at it.
#[derive(Debug, Default)]
struct Days(AtomicU32);

impl Clock for Days {
    fn now(&self) -> Timestamp {
        let days = i128::from(self.0.fetch_add(1, Ordering::Relaxed));
        Timestamp::from_nanos(days * 86_400 * 1_000_000_000)
    }
}

/// A directory of its own for each handler.
struct Files {
    dir: Dir,
    handlers: AtomicU32,
}

impl Files {
    fn of(dir: Dir) -> Self {
        Self { dir, handlers: AtomicU32::new(0) }
    }

    fn next(&self) -> PathBuf {
        let number = self.handlers.fetch_add(1, Ordering::Relaxed);
        let dir = self.dir.join(number.to_string());
        fs::create_dir(&dir).expect("a directory can be made");
        dir.join("app.log")
    }
}

fn lines_of_file(path: &Path) -> Vec<String> {
    fs::read(path).map(|bytes| lines_of(&bytes)).unwrap_or_default()
}

/// The lines of the file and its numbered backups, oldest first.
fn lines_of_backups(path: &Path) -> Vec<String> {
    let dir = path.parent().expect("the file is in a directory");
    let mut backups = Vec::new();
    for entry in fs::read_dir(dir).expect("the directory can be listed") {
        let backup = entry.expect("the directory can be listed").path();
        let number = backup.extension().and_then(|number| number.to_str()?.parse::<u32>().ok());
        backups.extend(number.map(|number| (number, backup)));
    }
    backups.sort_unstable();
    let mut lines: Vec<String> =
        backups.iter().rev().flat_map(|(_, backup)| lines_of_file(backup)).collect();
    lines.extend(lines_of_file(path));
    lines
}

/// The lines of the file and its backups with dates, oldest first.
fn lines_of_dated_backups(path: &Path) -> Vec<String> {
    let dir = path.parent().expect("the file is in a directory");
    let mut backups = Vec::new();
    for entry in fs::read_dir(dir).expect("the directory can be listed") {
        let backup = entry.expect("the directory can be listed").path();
        let name = backup.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(suffix) = name.strip_prefix("app.log.") {
            let (date, number) = suffix.split_once('.').unwrap_or((suffix, "0"));
            let number: u32 = number.parse().expect("what stands behind a date is a number");
            backups.push((date.to_owned(), number, backup));
        }
    }
    backups.sort_unstable();
    let backups = backups.iter().flat_map(|(_, _, backup)| lines_of_file(backup));
    backups.chain(lines_of_file(path)).collect()
}

fn lines_of(bytes: &[u8]) -> Vec<String> {
    lines_until(bytes, "\n")
}

fn lines_until(bytes: &[u8], terminator: &str) -> Vec<String> {
    let text = std::str::from_utf8(bytes).expect("what was written is text");
    let Some(text) = text.strip_suffix(terminator) else {
        assert_eq!(text, "", "the last line has no end");
        return Vec::new();
    };
    text.split(terminator).map(str::to_owned).collect()
}

/// Time enough for a slow machine.
const LONG: Duration = Duration::from_secs(60);
