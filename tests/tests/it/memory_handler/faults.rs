//! Targets and policies that panic, and targets that use the handler which calls them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock, Weak};

use handlers_core::{Error, ErrorKind, Handler, Level, Record};
use handlers_queue::{BufferStatus, MemoryHandler};
use handlers_tests::support::ListHandler;

use crate::targets::{Calls, Errors, Panics, as_target, counted, panic_quietly, record};

#[test]
fn a_policy_that_panics_is_reported_and_the_record_stays_in_the_buffer() {
    let errors = Errors::default();
    let memory = MemoryHandler::builder(1)
        .flush_policy(|_: &Record<'_>, _: &BufferStatus| -> bool { panic_quietly() })
        .error_hook(errors.hook())
        .build();
    assert!(memory.handle(&record(Level::INFO, "1")));
    assert_eq!(errors.take(), [("1".to_owned(), ErrorKind::Panic)]);
    assert_eq!((memory.pending(), counted(&memory)), (1, (1, 0, 0)));
}

// QUEUE-11, but that nothing is delivered twice.
#[test]
fn a_target_that_panics_costs_one_record_and_the_rest_waits_for_the_next_flush() {
    let errors = Errors::default();
    let target = Arc::new(Panics::at(|message| message == "2"));
    let builder = MemoryHandler::builder(4).error_hook(errors.hook());
    let memory = builder.target(Arc::<Panics>::clone(&target)).build();
    for number in 1..=4 {
        assert!(memory.handle(&record(Level::INFO, &number.to_string())));
    }
    assert_eq!(target.list.lines(), ["1"]);
    assert_eq!(errors.take(), [("2".to_owned(), ErrorKind::Panic)]);
    assert_eq!((memory.pending(), counted(&memory)), (2, (3, 0, 1)));

    memory.handle(&record(Level::INFO, "5"));
    memory.flush().unwrap();
    assert_eq!(target.list.lines(), ["1", "3", "4", "5"]);
    assert_eq!((errors.take(), counted(&memory)), (vec![], (4, 0, 1)));
}

#[test]
fn a_flush_that_meets_a_panic_says_so() {
    let target = Arc::new(Panics::at(|_| true));
    let builder = MemoryHandler::builder(9).error_hook(|_: &Record<'_>, _: &Error| {
        panic_quietly();
    });
    let memory = builder.target(target).build();
    memory.handle(&record(Level::INFO, "1"));
    let error = memory.flush().expect_err("the target panics");
    assert_eq!(error.kind(), ErrorKind::Panic);
    assert_eq!(
        error.to_string(),
        "panicked while trying to hand a record to the target: on purpose"
    );
    memory.flush().unwrap();
}

// FAULTS of CPython: 25 records in a buffer for 10, and 16 errors in the calling program.
#[test]
fn a_buffer_whose_target_panics_does_not_outgrow_its_capacity() {
    let target = Arc::new(Panics::at(|_| true));
    let errors = Errors::default();
    let builder = MemoryHandler::builder(10).error_hook(errors.hook());
    let memory = builder.target(target).build();
    for number in 1..=25 {
        memory.handle(&record(Level::INFO, &number.to_string()));
        assert!(memory.pending() <= 10);
    }
    assert_eq!(errors.take().len(), 16);
    assert_eq!(counted(&memory), (9, 0, 16));
    assert!(memory.close().is_err());
    assert!(memory.base().is_closed() && memory.target().is_none());
}

#[test]
fn a_handler_that_is_dropped_by_a_panic_still_flushes() {
    let target = Arc::new(Panics::at(|message| message == "1"));
    let for_memory = Arc::<Panics>::clone(&target);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let builder = MemoryHandler::builder(9).error_hook(|_: &Record<'_>, _: &Error| {});
        let memory = builder.target(for_memory).build();
        memory.handle(&record(Level::INFO, "0"));
        memory.handle(&record(Level::INFO, "1"));
        panic_quietly();
    }));
    assert!(panicked.is_err());
    assert_eq!(target.list.lines(), ["0"]);
}

#[test]
fn what_a_target_puts_into_the_buffer_comes_with_the_next_flush() {
    let memory: Arc<OnceLock<Weak<MemoryHandler>>> = Arc::default();
    let list = Arc::new(ListHandler::new());
    let (of_target, delivered) = (Arc::clone(&memory), Arc::clone(&list));
    let target = Calls::new(move |delivered_record| {
        delivered.handle(delivered_record);
        if delivered_record.name() == "outside" {
            let memory = of_target.get().and_then(Weak::upgrade).expect("it is just delivering");
            memory.handle(&record(Level::CRITICAL, "from inside"));
            memory.flush().unwrap();
        }
    });
    let handler = Arc::new(MemoryHandler::builder(1).target(target).build());
    memory.set(Arc::downgrade(&handler)).unwrap();
    handler.handle(&Record::builder().name("outside").message("from outside").build());
    assert_eq!((list.lines(), handler.pending()), (vec!["from outside".to_owned()], 1));
    handler.flush().unwrap();
    assert_eq!(list.lines(), ["from outside", "from inside"]);
}

#[test]
fn a_target_may_put_another_in_its_place_for_the_records_that_are_left() {
    let rest = Arc::new(ListHandler::new());
    for (successor, left) in [(Some(as_target(&rest)), 0), (None, 2)] {
        let memory: Arc<OnceLock<Weak<MemoryHandler>>> = Arc::default();
        let of_target = Arc::clone(&memory);
        let target = Calls::new(move |_| {
            let memory = of_target.get().and_then(Weak::upgrade).expect("it is just delivering");
            memory.set_target(successor.clone());
        });
        let handler = Arc::new(MemoryHandler::builder(3).target(target).build());
        memory.set(Arc::downgrade(&handler)).unwrap();
        for message in ["1", "2", "3"] {
            handler.handle(&record(Level::INFO, message));
        }
        assert_eq!(handler.pending(), left);
    }
    assert_eq!(rest.lines(), ["2", "3"]);
}
