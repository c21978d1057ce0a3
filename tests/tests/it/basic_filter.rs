//! Filters by the name of the logger: CPython's `BasicFilterTest`.

use std::sync::Arc;

use handlers_core::{Filter, Handler, NameFilter, Record, Verdict, info};
use handlers_tests::support::TestTree;

/// Logs through four loggers, of which a filter for `spam.eggs` passes the second and the third.
fn log_breakfast(tree: &TestTree) {
    info!(tree.logger("spam"), "1");
    info!(tree.logger("spam.eggs"), "2");
    info!(tree.logger("spam.eggs.fish"), "3");
    info!(tree.logger("spam.bakedbeans"), "4");
}

// BasicFilterTest.test_filter; CORE-58, CORE-59.
#[test]
fn a_filter_passes_its_logger_and_those_beneath_it() {
    let tree = TestTree::new();
    let filter: Arc<dyn Filter> = Arc::new(NameFilter::new("spam.eggs"));
    tree.handler().base().add_filter(Arc::clone(&filter));
    log_breakfast(&tree);
    let passed = ["spam.eggs -> INFO: 2", "spam.eggs.fish -> INFO: 3"];
    assert_eq!(tree.lines(), passed);

    tree.handler().base().remove_filter(&filter);
    log_breakfast(&tree);
    assert_eq!(tree.lines().len(), passed.len() + 4);
}

// BasicFilterTest.test_callable_filter; CORE-60, CORE-61.
#[test]
fn a_closure_is_a_filter() {
    let tree = TestTree::new();
    let filter = |record: &Record<'_>| {
        let parts: Vec<&str> = record.name().split('.').take(2).collect();
        parts == ["spam", "eggs"]
    };
    tree.handler().base().add_filter(Arc::new(filter));
    log_breakfast(&tree);
    assert_eq!(tree.lines(), ["spam.eggs -> INFO: 2", "spam.eggs.fish -> INFO: 3"]);
}

// BasicFilterTest.test_empty_filter; CORE-57.
#[test]
fn a_filter_without_a_name_passes_everything() {
    let record = Record::builder().name("spam.eggs").build();
    assert!(matches!(NameFilter::new("").filter(&record), Verdict::Keep));
    assert!(matches!(NameFilter::new("spam.egg").filter(&record), Verdict::Drop));
}
