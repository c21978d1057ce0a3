//! What a listener that was stopped has to say.

use std::fmt;

use handlers_core::Error;

/// What became of the records of a [`QueueListener`](crate::QueueListener) between its start and its
/// stop. That of a listener that was not running is empty (QUEUE-35).
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct StopReport {
    /// How many records were taken from the queue and handed to the handlers.
    pub handled: u64,
    /// How many records the queue gave up, including those before the start of which no listener
    /// had told.
    pub dropped: u64,
    /// How many records the handlers lost to errors meanwhile, whoever handed them over; one that
    /// two handlers lost counts twice.
    pub failed: u64,
    /// How many records are in the queue or, after a time-out, in the thread's hands. Records that
    /// were put after the stop had begun can be among them.
    pub left: u64,
    /// Whether the thread still runs: the time was over, or it is this thread that asked.
    pub timed_out: bool,
    /// What kept the thread from taking what was in the queue.
    pub error: Option<Error>,
}

impl StopReport {
    /// Whether the thread has ended and nothing was left.
    pub fn is_complete(&self) -> bool {
        self.left == 0 && !self.timed_out && self.error.is_none()
    }
}

impl fmt::Display for StopReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { handled, dropped, failed, left, .. } = self;
        write!(f, "{handled} records handled, {dropped} dropped, {failed} failed, {left} left")?;
        if self.timed_out {
            f.write_str("; the thread still runs")?;
        }
        match &self.error {
            Some(error) => write!(f, "; {error}"),
            None => Ok(()),
        }
    }
}
