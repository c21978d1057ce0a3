//! From tokens to nodes.

mod collection;
mod composer;
mod graph;
mod properties;

pub(super) use composer::document;
pub(super) use graph::{Content, Graph, NodeId, RawNode};
