//! What becomes of a record for which there is no room.

use std::time::Duration;

/// What a [`QueueHandler`](crate::QueueHandler) does when its queue is full.
///
/// Whatever is given up is counted, by the handler and by the queue, and the listener logs once how
/// much it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Overflow {
    /// The logging call does not wait, and the record is an error that the handler's error hook is
    /// told: what Python does (QUEUE-19).
    #[default]
    Fail,
    /// The logging call waits for room, for as long as it takes.
    Block,
    /// The logging call waits for room, and gives its record up after that time.
    BlockFor(Duration),
    /// The record that does not fit is given up.
    DropNewest,
    /// The oldest record in the queue is given up.
    DropOldest,
}
