//! From a record to the text of a GELF message.

mod exclude;
mod flatten;
mod gelf;
mod graypy;
mod host;
mod json;
mod level;
mod logging_gelf;
mod message;
mod names;
mod payload;
mod schema;

pub use gelf::{GelfFormatter, GelfFormatterBuilder};
pub use graypy::{GraypyFormatter, GraypyFormatterBuilder};
pub use logging_gelf::{LoggingGelfFormatter, LoggingGelfFormatterBuilder};
pub use schema::GelfSchema;

/// What stands for an empty message, which no server takes (GELF-65).
const PLACEHOLDER: &str = "-";
