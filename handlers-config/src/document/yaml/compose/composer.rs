//! Documents, and the nodes in them.

use std::borrow::Cow;
use std::collections::HashMap;

use super::collection::Collection;
use super::graph::{Content, Graph, NodeId, RawNode};
use crate::document::Position;
use crate::document::fault::{Fault, Parsed, shown};
use crate::document::limits::Budget;
use crate::document::yaml::scan::{Directive, Scanner, TokenKind};
use crate::document::yaml::tag::Tag;

/// Reads the one document that the text has.
pub(in crate::document::yaml) fn document(text: &str) -> Parsed<Graph<'_>> {
    let mut composer = Composer {
        scanner: Scanner::new(text)?,
        nodes: Vec::new(),
        anchors: HashMap::new(),
        handles: HashMap::new(),
        budget: Budget::new(),
    };
    let root = composer.document()?;
    Ok(Graph { nodes: composer.nodes, root })
}

/// A recursive descent through the grammar of `PyYAML`'s parser, no deeper than `MAX_DEPTH`.
#[derive(Debug)]
pub(super) struct Composer<'a> {
    pub(super) scanner: Scanner<'a>,
    pub(super) nodes: Vec<RawNode<'a>>,
    pub(super) anchors: HashMap<&'a str, NodeId>,
    /// What the handles of the document's `%TAG` lines stand for.
    pub(super) handles: HashMap<&'a str, String>,
    budget: Budget,
}

/// Which nodes may stand in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Any.
    Block,
    /// Any, and a list need not be further in than the mapping it belongs to.
    BlockValue,
    /// Those that may stand in brackets.
    Flow,
}

impl<'a> Composer<'a> {
    fn document(&mut self) -> Parsed<Option<NodeId>> {
        let root = match self.peek()? {
            TokenKind::StreamEnd => return Ok(None),
            TokenKind::Directive(_) | TokenKind::DocumentStart => self.explicit_document()?,
            _ => self.node(Place::Block, 0)?,
        };
        while *self.peek()? == TokenKind::DocumentEnd {
            self.scanner.take()?;
        }
        match self.peek()? {
            TokenKind::StreamEnd => Ok(Some(root)),
            TokenKind::DocumentStart => {
                let message = "a second document begins here, only one is expected";
                Err(Fault::new(self.position()?, message))
            }
            _ => self.unexpected("the end of the document"),
        }
    }

    fn explicit_document(&mut self) -> Parsed<NodeId> {
        self.directives()?;
        if *self.peek()? != TokenKind::DocumentStart {
            return self.unexpected("'---'");
        }
        self.scanner.take()?;
        let position = self.position()?;
        match self.peek()? {
            TokenKind::Directive(_)
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => self.empty(position),
            _ => self.node(Place::Block, 0),
        }
    }

    fn directives(&mut self) -> Parsed<()> {
        let mut version_seen = false;
        while let TokenKind::Directive(directive) = self.peek()?.clone() {
            let position = self.scanner.take()?.start;
            match directive {
                Directive::Version { .. } if version_seen => {
                    return Err(Fault::new(position, "a second %YAML line"));
                }
                Directive::Version { supported: false } => {
                    return Err(Fault::new(position, "YAML of a version other than 1"));
                }
                Directive::Version { supported: true } => version_seen = true,
                Directive::Handle { handle, prefix } => {
                    if self.handles.insert(handle, prefix).is_some() {
                        let message = format!("a second %TAG line for {}", shown(handle));
                        return Err(Fault::new(position, message));
                    }
                }
                Directive::Other => {}
            }
        }
        Ok(())
    }

    /// Reads a node, with the anchor and the tag in front of it.
    pub(super) fn node(&mut self, place: Place, depth: usize) -> Parsed<NodeId> {
        let start = self.position()?;
        if let TokenKind::Alias(name) = *self.peek()? {
            self.scanner.take()?;
            let target = self.anchors.get(name).copied();
            let message = || format!("no anchor is called {}", shown(name));
            return target.ok_or_else(|| Fault::new(start, message()));
        }
        let properties = self.properties()?;
        if let Some(collection) = Collection::opened_by(self.peek()?, place) {
            return self.collection(collection, &properties, start, depth);
        }
        let (text, plain) = match self.peek()? {
            TokenKind::Scalar { text, plain } => {
                let scalar = (text.clone(), *plain);
                self.scanner.take()?;
                scalar
            }
            // An anchor or a tag by itself belongs to a value that is left out.
            _ if !properties.is_empty() => (Cow::Borrowed(""), true),
            _ => return self.unexpected("a value"),
        };
        let tag = properties.scalar_tag(&text, plain);
        let id = self.add(tag, Content::Scalar(text), start)?;
        self.register(properties.anchor, id);
        Ok(id)
    }

    /// Adds the null that stands for a value left out.
    pub(super) fn empty(&mut self, position: Position) -> Parsed<NodeId> {
        self.add(Tag::Null, Content::Scalar(Cow::Borrowed("")), position)
    }

    pub(super) fn add(
        &mut self,
        tag: Tag,
        content: Content<'a>,
        position: Position,
    ) -> Parsed<NodeId> {
        self.budget.take_nodes(1, position)?;
        self.nodes.push(RawNode { tag, content, position });
        Ok(self.nodes.len() - 1)
    }

    pub(super) fn register(&mut self, anchor: Option<&'a str>, id: NodeId) {
        if let Some(name) = anchor {
            self.anchors.insert(name, id);
        }
    }

    pub(super) fn peek(&mut self) -> Parsed<&TokenKind<'a>> {
        Ok(&self.scanner.peek()?.kind)
    }

    /// Where the next token stands.
    pub(super) fn position(&mut self) -> Parsed<Position> {
        Ok(self.scanner.peek()?.start)
    }

    #[cold]
    pub(super) fn unexpected<T>(&mut self, expected: &str) -> Parsed<T> {
        let next = self.scanner.peek()?;
        let message = format!("expected {expected}, found {}", next.kind.describe());
        Err(Fault::new(next.start, message))
    }
}

#[cfg(test)]
mod tests {
    use crate::document::yaml::read;

    fn message(text: &str) -> String {
        handlers_core::Error::from(read(text).unwrap_err()).to_string()
    }

    #[test]
    fn one_document_is_read_and_no_more() {
        assert!(read("%YAML 1.2\n%FOO bar\n--- a\n...\n...\n").is_ok());
        assert_eq!(
            message("a: 1\n---\nb: 2\n"),
            "line 2 column 1: a second document begins here, only one is expected"
        );
        assert_eq!(message("... \na"), "line 1 column 1: expected a value, found '...'");
        assert_eq!(
            message("[a] b"),
            "line 1 column 5: expected the end of the document, found text"
        );
    }

    #[test]
    fn directives_belong_in_front_of_a_marked_document() {
        assert_eq!(message("%YAML 2.0\n--- a"), "line 1 column 1: YAML of a version other than 1");
        assert_eq!(message("%YAML 1.1\n%YAML 1.1\n--- a"), "line 2 column 1: a second %YAML line");
        assert_eq!(
            message("%TAG !a! b\n%TAG !a! c\n--- a"),
            "line 2 column 1: a second %TAG line for \"!a!\""
        );
        assert_eq!(message("%YAML 1.1\na"), "line 2 column 1: expected '---', found text");
    }

    #[test]
    fn an_anchor_is_named_once_and_before_its_aliases() {
        assert_eq!(message("- &a 1\n- &a 2"), "line 2 column 3: a second anchor is called \"a\"");
        assert_eq!(message("- *a\n- &a 2"), "line 1 column 3: no anchor is called \"a\"");
        assert_eq!(
            message("- !a!b c"),
            "line 1 column 3: no %TAG line says what \"!a!\" stands for"
        );
    }

    #[test]
    fn brackets_have_to_match() {
        assert_eq!(message("[a}"), "line 1 column 3: expected ',' or ']', found '}'");
        assert_eq!(
            message("{a: b\n"),
            "line 2 column 1: expected ',' or '}', found the end of the document"
        );
        assert_eq!(message("[,]"), "line 1 column 2: expected a value, found ','");
        assert_eq!(message("a: ]"), "line 1 column 4: ']' closes nothing");
    }
}
