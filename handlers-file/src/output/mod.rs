//! How lines get out: one after the other, whole, and for several threads at a time.

mod combiner;
mod flusher;
mod line;
mod pending;

pub(crate) use combiner::{Combiner, Target};
pub(crate) use flusher::flush_every;
pub(crate) use line::{Fate, Line, Outcome, emit};
pub(crate) use pending::{Pending, UNWRITTEN_LIMIT};
