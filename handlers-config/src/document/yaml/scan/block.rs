//! Text in blocks, behind `|` or `>`.

use super::cursor::{is_break, is_break_or_end};
use super::property::ends_tag;
use super::scanner::Scanner;
use crate::document::fault::Parsed;

/// What becomes of the line breaks at the end of a block text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chomping {
    /// One stays, if the last line has one.
    Clip,
    /// All stay.
    Keep,
    /// None stays.
    Strip,
}

impl Scanner<'_> {
    /// Reads a block text, whose lines are those that are further in than the block around it.
    pub(super) fn scan_block_scalar(&mut self) -> Parsed<String> {
        let folded = self.cursor.peek() == '>';
        self.cursor.advance();
        let (chomping, increment) = self.scan_block_header()?;
        let least = (self.indent as usize).max(1);
        let (indent, mut breaks) = match increment {
            Some(increment) => {
                let indent = least + increment - 1;
                (indent, self.scan_block_breaks(indent))
            }
            None => self.scan_block_indent(least),
        };
        let mut text = String::new();
        let mut line_break = None;
        while self.cursor.column() == indent && !self.cursor.at_end() {
            text.push_str(&breaks);
            let loose = matches!(self.cursor.peek(), ' ' | '\t');
            text.push_str(self.cursor.take_while(|character| !is_break(character)));
            line_break = self.cursor.take_break();
            breaks = self.scan_block_breaks(indent);
            if self.cursor.column() != indent || self.cursor.at_end() {
                break;
            }
            // Lines that are further in than the first keep their breaks, on both sides.
            let tight = !loose && !matches!(self.cursor.peek(), ' ' | '\t');
            match line_break {
                Some('\n') if folded && tight && breaks.is_empty() => text.push(' '),
                Some('\n') if folded && tight => {}
                Some(line_break) => text.push(line_break),
                None => {}
            }
        }
        if chomping != Chomping::Strip {
            text.extend(line_break);
        }
        if chomping == Chomping::Keep {
            text.push_str(&breaks);
        }
        Ok(text)
    }

    /// Reads `-` or `+` and the indentation, in any order, and the rest of the line.
    fn scan_block_header(&mut self) -> Parsed<(Chomping, Option<usize>)> {
        let mut chomping = self.scan_chomping();
        let increment = match self.cursor.peek().to_digit(10) {
            Some(0) => return Err(self.cursor.expected("an indentation from 1 to 9")),
            Some(digit) => {
                self.cursor.advance();
                Some(digit as usize)
            }
            None => None,
        };
        if chomping.is_none() {
            chomping = self.scan_chomping();
        }
        if !ends_tag(self.cursor.peek()) {
            return Err(self.cursor.expected("'-', '+', a digit or the end of the line"));
        }
        self.cursor.skip_spaces();
        self.cursor.skip_comment();
        if !is_break_or_end(self.cursor.peek()) {
            return Err(self.cursor.expected("a comment or the end of the line"));
        }
        self.cursor.take_break();
        Ok((chomping.unwrap_or(Chomping::Clip), increment))
    }

    fn scan_chomping(&mut self) -> Option<Chomping> {
        let chomping = match self.cursor.peek() {
            '+' => Chomping::Keep,
            '-' => Chomping::Strip,
            _ => return None,
        };
        self.cursor.advance();
        Some(chomping)
    }

    /// Passes the empty lines in front of the text. Its indentation is that of the line behind
    /// them, or of an empty line that has more spaces.
    fn scan_block_indent(&mut self, least: usize) -> (usize, String) {
        let mut breaks = String::new();
        let mut indent = least;
        loop {
            self.cursor.skip_spaces();
            indent = indent.max(self.cursor.column());
            match self.cursor.take_break() {
                Some(line_break) => breaks.push(line_break),
                None => return (indent, breaks),
            }
        }
    }

    /// Passes empty lines, and the indentation of the line behind them.
    fn scan_block_breaks(&mut self, indent: usize) -> String {
        let mut breaks = String::new();
        loop {
            while self.cursor.column() < indent && self.cursor.peek() == ' ' {
                self.cursor.advance();
            }
            match self.cursor.take_break() {
                Some(line_break) => breaks.push(line_break),
                None => return breaks,
            }
        }
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
    fn a_literal_text_keeps_its_lines() {
        assert_eq!(repr("a: |\n  b\n\n   c\nd: e"), "{'a': 'b\\n\\n c\\n', 'd': 'e'}");
        assert_eq!(repr("|\n\n \tb\n c\n"), "'\\n\\tb\\nc\\n'");
        assert_eq!(repr("- |1\n  a\n- |2\n  b\n"), "[' a\\n', 'b\\n']");
    }

    #[test]
    fn a_folded_text_joins_its_lines() {
        assert_eq!(repr("a: >\n  b\n  c\n\n  d\n   e\n  f\n"), "{'a': 'b c\\nd\\n e\\nf\\n'}");
    }

    #[test]
    fn the_header_decides_on_the_last_line_breaks() {
        assert_eq!(repr("- |-\n  a\n\n- |\n  a\n\n- |+\n  a\n\n"), "['a', 'a\\n', 'a\\n\\n']");
        // Where the text ends without a line break there is none to keep.
        assert_eq!(repr("- |\n  a\n- |+\n  b"), "['a\\n', 'b']");
        assert_eq!(repr("a: |+1\n  b\n"), "{'a': ' b\\n'}");
    }

    #[test]
    fn the_rest_of_the_header_is_a_comment() {
        assert_eq!(repr("|  # a\n b"), "'b'");
        for text in ["|0\n a", "|-+\n a", "| a\n b", "|10\n a"] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }
}
