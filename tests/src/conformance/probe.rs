//! A handler that tells the runner what it is asked to do.

use std::fmt;

use handlers_core::{Handler, HandlerBase, Record, Result};

/// Calls a closure for each thing that is asked of it.
pub(super) struct Probe {
    base: HandlerBase,
    on: Box<OnStep>,
}

type OnStep = dyn Fn(Step<'_>) -> Result<()> + Send + Sync;

/// What a handler is asked to do.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    Close,
    Emit(&'a Record<'a>),
    Flush,
}

impl Probe {
    pub(super) fn new(on: impl Fn(Step<'_>) -> Result<()> + Send + Sync + 'static) -> Self {
        Self { base: HandlerBase::new(), on: Box::new(on) }
    }
}

impl Handler for Probe {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        (self.on)(Step::Emit(record))
    }

    fn flush(&self) -> Result<()> {
        (self.on)(Step::Flush)
    }

    fn close(&self) -> Result<()> {
        let closed = (self.on)(Step::Close);
        self.base.mark_closed();
        closed
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe").field("base", &self.base).finish_non_exhaustive()
    }
}
