//! Putting a rolling handler together.

use std::fmt;
use std::path::Path;

use handlers_core::{HandlerBase, Result};

use super::files::Hooks;
use super::handler::RollingHandler;
use super::hooks::{Namer, Rotator};
use super::policy::RolloverPolicy;
use crate::file::{FileOptions, file_setters};

/// Builds a [`RollingHandler`].
#[must_use = "call `build` to open the file"]
pub struct RollingHandlerBuilder<P> {
    base: HandlerBase,
    file: FileOptions,
    hooks: Hooks,
    policy: P,
}

impl<P: RolloverPolicy> RollingHandlerBuilder<P> {
    pub(super) fn new(path: &Path, policy: P) -> Self {
        let (base, hooks) = (HandlerBase::new(), Hooks::default());
        Self { base, file: FileOptions::new(path), hooks, policy }
    }

    handlers_core::base_setters!();
    file_setters!();

    /// Sets what names the backups. Optional.
    pub fn namer(mut self, namer: impl Namer + 'static) -> Self {
        self.hooks.namer = Some(Box::new(namer));
        self
    }

    /// Sets how the file becomes a backup. Optional; it is renamed by default.
    pub fn rotator(mut self, rotator: impl Rotator + 'static) -> Self {
        self.hooks.rotator = Some(Box::new(rotator));
        self
    }

    /// Opens the file, unless that is delayed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](handlers_core::ErrorKind::Io) if the file cannot be opened.
    pub fn build(self) -> Result<RollingHandler<P>> {
        RollingHandler::open("RollingHandler", self.base, self.file, self.hooks, self.policy)
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
