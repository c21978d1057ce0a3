//! Behaviour that belongs to the whole process: the names of levels, the last resort, the program's
//! own root logger, the switches, the end.
//!
//! Every test begins by being alone and leaves the process as it found it. The modules are named as
//! those of the test program `it`, whose introduction holds here too.

mod basic_config;
mod builtin_levels;
mod last_resort;
mod log_record;
mod memory_handler;
mod module_level_misc;
mod queue_listener;
mod shutdown;
mod stream_handler;
