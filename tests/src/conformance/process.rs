//! What belongs to the whole process, changed for one case and put back.

use std::sync::{Arc, Mutex, PoisonError};

use handlers_core::{
    ProcessStandardError, raise_exceptions, set_raise_exceptions, set_standard_error,
};

/// Runs `work` and gives what was written to standard error meanwhile.
pub(super) fn with_standard_error<R>(work: impl FnOnce() -> R) -> (R, String) {
    let written = Arc::new(Mutex::new(String::new()));
    let target = Arc::clone(&written);
    set_standard_error(Some(Box::new(move |text: &str| {
        target.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
        Ok(())
    })));
    let result = {
        let _restored = RestoreStandardError;
        work()
    };
    let written = std::mem::take(&mut *written.lock().unwrap_or_else(PoisonError::into_inner));
    (result, written)
}

/// Runs `work` in a process that has no standard error.
pub(super) fn without_standard_error<R>(work: impl FnOnce() -> R) -> R {
    set_standard_error(None);
    let _restored = RestoreStandardError;
    work()
}

/// Runs `work` with `raiseExceptions` set.
pub(super) fn with_raise_exceptions<R>(raise: bool, work: impl FnOnce() -> R) -> R {
    let _restored = RestoreRaiseExceptions(raise_exceptions());
    set_raise_exceptions(raise);
    work()
}

struct RestoreStandardError;

impl Drop for RestoreStandardError {
    fn drop(&mut self) {
        set_standard_error(Some(Box::new(ProcessStandardError)));
    }
}

struct RestoreRaiseExceptions(bool);

impl Drop for RestoreRaiseExceptions {
    fn drop(&mut self) {
        set_raise_exceptions(self.0);
    }
}
