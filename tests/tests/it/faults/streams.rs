//! Streams that take a little, nothing, or an interruption.

use std::io::{self, ErrorKind, Write};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use handlers_core::{Handler, Record};
use handlers_file::StreamHandler;

use super::count_reports;
use crate::writer::{Found, numbered};

// Rust's own `write_all` leaves 150 torn lines of 300 in such a stream.
#[test]
fn seven_bytes_at_a_time_and_an_error_now_and_then_tear_no_line() {
    for (every, refused) in [(13, 1), (3, 150), (2, 150)] {
        let stream = Stream::new(move |call, length| match call % every {
            0 => Err(ErrorKind::Other.into()),
            _ => Ok(length.min(7)),
        });
        let handler = StreamHandler::new(stream.clone());
        let reports = count_reports(&handler);
        for number in 0..300 {
            handler.handle(&numbered(number));
        }
        let failed = handler.base().counters().failed;
        assert!(failed >= refused, "{failed} of 300 failed with an error at each {every}th write");
        assert_eq!(reports.count(), failed);
        stream.heal();
        handler.flush().expect("the stream takes everything now");
        Found::in_bytes(&stream.taken()).assert_holds(0..300);
    }
}

#[test]
fn every_kind_of_error_leaves_whole_lines_in_their_order() {
    let kinds = [
        ErrorKind::BrokenPipe,
        ErrorKind::ConnectionReset,
        ErrorKind::Other,
        ErrorKind::PermissionDenied,
        ErrorKind::StorageFull,
        ErrorKind::TimedOut,
        ErrorKind::UnexpectedEof,
        ErrorKind::WouldBlock,
        ErrorKind::WriteZero,
    ];
    for kind in kinds {
        let stream = Stream::new(move |call, length| match call % 10 {
            9 => Err(kind.into()),
            call => Ok(length.min(3 + call * 5)),
        });
        let handler = StreamHandler::new(stream.clone());
        count_reports(&handler);
        for number in 0..200 {
            assert!(handler.handle(&numbered(number)), "{kind}");
        }
        stream.heal();
        handler.close().expect("the stream takes everything now");
        Found::in_bytes(&stream.taken()).assert_holds(0..200);
    }
}

#[test]
fn interruptions_are_not_errors() {
    let stream = Stream::new(|call, length| match call % 3 {
        0 => Ok(length.min(5)),
        _ => Err(ErrorKind::Interrupted.into()),
    });
    let handler = StreamHandler::new(stream.clone());
    for number in 0..50 {
        handler.handle(&numbered(number));
    }
    assert_eq!(handler.base().counters().emitted, 50);
    Found::in_bytes(&stream.taken()).assert_holds(0..50);
}

#[test]
fn a_stream_that_takes_no_byte_is_an_error_and_no_endless_loop() {
    let stream = Stream::new(|_, _| Ok(0));
    let handler = StreamHandler::new(stream.clone());
    let reports = count_reports(&handler);
    handler.handle(&numbered(0));
    assert_eq!(reports.count(), 1);
    stream.heal();
    handler.handle(&numbered(1));
    Found::in_bytes(&stream.taken()).assert_holds(0..2);
}

#[test]
fn a_stream_that_says_it_took_more_than_it_was_given_does_no_harm() {
    let stream = Stream::new(|call, length| Ok(if call == 0 { length + 1000 } else { length }));
    let handler = StreamHandler::new(stream.clone());
    count_reports(&handler);
    for number in 0..3 {
        assert!(handler.handle(&numbered(number)), "a panic does not reach the caller");
    }
    Found::in_bytes(&stream.taken()).assert_holds(0..3);
}

#[test]
fn a_stream_that_takes_nothing_fills_no_memory() {
    let stream = Stream::new(|_, _| Err(ErrorKind::StorageFull.into()));
    let handler = StreamHandler::new(stream.clone());
    let reports = count_reports(&handler);
    let line = "x".repeat(1000);
    for _ in 0..20_000 {
        handler.handle(&Record::builder().message(&line).build());
    }
    assert_eq!((reports.count(), handler.base().counters().failed), (20_000, 20_000));
    stream.heal();
    handler.flush().expect("the stream takes everything now");
    let taken = stream.taken();
    assert!(taken.len() < 2 << 20, "{} bytes were kept", taken.len());
    assert!(taken.len() >= 1 << 20, "{} bytes were kept", taken.len());
    let whole = taken.split(|byte| *byte == b'\n').all(|line| [0, 1000].contains(&line.len()));
    assert!(whole, "a line was torn");
}

#[test]
fn the_lines_of_eight_threads_survive_short_writes_and_errors() {
    let stream = Stream::new(|call, length| match call % 7 {
        3 => Err(ErrorKind::StorageFull.into()),
        5 => Err(ErrorKind::Interrupted.into()),
        call => Ok(length.min(20 + call * 11)),
    });
    let handler = StreamHandler::new(stream.clone());
    let reports = count_reports(&handler);
    thread::scope(|scope| {
        let handler = &handler;
        for thread in 0..8 {
            scope.spawn(move || {
                for number in 0..200 {
                    handler.handle(&numbered(thread * 1000 + number));
                }
            });
        }
    });
    stream.heal();
    handler.flush().expect("the stream takes everything now");
    let counters = handler.base().counters();
    assert_eq!((counters.emitted + counters.failed, reports.count()), (1600, counters.failed));
    let found = Found::in_bytes(&stream.taken());
    assert!(found.torn.is_empty(), "{:?}", found.torn);
    assert_eq!((found.len(), found.numbers.values().sum::<u32>()), (1600, 1600));
}

#[test]
fn a_stream_that_panics_is_contained_and_no_line_is_doubled() {
    let stream = Stream::new(|call, length| {
        if call % 5 == 4 {
            resume_unwind(Box::new("on purpose"));
        }
        Ok(length.min(30))
    });
    let handler = StreamHandler::new(stream.clone());
    let reports = count_reports(&handler);
    for number in 0..100 {
        assert!(handler.handle(&numbered(number)), "a panic does not reach the caller");
    }
    assert!(reports.count() > 10, "the panics are reported");
    stream.heal();
    handler.flush().expect("the stream takes everything now");
    Found::in_bytes(&stream.taken()).assert_holds(0..100);
}

#[test]
fn a_thread_that_waits_for_another_ones_write_is_let_go_when_that_panics() {
    let (stream, in_stream, panic_now) = blocking_stream();
    let handler = Arc::new(StreamHandler::new(stream));
    count_reports(&*handler);
    let first = spawn_handling(&handler, 0).0;
    in_stream.recv().expect("the first thread writes");

    let (waiting, done) = spawn_handling(&handler, 1);
    // It stands in the queue once it sleeps, for the stream is taken until we say so.
    wait_until_asleep(&waiting);
    panic_now.send(()).expect("the first thread is in the stream");

    let answer = done.recv_timeout(Duration::from_secs(20));
    assert_eq!(answer, Ok(true), "the second thread was left asleep");
    first.thread.join().expect("the panic was contained");
    waiting.thread.join().expect("nothing panicked here");
}

/// A stream that tells a test of its first write, waits for a word and then panics; later writes go
/// through.
fn blocking_stream() -> (impl Write + Send + 'static, Receiver<()>, Sender<()>) {
    struct Blocking(Sender<()>, Receiver<()>, AtomicBool);
    impl Write for Blocking {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if !self.2.swap(true, Ordering::Relaxed) {
                let _ = self.0.send(());
                let _ = self.1.recv();
                resume_unwind(Box::new("on purpose"));
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (sender, in_stream) = mpsc::channel();
    let (panic_now, receiver) = mpsc::channel();
    (Blocking(sender, receiver, AtomicBool::new(false)), in_stream, panic_now)
}

struct Spawned {
    thread: thread::JoinHandle<()>,
    id: i32,
}

/// Lets a thread of its own handle a record; the receiver gives the answer.
fn spawn_handling<W: Write + Send + 'static>(
    handler: &Arc<StreamHandler<W>>,
    number: u32,
) -> (Spawned, Receiver<bool>) {
    let (id_sender, id) = mpsc::channel();
    let (sender, answer) = mpsc::channel();
    let handler = Arc::clone(handler);
    let thread = thread::spawn(move || {
        let _ = id_sender.send(rustix::thread::gettid().as_raw_pid());
        let _ = sender.send(handler.handle(&numbered(number)));
    });
    (Spawned { thread, id: id.recv().expect("the thread has begun") }, answer)
}

/// Looks at the thread until the system says that it sleeps.
fn wait_until_asleep(spawned: &Spawned) {
    let path = format!("/proc/self/task/{}/stat", spawned.id);
    // The state stands behind the name, which is in brackets.
    let sleeps = |stat: String| stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" S"));
    while !std::fs::read_to_string(&path).is_ok_and(sleeps) {
        thread::yield_now();
    }
}

/// A stream that answers as it is told, and keeps what it took.
#[derive(Clone)]
struct Stream(Arc<Mutex<Inner>>);

struct Inner {
    taken: Vec<u8>,
    calls: usize,
    answer: Box<Answer>,
}

/// From the number of the call and the length of what is written to how much of it is taken.
type Answer = dyn FnMut(usize, usize) -> io::Result<usize> + Send;

impl Stream {
    fn new(answer: impl FnMut(usize, usize) -> io::Result<usize> + Send + 'static) -> Self {
        let inner = Inner { taken: Vec::new(), calls: 0, answer: Box::new(answer) };
        Self(Arc::new(Mutex::new(inner)))
    }

    /// Takes everything from now on.
    fn heal(&self) {
        self.lock().answer = Box::new(|_, length| Ok(length));
    }

    fn taken(&self) -> Vec<u8> {
        self.lock().taken.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut inner = self.lock();
        let call = inner.calls;
        inner.calls += 1;
        let count = (inner.answer)(call, bytes.len())?;
        let taken = bytes.get(..count).unwrap_or(bytes).to_owned();
        inner.taken.extend(taken);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
