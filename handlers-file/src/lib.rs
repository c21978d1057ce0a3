//! Python's handlers for streams and files in Rust: a line for each record, in one write, with
//! rotation by size.
//!
//! | handler | what it does |
//! |---|---|
//! | [`StreamHandler`] | lines to anything that can be written to |
//! | [`FileHandler`] | lines to a file |
//! | [`RotatingFileHandler`] | lines to a file that is put aside when it is full |
//! | [`rolling::RollingHandler`] | the same with a policy of your own |

mod basic;
pub mod encoding;
mod file;
mod log_file;
mod mode;
mod output;
pub mod rolling;
mod rotating;
mod standard;
mod stream;

pub use basic::BasicConfigExt;
pub use file::{FileHandler, FileHandlerBuilder};
pub use mode::OpenMode;
pub use rotating::{RotatingFileHandler, RotatingFileHandlerBuilder};
pub use standard::StandardStream;
pub use stream::{StreamHandler, StreamHandlerBuilder};
