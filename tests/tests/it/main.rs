//! Behaviour of the crates, seen from outside.
//!
//! Most modules bear the name of a class in CPython's `test_logging.py`, and each of their tests
//! names the one that it has its expectations from. What belongs to the whole process is tested in
//! the program `process`, one test at a time.
//!
//! Of those tests some have no counterpart:
//!
//! - `WarningsTest`: Rust has no module `warnings` whose output could be captured;
//! - `ManagerTest`: loggers cannot be subclassed, and the factory that a manager of Python's can be
//!   given is used by nobody;
//! - `MiscTestCase`: what a crate exports is the compiler's business.

mod basic_config;
mod basic_filter;
mod buffering_formatter;
mod builtin_levels;
mod child_logger;
mod collector;
mod compression;
mod conformance_suite;
mod custom_levels_and_filters;
mod datagram_handler;
mod encoding;
mod exception;
mod faults;
mod file_handler;
mod file_options;
mod flight_recorder;
mod formatter;
mod gelf;
mod handler;
mod invariants;
mod log_record;
mod log_record_factory;
mod logger;
mod logger_adapter;
mod memory;
mod memory_handler;
mod module_level_misc;
mod network;
mod network_faults;
mod pickles;
mod queue_handler;
mod queue_listener;
mod receiver;
mod redis_queue;
mod rollover;
mod rotating_file_handler;
mod shared;
mod socket_handler;
mod socket_queue;
mod sources;
mod stream_handler;
mod sys_log_handler;
mod system_calls;
mod targets;
mod tidy;
mod timed_rotating_file_handler;
mod transport;
mod watched_file_handler;
mod writer;
