//! Records that the program makes in its own way: CPython's `LogRecordFactoryTest`.

use std::sync::Arc;

use handlers_core::{Fields, Record, Value, error, warning};
use handlers_tests::support::TestTree;

/// Makes a record like the one given, with an attribute more.
#[expect(clippy::needless_pass_by_value, reason = "the shape of a factory")]
fn derived(record: Record<'_>) -> Record<'_> {
    let Value::Dict(attributes) = record.to_dict().into_owned() else {
        panic!("the attributes of a record are a dictionary")
    };
    let attributes = attributes.into_iter().map(|(name, value)| (name.to_string(), value));
    let mark = ("derived".to_owned(), Value::from(true));
    Record::from_attributes(attributes.chain([mark]))
}

// LogRecordFactoryTest.test_logrecord_class; CORE-33, CORE-35.
#[test]
fn the_factory_of_a_tree_makes_the_records_of_its_loggers() {
    let tree = TestTree::new();
    let is_derived = |record: &Record<'_>| Fields::get(record, "derived").is_some();
    tree.root().add_filter(Arc::new(is_derived));
    warning!(tree.root(), "1");

    tree.manager().set_record_factory(Some(Arc::new(derived)));
    error!(tree.root(), "2");

    tree.manager().set_record_factory(None);
    error!(tree.root(), "3");
    assert_eq!(tree.lines(), ["root -> ERROR: 2"]);
}
