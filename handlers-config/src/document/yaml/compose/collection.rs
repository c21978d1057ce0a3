//! Lists and mappings, in blocks and in brackets.

use super::composer::{Composer, Place};
use super::graph::{Content, NodeId};
use super::properties::Properties;
use crate::document::Position;
use crate::document::fault::Parsed;
use crate::document::limits::{MAX_DEPTH, too_deep};
use crate::document::yaml::scan::{Token, TokenKind};
use crate::document::yaml::tag::Tag;

/// The ways to write a list or a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Collection {
    BlockMapping,
    BlockSequence,
    FlowMapping,
    FlowSequence,
    /// A list whose dashes stand right below the key that it belongs to.
    IndentlessSequence,
}

impl Collection {
    /// What begins with this token, if anything may in this place.
    pub(super) fn opened_by(token: &TokenKind<'_>, place: Place) -> Option<Self> {
        match token {
            TokenKind::FlowSequenceStart => Some(Self::FlowSequence),
            TokenKind::FlowMappingStart => Some(Self::FlowMapping),
            TokenKind::BlockSequenceStart if place != Place::Flow => Some(Self::BlockSequence),
            TokenKind::BlockMappingStart if place != Place::Flow => Some(Self::BlockMapping),
            TokenKind::BlockEntry if place == Place::BlockValue => Some(Self::IndentlessSequence),
            _ => None,
        }
    }

    fn is_mapping(self) -> bool {
        matches!(self, Self::BlockMapping | Self::FlowMapping)
    }
}

type Entries = Vec<(NodeId, NodeId)>;

impl<'a> Composer<'a> {
    pub(super) fn collection(
        &mut self,
        collection: Collection,
        properties: &Properties<'a>,
        start: Position,
        depth: usize,
    ) -> Parsed<NodeId> {
        if depth >= MAX_DEPTH {
            return Err(too_deep(start));
        }
        let default = if collection.is_mapping() { Tag::Map } else { Tag::Seq };
        let tag = properties.collection_tag(default);
        // It gets its name before its content is read, so that an alias in there finds it.
        let id = self.add(tag, Content::Sequence(Vec::new()), start)?;
        self.register(properties.anchor, id);
        let depth = depth + 1;
        self.nodes[id].content = match collection {
            Collection::BlockMapping => Content::Mapping(self.block_mapping(depth)?),
            Collection::BlockSequence => Content::Sequence(self.block_sequence(depth)?),
            Collection::FlowMapping => Content::Mapping(self.flow_mapping(depth)?),
            Collection::FlowSequence => Content::Sequence(self.flow_sequence(depth)?),
            Collection::IndentlessSequence => Content::Sequence(self.indentless_sequence(depth)?),
        };
        Ok(id)
    }

    fn block_sequence(&mut self, depth: usize) -> Parsed<Vec<NodeId>> {
        self.scanner.take()?;
        let mut items = Vec::new();
        while *self.peek()? == TokenKind::BlockEntry {
            let dash = self.scanner.take()?;
            items.push(match self.peek()? {
                TokenKind::BlockEntry | TokenKind::BlockEnd => self.empty(dash.end)?,
                _ => self.node(Place::Block, depth)?,
            });
        }
        self.pass(&TokenKind::BlockEnd, "'-' or the end of the list")?;
        Ok(items)
    }

    fn indentless_sequence(&mut self, depth: usize) -> Parsed<Vec<NodeId>> {
        let mut items = Vec::new();
        while *self.peek()? == TokenKind::BlockEntry {
            let dash = self.scanner.take()?;
            items.push(match self.peek()? {
                TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                    self.empty(dash.end)?
                }
                _ => self.node(Place::Block, depth)?,
            });
        }
        Ok(items)
    }

    fn block_mapping(&mut self, depth: usize) -> Parsed<Entries> {
        self.scanner.take()?;
        let mut entries = Vec::new();
        while *self.peek()? == TokenKind::Key {
            let mark = self.scanner.take()?;
            let key = self.block_part(&mark, depth)?;
            let value = if *self.peek()? == TokenKind::Value {
                let mark = self.scanner.take()?;
                self.block_part(&mark, depth)?
            } else {
                let position = self.position()?;
                self.empty(position)?
            };
            entries.push((key, value));
        }
        self.pass(&TokenKind::BlockEnd, "a key or the end of the mapping")?;
        Ok(entries)
    }

    /// Reads the key or the value behind `mark`.
    fn block_part(&mut self, mark: &Token<'_>, depth: usize) -> Parsed<NodeId> {
        match self.peek()? {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => self.empty(mark.end),
            _ => self.node(Place::BlockValue, depth),
        }
    }

    fn flow_sequence(&mut self, depth: usize) -> Parsed<Vec<NodeId>> {
        self.scanner.take()?;
        let mut items = Vec::new();
        while *self.peek()? != TokenKind::FlowSequenceEnd {
            if !items.is_empty() {
                self.pass(&TokenKind::FlowEntry, "',' or ']'")?;
            }
            match self.peek()? {
                TokenKind::FlowSequenceEnd => break,
                TokenKind::Key => items.push(self.flow_pair(depth)?),
                _ => items.push(self.node(Place::Flow, depth)?),
            }
        }
        self.scanner.take()?;
        Ok(items)
    }

    /// Reads a mapping of one entry, which needs no brackets of its own in a list.
    fn flow_pair(&mut self, depth: usize) -> Parsed<NodeId> {
        let position = self.position()?;
        if depth >= MAX_DEPTH {
            return Err(too_deep(position));
        }
        let entry = self.flow_entry(&TokenKind::FlowSequenceEnd, depth + 1)?;
        self.add(Tag::Map, Content::Mapping(vec![entry]), position)
    }

    fn flow_mapping(&mut self, depth: usize) -> Parsed<Entries> {
        self.scanner.take()?;
        let mut entries = Vec::new();
        while *self.peek()? != TokenKind::FlowMappingEnd {
            if !entries.is_empty() {
                self.pass(&TokenKind::FlowEntry, "',' or '}'")?;
            }
            match self.peek()? {
                TokenKind::FlowMappingEnd => break,
                TokenKind::Key => {
                    entries.push(self.flow_entry(&TokenKind::FlowMappingEnd, depth)?);
                }
                _ => {
                    let key = self.node(Place::Flow, depth)?;
                    let position = self.position()?;
                    entries.push((key, self.empty(position)?));
                }
            }
        }
        self.scanner.take()?;
        Ok(entries)
    }

    /// Reads a key and a value in brackets that `end` closes.
    fn flow_entry(&mut self, end: &TokenKind<'_>, depth: usize) -> Parsed<(NodeId, NodeId)> {
        let mark = self.scanner.take()?;
        let key = self.flow_part(&mark, end, depth)?;
        if *self.peek()? != TokenKind::Value {
            let position = self.position()?;
            return Ok((key, self.empty(position)?));
        }
        let mark = self.scanner.take()?;
        Ok((key, self.flow_part(&mark, end, depth)?))
    }

    /// Reads the key or the value behind `mark`.
    fn flow_part(&mut self, mark: &Token<'_>, end: &TokenKind<'_>, depth: usize) -> Parsed<NodeId> {
        match self.peek()? {
            TokenKind::Value | TokenKind::FlowEntry => self.empty(mark.end),
            next if next == end => self.empty(mark.end),
            _ => self.node(Place::Flow, depth),
        }
    }

    /// Passes the token that has to be here.
    fn pass(&mut self, token: &TokenKind<'_>, expected: &str) -> Parsed<()> {
        if self.peek()? != token {
            return self.unexpected(expected);
        }
        self.scanner.take()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::document::yaml::read;

    fn repr(text: &str) -> String {
        read(text).unwrap().to_value().repr()
    }

    // What PyYAML 6.0.3 makes of the same texts.
    #[test]
    fn values_may_be_left_out() {
        assert_eq!(repr("a:\nb:\n  c:\n? d\n"), "{'a': None, 'b': {'c': None}, 'd': None}");
        assert_eq!(repr("-\n- \n- - a\n  -\n"), "[None, None, ['a', None]]");
        assert_eq!(repr("a:\n-\n- b\nc:"), "{'a': [None, 'b'], 'c': None}");
        assert_eq!(repr("{a, b: , ? c}"), "{'a': None, 'b': None, 'c': None}");
        assert_eq!(repr("[a: , ? b : c, d,]"), "[{'a': None}, {'b': 'c'}, 'd']");
        assert_eq!(repr("[? , &a , !!str ]"), "[{None: None}, None, '']");
    }

    #[test]
    fn blocks_and_brackets_nest() {
        assert_eq!(
            repr("- a: b\n  c: [d, {e: f}]\n- - g\n"),
            "[{'a': 'b', 'c': ['d', {'e': 'f'}]}, ['g']]"
        );
        assert_eq!(repr("? a\n: - b\n  - c\n"), "{'a': ['b', 'c']}");
    }

    #[test]
    fn brackets_ignore_indentation() {
        assert_eq!(repr("a: {\nb: [\n1,\n  2\n],\n}\n"), "{'a': {'b': [1, 2]}}");
    }

    #[test]
    fn json_is_yaml() {
        assert_eq!(repr(r#"{"a":"b","c":[1,2],"d":null}"#), "{'a': 'b', 'c': [1, 2], 'd': None}");
    }
}
