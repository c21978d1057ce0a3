//! How often memory is asked for.
//!
//! A program that uses this module counts the allocations of all its threads. The count costs a few
//! nanoseconds for each allocation and nothing where none is made.
//!
//! Other threads are counted too, so a test that counts must be alone in its process: give it a
//! file of its own in `tests/`.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Counts from the moment it is made.
///
/// # Examples
///
/// ```
/// use handlers_tests::counting::Allocations;
///
/// let allocations = Allocations::start();
/// let text = std::hint::black_box(String::from("on the heap"));
/// assert!(allocations.count() >= 1);
/// # drop(text);
/// ```
#[derive(Debug)]
#[must_use = "it counts while it lives"]
pub struct Allocations(Region<'static, System>);

impl Allocations {
    /// Begins to count.
    pub fn start() -> Self {
        Self(Region::new(ALLOCATOR))
    }

    /// How often memory was asked for since, by any thread; that a block grew or shrank counts too.
    pub fn count(&self) -> usize {
        let change = self.0.change();
        change.allocations + change.reallocations
    }
}
