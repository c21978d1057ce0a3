//! JSON, to the rules of Python's `json` module.

mod number;
mod reader;
mod text;

pub(super) use reader::read;
