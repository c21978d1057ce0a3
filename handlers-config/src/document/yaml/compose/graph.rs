//! The nodes of a document.

use std::borrow::Cow;

use crate::document::Position;
use crate::document::yaml::tag::Tag;

/// The nodes of a document. An alias is the same node once more.
#[derive(Debug)]
pub(in crate::document::yaml) struct Graph<'a> {
    pub(in crate::document::yaml) nodes: Vec<RawNode<'a>>,
    /// None in an empty document.
    pub(in crate::document::yaml) root: Option<NodeId>,
}

/// The index of a node in its graph.
pub(in crate::document::yaml) type NodeId = usize;

/// A node whose type is known and whose value is still text.
#[derive(Debug)]
pub(in crate::document::yaml) struct RawNode<'a> {
    pub(in crate::document::yaml) tag: Tag,
    pub(in crate::document::yaml) content: Content<'a>,
    pub(in crate::document::yaml) position: Position,
}

/// What a node consists of, whatever its type.
#[derive(Debug)]
pub(in crate::document::yaml) enum Content<'a> {
    Mapping(Vec<(NodeId, NodeId)>),
    Scalar(Cow<'a, str>),
    Sequence(Vec<NodeId>),
}
