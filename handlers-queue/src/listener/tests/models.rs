//! The listener under loom: each test runs in every order that its threads can have, up to the
//! number of preemptions that `tests/loom.sh` allows. A thread that is never woken is a failure of
//! its own: no timeout ends a wait here.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use handlers_core::{Error, Handler, HandlerBase, Record, Result};

use super::test_queue::{TestQueue, message, record};
use crate::listener::control::Waited;
use crate::listener::delivery::Delivery;
use crate::listener::run::{Run, Work, listen};
use crate::queue::{Overflow, RecordQueue};
use crate::sync::{Condvar, Mutex, thread};

#[test]
fn what_was_put_before_a_stop_is_handled() {
    model(|| {
        let model = Model::start(4);
        let producer = model.produce(["a", "b"]);
        producer.join().unwrap();
        model.stop();
        assert_eq!(model.handled(), ["a", "b"]);
    });
}

#[test]
fn a_stop_beside_a_producer_loses_nothing() {
    model(|| {
        let model = Model::start(4);
        model.put("before");
        let producer = model.produce(["beside"]);
        model.stop();
        producer.join().unwrap();
        let (handled, queued) = (model.handled(), model.queued());
        assert_eq!([handled, queued].concat(), ["before", "beside"]);
    });
}

#[test]
fn a_listener_that_waits_is_woken_for_each_record() {
    model(|| {
        let model = Model::start(1);
        model.put("a");
        model.wait_handled(1);
        model.put("b");
        model.wait_handled(2);
        model.stop();
    });
}

#[test]
fn two_stops_at_once_both_return() {
    model(|| {
        let model = Model::start(4);
        model.put("a");
        let other = model.clone();
        let stops = thread::spawn(move || other.stop());
        model.stop();
        stops.join().unwrap();
        assert_eq!(model.handled(), ["a"]);
    });
}

#[test]
fn a_flush_returns_after_what_was_before_it() {
    model(|| {
        let model = Model::start(4);
        model.put("a");
        let producer = model.produce(["b"]);
        assert!(matches!(model.flush(), Waited::Done(Ok(()))));
        assert!(model.handled().iter().any(|message| message == "a"));
        producer.join().unwrap();
        model.stop();
        assert_eq!(model.handled(), ["a", "b"]);
    });
}

#[test]
fn two_flushes_at_once_both_return() {
    model(|| {
        let model = Model::start(4);
        let other = model.clone();
        let flushes = thread::spawn(move || {
            other.put("a");
            let flushed = other.flush();
            assert!(matches!(flushed, Waited::Done(Ok(()))));
            assert!(other.handled().iter().any(|message| message == "a"));
        });
        model.put("b");
        assert!(matches!(model.flush(), Waited::Done(Ok(()))));
        assert!(model.handled().iter().any(|message| message == "b"));
        flushes.join().unwrap();
        model.stop();
    });
}

#[test]
fn a_flush_beside_a_stop_returns() {
    model(|| {
        let model = Model::start(4);
        model.put("a");
        let other = model.clone();
        let flushes = thread::spawn(move || {
            if let Waited::Done(flushed) = other.flush() {
                flushed.unwrap();
            }
            assert_eq!(other.handled(), ["a"]);
        });
        model.stop();
        flushes.join().unwrap();
    });
}

#[test]
fn a_producer_that_waits_for_room_gets_it() {
    model(|| {
        let model = Model::start(1);
        let producer = model.produce(["a", "b", "c"]);
        producer.join().unwrap();
        model.stop();
        assert_eq!(model.handled(), ["a", "b", "c"]);
    });
}

#[test]
fn what_the_queue_drops_is_noted_once() {
    model(|| {
        let model = Model::start(1);
        let producer = model.clone();
        let puts = thread::spawn(move || {
            for message in ["a", "b", "c"] {
                let _ = producer.queue.put(record(message), Overflow::DropNewest).unwrap();
            }
        });
        puts.join().unwrap();
        model.stop();
        let handled = model.handled();
        let notes = handled.iter().filter_map(|message| message.strip_suffix(" records dropped"));
        let dropped: u64 = notes.clone().map(|count| count.parse::<u64>().unwrap()).sum();
        assert_eq!(dropped, model.queue.dropped());
        assert_eq!(handled.len() - notes.count(), 3 - usize::try_from(dropped).unwrap());
    });
}

#[test]
fn everything_that_was_handled_is_acknowledged() {
    model(|| {
        let model = Model::start(4);
        let producer = model.produce(["a", "b"]);
        model.stop();
        producer.join().unwrap();
        assert_eq!(model.queue.state.lock().acknowledged, model.handled().len());
    });
}

#[test]
fn a_fork_finds_the_thread_at_rest() {
    model(|| {
        let model = Model::start(4);
        let producer = model.produce(["a"]);
        model.run.control.ask_pause();
        model.queue.wake();
        model.run.control.wait_resting(None);
        let resting = model.handled();
        thread::yield_now();
        assert_eq!(model.handled(), resting);
        model.run.control.resume();
        producer.join().unwrap();
        model.stop();
        assert_eq!(model.handled(), ["a"]);
    });
}

#[test]
fn a_queue_that_fails_once_costs_nothing() {
    model(|| {
        let model = Model::start(4);
        model.queue.state.lock().failures = 1;
        model.put("a");
        model.wait_handled(1);
        model.stop();
        assert_eq!(model.handled(), ["a"]);
    });
}

/// A listener's thread, its queue and its handler.
#[derive(Clone)]
struct Model {
    queue: Arc<TestQueue>,
    list: Arc<List>,
    run: Arc<Run>,
    thread: Arc<Mutex<Option<thread::JoinHandle<()>>>>,
}

impl Model {
    fn start(capacity: usize) -> Self {
        let queue = Arc::new(TestQueue::bounded(capacity));
        let list = Arc::new(List::default());
        let base = HandlerBase::new();
        base.set_error_hook(Some(Arc::new(|_: &Record<'_>, _: &Error| {})));
        let delivery = Delivery {
            handlers: vec![Arc::clone(&list) as _],
            respect_handler_level: false,
            prepare: None,
            base,
        };
        let noted = AtomicU64::new(0);
        let work = Arc::new(Work { queue: Box::new(Arc::clone(&queue)), delivery, noted });
        let run = Arc::new(Run::new(&work));
        let listening = Arc::clone(&run);
        let thread = thread::spawn(move || listen(work, &listening));
        Self { queue, list, run, thread: Arc::new(Mutex::new(Some(thread))) }
    }

    fn put(&self, message: &str) {
        self.queue.push(message);
    }

    fn produce<const N: usize>(&self, messages: [&'static str; N]) -> thread::JoinHandle<()> {
        let model = self.clone();
        thread::spawn(move || messages.into_iter().for_each(|message| model.put(message)))
    }

    fn stop(&self) {
        self.run.control.ask_stop();
        self.queue.wake();
        assert!(self.run.control.wait_ended(None));
        let thread = self.thread.lock().take();
        if let Some(thread) = thread {
            thread.join().unwrap();
        }
    }

    fn flush(&self) -> Waited {
        let ticket = self.run.control.ask_flush();
        self.queue.wake();
        self.run.control.wait_flushed(ticket, None)
    }

    fn handled(&self) -> Vec<String> {
        self.list.messages.lock().clone()
    }

    fn wait_handled(&self, count: usize) {
        let mut messages = self.list.messages.lock();
        while messages.len() < count {
            self.list.grown.wait(&mut messages);
        }
    }

    fn queued(&self) -> Vec<String> {
        self.queue.messages()
    }
}

/// A handler that keeps messages.
#[derive(Default)]
struct List {
    base: HandlerBase,
    messages: Mutex<Vec<String>>,
    grown: Condvar,
}

impl Handler for List {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        self.messages.lock().push(message(record));
        self.grown.notify_all();
        Ok(())
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("List")
    }
}

fn model(run: impl Fn() + Send + Sync + 'static) {
    loom::model(run);
}
