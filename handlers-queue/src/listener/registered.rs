//! How `shutdown` finds a listener.

use std::fmt;
use std::sync::Weak;
use std::time::Instant;

use handlers_core::{ForkHook, ForkSide, Handler, HandlerBase, Record, Result};

use super::queue_listener::Shared;

/// Stands for a listener among the handlers of the process: flushing it drains the queue. It belongs
/// to no logger.
///
/// Closing it changes nothing, as a handler that was closed goes on being used (CORE-77): the
/// listener handles what is queued later.
pub(super) struct Registered {
    pub(super) base: HandlerBase,
    pub(super) listener: Weak<Shared>,
}

impl Handler for Registered {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, _record: &Record<'_>) -> Result<()> {
        Ok(())
    }

    fn flush(&self) -> Result<()> {
        match self.listener.upgrade() {
            Some(listener) if listener.is_running() => listener.flush(None),
            _ => Ok(()),
        }
    }

    fn close(&self) -> Result<()> {
        Ok(())
    }

    /// What the thread has in its hands; the handlers in front of the queue know what waits in it.
    fn pending(&self) -> u64 {
        self.listener.upgrade().map_or(0, |listener| listener.at_hand())
    }
}

impl ForkHook for Registered {
    fn before(&self, deadline: Instant) {
        if let Some(listener) = self.listener.upgrade() {
            listener.pause(deadline);
        }
    }

    /// In the child there is no thread. It is missed, if at all, when a record is queued.
    fn after(&self, side: ForkSide) {
        if let (ForkSide::Parent, Some(listener)) = (side, self.listener.upgrade()) {
            listener.resume();
        }
    }
}

impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<QueueListener>")
    }
}
