//! Macros without a logger, and the end of the program: the rest of CPython's
//! `ModuleLevelMiscTest`.

use std::sync::Arc;
use std::time::Duration;

use handlers_core::{
    BasicConfig, Handler, Level, Manager, critical, debug, disable, error, info, log, root_logger,
    shutdown, warning,
};
use handlers_file::FileHandler;
use handlers_tests::support::{CapturedError, ListHandler, alone};
use handlers_tests::test_dir;

// ModuleLevelMiscTest.test_disable; CORE-143.
#[test]
fn levels_can_be_disabled_for_the_program() {
    let _alone = alone();
    assert_eq!(Manager::global().disabled_level(), Level::NOTSET);
    disable(Level::new(83));
    assert_eq!(Manager::global().disabled_level(), Level::new(83));
    assert!(!root_logger().is_enabled_for(Level::new(83)));
    assert!(root_logger().is_enabled_for(Level::new(84)));
}

/// Logs once through the root logger, which has a handler, and gives the line.
///
/// That handler is the only one afterwards: the root was not configured (CORE-162).
fn logged(log: impl FnOnce()) -> Vec<String> {
    let _alone = alone();
    let captured = CapturedError::new();
    let handler = Arc::new(ListHandler::with_format("%(name)s -> %(levelname)s: %(message)s"));
    root_logger().set_level(Level::DEBUG);
    root_logger().add_handler(Arc::clone(&handler) as Arc<dyn Handler>);
    log();
    assert_eq!(root_logger().handlers().len(), 1);
    assert_eq!(captured.text(), "");
    handler.lines()
}

// ModuleLevelMiscTest.test_log; CORE-144, CORE-162.
#[test]
fn log_without_a_logger_goes_to_the_root() {
    let lines = logged(|| log!(Level::ERROR, "test me: {:?}", "x"));
    assert_eq!(lines, ["root -> ERROR: test me: \"x\""]);
}

// ModuleLevelMiscTest.test_debug; CORE-144, CORE-162.
#[test]
fn debug_without_a_logger_goes_to_the_root() {
    let lines = logged(|| debug!("test me: {:?}", "x"));
    assert_eq!(lines, ["root -> DEBUG: test me: \"x\""]);
}

// ModuleLevelMiscTest.test_info; CORE-144, CORE-162.
#[test]
fn info_without_a_logger_goes_to_the_root() {
    let lines = logged(|| info!("test me: {:?}", "x"));
    assert_eq!(lines, ["root -> INFO: test me: \"x\""]);
}

// ModuleLevelMiscTest.test_warning; CORE-144, CORE-162.
#[test]
fn warning_without_a_logger_goes_to_the_root() {
    let lines = logged(|| warning!("test me: {:?}", "x"));
    assert_eq!(lines, ["root -> WARNING: test me: \"x\""]);
}

// ModuleLevelMiscTest.test_error; CORE-144, CORE-162.
#[test]
fn error_without_a_logger_goes_to_the_root() {
    let lines = logged(|| error!("test me: {:?}", "x"));
    assert_eq!(lines, ["root -> ERROR: test me: \"x\""]);
}

// ModuleLevelMiscTest.test_critical; CORE-144, CORE-162.
#[test]
fn critical_without_a_logger_goes_to_the_root() {
    let lines = logged(|| critical!("test me: {:?}", "x"));
    assert_eq!(lines, ["root -> CRITICAL: test me: \"x\""]);
}

// ModuleLevelMiscTest.test_logging_at_shutdown_open, bpo-26789; CORE-77, CORE-168, FILE-8. A record
// that comes after the shutdown opens the file once more.
#[test]
fn a_record_after_the_shutdown_is_in_the_file() {
    let _alone = alone();
    let dir = test_dir!();
    let path = dir.join("app.log");
    let config = BasicConfig::new().file(move || Ok(Arc::new(FileHandler::new(&path)?) as _));
    config.apply().unwrap();
    assert!(shutdown(Duration::MAX).is_complete());
    assert!(root_logger().handlers()[0].base().is_closed());

    error!("log in {}", "drop");
    assert_eq!(dir.read("app.log"), "ERROR:root:log in drop\n");
}
