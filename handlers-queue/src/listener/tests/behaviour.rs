//! What a listener does about its queue, and what of it cannot be seen from outside.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::{Duration, Instant};

use handlers_core::{Error, ErrorKind, Handler, HandlerBase, Level, Record, Result};
use parking_lot::Mutex;

use super::test_queue::{TestQueue, message, record};
use crate::listener::{QueueListener, QueueListenerBuilder};
use crate::queue::{Overflow, RecordQueue};

#[test]
fn what_was_queued_before_the_start_is_handled_too() {
    let (queue, list) = (queue(), List::new());
    queue.push("a");
    let listener = listener(&queue, &list).build();
    assert!(!listener.is_running());
    let guard = listener.start().unwrap();
    queue.push("b");
    let report = guard.stop(LONG);
    assert_eq!((list.messages(), report.handled), (texts(["a", "b"]), 2));
    assert!(report.is_complete() && !listener.is_running());
}

// QUEUE-42.
#[test]
fn records_are_acknowledged_after_all_handlers_have_had_them() {
    let queue = queue();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let builder = [1, 2].into_iter().fold(QueueListener::builder(Arc::clone(&queue)), |b, _| {
        let (queue, seen) = (Arc::clone(&queue), Arc::clone(&seen));
        b.handler(Calls::new(move |_| seen.lock().push(queue.state.lock().acknowledged)))
    });
    let listener = builder.build();
    queue.push("a");
    let guard = listener.start().unwrap();
    listener.flush(LONG).unwrap();
    queue.push("b");
    guard.stop(LONG);
    assert_eq!(*seen.lock(), [0, 0, 1, 1]);
    assert_eq!(queue.state.lock().acknowledged, 2);
}

#[test]
fn a_queue_that_never_gets_empty_is_told_now_and_then() {
    let queue = queue();
    for _ in 0..1000 {
        queue.push("a");
    }
    let most = Arc::new(AtomicU32::new(0));
    let handler = {
        let (queue, most) = (Arc::clone(&queue), Arc::clone(&most));
        Calls::new(move |_| {
            let state = queue.state.lock();
            let untold = u32::try_from(state.taken - state.acknowledged).unwrap();
            most.fetch_max(untold, Ordering::Relaxed);
        })
    };
    let listener = QueueListener::builder(queue).handler(handler).build();
    assert_eq!(listener.start().unwrap().stop(LONG).handled, 1000);
    assert_eq!(most.load(Ordering::Relaxed), 256);
}

#[test]
fn a_queue_that_cannot_say_what_it_has_is_drained_all_the_same() {
    let (queue, list) = (queue(), List::new());
    queue.state.lock().hides_len = true;
    for _ in 0..500 {
        queue.push("a");
    }
    let listener = listener(&queue, &list).build();
    let guard = listener.start().unwrap();
    listener.flush(LONG).unwrap();
    assert_eq!(list.messages().len(), 500);
    queue.push("b");
    assert_eq!(guard.stop(LONG).handled, 501);
}

#[test]
fn a_queue_that_fails_is_told_of_once_and_asked_again() {
    let (queue, list) = (queue(), List::new());
    queue.state.lock().failures = 4;
    queue.push("a");
    let (told, errors) = mpsc::channel();
    let listener = listener(&queue, &list)
        .error_hook(move |record: &Record<'_>, error: &Error| {
            told.send((record.name().to_owned(), message(record), error.to_string())).unwrap();
        })
        .build();
    let begin = Instant::now();
    let guard = listener.start().unwrap();
    list.wait_for(1);
    // 10, 20, 40 and 80 ms.
    assert!(begin.elapsed() >= Duration::from_millis(150), "{:?}", begin.elapsed());
    assert!(guard.stop(LONG).is_complete());
    let expected = ["handlers.queue", "the queue does not work", "the queue is away"];
    let [name, message, error] = expected.map(str::to_owned);
    assert_eq!(errors.try_iter().collect::<Vec<_>>(), [(name, message, error)]);
}

#[test]
fn a_queue_that_is_away_keeps_nobody_waiting() {
    let (queue, list) = (queue(), List::new());
    queue.state.lock().failures = usize::MAX;
    queue.push("a");
    let listener = listener(&queue, &list).error_hook(|_: &Record<'_>, _: &Error| {}).build();
    let guard = listener.start().unwrap();
    assert_eq!(listener.flush(LONG).unwrap_err().to_string(), "the queue is away");
    let report = guard.stop(LONG);
    assert_eq!((report.handled, report.left, report.timed_out), (0, 1, false));
    assert_eq!(report.error.as_ref().unwrap().to_string(), "the queue is away");
    assert_eq!(
        report.to_string(),
        "0 records handled, 0 dropped, 0 failed, 1 left; the queue is away"
    );
    assert!(!report.is_complete());

    queue.state.lock().failures = 0;
    assert_eq!(listener.start().unwrap().stop(LONG).handled, 1);
}

#[test]
fn a_queue_that_is_away_is_not_asked_without_a_pause() {
    let (queue, list) = (queue(), List::new());
    let most = usize::MAX;
    queue.state.lock().failures = most;
    let listener = listener(&queue, &list).error_hook(|_: &Record<'_>, _: &Error| {}).build();
    let guard = listener.start().unwrap();
    let begin = Instant::now();
    while most - queue.state.lock().failures < 3 && begin.elapsed() < LONG {
        std::thread::yield_now();
    }
    let asked = most - queue.state.lock().failures;
    // Three waits have begun: 10, 20 and 40 ms.
    assert!(begin.elapsed() >= Duration::from_millis(29), "{asked} times in {:?}", begin.elapsed());
    guard.stop(LONG);
}

// "N records dropped", once for each turn.
#[test]
fn what_was_dropped_is_noted_once() {
    let queue = Arc::new(TestQueue::bounded(2));
    let list = List::new();
    let put = |message: &str| {
        let _ = queue.put(record(message), Overflow::DropNewest).unwrap();
    };
    ["a", "b", "c", "d", "e"].into_iter().for_each(put);
    let listener = listener(&queue, &list).build();
    let guard = listener.start().unwrap();
    listener.flush(LONG).unwrap();
    assert_eq!(list.messages(), texts(["a", "b", "3 records dropped"]));
    put("f");
    listener.flush(LONG).unwrap();
    listener.flush(LONG).unwrap();
    let report = guard.stop(LONG);
    assert_eq!(list.messages(), texts(["a", "b", "3 records dropped", "f"]));
    assert_eq!((report.handled, report.dropped), (3, 3));
    let note = list.records.lock()[2].clone();
    assert_eq!((note.name(), note.level()), ("handlers.queue", Level::WARNING));

    // Those between two runs are the second one's.
    ["g", "h", "i"].into_iter().for_each(put);
    let report = listener.start().unwrap().stop(LONG);
    assert_eq!((report.handled, report.dropped), (2, 1));
    assert_eq!(list.messages().last().unwrap(), "1 records dropped");
}

#[test]
fn a_queue_that_panics_is_one_that_fails() {
    #[derive(Default)]
    struct Panics(TestQueue, AtomicU32);
    impl RecordQueue for Panics {
        fn put(&self, record: Record<'static>, overflow: Overflow) -> Result<crate::Placed> {
            self.0.put(record, overflow)
        }
        fn get(&self, timeout: Duration) -> Result<Option<Record<'static>>> {
            if self.1.fetch_add(1, Ordering::Relaxed) == 0 {
                std::panic::resume_unwind(Box::new("on purpose"));
            }
            self.0.get(timeout)
        }
        fn len(&self) -> usize {
            self.0.len()
        }
        fn wake(&self) {
            self.0.wake();
        }
        fn dropped(&self) -> u64 {
            0
        }
    }
    let (queue, list) = (Arc::new(Panics::default()), List::new());
    queue.0.push("a");
    let (told, errors) = mpsc::channel();
    let listener = QueueListener::builder(Arc::clone(&queue))
        .handler(list.clone())
        .error_hook(move |_: &Record<'_>, error: &Error| told.send(error.kind()).unwrap())
        .build();
    let guard = listener.start().unwrap();
    list.wait_for(1);
    guard.stop(LONG);
    assert_eq!(errors.try_iter().collect::<Vec<_>>(), [ErrorKind::Panic]);
}

#[test]
fn a_thread_at_rest_handles_nothing() {
    let (queue, list) = (queue(), List::new());
    let listener = listener(&queue, &list).build();
    let guard = listener.start().unwrap();
    let shared = listener.shared();
    shared.pause(Instant::now() + LONG);
    queue.push("a");
    let flushed = listener.flush(Duration::from_millis(20)).unwrap_err();
    assert_eq!(flushed.python_name(), "TimeoutError");
    assert_eq!(list.messages().len(), 0);
    shared.resume();
    listener.flush(LONG).unwrap();
    assert_eq!(list.messages(), texts(["a"]));
    guard.stop(LONG);
}

#[test]
fn a_handler_at_work_does_not_keep_a_fork_waiting() {
    let queue = queue();
    let (arrived, arrival) = mpsc::channel();
    let (open, opened) = mpsc::channel::<()>();
    let opened = Mutex::new(opened);
    let handler = Calls::new(move |_| {
        arrived.send(()).unwrap();
        let _ = opened.lock().recv();
    });
    let listener = QueueListener::builder(Arc::clone(&queue)).handler(handler).build();
    let guard = listener.start().unwrap();
    queue.push("a");
    arrival.recv().unwrap();
    listener.shared().pause(Instant::now());
    listener.shared().resume();
    drop(open);
    assert!(guard.stop(LONG).is_complete());
}

#[test]
fn what_the_listener_prepares_is_what_the_handlers_get() {
    let (queue, list) = (queue(), List::new());
    let prepare = |taken: &Record<'_>| match taken.as_text() {
        Some("bad") => std::panic::resume_unwind(Box::new("on purpose")),
        _ => record(&format!("<{}>", message(taken))),
    };
    let listener =
        listener(&queue, &list).prepare(prepare).error_hook(|_: &Record<'_>, _: &Error| {}).build();
    for message in ["a", "bad", "b"] {
        queue.push(message);
    }
    let report = listener.start().unwrap().stop(LONG);
    assert_eq!((list.messages(), report.handled), (texts(["<a>", "<b>"]), 3));
}

#[test]
fn the_thread_gives_the_handlers_back_before_it_says_that_it_has_ended() {
    let (queue, list) = (queue(), List::new());
    let listener = listener(&queue, &list).build();
    let guard = listener.start().unwrap();
    drop(listener);
    queue.push("a");
    guard.stop(LONG);
    assert_eq!((Arc::strong_count(&list), Arc::strong_count(&queue)), (1, 1));
}

#[test]
fn the_first_record_after_a_fork_can_start_only_what_a_fork_has_stopped() {
    let (queue, list) = (queue(), List::new());
    let listener = listener(&queue, &list).build();
    listener.start_after_fork().unwrap();
    assert!(!listener.is_running());
    let guard = listener.start().unwrap();
    listener.start_after_fork().unwrap();
    guard.stop(LONG);
    listener.start_after_fork().unwrap();
    assert!(!listener.is_running());
}

#[test]
fn a_listener_can_be_stopped_by_its_own_handler() {
    let queue = queue();
    let own: Arc<OnceLock<QueueListener>> = Arc::default();
    let (told, answers) = mpsc::channel();
    let handler = {
        let own = Arc::clone(&own);
        Calls::new(move |record| {
            let listener = own.get().unwrap();
            match record.as_text() {
                Some("flush") => {
                    let error = listener.flush(LONG).unwrap_err();
                    told.send((error.to_string(), error.kind())).unwrap();
                }
                Some("stop") => assert!(listener.stop(LONG).timed_out),
                _ => {}
            }
        })
    };
    let listener =
        own.get_or_init(|| QueueListener::builder(Arc::clone(&queue)).handler(handler).build());
    for message in ["flush", "stop", "after"] {
        queue.push(message);
    }
    let guard = listener.start().unwrap();
    let expected = "cannot wait for the queue listener's thread inside one of its handlers";
    assert_eq!(answers.recv().unwrap(), (expected.to_owned(), ErrorKind::Runtime));
    assert!(guard.run().wait_ended(Some(Instant::now() + LONG)));
    assert!(!listener.is_running());
    let report = guard.stop(LONG);
    assert_eq!((report.handled, report.left, report.failed), (3, 0, 0));
}

const LONG: Duration = Duration::from_secs(30);

fn queue() -> Arc<TestQueue> {
    Arc::default()
}

fn listener(queue: &Arc<TestQueue>, list: &Arc<List>) -> QueueListenerBuilder {
    QueueListener::builder(Arc::clone(queue)).handler(list.clone())
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

/// A handler that keeps records.
#[derive(Debug, Default)]
struct List {
    base: HandlerBase,
    records: Mutex<Vec<Record<'static>>>,
    grown: parking_lot::Condvar,
}

impl List {
    fn new() -> Arc<Self> {
        Arc::default()
    }

    fn messages(&self) -> Vec<String> {
        self.records.lock().iter().map(message).collect()
    }

    fn wait_for(&self, count: usize) {
        let mut records = self.records.lock();
        let end = Instant::now() + LONG;
        while records.len() < count {
            assert!(!self.grown.wait_until(&mut records, end).timed_out(), "{records:?}");
        }
    }
}

impl Handler for List {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        self.records.lock().push(record.clone().into_owned());
        self.grown.notify_all();
        Ok(())
    }
}

/// A handler that is a closure.
struct Calls<F> {
    base: HandlerBase,
    call: F,
}

impl<F: Fn(&Record<'_>) + Send + Sync + 'static> Calls<F> {
    fn new(call: F) -> Arc<Self> {
        Arc::new(Self { base: HandlerBase::new(), call })
    }
}

impl<F> std::fmt::Debug for Calls<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Calls")
    }
}

impl<F: Fn(&Record<'_>) + Send + Sync + 'static> Handler for Calls<F> {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        (self.call)(record);
        Ok(())
    }
}
