//! The thread that takes records out of a queue: CPython's `QueueListenerTest`, what
//! `QueueHandlerTest` has about listeners, and the rest of the rules.
//!
//! `test_handle_called_with_mp_queue` is in `socket_queue`, where there is a queue between processes;
//! what belongs to the whole process is in the program `process`.

mod faults;
mod stops;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use handlers_core::{
    ErrorKind, Handler, Level, NameFilter, PatternFormatter, Record, critical, error, exception,
    info, warning,
};
use handlers_queue::{Channel, Overflow, Placed, QueueHandler, QueueListener, RecordQueue};
use handlers_tests::support::{ListHandler, TestTree};

use crate::targets::{Calls, as_target, record, strings};

/// Longer than anything takes that works.
const LONG: Duration = Duration::from_secs(30);

// QueueHandlerTest.test_queue_listener; QUEUE-28, QUEUE-35, QUEUE-38.
#[test]
fn a_listener_hands_records_to_its_handlers_until_it_is_stopped() {
    let (tree, queue) = (TestTree::new(), Channel::unbounded());
    let que = que_logger(&tree, &queue);
    let log = |first: u32| {
        warning!(que, "{first}");
        error!(que, "{}", first + 1);
        critical!(que, "{}", first + 2);
    };

    let list = list();
    let listener = QueueListener::builder(queue.clone()).handler(as_target(&list)).build();
    let _guard = listener.start().unwrap();
    log(1);
    assert!(listener.stop(LONG).is_complete());
    assert_eq!(listener.stop(LONG).handled, 0);
    assert_eq!(list.lines(), strings(["WARNING 1", "ERROR 2", "CRITICAL 3"]));

    let list = self::list();
    list.base().set_level(Level::CRITICAL);
    let builder = QueueListener::builder(queue).handler(as_target(&list));
    let listener = builder.respect_handler_level(true).build();
    assert!(listener.respect_handler_level());
    let guard = listener.start().unwrap();
    log(4);
    assert_eq!(guard.stop(LONG).handled, 3);
    assert_eq!(list.lines(), strings(["CRITICAL 6"]));
}

// QueueHandlerTest.test_queue_listener_with_StreamHandler; bpo-34334, bpo-46755, QUEUE-23.
#[test]
fn exception_and_stack_come_out_once() {
    let (tree, queue) = (TestTree::new(), Channel::unbounded());
    let que = que_logger(&tree, &queue);
    let listener = QueueListener::builder(queue).handler(as_target(tree.handler())).build();
    let guard = listener.start().unwrap();
    exception!(que, &"x".parse::<i32>().unwrap_err(); "1");
    error!(que, stack_info = true; "2");
    guard.stop(LONG);
    let text = tree.lines().join("\n");
    assert_eq!(text.matches("invalid digit found in string").count(), 1, "{text}");
    assert_eq!(text.matches("Stack (most recent call last):").count(), 1, "{text}");
}

// QueueHandlerTest.test_queue_listener_with_multiple_handlers; bpo-35726, QUEUE-37. There the
// listener hands records back to the queue's own handler, and stops before they come round again.
#[test]
fn the_format_of_the_queues_handler_does_not_reach_other_handlers() {
    let (tree, queue) = (TestTree::new(), Channel::unbounded());
    let que = tree.logger("que");
    que.set_propagate(false);
    let formatter = PatternFormatter::new("%(name)s -> %(levelname)s: %(message)s").unwrap();
    que.add_handler(Arc::new(QueueHandler::builder(queue.clone()).formatter(formatter).build()));
    que.add_handler(as_target(tree.handler()));
    let list = list();
    let listener = QueueListener::builder(queue).handler(as_target(&list)).build();
    let guard = listener.start().unwrap();
    error!(que, "error");
    guard.stop(LONG);
    assert_eq!(tree.lines(), ["que -> ERROR: error"]);
    assert_eq!(list.lines(), ["ERROR que -> ERROR: error"]);
}

// QueueListenerTest.test_handle_called_with_queue_queue and test_no_messages_in_queue_after_stop;
// bpo-27930.
#[test]
fn five_messages_are_handled_before_the_stop() {
    let handled = list();
    for _ in 0..100 {
        let (tree, queue) = (TestTree::new(), Channel::unbounded());
        let que = que_logger(&tree, &queue);
        let listener = QueueListener::builder(queue.clone()).handler(as_target(&handled)).build();
        let guard = listener.start().unwrap();
        for message in ["one", "two", "three", "four", "five"] {
            info!(que, "{message}");
        }
        let report = guard.stop(LONG);
        assert_eq!((report.handled, report.left), (5, 0));
        assert!(queue.is_empty());
    }
    assert_eq!(handled.lines().len(), 500);
}

// QueueListenerTest.test_calls_task_done_after_stop (bpo-36813): nothing is left to acknowledge.
#[test]
fn a_listener_that_handled_nothing_acknowledges_nothing() {
    let queue = Arc::new(Acknowledged::default());
    let listener = QueueListener::builder(Arc::clone(&queue)).build();
    assert!(listener.start().unwrap().stop(LONG).is_complete());
    assert!(queue.calls.lock().unwrap().is_empty());

    let guard = listener.start().unwrap();
    let _ = queue.put(record(Level::INFO, "1"), Overflow::Fail).unwrap();
    guard.stop(LONG);
    assert_eq!(*queue.calls.lock().unwrap(), ["get", "acknowledge"]);
}

// QUEUE-29: the thread of Python's is a daemon, which keeps no process alive. Nor does this one.
#[test]
fn the_thread_has_a_name() {
    let queue = Channel::unbounded();
    let names: Arc<Mutex<Vec<Option<String>>>> = Arc::default();
    let seen = Arc::clone(&names);
    let handler = Calls::new(move |_| {
        seen.lock().unwrap().push(std::thread::current().name().map(str::to_owned));
    });
    let listener = QueueListener::builder(queue.clone()).handler(handler).build();
    let guard = listener.start().unwrap();
    assert_eq!(queue.put(record(Level::INFO, "1"), Overflow::Fail).unwrap(), Placed::Queued);
    guard.stop(LONG);
    assert_eq!(*names.lock().unwrap(), [Some("queue-listener".to_owned())]);
}

// QUEUE-30.
#[test]
fn starting_twice_is_an_error() {
    let listener = QueueListener::builder(Channel::unbounded()).build();
    let guard = listener.start().unwrap();
    let error = listener.start().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Runtime);
    assert_eq!(error.to_string(), "Listener already started");
    assert!(listener.is_running());
    guard.stop(LONG);
}

// QUEUE-31.
#[test]
fn a_listener_can_be_started_again_and_again() {
    let (tree, queue) = (TestTree::new(), Channel::unbounded());
    let que = que_logger(&tree, &queue);
    let list = list();
    let listener = QueueListener::builder(queue).handler(as_target(&list)).build();
    for round in 1..=50 {
        let guard = listener.start().unwrap();
        warning!(que, "{round}");
        let report = guard.stop(LONG);
        assert_eq!((report.handled, listener.is_running()), (1, false));
        warning!(que, "between");
        assert_eq!(listener.start().unwrap().stop(LONG).handled, 1);
    }
    assert_eq!(list.lines().len(), 100);
}

// QUEUE-37, QUEUE-39.
#[test]
fn each_handler_gets_each_record_in_order_and_asks_its_own_filters() {
    let order: Arc<Mutex<Vec<String>>> = Arc::default();
    let handler = |name: &'static str| {
        let order = Arc::clone(&order);
        Calls::new(move |record: &Record<'_>| {
            order.lock().unwrap().push(format!("{name}{}", record.message().unwrap()));
        })
    };
    let (first, second) = (handler("a"), handler("b"));
    second.base().add_filter(Arc::new(NameFilter::new("app")));
    second.base().set_level(Level::CRITICAL);
    let queue = Channel::unbounded();
    let builder = QueueListener::builder(queue.clone()).handlers([first as Arc<dyn Handler>]);
    let listener = builder.handler(second).build();
    let guard = listener.start().unwrap();
    for (name, message) in [("app", "1"), ("other", "2"), ("app.db", "3")] {
        let record = Record::builder().name(name).level(Level::INFO).message(message).build();
        let _ = queue.put(record, Overflow::Fail).unwrap();
    }
    guard.stop(LONG);
    assert_eq!(*order.lock().unwrap(), ["a1", "b1", "a2", "a3", "b3"]);
}

// QUEUE-37: Python's `handle` is called by the thread, and may be by others.
#[test]
fn a_record_can_be_handed_over_without_the_queue() {
    let list = list();
    list.base().set_level(Level::ERROR);
    let builder = QueueListener::builder(Channel::unbounded()).handler(as_target(&list));
    let listener = builder.respect_handler_level(true).build();
    listener.handle(&record(Level::WARNING, "1"));
    listener.handle(&record(Level::ERROR, "2"));
    assert_eq!((list.lines(), listener.handlers().len()), (strings(["ERROR 2"]), 1));
}

// QUEUE-43: any queue will do.
#[test]
fn a_queue_of_the_programs_own_will_do() {
    let queue = Arc::new(Acknowledged::default());
    let tree = TestTree::new();
    let que = tree.logger("que");
    que.add_handler(Arc::new(QueueHandler::new(Arc::clone(&queue))));
    que.set_propagate(false);
    let list = list();
    let listener = QueueListener::builder(Arc::clone(&queue)).handler(as_target(&list)).build();
    let guard = listener.start().unwrap();
    info!(que, "1");
    listener.flush(LONG).unwrap();
    assert_eq!(list.lines(), ["INFO 1"]);
    assert_eq!(guard.stop(LONG).handled, 1);
}

#[test]
fn eight_threads_log_a_listener_loses_nothing_and_keeps_the_order_of_each() {
    let (tree, queue) = (TestTree::new(), Channel::bounded(64));
    let que = tree.logger("que");
    que.set_propagate(false);
    let handler = QueueHandler::builder(queue.clone()).overflow(Overflow::Block).build();
    que.add_handler(Arc::new(handler));
    let list = Arc::new(ListHandler::new());
    let listener = QueueListener::builder(queue).handler(as_target(&list)).build();
    let guard = listener.start().unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let que = que.clone();
            scope.spawn(move || {
                for number in 0..1000 {
                    info!(que, "{thread} {number}");
                }
            });
        }
    });
    assert_eq!(guard.stop(LONG).handled, 8000);
    for thread in 0..8 {
        let prefix = format!("{thread} ");
        let lines = list.lines();
        let numbers = lines.iter().filter_map(|line| line.strip_prefix(&prefix));
        assert!(numbers.eq((0..1000).map(|number| number.to_string())), "thread {thread}");
    }
}

/// The listener of a logger `que` that sends all it gets through `queue`.
fn que_logger(tree: &TestTree, queue: &Channel) -> handlers_core::Logger {
    let que = tree.logger("que");
    que.set_propagate(false);
    que.add_handler(Arc::new(QueueHandler::new(queue.clone())));
    que
}

fn list() -> Arc<ListHandler> {
    Arc::new(ListHandler::with_format("%(levelname)s %(message)s"))
}

/// A queue in front of another, which keeps what the listener calls and what comes of it.
struct Acknowledged {
    channel: Channel,
    calls: Mutex<Vec<&'static str>>,
}

impl Default for Acknowledged {
    fn default() -> Self {
        Self { channel: Channel::unbounded(), calls: Mutex::default() }
    }
}

impl RecordQueue for Acknowledged {
    fn put(&self, record: Record<'static>, overflow: Overflow) -> handlers_core::Result<Placed> {
        self.channel.put(record, overflow)
    }

    fn get(&self, timeout: Duration) -> handlers_core::Result<Option<Record<'static>>> {
        let record = self.channel.get(timeout)?;
        if record.is_some() {
            self.calls.lock().expect("nobody panics with it").push("get");
        }
        Ok(record)
    }

    fn acknowledge(&self) -> handlers_core::Result<()> {
        self.calls.lock().expect("nobody panics with it").push("acknowledge");
        Ok(())
    }

    fn len(&self) -> usize {
        self.channel.len()
    }

    fn wake(&self) {
        self.channel.wake();
    }

    fn dropped(&self) -> u64 {
        self.channel.dropped()
    }
}
