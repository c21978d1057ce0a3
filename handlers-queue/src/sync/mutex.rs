//! A mutex that a panic does not poison.

#[cfg(loom)]
use loom::sync as real;
use std::ops::{Deref, DerefMut};
#[cfg(not(loom))]
use std::sync as real;
use std::sync::PoisonError;

#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(real::Mutex<T>);

#[derive(Debug)]
pub(crate) struct MutexGuard<'a, T> {
    #[cfg(loom)]
    pub(super) mutex: &'a Mutex<T>,
    /// Not there while the thread waits.
    pub(super) inner: Option<real::MutexGuard<'a, T>>,
}

impl<T> Mutex<T> {
    #[cfg(all(test, loom))]
    pub(crate) fn new(value: T) -> Self {
        Self(real::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard {
            #[cfg(loom)]
            mutex: self,
            inner: Some(self.inner()),
        }
    }

    pub(super) fn inner(&self) -> real::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.inner.as_ref().expect("only a wait takes the inner guard, and puts it back")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.inner.as_mut().expect("only a wait takes the inner guard, and puts it back")
    }
}
