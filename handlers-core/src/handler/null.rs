//! The handler that does nothing.

use std::fmt;

use super::{Handler, HandlerBase};
use crate::error::Result;
use crate::record::Record;

/// Takes records nowhere: Python's `NullHandler`.
///
/// It counts as a handler, so that a logger which has it does not fall back on the last resort
/// (CORE-86): what a library attaches to its own logger.
///
/// # Examples
///
/// ```
/// use handlers_core::{NullHandler, get_logger};
/// use std::sync::Arc;
///
/// let library = get_logger("mylib");
/// library.add_handler(Arc::new(NullHandler::new()));
/// assert!(library.has_handlers());
/// ```
#[derive(Default)]
pub struct NullHandler {
    base: HandlerBase,
}

impl NullHandler {
    /// Makes a handler that does nothing.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Handler for NullHandler {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, _record: &Record<'_>) -> Result<()> {
        Ok(())
    }

    /// Does nothing and says so (CORE-87).
    fn handle(&self, _record: &Record<'_>) -> bool {
        false
    }
}

impl fmt::Debug for NullHandler {
    /// CORE-84.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<NullHandler ({})>", self.base.level())
    }
}
