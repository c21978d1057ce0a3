//! Python's handlers for streams and files in Rust: a line for each record, in one write, with
//! rotation by size and by time.
//!
//! | handler | what it does |
//! |---|---|
//! | [`StreamHandler`] | lines to anything that can be written to |
//! | [`FileHandler`] | lines to a file |
//! | [`WatchedFileHandler`] | lines to a file that others move away |
//! | [`RotatingFileHandler`] | lines to a file that is put aside when it is full |
//! | [`TimedRotatingFileHandler`] | lines to a file that is put aside when its time is over |
//! | [`rolling::RollingHandler`] | the same with a policy of your own |

mod basic;
pub mod encoding;
mod face;
mod file;
mod log_file;
mod mode;
mod output;
pub mod rolling;
mod rotating;
mod standard;
mod stream;
mod timed_rotating;
mod watched;

pub use basic::BasicConfigExt;
pub use file::{FileHandler, FileHandlerBuilder};
pub use mode::OpenMode;
pub use rotating::{RotatingFileHandler, RotatingFileHandlerBuilder};
pub use standard::StandardStream;
pub use stream::{StreamHandler, StreamHandlerBuilder};
pub use timed_rotating::{TimedRotatingFileHandler, TimedRotatingFileHandlerBuilder};
pub use watched::{WatchedFileHandler, WatchedFileHandlerBuilder};
