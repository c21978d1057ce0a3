//! Records that find no handler: CPython's `LastResortTest`.

use handlers_core::{Level, Manager, debug, set_last_resort, set_raise_exceptions, warning};
use handlers_tests::support::{CapturedError, alone};

/// A tree without handlers, which takes every level.
fn bare_tree() -> Manager {
    let manager = Manager::new();
    manager.root().set_level(Level::DEBUG);
    manager
}

/// What stands on standard error after `work`.
fn said(work: impl FnOnce()) -> String {
    let captured = CapturedError::new();
    work();
    captured.text()
}

// LastResortTest.test_last_resort; CORE-129, CORE-130.
#[test]
fn warnings_that_find_no_handler_go_to_standard_error() {
    let _alone = alone();
    let root = bare_tree().root();
    assert_eq!(said(|| debug!(root, "This should not appear")), "");
    assert_eq!(said(|| warning!(root, "Final chance!")), "Final chance!\n");
}

// LastResortTest.test_last_resort; CORE-131.
#[test]
fn without_a_last_resort_each_tree_says_once_that_it_has_no_handler() {
    let _alone = alone();
    set_last_resort(None);
    let root = bare_tree().root();
    let no_handlers = "No handlers could be found for logger \"root\"\n";
    assert_eq!(said(|| warning!(root, "Final chance!")), no_handlers);
    assert_eq!(said(|| warning!(root, "Final chance!")), "");

    let other = bare_tree().get_logger("app");
    let no_handlers = "No handlers could be found for logger \"app\"\n";
    assert_eq!(said(|| warning!(other, "Final chance!")), no_handlers);
}

// LastResortTest.test_last_resort; CORE-131.
#[test]
fn nothing_is_said_if_errors_are_not_reported() {
    let _alone = alone();
    set_last_resort(None);
    set_raise_exceptions(false);
    let root = bare_tree().root();
    assert_eq!(said(|| warning!(root, "Final chance!")), "");
    // Nothing was said, so it still can be.
    set_raise_exceptions(true);
    assert!(!said(|| warning!(root, "Final chance!")).is_empty());
}
