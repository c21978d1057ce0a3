//! The words of the language.

use std::borrow::Cow;

use crate::document::Position;

/// A token and its place.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::document::yaml) struct Token<'a> {
    pub(in crate::document::yaml) kind: TokenKind<'a>,
    pub(in crate::document::yaml) start: Position,
    /// Where a value would stand that is left out behind this token.
    pub(in crate::document::yaml) end: Position,
}

/// What `Scanner` cuts a text into. Blocks get their brackets here, from the indentation.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::document::yaml) enum TokenKind<'a> {
    Alias(&'a str),
    Anchor(&'a str),
    BlockEnd,
    BlockEntry,
    BlockMappingStart,
    BlockSequenceStart,
    Directive(Directive<'a>),
    DocumentEnd,
    DocumentStart,
    FlowEntry,
    FlowMappingEnd,
    FlowMappingStart,
    FlowSequenceEnd,
    FlowSequenceStart,
    Key,
    Scalar { text: Cow<'a, str>, plain: bool },
    StreamEnd,
    Tag(RawTag<'a>),
    Value,
}

/// A line that begins with `%`.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::document::yaml) enum Directive<'a> {
    /// `%YAML`: whether the major version is 1.
    Version { supported: bool },
    /// `%TAG`: what a handle stands for.
    Handle { handle: &'a str, prefix: String },
    /// Any other; it has no effect.
    Other,
}

/// A tag as written.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::document::yaml) struct RawTag<'a> {
    /// `!`, `!!` or `!name!`; none for `!<…>` and the lone `!`.
    pub(in crate::document::yaml) handle: Option<&'a str>,
    pub(in crate::document::yaml) suffix: String,
}

impl TokenKind<'_> {
    /// The token in the words of an error message.
    pub(in crate::document::yaml) fn describe(&self) -> &'static str {
        match self {
            Self::Alias(_) => "an alias",
            Self::Anchor(_) => "an anchor",
            Self::BlockEnd => "the end of a block",
            Self::BlockEntry => "'-'",
            Self::BlockMappingStart => "a mapping",
            Self::BlockSequenceStart => "a list",
            Self::Directive(_) => "a directive",
            Self::DocumentEnd => "'...'",
            Self::DocumentStart => "'---'",
            Self::FlowEntry => "','",
            Self::FlowMappingEnd => "'}'",
            Self::FlowMappingStart => "'{'",
            Self::FlowSequenceEnd => "']'",
            Self::FlowSequenceStart => "'['",
            Self::Key => "a key",
            Self::Scalar { .. } => "text",
            Self::StreamEnd => "the end of the document",
            Self::Tag(_) => "a tag",
            Self::Value => "':'",
        }
    }
}
