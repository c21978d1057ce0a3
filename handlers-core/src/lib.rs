//! Python's `logging` in Rust: records, filters, formatters, handlers and the tree of loggers.
//!
//! What is seen from outside (the bytes of a line, the names, the order of things) is CPython's;
//! what is seen from inside is Rust's. The other crates of the family add handlers for files,
//! sockets and queues.
//!
//! # Examples
//!
//! ```
//! use handlers_core::{Level, PatternFormatter, StderrHandler, Handler, get_logger, info};
//! use std::sync::Arc;
//!
//! let handler = Arc::new(StderrHandler::new());
//! let format = "%(asctime)s - %(name)s - %(levelname)s - %(message)s";
//! handler.base().set_formatter(Some(Arc::new(PatternFormatter::new(format)?)));
//!
//! let app = get_logger("app");
//! app.set_level(Level::INFO);
//! app.add_handler(handler);
//! info!(app, "request {} served in {:.3} ms", 12345, 0.123);
//! # Ok::<(), handlers_core::Error>(())
//! ```

mod basic_config;
mod contain;
mod context;
mod error;
mod fields;
mod filter;
mod filters;
mod formatter;
mod handler;
mod json;
mod level;
mod logger;
mod macros;
mod printf;
mod process;
mod record;
mod shutdown;
mod stack;
mod standard_error;
mod style;
mod text;
mod time;
mod value;

pub use basic_config::{BasicConfig, with_configuration_lock};
pub use contain::contain;
pub use context::{HandlerGuard, enter_for_life, enter_handler, reentrant_drops, with_line_buffer};
pub use error::{Error, ErrorKind, Result};
pub use fields::Fields;
pub use filter::{Filter, NameFilter, Verdict};
pub use formatter::{BufferingFormatter, Formatter, PatternFormatter, PatternFormatterBuilder};
pub use handler::{
    Counters, ErrorHook, Handler, HandlerBase, NullHandler, StderrHandler, clear_handlers,
    get_handler_by_name, handler_names, raise_exceptions, register_handler, set_raise_exceptions,
};
pub use json::{JsonObject, write_json_text};
pub use level::{Level, add_level_name, get_level_name, level_names_mapping};
pub use logger::{
    Call, Logger, LoggerAdapter, Logging, Manager, Process, RecordFactory, TreeEntry, disable,
    get_logger, last_resort, root_logger, set_last_resort,
};
#[doc(hidden)]
pub use macros::__private;
#[cfg(all(unix, feature = "signals"))]
pub use process::shutdown_on_signals;
pub use process::{
    ExitClaim, ForkHook, ForkSide, add_fork_hook, fork_generation, process_id, shutdown_at_exit,
};
pub use record::{
    Callsite, Exception, Record, RecordBuilder, RecordSwitches, record_switches, set_process_name,
    set_record_switches, set_task_name_provider,
};
pub use shutdown::{HandlerReport, ShutdownGuard, ShutdownOutcome, ShutdownReport, shutdown};
pub use standard_error::{
    ProcessStandardError, StandardError, set_standard_error, write_standard_error,
};
pub use style::Style;
pub use time::{
    BrokenDown, Clock, ManualClock, SystemClock, TimeText, TimeZone, Timestamp, start_time,
    strftime,
};
pub use value::{Construction, Global, Integer, Object, Recipe, Value};
