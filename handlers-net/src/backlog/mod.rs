//! Frames that wait until the peer is back.

mod memory;
mod queue;
mod settings;
mod spool;

pub(crate) use queue::Queue;
pub use settings::{Backlog, WhenFull};
