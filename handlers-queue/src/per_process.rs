//! What each process has of its own.

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use handlers_core::fork_generation;

/// A value of which each process has its own: what the parent of a fork has is not touched in the
/// child, since a thread that is not there may hold its lock.
pub(crate) struct PerProcess<T> {
    first: Slot<T>,
    later: ArcSwapOption<Slot<T>>,
}

pub(crate) struct Slot<T> {
    generation: u64,
    value: T,
}

impl<T> PerProcess<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { first: Slot::new(value), later: ArcSwapOption::empty() }
    }

    /// The value of this process, made by `make` if there is none.
    #[inline]
    pub(crate) fn get(&self, make: impl Fn() -> T) -> Here<'_, T> {
        if self.first.is_ours() {
            Here::First(&self.first)
        } else {
            Here::Later(self.of_child(make))
        }
    }

    #[cold]
    fn of_child(&self, make: impl Fn() -> T) -> Arc<Slot<T>> {
        loop {
            let current = self.later.load_full();
            if let Some(slot) = &current
                && slot.is_ours()
            {
                return Arc::clone(slot);
            }
            // Not OnceLock: a thread that the child does not have may be in the middle of it.
            drop(self.later.compare_and_swap(&current, Some(Arc::new(Slot::new(make())))));
        }
    }
}

/// The value of this process, for as long as it is looked at.
pub(crate) enum Here<'a, T> {
    First(&'a Slot<T>),
    Later(Arc<Slot<T>>),
}

impl<T> Deref for Here<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match self {
            Self::First(slot) => &slot.value,
            Self::Later(slot) => &slot.value,
        }
    }
}

impl<T> Slot<T> {
    fn new(value: T) -> Self {
        Self { generation: fork_generation(), value }
    }

    #[inline]
    fn is_ours(&self) -> bool {
        self.generation == fork_generation()
    }
}
