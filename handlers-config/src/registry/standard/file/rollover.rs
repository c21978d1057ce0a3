//! Rollovers on demand.

use std::any::Any;
use std::fs;
use std::path::Path;

use handlers_core::{Handler, Result};
use handlers_file::{
    FileHandler, OpenMode, RotatingFileHandler, TimedRotatingFileHandler, WatchedFileHandler,
};

/// Puts the file of a rotating handler aside, if anything is in it. A handler that does not rotate
/// opens its file anew if that was moved.
pub(crate) fn roll_over(handler: &dyn Handler) -> Result<()> {
    let any: &dyn Any = handler;
    if let Some(file) = any.downcast_ref::<RotatingFileHandler>() {
        // Without backups the file is opened anew, which in another mode would empty it.
        let keeps = file.backup_count() > 0 || *file.mode() == OpenMode::APPEND;
        if keeps && has_lines(file.path()) { file.do_rollover() } else { Ok(()) }
    } else if let Some(file) = any.downcast_ref::<TimedRotatingFileHandler>() {
        if has_lines(file.path()) { file.do_rollover() } else { Ok(()) }
    } else if let Some(file) = any.downcast_ref::<FileHandler>() {
        file.reopen_if_needed()
    } else if let Some(file) = any.downcast_ref::<WatchedFileHandler>() {
        file.reopen_if_needed()
    } else {
        Ok(())
    }
}

/// An empty backup would push out a full one; a device or a FIFO cannot be put aside.
fn has_lines(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() > 0)
}
