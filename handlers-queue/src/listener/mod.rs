//! The other end of a queue: a thread that takes records out and hands them to handlers.

mod builder;
mod control;
mod delivery;
mod guard;
mod queue_listener;
mod registered;
mod report;
mod run;
mod trouble;

pub use builder::QueueListenerBuilder;
pub use guard::ListenerGuard;
pub use queue_listener::QueueListener;
pub use report::StopReport;

#[cfg(test)]
mod tests;
