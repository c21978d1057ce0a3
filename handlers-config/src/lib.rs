//! Python's logging configuration in Rust: a `logging.yaml` or `logging.json` as it is.
//!
//! | | |
//! |---|---|
//! | [`Config`] | reads, checks, shows and applies a configuration of `dictConfig` |
//! | [`dict_config`], [`basic_config()`] | Python's functions of these names |
//! | [`Registry`] | what the names of classes stand for; programs add their own |
//! | [`document`] | JSON and YAML as Python reads them |
//!
//! # Examples
//!
//! ```no_run
//! use handlers_config::Config;
//! use handlers_core::{Result, get_logger, info};
//!
//! fn main() -> Result<()> {
//!     let _configured = Config::read("logging.yaml")?.apply()?;
//!     info!(get_logger("app"), "ready");
//!     Ok(())
//! }
//! ```
//!
//! # Differences from Python
//!
//! - Names of classes are looked up in a table. Nothing is imported, no code of a configuration runs.
//! - What Python takes at first and stumbles over with every record is an error at once: text for
//!   `backupCount`, a `stream` that is none, an unknown `encoding` of a delayed file.
//! - A logger is at most 100 levels deep, and references lead on at most 100 times.

mod argument;
mod basic_config;
mod config;
mod configured;
mod dict;
pub mod document;
mod fault;
mod outline;
mod problem;
mod registry;
mod stream;
mod suggest;

pub use argument::Argument;
#[cfg(feature = "queue")]
pub use argument::QueueEnd;
pub use basic_config::{basic_config, basic_config_to};
pub use config::{Config, dict_config};
pub use configured::Configured;
pub use outline::{FilterOutline, FormatterOutline, HandlerOutline, LoggerOutline, Outline};
pub use problem::{Problem, Severity};
pub use registry::{Arguments, Parameters, Prepared, Registry};
pub use stream::Stream;
