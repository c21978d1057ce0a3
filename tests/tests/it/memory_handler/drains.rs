//! A buffer that a hook empties.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use handlers_core::{Error, ErrorKind, Handler, Level, Record, Result};
use handlers_queue::BufferingHandler;

use crate::targets::{Errors, counted, panic_quietly, record};

// QUEUE-3, QUEUE-4, QUEUE-5.
#[test]
fn a_buffer_without_a_drain_forgets_what_it_held() {
    let handler = BufferingHandler::new(3);
    for (message, kept) in [("1", 1), ("2", 2), ("3", 0), ("4", 1)] {
        handler.handle(&record(Level::CRITICAL, message));
        assert_eq!(handler.buffered().len(), kept);
    }
    handler.close().unwrap();
    assert_eq!((handler.pending(), handler.base().is_closed()), (0, true));
}

#[test]
fn what_a_drain_leaves_comes_again_before_what_is_new() {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let outbox = Arc::clone(&sent);
    let errors = Errors::default();
    let fails_at_two = move |records: &mut VecDeque<Record<'static>>| {
        assert!(!records.is_empty(), "a drain is not asked for nothing");
        while let Some(record) = records.front() {
            let message = record.message()?.into_owned();
            let mut sent = outbox.lock().unwrap();
            if message == "2" && sent.last().is_none_or(|last| last != "error") {
                sent.push("error".to_owned());
                return Err(Error::new(ErrorKind::Io, "the peer is away"));
            }
            sent.push(message);
            records.pop_front();
        }
        Ok(())
    };
    let builder = BufferingHandler::builder(3).drain(fails_at_two).error_hook(errors.hook());
    let handler = builder.build();
    for message in ["1", "2", "3"] {
        handler.handle(&record(Level::INFO, message));
    }
    assert_eq!(errors.take(), [("3".to_owned(), ErrorKind::Io)]);
    assert_eq!((handler.pending(), counted(&handler)), (2, (3, 0, 0)));
    handler.handle(&record(Level::INFO, "4"));
    handler.flush().unwrap();
    drop(handler);
    assert_eq!(*sent.lock().unwrap(), ["1", "error", "2", "3", "4"]);
}

#[test]
fn a_drain_that_panics_is_contained_and_what_it_left_is_kept() {
    let calls = AtomicUsize::new(0);
    let drain = move |records: &mut VecDeque<Record<'static>>| -> Result<()> {
        records.pop_front();
        if calls.fetch_add(1, Ordering::Relaxed) == 0 {
            panic_quietly();
        }
        Ok(())
    };
    let handler = BufferingHandler::builder(9).drain(drain).build();
    for message in ["1", "2", "3"] {
        handler.handle(&record(Level::INFO, message));
    }
    let error = handler.flush().expect_err("the drain panics");
    assert_eq!((error.kind(), handler.pending()), (ErrorKind::Panic, 2));
    handler.close().unwrap();
    assert_eq!(handler.buffered()[0].message().unwrap(), "3");
}

#[test]
fn a_drain_that_never_gets_anything_through_is_held_to_the_limit() {
    let drain = |_: &mut VecDeque<Record<'static>>| -> Result<()> {
        Err(Error::new(ErrorKind::Io, "the peer is away"))
    };
    let errors = Errors::default();
    let builder = BufferingHandler::builder(2).max_records(5).drain(drain);
    let handler = builder.error_hook(errors.hook()).build();
    for number in 1..=20 {
        handler.handle(&record(Level::INFO, &number.to_string()));
    }
    assert_eq!((handler.pending(), counted(&handler)), (5, (5, 15, 0)));
    assert_eq!(errors.take().len(), 19);
}
