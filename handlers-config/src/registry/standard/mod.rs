//! The names of Python's standard library.

mod constants;
mod core;
#[cfg(feature = "file")]
mod file;
#[cfg(feature = "gelf")]
mod gelf;
#[cfg(feature = "net")]
mod net;
#[cfg(feature = "queue")]
mod queue;

#[cfg(feature = "file")]
pub(crate) use file::{open_file, open_stream, roll_over};

use super::Registry;

pub(super) fn registry() -> Registry {
    let registry = LATER.iter().fold(Registry::new(), |registry, name| registry.later(name));
    let registry = MODULES.iter().fold(registry, |registry, name| registry.module(name));
    let registry = core::add(constants::add(registry));
    #[cfg(feature = "file")]
    let registry = file::add(registry);
    #[cfg(feature = "net")]
    let registry = net::add(registry);
    #[cfg(feature = "gelf")]
    let registry = gelf::add(registry);
    #[cfg(feature = "queue")]
    let registry = queue::add(registry);
    registry
}

/// Classes that a configuration may name. Those that are built take the places of their names.
const LATER: [&str; 22] = [
    "logging.FileHandler",
    "logging.StreamHandler",
    "logging.handlers.BaseRotatingHandler",
    "logging.handlers.BufferingHandler",
    "logging.handlers.DatagramHandler",
    "logging.handlers.HTTPHandler",
    "logging.handlers.MemoryHandler",
    "logging.handlers.NTEventLogHandler",
    "logging.handlers.QueueHandler",
    "logging.handlers.QueueListener",
    "logging.handlers.RotatingFileHandler",
    "logging.handlers.SMTPHandler",
    "logging.handlers.SocketHandler",
    "logging.handlers.SysLogHandler",
    "logging.handlers.TimedRotatingFileHandler",
    "logging.handlers.WatchedFileHandler",
    "multiprocessing.JoinableQueue",
    "multiprocessing.Queue",
    "queue.LifoQueue",
    "queue.PriorityQueue",
    "queue.Queue",
    "queue.SimpleQueue",
];

/// Modules of Python's that configurations name things of.
const MODULES: [&str; 8] =
    ["io", "logging.config", "os", "queue", "socket", "sys", "threading", "time"];
