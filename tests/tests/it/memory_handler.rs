//! Records held back in front of a target: CPython's `MemoryHandlerTest`, and what the rest of the
//! rules says of both buffering handlers.
//!
//! `test_shutdown_flush_on_close` is in the program `process`.

mod drains;
mod faults;
mod threads;

use std::sync::Arc;

use handlers_core::{
    Handler, Level, NameFilter, Record, Value, debug, get_handler_by_name, info, warning,
};
use handlers_queue::{BufferStatus, BufferingHandler, MemoryHandler};
use handlers_tests::support::{ListHandler, TestTree};

use crate::targets::{as_target, counted, record};

// MemoryHandlerTest.test_flush; QUEUE-8, QUEUE-9.
#[test]
fn ten_records_or_a_grave_one_bring_all_of_them_to_the_target() {
    let tree = TestTree::new();
    let logger = tree.logger("mem");
    logger.set_propagate(false);
    logger.add_handler(memory_of_cpythons_test(&tree, true));

    debug!(logger, "1");
    info!(logger, "2");
    assert!(tree.lines().is_empty());
    warning!(logger, "3");
    let mut lines = vec!["mem -> DEBUG: 1", "mem -> INFO: 2", "mem -> WARNING: 3"];
    assert_eq!(tree.lines(), lines);
    for first in [4, 14] {
        for number in first..first + 9 {
            debug!(logger, "{number}");
        }
        assert_eq!(tree.lines(), lines);
        debug!(logger, "{}", first + 9);
        let new = (first..first + 10).map(|number| &*format!("mem -> DEBUG: {number}").leak());
        lines.extend(new);
        assert_eq!(tree.lines(), lines);
    }
    debug!(logger, "24");
    assert_eq!(tree.lines(), lines);
}

// MemoryHandlerTest.test_flush_on_close; QUEUE-13, QUEUE-14.
#[test]
fn a_close_flushes_unless_that_is_switched_off() {
    let tree = TestTree::new();
    let logger = tree.logger("mem");
    logger.set_propagate(false);
    for (flush_on_close, kept) in [(true, 0), (false, 2)] {
        let memory = memory_of_cpythons_test(&tree, flush_on_close);
        let handler: Arc<dyn Handler> = Arc::<MemoryHandler>::clone(&memory);
        logger.add_handler(Arc::clone(&handler));
        let before = tree.lines().len();
        debug!(logger, "1");
        info!(logger, "2");
        assert_eq!(tree.lines().len(), before);
        logger.remove_handler(&handler);
        memory.close().unwrap();
        assert_eq!(tree.lines(), ["mem -> DEBUG: 1", "mem -> INFO: 2"]);
        assert_eq!(memory.buffered().len(), kept);
    }
}

// QUEUE-2.
#[test]
fn a_record_is_kept_whole_and_unformatted() {
    let memory = MemoryHandler::builder(10).build();
    let template = Record::builder().template("%s of %s", [Value::from(1), Value::from(2)]);
    memory.handle(&template.name("app.db").field("user", "ann").unwrap().build());
    let kept = memory.buffered().remove(0);
    assert_eq!((kept.name(), kept.msg()), ("app.db", Value::from("%s of %s")));
    assert_eq!(kept.args(), Value::Tuple(vec![Value::from(1), Value::from(2)]));
    assert_eq!(kept.extra().next(), Some(("user", Value::from("ann"))));
}

// QUEUE-10.
#[test]
fn the_targets_filters_are_asked_and_its_level_is_not() {
    let target = Arc::new(ListHandler::new());
    target.base().set_level(Level::CRITICAL);
    target.base().add_filter(Arc::new(NameFilter::new("app")));
    let memory = MemoryHandler::builder(1).target(as_target(&target)).build();
    memory.handle(&Record::builder().name("app").message("mine").build());
    memory.handle(&Record::builder().name("other").message("not mine").build());
    assert_eq!(target.lines(), ["mine"]);
    assert_eq!(memory.pending(), 0);
}

// QUEUE-15, QUEUE-17.
#[test]
fn a_closed_handler_buffers_without_end_until_it_has_a_target_again() {
    let target = Arc::new(ListHandler::new());
    let memory = MemoryHandler::builder(2).target(as_target(&target)).build();
    memory.handle(&record(Level::INFO, "1"));
    memory.close().unwrap();
    assert!(memory.target().is_none());
    for number in 2..=5 {
        memory.handle(&record(Level::ERROR, &number.to_string()));
    }
    memory.flush().unwrap();
    assert_eq!((target.lines().len(), memory.pending()), (1, 4));

    assert!(memory.set_target(Some(as_target(&target))).is_none());
    memory.handle(&record(Level::DEBUG, "6"));
    assert_eq!(target.lines(), ["1", "2", "3", "4", "5", "6"]);
}

#[test]
fn the_old_target_is_given_back_and_gets_nothing_more() {
    let (old, new) = (Arc::new(ListHandler::new()), Arc::new(ListHandler::new()));
    let memory = MemoryHandler::builder(2).target(as_target(&old)).build();
    memory.handle(&record(Level::INFO, "1"));
    let returned = memory.set_target(Some(as_target(&new))).expect("there was one");
    assert_eq!(returned.base().id(), old.base().id());
    memory.handle(&record(Level::INFO, "2"));
    assert!(old.lines().is_empty());
    assert_eq!(new.lines(), ["1", "2"]);
}

#[test]
fn a_target_is_found_by_its_name_though_no_logger_has_it() {
    let [first, second] = ["memory target one", "memory target two"].map(|name| {
        let target = Arc::new(ListHandler::new());
        target.base().set_name(Some(name));
        target
    });
    let memory = MemoryHandler::builder(2).target(as_target(&first)).build();
    assert!(get_handler_by_name("memory target one").is_some());
    memory.set_target(Some(as_target(&second)));
    assert!(get_handler_by_name("memory target two").is_some());
}

#[test]
fn a_dropped_handler_flushes_unless_that_is_switched_off() {
    for (flush_on_close, delivered) in [(true, 1), (false, 0)] {
        let target = Arc::new(ListHandler::new());
        let builder = MemoryHandler::builder(9).flush_on_close(flush_on_close);
        let memory = builder.target(as_target(&target)).build();
        memory.handle(&record(Level::INFO, "1"));
        drop(memory);
        assert_eq!(target.lines().len(), delivered);
    }
}

#[test]
fn what_is_not_to_be_flushed_on_close_is_dropped_then_and_not_left() {
    let target = Arc::new(ListHandler::new());
    let builder = MemoryHandler::builder(9).flush_on_close(false);
    let memory = builder.target(as_target(&target)).build();
    memory.handle(&record(Level::ERROR, "1"));
    memory.handle(&record(Level::INFO, "2"));
    memory.close().unwrap();
    memory.close().unwrap();
    assert_eq!((memory.pending(), memory.buffered().len()), (0, 1));
    assert_eq!(counted(&memory), (1, 1, 0));
}

#[test]
fn the_settings_can_be_read() {
    let memory = MemoryHandler::builder(10).build();
    assert_eq!((memory.capacity(), memory.flush_level()), (10, Level::ERROR));
    assert!(memory.flush_on_close() && memory.target().is_none());
    memory.base().set_level(Level::INFO);
    assert_eq!(format!("{memory:?}"), "<MemoryHandler (INFO)>");
    assert_eq!(format!("{:?}", BufferingHandler::new(3)), "<BufferingHandler (NOTSET)>");
}

#[test]
fn with_a_limit_the_newest_records_are_kept_until_something_goes_wrong() {
    let target = Arc::new(ListHandler::new());
    let builder = MemoryHandler::builder(usize::MAX).max_records(3);
    let memory = builder.target(as_target(&target)).build();
    for number in 1..=10 {
        memory.handle(&record(Level::DEBUG, &number.to_string()));
    }
    assert_eq!((memory.pending(), counted(&memory)), (3, (3, 7, 0)));
    memory.handle(&record(Level::ERROR, "11"));
    assert_eq!(target.lines(), ["9", "10", "11"]);
    assert_eq!(counted(&memory), (3, 8, 0));
}

#[test]
fn a_policy_takes_the_place_of_capacity_and_flush_level() {
    let target = Arc::new(ListHandler::new());
    let policy = |record: &Record<'_>, buffer: &BufferStatus| {
        assert_eq!(buffer.capacity, 1);
        record.name() == "flush"
    };
    let builder = MemoryHandler::builder(1).flush_policy(policy);
    let memory = builder.target(as_target(&target)).build();
    memory.handle(&record(Level::CRITICAL, "1"));
    assert_eq!(memory.pending(), 1);
    memory.handle(&Record::builder().name("flush").message("2").build());
    assert_eq!(target.lines(), ["1", "2"]);
}

fn memory_of_cpythons_test(tree: &TestTree, flush_on_close: bool) -> Arc<MemoryHandler> {
    let builder = MemoryHandler::builder(10).flush_level(Level::WARNING);
    let target = as_target(tree.handler());
    Arc::new(builder.target(target).flush_on_close(flush_on_close).build())
}
