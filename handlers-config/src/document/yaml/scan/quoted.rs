//! Text in single or double quotes.

use std::borrow::Cow;

use super::cursor::{Cursor, is_blank};
use super::plain::fold;
use super::scanner::Scanner;
use crate::document::Position;
use crate::document::fault::{Fault, Parsed};

impl<'a> Scanner<'a> {
    /// Reads text from its opening quote to its closing one. The lines of it need no indentation.
    pub(super) fn scan_quoted(&mut self) -> Parsed<Cow<'a, str>> {
        let quote = self.cursor.peek();
        let start = self.cursor.position();
        self.cursor.advance();
        let mut text = Cow::Borrowed("");
        loop {
            let piece = self.cursor.take_while(|next| !(is_blank(next) || "'\"\\".contains(next)));
            append(&mut text, piece);
            match self.cursor.peek() {
                found if found == quote => {
                    self.cursor.advance();
                    if quote == '"' || self.cursor.peek() != '\'' {
                        return Ok(text);
                    }
                    append(&mut text, self.cursor.take(1));
                }
                '\\' if quote == '"' => self.cursor.scan_escape(text.to_mut())?,
                '\'' | '"' | '\\' => append(&mut text, self.cursor.take(1)),
                _ if self.cursor.at_end() => {
                    return Err(Fault::new(start, "the closing quote is missing"));
                }
                _ => self.cursor.scan_quoted_space(&mut text)?,
            }
        }
    }
}

impl<'a> Cursor<'a> {
    /// Passes spaces, tabs and line breaks, and appends what stands for them.
    fn scan_quoted_space(&mut self, text: &mut Cow<'a, str>) -> Parsed<()> {
        let spaces = self.take_while(is_space);
        let Some(first) = self.take_break() else {
            append(text, spaces);
            return Ok(());
        };
        let breaks = self.scan_quoted_breaks()?;
        text.to_mut().push_str(&fold(first, breaks));
        Ok(())
    }

    /// Passes the empty lines behind a line break, and the indentation of the line behind them.
    fn scan_quoted_breaks(&mut self) -> Parsed<String> {
        let mut breaks = String::new();
        loop {
            if self.at_document_marker() {
                let message = "a document cannot begin or end between quotes";
                return Err(Fault::new(self.position(), message));
            }
            self.take_while(is_space);
            match self.take_break() {
                Some(line_break) => breaks.push(line_break),
                None => return Ok(breaks),
            }
        }
    }

    /// Reads a backslash and what stands behind it.
    fn scan_escape(&mut self, text: &mut String) -> Parsed<()> {
        self.advance();
        let position = self.position();
        if self.take_break().is_some() {
            text.push_str(&self.scan_quoted_breaks()?);
            return Ok(());
        }
        let digits = match self.peek() {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            other => {
                let Some(character) = unescaped(other) else {
                    return Err(self.expected("a character that can be escaped"));
                };
                self.advance();
                text.push(character);
                return Ok(());
            }
        };
        self.advance();
        text.push(self.scan_code_point(digits, position)?);
        Ok(())
    }

    fn scan_code_point(&mut self, digits: usize, start: Position) -> Parsed<char> {
        let mut code: u32 = 0;
        for _ in 0..digits {
            let Some(digit) = self.peek().to_digit(16) else {
                return Err(self.expected(&format!("{digits} hexadecimal digits")));
            };
            // Eight digits fill 32 bits.
            code = code << 4 | digit;
            self.advance();
        }
        // Python has half surrogate pairs in its text, Rust cannot.
        char::from_u32(code).ok_or_else(|| Fault::new(start, "the escape stands for no character"))
    }
}

fn append<'a>(text: &mut Cow<'a, str>, piece: &'a str) {
    if text.is_empty() {
        *text = Cow::Borrowed(piece);
    } else if !piece.is_empty() {
        text.to_mut().push_str(piece);
    }
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

fn unescaped(escape: char) -> Option<char> {
    Some(match escape {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        ' ' | '"' | '\\' | '/' => escape,
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::document::yaml::read;

    fn repr(text: &str) -> String {
        read(text).unwrap().to_value().repr()
    }

    fn message(text: &str) -> String {
        handlers_core::Error::from(read(text).unwrap_err()).to_string()
    }

    // What PyYAML 6.0.3 makes of the same texts.
    #[test]
    fn quotes_and_escapes_are_undone() {
        assert_eq!(repr("'it''s \\n \"'"), r#"'it\'s \\n "'"#);
        assert_eq!(repr(r#""it's \t\x41\u00e9\U0001F600\/\_\e""#), "\"it's \\tAé😀/\\xa0\\x1b\"");
        assert_eq!(repr("''"), "''");
    }

    #[test]
    fn lines_are_folded_wherever_they_begin() {
        assert_eq!(repr("a: \"b \n c\n\n\n\td\"\n"), "{'a': 'b c\\n\\nd'}");
        assert_eq!(repr("a: 'b\nc'\n"), "{'a': 'b c'}");
        assert_eq!(repr("\"a \\\n   b\\\n\n c\""), "'a b\\nc'");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        assert_eq!(message("a: 'b"), "line 1 column 4: the closing quote is missing");
        assert_eq!(
            message("\"a\n---\n\""),
            "line 2 column 1: a document cannot begin or end between quotes"
        );
        assert_eq!(
            message(r#""\q""#),
            "line 1 column 3: expected a character that can be escaped, found 'q'"
        );
        assert_eq!(
            message(r#""\xg""#),
            "line 1 column 4: expected 2 hexadecimal digits, found 'g'"
        );
        // PyYAML has both in its text: Python's text can be no text at all.
        assert_eq!(message(r#""\ud800""#), "line 1 column 3: the escape stands for no character");
        assert_eq!(
            message(r#""\U00110000""#),
            "line 1 column 3: the escape stands for no character"
        );
    }
}
