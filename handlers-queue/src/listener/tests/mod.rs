//! The listener with a queue that can fail, wait and hide what it has: in the order in which threads
//! happen to run, and, with loom, in every order.

#[cfg(not(loom))]
mod behaviour;
#[cfg(loom)]
mod models;
mod test_queue;
