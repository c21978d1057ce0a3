//! The conformance suite: what every handler promises, whoever wrote it.
//!
//! [`check()`] runs all clauses over one kind of handler: as it is, behind `Arc<dyn Handler>` and
//! behind `Box<dyn Handler>`. A clause that does not hold is shown as the sentence that it is, with
//! what was seen instead.

mod check;
mod clauses;
mod subject;
#[cfg(test)]
mod tests;
mod trial;

pub use check::check;
pub use subject::{AfterClose, Subject};
