//! What the names in a configuration stand for.

mod arguments;
mod named;
mod parameters;
mod prepared;
mod resolve;
mod standard;
mod table;

pub use arguments::Arguments;
pub(crate) use arguments::Given;
#[cfg(feature = "queue")]
pub(crate) use named::ListenerClass;
pub(crate) use named::{Class, Kind, Named};
pub use parameters::Parameters;
pub(crate) use parameters::Role;
pub use prepared::Prepared;
pub(crate) use prepared::{Opens, OpensFile, Sharing};
#[cfg(feature = "file")]
pub(crate) use standard::{open_file, open_stream, roll_over};
pub use table::Registry;
