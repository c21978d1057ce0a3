//! The process for one test at a time.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use handlers_core::{
    Handler, Level, Manager, ProcessStandardError, RecordSwitches, add_level_name, last_resort,
    root_logger, set_last_resort, set_process_name, set_raise_exceptions, set_record_switches,
    set_standard_error, set_task_name_provider,
};

/// Waits until no other test of this process is alone.
///
/// Tests of what belongs to the process (the names of levels, the last resort, the global root
/// logger, the switches) are alone from their first line to their last. They live in a test program
/// of their own, since tests that are not alone would see what they do.
#[must_use = "the test is alone while it holds this"]
pub fn alone() -> Alone {
    let lock = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    DEFAULT_LAST_RESORT.get_or_init(last_resort);
    Alone { _lock: lock }
}

/// What [`alone`] gives; when it is dropped, everything is as it is when a program starts.
#[derive(Debug)]
pub struct Alone {
    _lock: MutexGuard<'static, ()>,
}

impl Drop for Alone {
    fn drop(&mut self) {
        for handler in root_logger().handlers() {
            root_logger().remove_handler(&handler);
        }
        root_logger().set_level(Level::WARNING);
        Manager::global().disable(Level::NOTSET);
        set_raise_exceptions(true);
        set_last_resort(DEFAULT_LAST_RESORT.get().cloned().flatten());
        set_standard_error(Some(Box::new(ProcessStandardError)));
        set_record_switches(RecordSwitches::default());
        set_process_name("MainProcess");
        set_task_name_provider(|| None);
        for (level, name) in NAMES {
            add_level_name(level, name);
        }
    }
}

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
static DEFAULT_LAST_RESORT: OnceLock<Option<Arc<dyn Handler>>> = OnceLock::new();

const NAMES: [(Level, &str); 6] = [
    (Level::NOTSET, "NOTSET"),
    (Level::DEBUG, "DEBUG"),
    (Level::INFO, "INFO"),
    (Level::WARNING, "WARNING"),
    (Level::ERROR, "ERROR"),
    (Level::CRITICAL, "CRITICAL"),
];
