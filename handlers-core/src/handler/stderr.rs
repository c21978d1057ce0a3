//! Standard error as a handler: the last resort and the default of `basic_config`.

use std::fmt;

use super::{Handler, HandlerBase};
use crate::context::with_line_buffer;
use crate::error::{Error, Result};
use crate::record::Record;
use crate::standard_error;

/// Writes lines to standard error, looked up anew for each of them: Python's `_StderrHandler`.
///
/// Each line is one write. A standard error that was closed takes everything and says nothing, as it
/// does in Rust's standard library.
#[derive(Default)]
pub struct StderrHandler {
    base: HandlerBase,
}

impl StderrHandler {
    /// Makes a handler for standard error.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Handler for StderrHandler {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        with_line_buffer(|line| {
            self.base.format(record, line)?;
            line.push('\n');
            standard_error::try_write(line)
                .map_err(|error| Error::io("write to standard error", error))
        })
    }
}

impl fmt::Debug for StderrHandler {
    /// CORE-128.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<_StderrHandler <stderr> ({})>", self.base.level())
    }
}
