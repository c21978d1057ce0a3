//! The state of the scanner, and the tokens it hands out.

use std::collections::VecDeque;

use super::cursor::Cursor;
use super::simple_key::{SimpleKey, SimpleKeys};
use super::token::{Token, TokenKind};
use crate::document::Position;
use crate::document::fault::Parsed;

/// Cuts a text into tokens.
#[derive(Debug)]
pub(in crate::document::yaml) struct Scanner<'a> {
    pub(super) cursor: Cursor<'a>,
    /// Tokens found but not yet handed out, and how many were.
    tokens: VecDeque<Token<'a>>,
    taken: usize,
    pub(super) done: bool,
    /// How many brackets are open.
    pub(super) flow_level: usize,
    /// The column, from one, of the innermost block; zero outside all blocks. And those around it.
    pub(super) indent: u32,
    outer_indents: Vec<u32>,
    pub(super) keys: SimpleKeys,
    /// Whether a key may begin here: at the beginning of a line, behind `-`, `?`, `[`, `{`, `,`.
    /// A block may only begin where a key may.
    pub(super) allow_key: bool,
}

impl<'a> Scanner<'a> {
    pub(in crate::document::yaml) fn new(text: &'a str) -> Parsed<Self> {
        Ok(Self {
            cursor: Cursor::new(text)?,
            tokens: VecDeque::new(),
            taken: 0,
            done: false,
            flow_level: 0,
            indent: 0,
            outer_indents: Vec::new(),
            keys: SimpleKeys::default(),
            allow_key: true,
        })
    }

    /// The next token.
    pub(in crate::document::yaml) fn peek(&mut self) -> Parsed<&Token<'a>> {
        while self.needs_more()? {
            self.fetch()?;
        }
        Ok(self.tokens.front().expect("the end of the stream is never taken"))
    }

    /// Hands out the next token. The end of the stream stays, to be found again and again.
    pub(in crate::document::yaml) fn take(&mut self) -> Parsed<Token<'a>> {
        if self.peek()?.kind == TokenKind::StreamEnd {
            return self.peek().cloned();
        }
        self.taken += 1;
        Ok(self.tokens.pop_front().expect("a token was just seen"))
    }

    /// The first token waits while it may yet become a key, as its key token goes in front of it.
    fn needs_more(&mut self) -> Parsed<bool> {
        if self.done {
            return Ok(false);
        }
        if self.tokens.is_empty() {
            return Ok(true);
        }
        self.keys.expire(self.cursor.position(), self.cursor.index())?;
        Ok(self.keys.is_pending(self.taken))
    }

    pub(super) fn push(&mut self, kind: TokenKind<'a>, start: Position) {
        let end = self.cursor.position();
        self.tokens.push_back(Token { kind, start, end });
    }

    /// Passes `length` characters, which are the token.
    pub(super) fn push_mark(&mut self, kind: TokenKind<'a>, length: usize) {
        let start = self.cursor.position();
        self.cursor.skip(length);
        self.push(kind, start);
    }

    /// Puts a token in front of `key`.
    pub(super) fn insert(&mut self, kind: TokenKind<'a>, key: SimpleKey) {
        let token = Token { kind, start: key.position, end: key.position };
        // A key is forgotten before its token is handed out.
        self.tokens.insert(key.token.saturating_sub(self.taken), token);
    }

    /// Closes the blocks that are further in than `column`. Indentation means nothing in brackets.
    pub(super) fn unwind_indent(&mut self, column: u32) {
        if self.flow_level > 0 {
            return;
        }
        while self.indent > column {
            self.indent = self.outer_indents.pop().unwrap_or(0);
            self.push(TokenKind::BlockEnd, self.cursor.position());
        }
    }

    /// Opens a block at `column` unless the innermost is there already.
    pub(super) fn add_indent(&mut self, column: u32) -> bool {
        let deeper = self.indent < column;
        if deeper {
            self.outer_indents.push(self.indent);
            self.indent = column;
        }
        deeper
    }

    /// Keeps this place: a key may begin here.
    pub(super) fn save_key(&mut self) -> Parsed<()> {
        if !self.allow_key {
            return Ok(());
        }
        let position = self.cursor.position();
        let key = SimpleKey {
            token: self.taken + self.tokens.len(),
            required: self.flow_level == 0 && self.indent == position.column,
            index: self.cursor.index(),
            position,
        };
        self.keys.save(self.flow_level, key)
    }
}
