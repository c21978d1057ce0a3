//! One token after the other.

use super::cursor::is_blank;
use super::scanner::Scanner;
use super::simple_key::SimpleKeys;
use super::token::TokenKind;
use crate::document::fault::{Fault, Parsed};
use crate::document::limits::{MAX_DEPTH, too_deep};

impl<'a> Scanner<'a> {
    /// Finds the next token, or several if blocks end or begin here.
    pub(super) fn fetch(&mut self) -> Parsed<()> {
        self.skip_to_token();
        self.keys.expire(self.cursor.position(), self.cursor.index())?;
        self.unwind_indent(self.cursor.position().column);
        if self.cursor.at_end() {
            return self.fetch_stream_end();
        }
        let in_block = self.flow_level == 0;
        let first_column = self.cursor.column() == 0;
        let before_blank = is_blank(self.cursor.peek_at(1));
        match self.cursor.peek() {
            '%' if first_column => self.fetch_directive(),
            '-' | '.' if first_column && self.cursor.at_document_marker() => {
                self.fetch_document_marker()
            }
            '[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            '{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            ']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            '}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            ',' => self.fetch_flow_entry(),
            '-' if before_blank => self.fetch_block_entry(),
            '?' if !in_block || before_blank => self.fetch_key(),
            ':' if !in_block || before_blank => self.fetch_value(),
            '*' => self.fetch_alias(),
            '&' => self.fetch_anchor(),
            '!' => self.fetch_tag(),
            '|' | '>' if in_block => self.fetch_block_scalar(),
            '\'' | '"' => self.fetch_quoted(),
            _ if self.at_plain() => self.fetch_plain(),
            _ => Err(self.cursor.expected("a value or a key")),
        }
    }

    /// Passes spaces, comments and line breaks. Tabs are none of these: `PyYAML` takes them only
    /// within a text.
    fn skip_to_token(&mut self) {
        loop {
            self.cursor.skip_spaces();
            self.cursor.skip_comment();
            if self.cursor.take_break().is_none() {
                return;
            }
            if self.flow_level == 0 {
                self.allow_key = true;
            }
        }
    }

    fn fetch_stream_end(&mut self) -> Parsed<()> {
        self.unwind_indent(0);
        self.keys.discard(self.flow_level)?;
        self.keys = SimpleKeys::default();
        self.allow_key = false;
        self.push_mark(TokenKind::StreamEnd, 0);
        self.done = true;
        Ok(())
    }

    fn fetch_directive(&mut self) -> Parsed<()> {
        self.leave_document()?;
        let start = self.cursor.position();
        let directive = self.scan_directive()?;
        self.push(TokenKind::Directive(directive), start);
        Ok(())
    }

    fn fetch_document_marker(&mut self) -> Parsed<()> {
        self.leave_document()?;
        let start = self.cursor.peek() == '-';
        let kind = if start { TokenKind::DocumentStart } else { TokenKind::DocumentEnd };
        self.push_mark(kind, 3);
        Ok(())
    }

    fn leave_document(&mut self) -> Parsed<()> {
        self.unwind_indent(0);
        self.keys.discard(self.flow_level)?;
        self.allow_key = false;
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind<'a>) -> Parsed<()> {
        if self.flow_level >= MAX_DEPTH {
            return Err(too_deep(self.cursor.position()));
        }
        self.save_key()?;
        self.flow_level += 1;
        self.allow_key = true;
        self.push_mark(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind<'a>) -> Parsed<()> {
        self.keys.discard(self.flow_level)?;
        let Some(outer) = self.flow_level.checked_sub(1) else {
            let message = format!("{} closes nothing", kind.describe());
            return Err(Fault::new(self.cursor.position(), message));
        };
        self.flow_level = outer;
        self.allow_key = false;
        self.push_mark(kind, 1);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Parsed<()> {
        self.allow_key = true;
        self.keys.discard(self.flow_level)?;
        self.push_mark(TokenKind::FlowEntry, 1);
        Ok(())
    }

    /// In brackets a `-` is wrong, which is found when the tokens are put together.
    fn fetch_block_entry(&mut self) -> Parsed<()> {
        if self.flow_level == 0 {
            self.open_block(TokenKind::BlockSequenceStart, "a list cannot begin here")?;
        }
        self.allow_key = true;
        self.keys.discard(self.flow_level)?;
        self.push_mark(TokenKind::BlockEntry, 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Parsed<()> {
        let in_block = self.flow_level == 0;
        if in_block {
            self.open_block(TokenKind::BlockMappingStart, "a mapping cannot begin here")?;
        }
        self.allow_key = in_block;
        self.keys.discard(self.flow_level)?;
        self.push_mark(TokenKind::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Parsed<()> {
        let in_block = self.flow_level == 0;
        if let Some(key) = self.keys.take(self.flow_level) {
            self.insert(TokenKind::Key, key);
            if in_block && self.add_indent(key.position.column) {
                self.insert(TokenKind::BlockMappingStart, key);
            }
            self.allow_key = false;
        } else {
            if in_block {
                self.open_block(
                    TokenKind::BlockMappingStart,
                    "no key stands in front of this ':'",
                )?;
            }
            self.allow_key = in_block;
            self.keys.discard(self.flow_level)?;
        }
        self.push_mark(TokenKind::Value, 1);
        Ok(())
    }

    /// Begins a block here, unless one of this column is open.
    fn open_block(&mut self, kind: TokenKind<'a>, refusal: &'static str) -> Parsed<()> {
        if !self.allow_key {
            return Err(Fault::new(self.cursor.position(), refusal));
        }
        if self.add_indent(self.cursor.position().column) {
            self.push_mark(kind, 0);
        }
        Ok(())
    }

    fn fetch_alias(&mut self) -> Parsed<()> {
        self.begin_key()?;
        let start = self.cursor.position();
        let name = self.scan_name("an alias's name")?;
        self.push(TokenKind::Alias(name), start);
        Ok(())
    }

    fn fetch_anchor(&mut self) -> Parsed<()> {
        self.begin_key()?;
        let start = self.cursor.position();
        let name = self.scan_name("an anchor's name")?;
        self.push(TokenKind::Anchor(name), start);
        Ok(())
    }

    fn fetch_tag(&mut self) -> Parsed<()> {
        self.begin_key()?;
        let start = self.cursor.position();
        let tag = self.scan_tag()?;
        self.push(TokenKind::Tag(tag), start);
        Ok(())
    }

    fn fetch_block_scalar(&mut self) -> Parsed<()> {
        self.allow_key = true;
        self.keys.discard(self.flow_level)?;
        let start = self.cursor.position();
        let text = self.scan_block_scalar()?.into();
        self.push(TokenKind::Scalar { text, plain: false }, start);
        Ok(())
    }

    fn fetch_quoted(&mut self) -> Parsed<()> {
        self.begin_key()?;
        let start = self.cursor.position();
        let text = self.scan_quoted()?;
        self.push(TokenKind::Scalar { text, plain: false }, start);
        Ok(())
    }

    fn fetch_plain(&mut self) -> Parsed<()> {
        self.begin_key()?;
        let start = self.cursor.position();
        let text = self.scan_plain();
        self.push(TokenKind::Scalar { text, plain: true }, start);
        Ok(())
    }

    /// This token may be a key; none can follow it directly.
    fn begin_key(&mut self) -> Parsed<()> {
        self.save_key()?;
        self.allow_key = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::document::yaml::read;

    fn message(text: &str) -> String {
        handlers_core::Error::from(read(text).unwrap_err()).to_string()
    }

    #[test]
    fn tabs_belong_into_texts_only() {
        assert_eq!(read("'a\tb'").unwrap().as_str(), Some("a\tb"));
        assert_eq!(message("a:\n\t- b"), "line 2 column 1: expected a value or a key, found '\\t'");
        assert_eq!(message("a: b\t# c"), "line 1 column 5: expected a value or a key, found '\\t'");
    }

    #[test]
    fn a_block_begins_only_where_a_key_may() {
        assert_eq!(message("a: - b"), "line 1 column 4: a list cannot begin here");
        assert_eq!(message("a: ? b"), "line 1 column 4: a mapping cannot begin here");
        assert_eq!(message("a: b: c"), "line 1 column 5: no key stands in front of this ':'");
        assert_eq!(message("a: b\nc"), "line 2 column 1: expected a key with ':' behind it");
    }

    #[test]
    fn a_key_has_one_line_and_at_most_1024_characters() {
        let key = |length| format!("{}: b", "a".repeat(length));
        assert!(read(&key(1024)).is_ok());
        assert!(read(&key(1025)).is_err());
        assert!(read("'a\n b': c").is_err());
    }

    #[test]
    fn reserved_characters_begin_nothing() {
        for text in ["@a", "`a", "a: %b", "- @"] {
            assert!(message(text).contains("expected a value or a key, found"), "{text}");
        }
    }

    #[test]
    fn control_characters_are_refused_with_their_place() {
        assert_eq!(
            message("a: b\n# \u{7}"),
            "line 2 column 3: the character U+0007 is not allowed in YAML"
        );
        assert_eq!(message("a\0"), "line 1 column 2: the character U+0000 is not allowed in YAML");
    }
}
