//! The handler for standard error, in a process that has it to itself.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use handlers_core::{StderrHandler, set_standard_error};
use handlers_tests::suite::{self, Subject};

#[test]
fn stderr_handler() {
    suite::check("StderrHandler", || {
        let text: Arc<Mutex<String>> = Arc::default();
        let written = Arc::clone(&text);
        set_standard_error(Some(Box::new(move |line: &str| -> io::Result<()> {
            written.lock().unwrap_or_else(PoisonError::into_inner).push_str(line);
            Ok(())
        })));
        Subject::new(StderrHandler::new(), move || {
            let text = text.lock().unwrap_or_else(PoisonError::into_inner);
            text.split_terminator('\n').map(str::to_owned).collect()
        })
    });
}
