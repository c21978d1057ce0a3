//! Loggers: CPython's `LoggerTest`.
//!
//! What has no counterpart: levels and names of the wrong type do not compile
//! (`test_log_invalid_level_…`, `test_invalid_names`), and loggers cannot be pickled.

use std::panic::Location;
use std::sync::Arc;

use handlers_core::{
    Call, Error, ErrorKind, Fields, Handler, Level, Logger, Manager, NullHandler, Record, Value,
    exception, log, warning,
};
use handlers_tests::support::TestTree;

/// The attributes that every record has (CORE-14), and the two that a formatter adds to Python's.
const RESERVED: [&str; 23] = [
    "name",
    "msg",
    "args",
    "levelname",
    "levelno",
    "pathname",
    "filename",
    "module",
    "exc_info",
    "exc_text",
    "stack_info",
    "lineno",
    "funcName",
    "created",
    "msecs",
    "relativeCreated",
    "thread",
    "threadName",
    "processName",
    "process",
    "taskName",
    "message",
    "asctime",
];

// LoggerTest.test_set_invalid_level; CORE-11, CORE-12.
#[test]
fn a_level_is_read_from_an_integer_or_a_name() {
    let error = |value: Value<'_>| Level::from_value(&value).expect_err("no level");
    for (value, shown) in [
        (Value::None, "None"),
        (Value::Tuple(vec![Value::from(0), Value::from(0)]), "(0, 0)"),
        (Value::from(20.0), "20.0"),
    ] {
        let error = error(value);
        assert_eq!(error.kind(), ErrorKind::Type);
        let expected = format!("Level not an integer or a valid string: {shown}");
        assert_eq!(error.to_string(), expected);
    }
    for name in ["15", "info"] {
        let error = error(Value::from(name));
        assert_eq!(error.kind(), ErrorKind::Value);
        assert_eq!(error.to_string(), format!("Unknown level: '{name}'"));
    }
}

// LoggerTest.test_exception; CORE-144, CORE-146.
#[test]
fn an_exception_is_logged_as_an_error() {
    let tree = TestTree::new();
    let mistake = Error::new(ErrorKind::Runtime, "deliberate mistake");
    exception!(tree.logger("blah"), &mistake; "testing exception: {:?}", 7);
    let record = tree.handler().only_record();
    assert_eq!((record.name(), record.level()), ("blah", Level::ERROR));
    assert_eq!(record.message().unwrap(), "testing exception: 7");
    assert_eq!(record.exception().unwrap().message(), "deliberate mistake");
}

// LoggerTest.test_find_caller_with_stack_info; CORE-148.
#[test]
fn the_stack_ends_at_the_logging_call() {
    #[inline(never)]
    fn work(log: &Logger) {
        warning!(log, stack_info = true; "how did we get here?");
    }

    let tree = TestTree::new();
    work(&tree.root());
    let record = tree.handler().only_record();
    let stack = record.stack_info().expect("the stack was asked for");
    let mut lines = stack.lines();
    assert_eq!(lines.next(), Some("Stack (most recent call last):"));
    let functions: Vec<&str> =
        lines.map(|line| line.rsplit_once(" in ").map_or(line, |(_, function)| function)).collect();
    let test = "it::logger::the_stack_ends_at_the_logging_call";
    assert_eq!(functions[functions.len() - 2..], [test, &format!("{test}::work")], "{stack}");
    assert!(!stack.contains("handlers_core::"), "{stack}");
    assert!(!stack.ends_with('\n'));
}

// LoggerTest.test_find_caller_with_stack_info; CORE-148.
#[test]
fn there_is_no_stack_unless_it_is_asked_for() {
    let tree = TestTree::new();
    warning!(tree.root(), stack_info = false; "no stack");
    assert_eq!(tree.handler().only_record().stack_info(), None);
}

// LoggerTest.test_find_caller_with_stacklevel; CORE-149.
#[test]
fn each_tracked_function_moves_the_place_one_caller_up() {
    /// The lines of three calls, and the logger of them.
    struct Lines {
        innermost: u32,
        inner: u32,
    }

    fn innermost(log: &Logger) -> u32 {
        warning!(log, "here");
        line!() - 1
    }

    #[track_caller]
    fn tracked(log: &Logger) {
        log.log(Level::WARNING, "at the caller of `tracked`");
    }

    fn inner(log: &Logger) -> Lines {
        let innermost = innermost(log);
        tracked(log);
        Lines { innermost, inner: line!() - 1 }
    }

    #[track_caller]
    fn outer(log: &Logger) {
        let call = Call::here(Level::WARNING, format_args!("at the caller of `outer`"));
        handlers_core::Logging::log_call(log, &call);
        warning!(log, location = Location::caller(); "there too");
    }

    let tree = TestTree::new();
    let log = tree.root();
    let Lines { innermost, inner } = inner(&log);
    outer(&log);
    let line = line!() - 1;

    let records = tree.handler().records();
    let lines: Vec<u32> = records.iter().map(Record::line_number).collect();
    assert_eq!(lines, [innermost, inner, line, line]);
    assert!(records.iter().all(|record| record.filename() == "logger.rs"));
    assert_eq!(records[0].function(), Some("innermost"));
}

// LoggerTest.test_make_record_with_extra_overwrite; CORE-147.
#[test]
fn a_field_cannot_take_the_place_of_an_attribute() {
    for name in RESERVED {
        let message = format!("Attempt to overwrite '{name}' in LogRecord");
        let error = Record::builder().field(name, "some value").expect_err("the name is taken");
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::Key, message.clone()));

        let fields = [(name, Value::from("some value"))];
        let call = Call::here(Level::new(13), format_args!("")).fields(&fields);
        let error = call.expect_err("the name is taken");
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::Key, message));
    }
}

// LoggerTest.test_make_record_with_extra_overwrite; CORE-14.
#[test]
fn a_record_has_the_attributes_that_fields_cannot_replace() {
    let record = Record::builder().build();
    let Value::Dict(attributes) = record.to_dict() else { panic!("a record is a mapping") };
    let names: Vec<String> = attributes.iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(names, RESERVED[..21]);
}

// LoggerTest.test_make_record_with_extra_no_overwrite; CORE-147.
#[test]
fn a_field_of_another_name_is_in_the_record() {
    let tree = TestTree::new();
    log!(Level::new(13), tree.logger("my record"), valid_key = "some value"; "");
    let record = tree.handler().only_record();
    assert_eq!(Fields::get(&record, "valid_key"), Some(Value::from("some value")));
}

// LoggerTest.test_has_handlers; CORE-158.
#[test]
fn a_logger_without_handlers_says_so() {
    let logger = Manager::new().get_logger("blah");
    let handler: Arc<dyn Handler> = Arc::new(NullHandler::new());
    logger.add_handler(Arc::clone(&handler));
    assert!(logger.has_handlers());
    logger.remove_handler(&handler);
    assert!(!logger.has_handlers());
}

// LoggerTest.test_has_handlers_no_propagate; CORE-155, CORE-158.
#[test]
fn handlers_that_records_do_not_reach_do_not_count() {
    let tree = TestTree::new();
    let child = tree.logger("blah.child");
    assert!(child.has_handlers());
    child.set_propagate(false);
    assert!(!child.has_handlers());
}

// LoggerTest.test_is_enabled_for; CORE-141, CORE-143.
#[test]
fn what_is_disabled_for_all_is_disabled_for_each() {
    let manager = Manager::new();
    let logger = manager.get_logger("blah");
    logger.set_level(Level::DEBUG);
    manager.disable(Level::new(23));
    assert!(!logger.is_enabled_for(Level::new(22)));
    assert!(!logger.is_enabled_for(Level::new(23)));
    assert!(logger.is_enabled_for(Level::new(24)));
}

// LoggerTest.test_is_enabled_for_disabled_logger; CORE-141.
#[test]
fn nothing_is_enabled_for_a_disabled_logger() {
    let manager = Manager::new();
    let logger = manager.get_logger("blah");
    manager.disable(Level::new(21));
    logger.set_disabled(true);
    assert!(!logger.is_enabled_for(Level::new(22)));
    assert!(!logger.is_enabled_for(Level::CRITICAL));
    logger.set_disabled(false);
    assert!(logger.is_enabled_for(Level::CRITICAL));
}

// LoggerTest.test_root_logger_aliases; CORE-133, CORE-136.
#[test]
fn the_root_has_two_names() {
    let manager = Manager::new();
    let root = manager.root();
    assert_eq!(root, manager.get_logger(""));
    assert_eq!(root, manager.get_logger("root"));
    assert_eq!(Some(root.clone()), manager.get_logger("foo").parent());

    assert_ne!(root, manager.get_logger("\0"));
    assert_ne!(Some(root), manager.get_logger("foo.bar").parent());
}

// LoggerTest.test_caching; CORE-142. Rust has a threshold for each logger where Python has a cache:
// what can be seen is that it is never stale.
#[test]
fn a_change_of_level_is_seen_by_all_loggers_beneath_at_once() {
    let manager = Manager::new();
    let (root, abc, def) =
        (manager.root(), manager.get_logger("abc"), manager.get_logger("abc.def"));
    let enabled = |level: Level| [&root, &abc, &def].map(|logger| logger.is_enabled_for(level));

    root.set_level(Level::ERROR);
    assert_eq!(def.effective_level(), Level::ERROR);
    assert_eq!(enabled(Level::ERROR), [true, true, true]);
    assert_eq!(enabled(Level::DEBUG), [false, false, false]);

    abc.set_level(Level::CRITICAL);
    assert_eq!(def.effective_level(), Level::CRITICAL);
    assert_eq!(enabled(Level::ERROR), [true, false, false]);

    def.set_level(Level::NOTSET);
    assert_eq!(def.effective_level(), Level::CRITICAL);
    assert_eq!(enabled(Level::ERROR), [true, false, false]);
    assert_eq!(enabled(Level::CRITICAL), [true, true, true]);

    manager.disable(Level::CRITICAL);
    assert_eq!(def.effective_level(), Level::CRITICAL);
    assert_eq!(enabled(Level::CRITICAL), [false, false, false]);

    manager.disable(Level::NOTSET);
    assert_eq!(enabled(Level::CRITICAL), [true, true, true]);
}
