//! Loggers with fields of their own: CPython's `LoggerAdapterTest`, and what 3.14 changed about
//! fields that are merged.

use std::panic::Location;

use handlers_core::{
    Error, ErrorKind, Fields, Level, Logger, LoggerAdapter, Logging, Record, Value, critical,
    error, exception, log, warning,
};
use handlers_tests::support::TestTree;

/// An adapter without fields.
fn plain<L: Logging>(inner: L) -> LoggerAdapter<L> {
    LoggerAdapter::new(inner, [] as [(&str, Value<'_>); 0]).expect("no name is taken")
}

/// An adapter that puts a word before every message.
fn with_prefix<L: Logging>(inner: L, prefix: &'static str) -> LoggerAdapter<L> {
    plain(inner).process(move |message: &str| format!("{prefix} {message}"))
}

/// An adapter with the field `foo`.
fn with_foo(tree: &TestTree) -> LoggerAdapter {
    LoggerAdapter::new(tree.root(), [("foo", Value::from("1"))]).expect("the name is free")
}

fn field(record: &Record<'_>, name: &str) -> Option<String> {
    Fields::get(record, name).map(|value| value.to_string())
}

fn mistake() -> Error {
    Error::new(ErrorKind::Runtime, "deliberate mistake")
}

// LoggerAdapterTest.test_exception; CORE-186.
#[test]
fn an_exception_is_logged_as_an_error() {
    let tree = TestTree::new();
    exception!(plain(tree.root()), &mistake(); "testing exception: {:?}", 7);
    let record = tree.handler().only_record();
    assert_eq!(record.level(), Level::ERROR);
    assert_eq!(record.message().unwrap(), "testing exception: 7");
    assert_eq!(record.exception().unwrap().message(), "deliberate mistake");
}

// LoggerAdapterTest.test_exception_excinfo; CORE-146.
#[test]
fn an_error_can_be_logged_with_any_call() {
    let tree = TestTree::new();
    error!(plain(tree.root()), exc_info = &mistake(); "exc_info test");
    let record = tree.handler().only_record();
    assert_eq!(record.exception().unwrap().message(), "deliberate mistake");
}

// LoggerAdapterTest.test_critical; CORE-183.
#[test]
fn the_record_is_that_of_the_call_behind_the_adapter() {
    let tree = TestTree::new();
    let line = line!() + 1;
    critical!(plain(tree.root()), "critical test! {:?}", 7);
    let record = tree.handler().only_record();
    assert_eq!(record.level(), Level::CRITICAL);
    assert_eq!(record.message().unwrap(), "critical test! 7");
    assert_eq!(record.function(), Some("the_record_is_that_of_the_call_behind_the_adapter"));
    assert_eq!((record.filename(), record.line_number()), ("logger_adapter.rs", line));
}

// LoggerAdapterTest.test_is_enabled_for; CORE-183, CORE-184.
#[test]
fn what_is_disabled_for_the_logger_is_disabled_for_the_adapter() {
    let tree = TestTree::new();
    let adapter = plain(tree.root()).process(|_: &str| unreachable!("nothing is logged"));
    tree.manager().disable(Level::new(33));
    assert!(!adapter.is_enabled_for(Level::new(32)));
    assert!(!adapter.is_enabled_for(Level::new(33)));
    assert!(adapter.is_enabled_for(Level::new(34)));
    log!(Level::new(32), adapter, "not logged");
    assert!(tree.lines().is_empty());
}

// LoggerAdapterTest.test_has_handlers; CORE-184.
#[test]
fn an_adapter_has_the_handlers_of_its_logger() {
    let tree = TestTree::new();
    let (logger, adapter) = (tree.root(), plain(tree.root()));
    assert!(adapter.has_handlers());
    for handler in logger.handlers() {
        logger.remove_handler(&handler);
    }
    assert!(!logger.has_handlers());
    assert!(!adapter.has_handlers());
}

// LoggerAdapterTest.test_nested; CORE-185.
#[test]
fn of_nested_adapters_the_outermost_acts_first() {
    let tree = TestTree::new();
    let inner = with_prefix(tree.root(), "Adapter");
    let outer = with_prefix(inner.clone(), "AdapterAdapter");
    assert_eq!(format!("{inner:?}"), format!("{outer:?}"));

    critical!(outer, "Adapters can be nested, yo: {}", 7);
    let record = tree.handler().only_record();
    assert_eq!(record.level(), Level::CRITICAL);
    assert_eq!(record.message().unwrap(), "Adapter AdapterAdapter Adapters can be nested, yo: 7");
    assert_eq!(record.function(), Some("of_nested_adapters_the_outermost_acts_first"));
    assert_eq!(outer.logger(), &tree.root());
    assert_eq!(outer.logger().manager(), tree.manager());
    assert_eq!(outer.get_ref().logger().manager(), tree.manager());
}

// LoggerAdapterTest.test_styled_adapter; CORE-180, CORE-185.
#[test]
fn messages_are_formatted_with_braces() {
    let tree = TestTree::new();
    let adapter = plain(tree.root());
    warning!(adapter, "Hello, {}!", "world");
    log!(Level::WARNING, adapter, "Goodbye {}.", "world");
    assert_eq!(tree.lines(), ["root -> WARNING: Hello, world!", "root -> WARNING: Goodbye world."]);
    let function = Some("messages_are_formatted_with_braces");
    assert!(tree.handler().records().iter().all(|record| record.function() == function));
}

// LoggerAdapterTest.test_nested_styled_adapter; CORE-180, CORE-185.
#[test]
fn what_an_adapter_puts_before_a_message_is_not_formatted_again() {
    let tree = TestTree::new();
    let adapter = plain(with_prefix(tree.root(), "{}"));
    warning!(adapter, "Hello, {}!", "world");
    log!(Level::WARNING, adapter, "Goodbye {}.", "world");
    let expected = ["root -> WARNING: {} Hello, world!", "root -> WARNING: {} Goodbye world."];
    assert_eq!(tree.lines(), expected);
    let function = Some("what_an_adapter_puts_before_a_message_is_not_formatted_again");
    assert!(tree.handler().records().iter().all(|record| record.function() == function));
}

// LoggerAdapterTest.test_find_caller_with_stacklevel; CORE-149, CORE-187.
#[test]
fn a_call_can_be_attributed_to_a_caller_further_up() {
    #[track_caller]
    fn inner(log: &LoggerAdapter<Logger>) {
        warning!(log, location = Location::caller(); "of whoever called `inner`");
    }

    #[track_caller]
    fn outer(log: &LoggerAdapter<Logger>) {
        inner(log);
    }

    let tree = TestTree::new();
    let adapter = plain(tree.root());
    let line = line!() + 1;
    outer(&adapter);
    let record = tree.handler().only_record();
    assert_eq!((record.filename(), record.line_number()), ("logger_adapter.rs", line));
}

// LoggerAdapterTest.test_extra_in_records; CORE-180.
#[test]
fn the_fields_of_the_adapter_are_in_the_record() {
    let tree = TestTree::new();
    critical!(with_foo(&tree), "foo should be here");
    assert_eq!(field(&tree.handler().only_record(), "foo").as_deref(), Some("1"));
}

// LoggerAdapterTest.test_extra_not_merged_by_default; CORE-180.
#[test]
fn the_fields_of_the_call_give_way_to_the_adapters_even_if_it_has_none() {
    let tree = TestTree::new();
    critical!(plain(tree.root()), foo = "nope"; "foo should NOT be here");
    assert_eq!(field(&tree.handler().only_record(), "foo"), None);
}

// LoggerAdapterTest.test_extra_merged; CORE-181.
#[test]
fn the_fields_of_both_can_be_merged() {
    let tree = TestTree::new();
    critical!(with_foo(&tree).merge_extra(true), bar = "2"; "foo and bar should be here");
    let record = tree.handler().only_record();
    assert_eq!(field(&record, "foo").as_deref(), Some("1"));
    assert_eq!(field(&record, "bar").as_deref(), Some("2"));
}

// LoggerAdapterTest.test_extra_merged_log_call_has_precedence; CORE-181.
#[test]
fn of_two_fields_of_one_name_the_calls_is_kept() {
    let tree = TestTree::new();
    critical!(with_foo(&tree).merge_extra(true), foo = "2"; "foo shall be min");
    let record = tree.handler().only_record();
    assert_eq!(record.extra().count(), 1);
    assert_eq!(field(&record, "foo").as_deref(), Some("2"));
}

// CORE-182: 3.14 merges with what is not there, where 3.13 fails.
#[test]
fn fields_are_merged_with_none() {
    let tree = TestTree::new();
    critical!(plain(tree.root()).merge_extra(true), foo = "2"; "the call's");
    critical!(with_foo(&tree).merge_extra(true), "the adapter's");
    critical!(plain(tree.root()).merge_extra(true), "neither's");
    let fields: Vec<Option<String>> =
        tree.handler().records().iter().map(|record| field(record, "foo")).collect();
    assert_eq!(fields, [Some("2".to_owned()), Some("1".to_owned()), None]);
}

// CORE-147: refused when the adapter is made, since it would be at each of its calls.
#[test]
fn a_field_cannot_have_the_name_of_an_attribute() {
    let adapter = LoggerAdapter::new(TestTree::new().root(), [("message", Value::from(1))]);
    let error = adapter.expect_err("the name is taken");
    assert_eq!(error.kind(), ErrorKind::Key);
    assert_eq!(error.to_string(), "Attempt to overwrite 'message' in LogRecord");
}
