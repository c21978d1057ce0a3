//! What the library says on standard error, for one test to read.

use std::cell::RefCell;
use std::io;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use handlers_core::{ProcessStandardError, StandardError, set_standard_error};

/// Keeps what the library writes to standard error on this thread, until it is dropped.
///
/// Reports are written by the thread that logs. So tests that run at the same time do not see each
/// other's, and what other threads say goes where it always goes.
#[derive(Debug)]
pub struct CapturedError {
    text: Captured,
    outer: Option<Captured>,
    of_one_thread: PhantomData<*const ()>,
}

type Captured = Arc<Mutex<String>>;

impl CapturedError {
    /// Begins to keep what is written.
    #[must_use = "what is written is kept until this is dropped"]
    pub fn new() -> Self {
        set_standard_error(Some(Box::new(by_thread)));
        let text = Captured::default();
        let outer = CAPTURED.replace(Some(Arc::clone(&text)));
        Self { text, outer, of_one_thread: PhantomData }
    }

    /// What was written so far.
    pub fn text(&self) -> String {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Default for CapturedError {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for CapturedError {
    fn drop(&mut self) {
        CAPTURED.set(self.outer.take());
    }
}

/// The standard error of the process once anything was captured in it.
fn by_thread(text: &str) -> io::Result<()> {
    // A thread that is ending captures nothing any more.
    match CAPTURED.try_with(|captured| captured.borrow().clone()).ok().flatten() {
        Some(captured) => {
            captured.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
            Ok(())
        }
        None => ProcessStandardError.write(text),
    }
}

thread_local! {
    static CAPTURED: RefCell<Option<Captured>> = const { RefCell::new(None) };
}
