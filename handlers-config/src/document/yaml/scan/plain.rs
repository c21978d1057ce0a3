//! Text without quotes.

use std::borrow::Cow;

use super::cursor::{END, is_blank};
use super::scanner::Scanner;

impl<'a> Scanner<'a> {
    /// Whether text without quotes may begin here.
    pub(super) fn at_plain(&self) -> bool {
        let first = self.cursor.peek();
        let indicator = is_blank(first) || "-?:,[]{}#&*!|>'\"%@`".contains(first);
        // `-1`, `:a` and `?a` are text, the last two not in brackets.
        let harmless = first == '-' || (self.flow_level == 0 && matches!(first, '?' | ':'));
        !indicator || (harmless && !is_blank(self.cursor.peek_at(1)))
    }

    /// Reads text without quotes. It may go on over several lines, each further in than the block
    /// around it.
    pub(super) fn scan_plain(&mut self) -> Cow<'a, str> {
        let mut text = Cow::Borrowed("");
        let mut gap = Cow::Borrowed("");
        while self.cursor.peek() != '#' {
            let piece = self.scan_plain_piece();
            if piece.is_empty() {
                break;
            }
            self.allow_key = false;
            if text.is_empty() {
                text = Cow::Borrowed(piece);
            } else {
                let text = text.to_mut();
                text.push_str(&gap);
                text.push_str(piece);
            }
            let Some(space) = self.scan_plain_space() else { break };
            let outdented = self.flow_level == 0 && self.cursor.position().column <= self.indent;
            if outdented {
                break;
            }
            gap = space;
        }
        text
    }

    /// Reads up to the next space or whatever else ends the text.
    fn scan_plain_piece(&mut self) -> &'a str {
        let in_flow = self.flow_level > 0;
        let ends_value = |next: char| is_blank(next) || (in_flow && ",[]{}".contains(next));
        let rest = self.cursor.rest();
        let mut characters = rest.char_indices().peekable();
        while let Some((offset, character)) = characters.next() {
            let ends = match character {
                ':' => ends_value(characters.peek().map_or(END, |(_, next)| *next)),
                ',' | '?' | '[' | ']' | '{' | '}' => in_flow,
                other => is_blank(other),
            };
            if ends {
                return self.cursor.take(offset);
            }
        }
        self.cursor.take(rest.len())
    }

    /// Passes the space between two pieces and returns what stands for it in the text: one line
    /// break is a space, of several the first is dropped. Without a gap the text ends.
    fn scan_plain_space(&mut self) -> Option<Cow<'a, str>> {
        let spaces = self.cursor.take_while(|character| character == ' ');
        let Some(first) = self.cursor.take_break() else {
            return (!spaces.is_empty()).then_some(Cow::Borrowed(spaces));
        };
        self.allow_key = true;
        let mut breaks = String::new();
        loop {
            // Markers count only in the first column, and here a break has just been passed.
            if self.cursor.at_document_marker() {
                return None;
            }
            self.cursor.skip_spaces();
            match self.cursor.take_break() {
                Some(line_break) => breaks.push(line_break),
                None => break,
            }
        }
        Some(Cow::Owned(fold(first, breaks)))
    }
}

/// What stands for a line break and those behind it in text that goes on over lines.
pub(super) fn fold(first: char, mut breaks: String) -> String {
    if first != '\n' {
        breaks.insert(0, first);
    } else if breaks.is_empty() {
        breaks.push(' ');
    }
    breaks
}

#[cfg(test)]
mod tests {
    use crate::document::yaml::read;

    fn repr(text: &str) -> String {
        read(text).unwrap().to_value().repr()
    }

    // What PyYAML 6.0.3 makes of the same texts.
    #[test]
    fn lines_are_joined_by_spaces_and_empty_lines_stay() {
        assert_eq!(repr("a: b\n  c\n\n  d # e\n"), "{'a': 'b c\\nd'}");
        assert_eq!(repr("- a\n - b"), "['a - b']");
        assert_eq!(repr("a: b\u{2028}  c"), "{'a': 'b\\u2028c'}");
        assert_eq!(repr("a: b\r\n  c\u{85} d"), "{'a': 'b c d'}");
    }

    #[test]
    fn indicators_within_a_word_are_text() {
        assert_eq!(
            repr("[a:b, a#b, -1, --x, http://x:80/y]"),
            "['a:b', 'a#b', -1, '--x', 'http://x:80/y']"
        );
        assert_eq!(repr("- :a\n- ?b\n- a?b, [c]\n"), "[':a', '?b', 'a?b, [c]']");
        assert_eq!(repr("{a:b}"), "{'a:b': None}");
        assert!(read("[:a]").is_err());
        assert!(read("[a?b]").is_err());
    }

    #[test]
    fn a_document_marker_ends_the_text() {
        assert_eq!(repr("--- a\n..."), "'a'");
        assert_eq!(repr("--- a\n---b"), "'a ---b'");
    }
}
