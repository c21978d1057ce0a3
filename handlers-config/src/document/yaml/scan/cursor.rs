//! A place in a text that moves forward.

use crate::document::Position;
use crate::document::fault::{Fault, Parsed};

/// Walks over a text, counting lines and columns as `PyYAML` does.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
    position: Position,
    /// Characters passed so far.
    index: usize,
}

impl<'a> Cursor<'a> {
    /// Starts at the beginning of `text`.
    ///
    /// # Errors
    ///
    /// The text has a character that YAML 1.1 does not allow, such as most control characters. So
    /// there is no NUL in it, and [`peek`](Self::peek) can use that for the end.
    pub(super) fn new(text: &'a str) -> Parsed<Self> {
        let cursor = Self { rest: text, position: Position::START, index: 0 };
        let Some(offset) = text.find(|character| !is_printable(character)) else {
            return Ok(cursor);
        };
        let mut found = cursor;
        while found.rest.len() > text.len() - offset {
            found.advance();
        }
        let code = u32::from(found.peek());
        let message = format!("the character U+{code:04X} is not allowed in YAML");
        Err(Fault::new(found.position, message))
    }

    pub(super) fn position(&self) -> Position {
        self.position
    }

    /// Spaces in front of this character on its line, or what stands for them.
    pub(super) fn column(&self) -> usize {
        // No more than `MAX_INPUT` characters.
        self.position.column as usize - 1
    }

    pub(super) fn index(&self) -> usize {
        self.index
    }

    /// The next character; NUL at the end.
    pub(super) fn peek(&self) -> char {
        self.rest.chars().next().unwrap_or(END)
    }

    /// The character `count` behind the next one; NUL beyond the end.
    pub(super) fn peek_at(&self, count: usize) -> char {
        self.rest.chars().nth(count).unwrap_or(END)
    }

    pub(super) fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.rest.starts_with(text)
    }

    /// Whether `---` or `...` stands here by itself.
    pub(super) fn at_document_marker(&self) -> bool {
        (self.starts_with("---") || self.starts_with("...")) && is_blank(self.peek_at(3))
    }

    /// Passes one character.
    pub(super) fn advance(&mut self) {
        let mut characters = self.rest.chars();
        let Some(passed) = characters.next() else { return };
        self.rest = characters.as_str();
        self.index += 1;
        let ends_line = match passed {
            '\r' => !self.rest.starts_with('\n'),
            other => is_break(other),
        };
        // A byte order mark takes no room.
        if passed != '\u{feff}' {
            self.position = self.position.after(ends_line);
        }
    }

    /// Passes `count` characters.
    pub(super) fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.advance();
        }
    }

    pub(super) fn skip_spaces(&mut self) {
        while self.peek() == ' ' {
            self.advance();
        }
    }

    /// Passes a comment, if one begins here, up to the end of its line.
    pub(super) fn skip_comment(&mut self) {
        if self.peek() == '#' {
            self.take_while(|character| !is_break(character));
        }
    }

    /// Passes the characters that fulfil `accept`, and returns them.
    pub(super) fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let length = self.rest.find(|character| !accept(character)).unwrap_or(self.rest.len());
        self.take(length)
    }

    /// Passes `length` bytes, which are whole characters, and returns them.
    pub(super) fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        while self.rest.len() > rest.len() {
            self.advance();
        }
        taken
    }

    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    /// Passes a line break and returns what it means in a text.
    pub(super) fn take_break(&mut self) -> Option<char> {
        let found = self.peek();
        if !is_break(found) {
            return None;
        }
        if self.starts_with("\r\n") {
            self.advance();
        }
        self.advance();
        Some(if matches!(found, '\u{2028}' | '\u{2029}') { found } else { '\n' })
    }

    /// An error at this place: `what` was expected.
    #[cold]
    pub(super) fn expected(&self, what: &str) -> Fault {
        let message = if self.at_end() {
            format!("expected {what}, found the end of the document")
        } else {
            format!("expected {what}, found {:?}", self.peek())
        };
        Fault::new(self.position, message)
    }
}

/// What [`Cursor::peek`] gives at the end.
pub(super) const END: char = '\0';

/// YAML 1.1 has more line breaks than 1.2.
pub(super) fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

pub(super) fn is_break_or_end(character: char) -> bool {
    character == END || is_break(character)
}

/// Whether a word ends here.
pub(super) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t') || is_break_or_end(character)
}

/// Whether the character may be part of an anchor, a directive's name or a tag's handle.
pub(super) fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

fn is_printable(character: char) -> bool {
    matches!(
        character,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..
    )
}
