//! Anchors, aliases and tags.

use super::cursor::{Cursor, END, is_blank, is_break_or_end, is_word};
use super::scanner::Scanner;
use super::token::RawTag;
use crate::document::fault::{Fault, Parsed};

impl<'a> Scanner<'a> {
    /// Reads the name behind `&` or `*`: ASCII letters and digits, `-` and `_`.
    pub(super) fn scan_name(&mut self, what: &str) -> Parsed<&'a str> {
        self.cursor.advance();
        let name = self.cursor.take_while(is_word);
        let next = self.cursor.peek();
        if name.is_empty() || !(is_blank(next) || "?:,]}%@`".contains(next)) {
            return Err(self.cursor.expected(what));
        }
        Ok(name)
    }

    /// Reads `!<…>`, a lone `!`, or `!name`, `!!name` or `!handle!name`.
    pub(super) fn scan_tag(&mut self) -> Parsed<RawTag<'a>> {
        let next = self.cursor.peek_at(1);
        let tag = if next == '<' {
            self.cursor.skip(2);
            let suffix = self.cursor.scan_uri()?;
            if self.cursor.peek() != '>' {
                return Err(self.cursor.expected("'>' behind the tag"));
            }
            self.cursor.advance();
            RawTag { handle: None, suffix }
        } else if is_blank(next) {
            self.cursor.advance();
            RawTag { handle: None, suffix: "!".to_owned() }
        } else {
            let handle = self.cursor.scan_handle()?;
            RawTag { handle: Some(handle), suffix: self.cursor.scan_uri()? }
        };
        if !ends_tag(self.cursor.peek()) {
            return Err(self.cursor.expected("a space behind the tag"));
        }
        Ok(tag)
    }
}

impl<'a> Cursor<'a> {
    /// Reads the handle of a tag, which is only longer than `!` if there is a second `!` before
    /// the next space.
    fn scan_handle(&mut self) -> Parsed<&'a str> {
        let word = self.rest().split(ends_tag).next().unwrap_or_default();
        if word.get(1..).is_some_and(|name| name.contains('!')) {
            self.scan_named_handle()
        } else {
            Ok(self.take(1))
        }
    }

    /// Reads `!!` or `!name!`, or the lone `!` in front of a space.
    pub(super) fn scan_named_handle(&mut self) -> Parsed<&'a str> {
        if self.peek() != '!' {
            return Err(self.expected("a tag's handle"));
        }
        if self.peek_at(1) == ' ' {
            return Ok(self.take(1));
        }
        let rest = self.rest();
        let name = rest.chars().skip(1).take_while(|&character| is_word(character)).count();
        if self.peek_at(name + 1) != '!' {
            self.skip(name + 1);
            return Err(self.expected("'!' at the end of the tag's handle"));
        }
        Ok(self.take(name + 2))
    }

    /// Reads the rest of a tag, where `%` and two digits stand for a byte of UTF-8.
    pub(super) fn scan_uri(&mut self) -> Parsed<String> {
        let mut uri = String::new();
        loop {
            uri.push_str(self.take_while(is_uri));
            if self.peek() != '%' {
                break;
            }
            self.scan_uri_escapes(&mut uri)?;
        }
        if uri.is_empty() {
            return Err(self.expected("the name of a tag"));
        }
        Ok(uri)
    }

    /// Reads as many escapes as there are, since a character may take several.
    fn scan_uri_escapes(&mut self, uri: &mut String) -> Parsed<()> {
        let start = self.position();
        let mut bytes = Vec::new();
        while self.peek() == '%' {
            self.advance();
            bytes.push(self.scan_hex_byte()?);
        }
        let text = str::from_utf8(&bytes)
            .map_err(|_| Fault::new(start, "the escaped bytes are not UTF-8"))?;
        uri.push_str(text);
        Ok(())
    }

    fn scan_hex_byte(&mut self) -> Parsed<u8> {
        let high = self.peek().to_digit(16);
        let low = self.peek_at(1).to_digit(16);
        let (Some(high), Some(low)) = (high, low) else {
            return Err(self.expected("two hexadecimal digits"));
        };
        self.skip(2);
        // Two digits make one byte.
        Ok(u8::try_from(high * 16 + low).unwrap_or(u8::MAX))
    }
}

/// Where the scanner's tags end; a tab does not end one.
pub(super) fn ends_tag(character: char) -> bool {
    character == ' ' || is_break_or_end(character)
}

fn is_uri(character: char) -> bool {
    character != END
        && (character.is_ascii_alphanumeric() || "-;/?:@&=+$,_.!~*'()[]".contains(character))
}
