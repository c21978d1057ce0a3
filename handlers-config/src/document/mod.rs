//! Reading configuration documents into a tree that knows where each value stood.
//!
//! Nothing here knows about logging. JSON is read as Python's `json.load` reads it, YAML as
//! `PyYAML`'s `yaml.safe_load` does, so that a file means here what it means to the Python program
//! it was written for.

mod fault;
mod json;
mod keys;
mod limits;
mod node;
mod position;
mod read;
mod yaml;

pub use node::{Node, NodeValue};
pub use position::Position;
pub use read::{Format, read};
