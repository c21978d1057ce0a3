//! Printf-style formatting: Python's `%` operator on text.
//!
//! CPython reads a format while it fills it in, so that of two mistakes the one further to the left
//! is reported. Here a format is read by the [`parser`] into [`Segment`]s that remember mistakes;
//! they are raised when the segment's turn comes. A message is filled in as it is parsed, a
//! formatter keeps its segments in a [`Template`].
//!
//! # Differences from Python
//!
//! The widths and precisions of one format may ask for 1 MiB of padding between them; CPython would
//! take as much memory as there is. A lone surrogate, which `%c` can produce in Python, is U+FFFD.

mod arguments;
mod convert;
mod error;
mod parser;
mod template;

pub(crate) use parser::{Conversion, Segment};
pub(crate) use template::{Template, merge};
