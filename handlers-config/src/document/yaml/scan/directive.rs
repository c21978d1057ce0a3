//! Lines that begin with `%`.

use super::cursor::{is_break, is_break_or_end, is_word};
use super::property::ends_tag;
use super::scanner::Scanner;
use super::token::Directive;
use crate::document::fault::Parsed;

impl<'a> Scanner<'a> {
    pub(super) fn scan_directive(&mut self) -> Parsed<Directive<'a>> {
        self.cursor.advance();
        let name = self.cursor.take_while(is_word);
        if name.is_empty() || !ends_tag(self.cursor.peek()) {
            return Err(self.cursor.expected("the name of a directive"));
        }
        let directive = match name {
            "YAML" => self.scan_version()?,
            "TAG" => self.scan_tag_directive()?,
            _ => {
                self.cursor.take_while(|character| !is_break(character));
                Directive::Other
            }
        };
        self.cursor.skip_spaces();
        self.cursor.skip_comment();
        if !is_break_or_end(self.cursor.peek()) {
            return Err(self.cursor.expected("a comment or the end of the line"));
        }
        self.cursor.take_break();
        Ok(directive)
    }

    fn scan_version(&mut self) -> Parsed<Directive<'a>> {
        self.cursor.skip_spaces();
        let major = self.scan_digits()?;
        if self.cursor.peek() != '.' {
            return Err(self.cursor.expected("'.' in the version"));
        }
        self.cursor.advance();
        self.scan_digits()?;
        if !ends_tag(self.cursor.peek()) {
            return Err(self.cursor.expected("a space behind the version"));
        }
        Ok(Directive::Version { supported: major.trim_start_matches('0') == "1" })
    }

    fn scan_digits(&mut self) -> Parsed<&'a str> {
        let digits = self.cursor.take_while(|character| character.is_ascii_digit());
        if digits.is_empty() {
            return Err(self.cursor.expected("a digit"));
        }
        Ok(digits)
    }

    fn scan_tag_directive(&mut self) -> Parsed<Directive<'a>> {
        self.cursor.skip_spaces();
        let handle = self.cursor.scan_named_handle()?;
        if self.cursor.peek() != ' ' {
            return Err(self.cursor.expected("a space behind the handle"));
        }
        self.cursor.skip_spaces();
        let prefix = self.cursor.scan_uri()?;
        if !ends_tag(self.cursor.peek()) {
            return Err(self.cursor.expected("a space behind the prefix"));
        }
        Ok(Directive::Handle { handle, prefix })
    }
}
