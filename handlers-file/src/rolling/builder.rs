//! Putting a rolling handler together.

use std::fmt;
use std::path::Path;

use handlers_core::{HandlerBase, Result};

use super::handler::RollingHandler;
use super::options::{RollingOptions, rolling_setters};
use super::policy::RolloverPolicy;
use crate::file::{FileOptions, file_setters};

/// Builds a [`RollingHandler`].
#[must_use = "call `build` to open the file"]
pub struct RollingHandlerBuilder<P> {
    base: HandlerBase,
    file: FileOptions,
    rolling: RollingOptions,
    policy: P,
}

impl<P: RolloverPolicy> RollingHandlerBuilder<P> {
    pub(super) fn new(path: &Path, policy: P) -> Self {
        let (base, rolling) = (HandlerBase::new(), RollingOptions::default());
        Self { base, file: FileOptions::new(path), rolling, policy }
    }

    handlers_core::base_setters!();
    file_setters!();
    rolling_setters!();

    /// Opens the file, unless that is delayed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](handlers_core::ErrorKind::Io) if the file cannot be opened.
    pub fn build(self) -> Result<RollingHandler<P>> {
        RollingHandler::open("RollingHandler", self.base, self.file, self.rolling, self.policy)
    }
}

impl<P: fmt::Debug> fmt::Debug for RollingHandlerBuilder<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RollingHandlerBuilder")
            .field("base", &self.base)
            .field("file", &self.file)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
