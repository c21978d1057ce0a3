//! What stands in front of a node.

use std::borrow::Cow;

use super::composer::Composer;
use crate::document::fault::{Fault, Parsed, shown};
use crate::document::yaml::scan::{RawTag, TokenKind};
use crate::document::yaml::tag::{STANDARD_PREFIX, Tag};

/// The anchor and the tag of a node.
#[derive(Debug, Default)]
pub(super) struct Properties<'a> {
    pub(super) anchor: Option<&'a str>,
    /// The tag in full.
    tag: Option<String>,
}

impl Properties<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.anchor.is_none() && self.tag.is_none()
    }

    /// The type of a list or a mapping, which is `default` without a tag.
    pub(super) fn collection_tag(&self, default: Tag) -> Tag {
        match self.tag.as_deref() {
            None | Some("!") => default,
            Some(name) => Tag::from_name(name),
        }
    }

    /// The type of a text. A lone `!` asks for the type seen from the text, even in quotes.
    pub(super) fn scalar_tag(&self, text: &str, plain: bool) -> Tag {
        match self.tag.as_deref() {
            Some("!") => Tag::of_plain(text),
            Some(name) => Tag::from_name(name),
            None if plain => Tag::of_plain(text),
            None => Tag::Str,
        }
    }
}

impl<'a> Composer<'a> {
    /// Reads an anchor and a tag, at most one of each, in any order.
    pub(super) fn properties(&mut self) -> Parsed<Properties<'a>> {
        let mut properties = Properties::default();
        loop {
            let position = self.position()?;
            match self.peek()? {
                TokenKind::Anchor(name) if properties.anchor.is_none() => {
                    let name = *name;
                    if self.anchors.contains_key(name) {
                        let message = format!("a second anchor is called {}", shown(name));
                        return Err(Fault::new(position, message));
                    }
                    properties.anchor = Some(name);
                }
                TokenKind::Tag(tag) if properties.tag.is_none() => {
                    let tag = tag.clone();
                    let Some(name) = self.full_name(&tag) else {
                        let handle = shown(tag.handle.unwrap_or_default());
                        let message = format!("no %TAG line says what {handle} stands for");
                        return Err(Fault::new(position, message));
                    };
                    properties.tag = Some(name);
                }
                _ => return Ok(properties),
            }
            self.scanner.take()?;
        }
    }

    fn full_name(&self, tag: &RawTag<'_>) -> Option<String> {
        let prefix: Cow<'_, str> = match tag.handle {
            None => "".into(),
            Some(handle) => match (self.handles.get(handle), handle) {
                (Some(prefix), _) => prefix.into(),
                (None, "!") => "!".into(),
                (None, "!!") => STANDARD_PREFIX.into(),
                (None, _) => return None,
            },
        };
        Some(format!("{prefix}{}", tag.suffix))
    }
}
