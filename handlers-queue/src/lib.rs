//! Python's handlers that hold records back, in Rust.
//!
//! | handler | what it does |
//! |---|---|
//! | [`BufferingHandler`] | keeps records until there are enough of them, then hands them to a [`Drain`] |
//! | [`MemoryHandler`] | the same in front of another handler; a grave record brings all of them out |

mod buffer;
mod buffering;
mod drain;
mod flush_policy;
mod memory;
mod prepare;
mod queue;
mod report;
mod turn;

pub use buffering::{BufferingHandler, BufferingHandlerBuilder};
pub use drain::{Discard, Drain};
pub use flush_policy::{AtCapacity, AtCapacityOrLevel, BufferStatus, FlushPolicy};
pub use memory::{MemoryHandler, MemoryHandlerBuilder};
pub use prepare::Prepare;
pub use queue::{Overflow, Placed, RecordQueue};
