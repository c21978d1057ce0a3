//! Telling of what went wrong in the program's own code.

use handlers_core::{Error, Handler, Record, contain};

/// Tells the handler of an error; a hook that panics has nobody above it to be told.
pub(crate) fn report(handler: &impl Handler, record: &Record<'_>, error: &Error) {
    let _ = contain("report an error", || handler.handle_error(record, error));
}
