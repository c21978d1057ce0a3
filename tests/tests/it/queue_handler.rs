//! Records put into a queue: CPython's `QueueHandlerTest`, as far as it is about the handler, and
//! the rest of the rules.

mod overflow;
mod policies;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use handlers_core::{
    Error, ErrorKind, Exception, Fields, Handler, HandlerBase, Level, PatternFormatter, Record,
    Result, Value, debug, info, warning,
};
use handlers_queue::{
    Channel, KeepRecord, Overflow, Placed, QueueHandler, QueueListener, RecordQueue,
};
use handlers_tests::support::{ListHandler, TestTree};

use crate::targets::{Errors, as_target, counted, record, strings};

// QueueHandlerTest.test_queue_handler; QUEUE-19, QUEUE-22.
#[test]
fn a_record_of_the_loggers_level_is_in_the_queue_when_the_call_returns() {
    let (tree, queue) = (TestTree::new(), Channel::unbounded());
    let logger = tree.logger("que");
    logger.set_propagate(false);
    logger.set_level(Level::WARNING);
    logger.add_handler(Arc::new(QueueHandler::new(queue.clone())));
    debug!(logger, "1");
    info!(logger, "1");
    assert!(taken(&queue).is_none());
    warning!(logger, "1");
    let record = taken(&queue).expect("a warning is queued");
    assert_eq!(record.name(), "que");
    assert_eq!((record.msg(), record.args()), (Value::from("1"), Value::None));
    assert!(taken(&queue).is_none());
}

// QueueHandlerTest.test_formatting; QUEUE-21, QUEUE-22.
#[test]
fn what_the_formatter_makes_is_the_message_of_the_record() {
    let (tree, queue) = (TestTree::new(), Channel::unbounded());
    let logger = tree.logger("que");
    let formatter = PatternFormatter::new("%(name)s -> %(levelname)s: %(message)s").unwrap();
    logger.add_handler(Arc::new(QueueHandler::builder(queue.clone()).formatter(formatter).build()));
    warning!(logger, "1");
    let record = taken(&queue).unwrap();
    for name in ["msg", "message"] {
        assert_eq!(Fields::get(&record, name), Some(Value::from("que -> WARNING: 1")), "{name}");
    }
}

// QUEUE-21, QUEUE-24: the text of the exception is made once, by the first formatter.
#[test]
fn the_record_that_was_logged_keeps_what_it_had() {
    let queue = Channel::unbounded();
    let handler = QueueHandler::new(queue.clone());
    let error = Error::new(ErrorKind::Value, "boom");
    let logged = Record::builder()
        .template("%d%%", [Value::from(5)])
        .exception(Exception::new(&error))
        .stack_info("Stack (most recent call last):\n  here")
        .build();
    handler.handle(&logged);
    assert_eq!(logged.msg(), Value::from("%d%%"));
    assert_eq!(logged.args(), Value::Tuple(vec![Value::from(5)]));
    assert!(logged.exception().is_some() && logged.stack_info().is_some());
    assert_eq!(logged.exception_text(), Some("boom"));

    let queued = taken(&queue).unwrap();
    assert_eq!(queued.message().unwrap(), "5%\nboom\nStack (most recent call last):\n  here");
    assert!(queued.exception().is_none());
    assert_eq!((queued.exception_text(), queued.stack_info()), (None, None));
    assert_eq!((queued.created(), queued.thread()), (logged.created(), logged.thread()));
}

// QUEUE-20.
#[test]
fn a_record_that_cannot_be_formatted_is_an_error_and_not_queued() {
    let (queue, errors) = (Channel::unbounded(), Errors::default());
    let handler = QueueHandler::builder(queue.clone()).error_hook(errors.hook()).build();
    handler.handle(&Record::builder().template("%d", [Value::from("x")]).build());
    assert_eq!(errors.take(), [(String::new(), ErrorKind::Type)]);
    assert!(queue.is_empty());
    assert_eq!(counted(&handler), (0, 0, 1));
}

// QUEUE-27.
#[test]
fn the_formatters_of_both_ends_are_applied() {
    let queue = Channel::unbounded();
    let format = PatternFormatter::new("[%(message)s]").unwrap();
    let handler = QueueHandler::builder(queue.clone()).formatter(format).build();
    let list = Arc::new(ListHandler::with_format("%(levelname)s %(message)s"));
    let listener = QueueListener::builder(queue).handler(as_target(&list)).build();
    let guard = listener.start().unwrap();
    handler.handle(&record(Level::INFO, "100%"));
    assert!(guard.stop(LONG).is_complete());
    assert_eq!(list.lines(), ["INFO [100%]"]);
}

#[test]
fn a_record_that_is_kept_as_it_is_is_formatted_at_the_other_end() {
    let queue = Channel::unbounded();
    let handler = QueueHandler::builder(queue.clone()).prepare(KeepRecord::default()).build();
    let error = Error::new(ErrorKind::Value, "boom");
    let record = Record::builder()
        .template("%d", [Value::from(5)])
        .exception(Exception::new(&error))
        .build();
    handler.handle(&record);
    let queued = taken(&queue).unwrap();
    assert_eq!((queued.msg(), queued.exception()), (Value::from("%d"), record.exception()));
    assert_eq!(queued.args(), Value::Tuple(vec![Value::from(5)]));
}

#[test]
fn a_closure_prepares_records() {
    let (queue, errors) = (Channel::unbounded(), Errors::default());
    let shout = |_: &HandlerBase, record: &Record<'_>| match &*record.message()? {
        "" => Err(Error::new(ErrorKind::Value, "nothing to shout")),
        text => Ok(record.to_prepared(&text.to_uppercase(), None)),
    };
    let handler =
        QueueHandler::builder(queue.clone()).prepare(shout).error_hook(errors.hook()).build();
    handler.handle(&record(Level::INFO, "help"));
    handler.handle(&record(Level::INFO, ""));
    assert_eq!(taken(&queue).unwrap().message().unwrap(), "HELP");
    assert!(queue.is_empty());
    assert_eq!(errors.take(), [(String::new(), ErrorKind::Value)]);
}

// QUEUE-18.
#[test]
fn a_flush_waits_for_the_listener_that_the_handler_knows() {
    let (queue, list) = (Channel::unbounded(), Arc::new(ListHandler::new()));
    let listener = QueueListener::builder(queue.clone()).handler(as_target(&list)).build();
    let listener = Arc::new(listener);
    let handler = QueueHandler::builder(queue).listener(Arc::clone(&listener)).build();
    handler.handle(&record(Level::INFO, "0"));
    handler.flush().unwrap();
    assert_eq!(handler.pending(), 1, "the listener is not running");

    let guard = listener.start().unwrap();
    for number in 1..=100 {
        handler.handle(&record(Level::INFO, &number.to_string()));
        handler.flush().unwrap();
        assert_eq!(list.lines().len(), number + 1);
    }
    assert_eq!(handler.pending(), 0);
    handler.close().unwrap();
    handler.handle(&record(Level::INFO, "after the close"));
    assert_eq!(guard.stop(LONG).handled, 102);
    assert_eq!(list.lines()[101], "after the close");
}

#[test]
fn without_a_listener_there_is_nothing_to_flush() {
    let handler = QueueHandler::new(Channel::unbounded());
    handler.handle(&record(Level::INFO, "1"));
    handler.flush().unwrap();
    assert!(handler.listener().is_none());
    assert_eq!(handler.pending(), 1);
}

// QUEUE-43.
#[test]
fn any_queue_will_do() {
    /// A queue with two ends and no more.
    #[derive(Default)]
    struct Simple(Mutex<Vec<Record<'static>>>);

    impl RecordQueue for Simple {
        fn put(&self, record: Record<'static>, _overflow: Overflow) -> Result<Placed> {
            self.0.lock().unwrap().push(record);
            Ok(Placed::Queued)
        }

        fn get(&self, _timeout: Duration) -> Result<Option<Record<'static>>> {
            let mut records = self.0.lock().unwrap();
            Ok(if records.is_empty() { None } else { Some(records.remove(0)) })
        }

        fn len(&self) -> usize {
            self.0.lock().unwrap().len()
        }

        fn wake(&self) {}

        fn dropped(&self) -> u64 {
            0
        }
    }

    let (queue, list) = (Arc::new(Simple::default()), Arc::new(ListHandler::new()));
    let shared: Arc<dyn RecordQueue> = Arc::<Simple>::clone(&queue);
    let handler = QueueHandler::new(shared);
    let listener = QueueListener::builder(queue).handler(as_target(&list)).build();
    let guard = listener.start().unwrap();
    for message in ["1", "2", "3"] {
        handler.handle(&record(Level::INFO, message));
    }
    assert!(guard.stop(LONG).is_complete());
    assert_eq!(list.lines(), strings(["1", "2", "3"]));
}

fn taken(queue: &Channel) -> Option<Record<'static>> {
    queue.get(Duration::ZERO).expect("a channel can be read")
}

/// Longer than anything takes that works.
const LONG: Duration = Duration::from_secs(30);
