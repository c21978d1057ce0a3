//! What a record is made of: CPython's `LogRecordTest`. What can be switched off, and the names of
//! processes and tasks, are in the test program `process`.

use handlers_core::{Level, Record, Value};
use handlers_tests::support::TestTree;

// LogRecordTest.test_str_rep; CORE-32, CORE-35.
#[test]
fn a_record_is_shown_by_its_logger_level_place_and_message() {
    let empty = Record::from_attributes([]);
    let shown = format!("{empty:?}");
    assert!(shown.starts_with("<LogRecord: ") && shown.ends_with('>'), "{shown}");

    let record = Record::builder()
        .name("app")
        .level(Level::INFO)
        .location(Some("src/app.rs"), 7, Some("main"))
        .template("%d files", [Value::from(3)])
        .build();
    assert_eq!(format!("{record:?}"), "<LogRecord: app, 20, src/app.rs, 7, \"%d files\">");
}

// LogRecordTest.test_dict_arg; CORE-20, CORE-39.
#[test]
fn a_mapping_that_is_the_only_argument_is_taken_by_name() {
    let tree = TestTree::new();
    let mapping = Value::Dict(vec![("less".into(), "more".into())]);
    let record = Record::builder()
        .level(Level::WARNING)
        .template("less is %(less)s", [mapping.clone()])
        .build();
    tree.root().handle(&record);

    let kept = tree.handler().only_record();
    assert_eq!(kept.args(), mapping);
    assert_eq!(kept.message().unwrap(), "less is more");
    assert_eq!(tree.lines(), ["root -> WARNING: less is more"]);
}

// LogRecordTest.test_dict_arg; CORE-20.
#[test]
fn a_mapping_among_others_or_an_empty_one_stays_an_argument() {
    let mapping = || Value::Dict(vec![("less".into(), "more".into())]);
    let args = |args: Vec<Value<'static>>| {
        Record::builder().template("", args).build().args().into_owned()
    };
    let two = vec![mapping(), Value::from(1)];
    assert_eq!(args(two.clone()), Value::Tuple(two));
    let empty = vec![Value::Dict(Vec::new())];
    assert_eq!(args(empty.clone()), Value::Tuple(empty));
}

// LogRecordTest.test_optional, test_multiprocessing; CORE-28 to CORE-31.
#[test]
fn a_record_knows_its_thread_and_its_process() {
    let thread = std::thread::Builder::new().name("worker".to_owned());
    let record = thread.spawn(|| Record::builder().build()).unwrap().join().unwrap();
    assert_eq!(record.thread_name(), Some("worker"));
    assert!(record.thread().is_some_and(|id| id > 0));
    assert_eq!(record.process(), Some(std::process::id()));
    assert_eq!(record.process_name(), Some("MainProcess"));
    assert_eq!(record.task_name(), None);
}
