//! The program's own root logger: the rest of CPython's `BasicConfigTest`.

use std::sync::Arc;

use handlers_core::{
    BasicConfig, Level, RecordSwitches, critical, debug, error, info, log, root_logger,
    set_record_switches, set_task_name_provider, warning,
};
use handlers_file::FileHandler;
use handlers_tests::support::{CapturedError, ListHandler, alone};
use handlers_tests::test_dir;

/// Logs once through the root logger, which has no handler, and gives what stands on standard error.
///
/// Afterwards the root has the one handler of `basicConfig`, whether the level is enabled or not
/// (CORE-162).
fn said(log: impl FnOnce()) -> String {
    let _alone = alone();
    let captured = CapturedError::new();
    assert!(root_logger().handlers().is_empty());
    log();
    let handlers = root_logger().handlers();
    assert_eq!(handlers.len(), 1, "{handlers:?}");
    let formatter = handlers[0].base().formatter().expect("the handler has a formatter");
    assert_eq!(formatter.label(), "%(levelname)s:%(name)s:%(message)s");
    captured.text()
}

// BasicConfigTest.test_log; CORE-162.
#[test]
fn log_configures_the_root() {
    assert_eq!(said(|| log!(Level::WARNING, "test me")), "WARNING:root:test me\n");
}

// BasicConfigTest.test_debug; CORE-162.
#[test]
fn debug_configures_the_root_though_it_is_not_logged() {
    assert_eq!(said(|| debug!("test me")), "");
}

// BasicConfigTest.test_info; CORE-162.
#[test]
fn info_configures_the_root_though_it_is_not_logged() {
    assert_eq!(said(|| info!("test me")), "");
}

// BasicConfigTest.test_warning; CORE-162.
#[test]
fn warning_configures_the_root() {
    assert_eq!(said(|| warning!("test me")), "WARNING:root:test me\n");
}

// BasicConfigTest.test_error; CORE-162.
#[test]
fn error_configures_the_root() {
    assert_eq!(said(|| error!("test me")), "ERROR:root:test me\n");
}

// BasicConfigTest.test_critical; CORE-162.
#[test]
fn critical_configures_the_root() {
    assert_eq!(said(|| critical!("test me")), "CRITICAL:root:test me\n");
}

// BasicConfigTest.test_level, test_no_kwargs; CORE-169.
#[test]
fn a_configured_root_is_left_alone() {
    let _alone = alone();
    BasicConfig::new().level(Level::new(57)).apply().unwrap();
    BasicConfig::new().level(Level::new(58)).apply().unwrap();
    assert_eq!(root_logger().level(), Level::new(57));
    assert_eq!(root_logger().handlers().len(), 1);
}

// BasicConfigTest.test_log_taskName; CORE-31.
#[test]
fn the_name_of_the_task_is_a_field_of_the_format() {
    let _alone = alone();
    let dir = test_dir!();
    let path = dir.join("app.log");
    let open = move || Ok(Arc::new(FileHandler::new(&path)?) as _);
    BasicConfig::new().file(open).format("%(taskName)s - %(message)s").apply().unwrap();
    set_task_name_provider(|| Some("Task-1".to_owned()));
    warning!("hello world");
    set_record_switches(RecordSwitches { async_tasks: false, ..RecordSwitches::default() });
    warning!("hello world");
    assert_eq!(dir.read("app.log"), "Task-1 - hello world\nNone - hello world\n");
}

// CORE-162, CORE-192: Python's lock can be taken twice by one thread. What opens the file or the
// stream may log, and finds a root logger that configures itself.
#[test]
fn what_opens_a_handler_can_log_through_the_root() {
    let _alone = alone();
    let captured = CapturedError::new();
    let handler = Arc::new(ListHandler::new());
    let opened = Arc::clone(&handler);
    let open = move || {
        warning!("opening");
        Ok(opened as _)
    };
    BasicConfig::new().stream(open).apply().unwrap();
    warning!("open");
    assert_eq!(captured.text(), "WARNING:root:opening\nWARNING:root:open\n");
    assert_eq!(handler.lines(), ["WARNING:root:open"]);
    assert_eq!(root_logger().handlers().len(), 2);
}
