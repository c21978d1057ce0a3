//! Functions of the module: CPython's `ModuleLevelMiscTest`. Those that concern the program's own
//! root logger are in the test program `process`.
//!
//! What has no counterpart: loggers cannot be subclassed (`test_set_logger_class`,
//! `test_subclass_logger_cache`), and a stack that overflows ends a Rust program, whatever it logs
//! (`test_recursion_error`).

use std::cell::RefCell;
use std::thread;

use handlers_core::{
    ErrorKind, Level, Logger, Manager, Value, critical, error, level_names_mapping,
};
use handlers_tests::support::TestTree;

// ModuleLevelMiscTest.test_disable; CORE-11, CORE-12, CORE-143.
#[test]
fn levels_can_be_disabled_for_a_whole_tree() {
    let manager = Manager::new();
    assert_eq!(manager.disabled_level(), Level::NOTSET);
    manager.disable(Level::new(83));
    assert_eq!(manager.disabled_level(), Level::new(83));

    let unknown = "doesnotexists".parse::<Level>().expect_err("no level");
    assert_eq!(unknown.kind(), ErrorKind::Value);
    let no_level = Level::from_value(&Value::List(Vec::new())).expect_err("no level");
    assert_eq!(no_level.kind(), ErrorKind::Type);

    manager.disable("WARN".parse().unwrap());
    assert_eq!(manager.disabled_level(), Level::WARNING);
}

// ModuleLevelMiscTest.test_disable; CORE-143.
#[test]
fn disabling_critical_silences_everything_that_has_a_name() {
    let tree = TestTree::new();
    tree.manager().disable(Level::CRITICAL);
    critical!(tree.root(), "not logged");
    tree.manager().disable(Level::NOTSET);
    critical!(tree.root(), "logged");
    assert_eq!(tree.lines(), ["root -> CRITICAL: logged"]);
}

// ModuleLevelMiscTest.test_get_level_names_mapping; CORE-2, CORE-3. Other tests of this process may
// have added names, but none for these numbers.
#[test]
fn the_names_of_levels_are_given_as_a_copy() {
    let built_in = || {
        let mut mapping = level_names_mapping();
        mapping.retain(|_, level| [0, 10, 20, 30, 40, 50].contains(&level.number()));
        mapping
    };
    let mut mapping = built_in();
    let entries: Vec<(&str, i64)> =
        mapping.iter().map(|(name, level)| (name.as_str(), level.number())).collect();
    let expected = [
        ("CRITICAL", 50),
        ("DEBUG", 10),
        ("ERROR", 40),
        ("FATAL", 50),
        ("INFO", 20),
        ("NOTSET", 0),
        ("WARN", 30),
        ("WARNING", 30),
    ];
    assert_eq!(entries, expected);

    mapping.insert("LOUD".to_owned(), Level::CRITICAL);
    assert_ne!(built_in(), mapping);
    assert_eq!(Level::by_name("LOUD"), None);
}

// ModuleLevelMiscTest.test_logging_at_shutdown, bpo-20037; CORE-168. What Python's finalizers are
// to the end of the interpreter, destructors of thread-local values are to the end of a thread.
#[test]
fn a_destructor_can_log_while_its_thread_ends() {
    struct LogsAtTheEnd(Logger);

    impl Drop for LogsAtTheEnd {
        fn drop(&mut self) {
            error!(self.0, "log {} the destructor", "in");
        }
    }

    thread_local! {
        static FIRST: RefCell<Option<LogsAtTheEnd>> = const { RefCell::new(None) };
        static LAST: RefCell<Option<LogsAtTheEnd>> = const { RefCell::new(None) };
    }

    let tree = TestTree::new();
    let log = tree.root();
    let ending = thread::spawn(move || {
        // One is made before the library's own values of this thread, and one after: whichever way
        // they are destroyed, one destructor finds them gone.
        FIRST.set(Some(LogsAtTheEnd(log.clone())));
        error!(log, "log in the {}", "thread");
        LAST.set(Some(LogsAtTheEnd(log)));
    });
    ending.join().unwrap();
    let expected = [
        "root -> ERROR: log in the thread",
        "root -> ERROR: log in the destructor",
        "root -> ERROR: log in the destructor",
    ];
    assert_eq!(tree.lines(), expected);
}
