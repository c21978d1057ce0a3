//! The clauses, each with its promise in one sentence.

mod errors;
mod filters;
mod life;
mod reentry;
mod threads;

use super::subject::Nature;
use super::trial::Trial;

/// One promise, and how it is tried.
pub(super) struct Clause {
    /// The sentence that is shown when the clause does not hold.
    pub(super) promise: &'static str,
    /// Which handlers the promise is about.
    pub(super) concerns: fn(Nature) -> bool,
    /// How it is tried.
    pub(super) holds: Check,
}

/// Panics if the promise is not kept.
pub(super) enum Check {
    /// With a handler that is dropped by whoever made it.
    Using(fn(&Trial)),
    /// With a handler whose drop is what is tried.
    Ending(fn(Trial)),
}

/// All clauses.
pub(super) fn all() -> impl Iterator<Item = &'static Clause> {
    [errors::CLAUSES, filters::CLAUSES, life::CLAUSES, reentry::CLAUSES, threads::CLAUSES]
        .into_iter()
        .flatten()
}

/// The clause is about every handler.
fn every(_: Nature) -> bool {
    true
}

/// The clause is about handlers that put records into words.
fn formatting(nature: Nature) -> bool {
    nature.formats
}

/// The clause is about handlers that take records as they are.
fn passing_on(nature: Nature) -> bool {
    nature.takes_records && !nature.formats
}

/// The clause is about handlers that take records at all.
fn taking(nature: Nature) -> bool {
    nature.takes_records
}

/// The clause is about handlers that answer no to every record.
fn taking_none(nature: Nature) -> bool {
    !nature.takes_records
}
