//! What threads wait for each other with: that of the standard library, or that of loom, which tries
//! every order in which threads can run (`tests/loom.sh`).
//!
//! Not `parking_lot`: a thread may wait here while the process forks, and the child must not find it
//! in a list of waiting threads.

mod condvar;
mod mutex;

#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(not(loom))]
pub(crate) use std::thread;

pub(crate) use condvar::Condvar;
#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, Ordering};
#[cfg(loom)]
pub(crate) use loom::thread;
pub(crate) use mutex::{Mutex, MutexGuard};
