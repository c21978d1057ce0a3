//! The conformance runner: what CPython did, compared with what the crates do.
//!
//! A directory of vectors holds one JSON file for each subject, and a file holds cases: the inputs
//! of one experiment and the results that CPython 3.13 gave. [`run_directory`] repeats each
//! experiment with the crates and compares result by result.
//!
//! The runner knows the *format* of a file, never its cases. A file, a keyword, an operation or a
//! type that it does not know makes the case a skipped one, which is counted by itself and never as
//! passed. Where the crates differ from CPython on purpose, the table in `deliberate.rs` says so, by
//! the shape of the case, and puts what is checked instead in the place of CPython's result.
//!
//! | module | files |
//! |---|---|
//! | `formats` | `format_*` |
//! | `times` | `asctime`, `record_time` |
//! | `records` | `get_message`, `levels`, `record_paths`, `filter_name` |
//! | `loggers` | `get_logger`, `logger_tree`, `dispatch` |
//! | `errors` | `handle_error` |
//! | `ending` | `shutdown` |
//! | `basic_config` | `basic_config` |
//! | `dict_config` | `dict_config` |
//! | `files` | `file_handlers` |
//! | `memory` | `memory_handler` |
//! | `pickles` | `pickles` |
//! | `queue_listener` | `queue_listener` |
//! | `queue_prepare` | `queue_prepare` |
//! | `socket_backoff` | `socket_backoff` |
//! | `gelf`, `gelf_chunks` | `gelf`, `gelf_chunks` |
//! | `syslog`, `syslog_transports` | `syslog` |
//! | `timed` | `timed_rollover*` |
//! | `timed_files` | `timed_files` |
//! | `retention` | `files_to_delete` |

mod basic_config;
mod case;
mod deliberate;
mod dict_config;
mod dict_state;
mod document;
mod ending;
mod engine;
mod errors;
mod families;
mod file_differences;
mod file_hooks;
mod files;
mod formats;
mod gelf;
mod gelf_chunks;
mod gelf_ports;
mod literal;
mod loggers;
mod memory;
mod objects;
mod pickles;
mod probe;
mod process;
mod queue_listener;
mod queue_prepare;
mod records;
mod registry;
mod report;
mod retention;
mod scratch;
mod scripted;
mod socket_backoff;
mod subject;
mod syslog;
mod syslog_transports;
mod timed;
mod timed_files;
mod timed_model;
mod times;
mod unpickle;
mod values;
mod watched_model;

pub use engine::{run_directory, run_file};
pub use report::{FileReport, Report};
