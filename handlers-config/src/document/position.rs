//! Where in a text something stands.

use std::fmt;

/// A place in a document: line and column, both counted from one, columns in characters.
///
/// [`Display`](fmt::Display) gives `line 12 column 5`; the alternate form `{:#}` gives `12:5`, to
/// be written after a file name and a colon.
///
/// # Examples
///
/// ```
/// use handlers_config::document::Position;
///
/// let position = Position { line: 12, column: 5 };
/// assert_eq!(position.to_string(), "line 12 column 5");
/// assert_eq!(format!("logging.yaml:{position:#}"), "logging.yaml:12:5");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from one.
    pub line: u32,
    /// The character within the line, from one.
    pub column: u32,
}

impl Position {
    /// Where every document begins.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The position behind a character that does or does not end its line.
    pub(super) fn after(self, line_break: bool) -> Self {
        if line_break {
            Self { line: self.line.saturating_add(1), column: 1 }
        } else {
            Self { line: self.line, column: self.column.saturating_add(1) }
        }
    }
}

/// Turns offsets into positions. Offsets are asked for in ascending order, so that a document of one
/// long line is walked once and not once per value.
#[derive(Debug)]
pub(super) struct Locator<'a> {
    text: &'a str,
    offset: usize,
    position: Position,
}

impl<'a> Locator<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, offset: 0, position: Position::START }
    }

    /// The position of the character at `offset`, which is not before the last one asked for.
    pub(super) fn locate(&mut self, offset: usize) -> Position {
        let passed = self.text.get(self.offset..offset).unwrap_or_default();
        for character in passed.chars() {
            self.position = self.position.after(character == '\n');
        }
        self.offset = self.offset.max(offset);
        self.position
    }
}

impl Default for Position {
    fn default() -> Self {
        Self::START
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column } = self;
        if f.alternate() {
            write!(f, "{line}:{column}")
        } else {
            write!(f, "line {line} column {column}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let mut locator = Locator::new("aé\nb");
        assert_eq!(locator.locate(3), Position { line: 1, column: 3 });
        assert_eq!(locator.locate(4), Position { line: 2, column: 1 });
        assert_eq!(locator.locate(5), Position { line: 2, column: 2 });
    }
}
