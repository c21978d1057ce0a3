//! Characters that must not go out as they are.

use std::fmt::Write;

use handlers_core::with_line_buffer;

/// Which characters of a text are written as escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// None: the text goes out as it is.
    Nothing,
    /// Those that receivers take for the end of a message: line feed, carriage return and NUL.
    Delimiters,
    /// All that move a terminal's cursor or end a line somewhere; the tabulator is let through.
    Controls,
}

impl Escape {
    /// Replaces what has to be replaced in `text` from `start` on.
    pub(super) fn apply(self, text: &mut String, start: usize) {
        let Some(first) = text[start..].find(|character| self.concerns(character)) else { return };
        let first = start + first;
        with_line_buffer(|rest| {
            rest.push_str(&text[first..]);
            text.truncate(first);
            for character in rest.chars() {
                if self.concerns(character) {
                    push_escape(character, text);
                } else {
                    text.push(character);
                }
            }
        });
    }

    fn concerns(self, character: char) -> bool {
        match self {
            Self::Nothing => false,
            Self::Delimiters => matches!(character, '\n' | '\r' | '\0'),
            Self::Controls => is_control(character),
        }
    }
}

/// Whether a character does something else than be shown.
pub(super) fn is_control(character: char) -> bool {
    match character {
        '\t' => false,
        // The separators of lines and paragraphs are line ends to some programs.
        '\u{2028}' | '\u{2029}' => true,
        other => other.is_control(),
    }
}

/// Writes a character as Python's `repr` does.
pub(super) fn push_escape(character: char, out: &mut String) {
    let code = u32::from(character);
    // Writing to a `String` does not fail.
    let _ = match character {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        _ if code <= 0xff => write!(out, "\\x{code:02x}"),
        _ => write!(out, "\\u{code:04x}"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(escape: Escape, text: &str) -> String {
        let mut out = format!("\n{text}");
        escape.apply(&mut out, 1);
        out[1..].to_owned()
    }

    #[test]
    fn only_what_is_asked_for_is_escaped() {
        let text = "a\tb\nc\r\0\x1b[2J\u{85}\u{2028}é\u{1F600}";
        assert_eq!(escaped(Escape::Nothing, text), text);
        assert_eq!(
            escaped(Escape::Delimiters, text),
            "a\tb\\nc\\r\\x00\x1b[2J\u{85}\u{2028}é\u{1F600}"
        );
        assert_eq!(
            escaped(Escape::Controls, text),
            "a\tb\\nc\\r\\x00\\x1b[2J\\x85\\u2028é\u{1F600}"
        );
    }

    #[test]
    fn escapes_are_those_of_pythons_repr() {
        // CPython 3.13: repr("\0\x0b\r\n\x7f\x9f\u2029")[1:-1]
        let text = "\0\x0b\r\n\x7f\u{9f}\u{2029}";
        assert_eq!(escaped(Escape::Controls, text), r"\x00\x0b\r\n\x7f\x9f\u2029");
    }
}
