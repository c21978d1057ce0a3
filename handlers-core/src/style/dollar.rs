//! The syntax of `string.Template`.

/// Splits a `$` format string.
#[derive(Debug)]
pub(super) struct Tokens<'t> {
    format: &'t str,
    at: usize,
}

/// A part of a `$` format string.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A `$name` or a `${name}`.
    Field(&'t str),
    /// A `$` that begins neither; ends at the place given.
    Invalid(usize),
    /// Text that is not empty; of a `$$`, the second.
    Literal(&'t str),
}

impl<'t> Tokens<'t> {
    pub(super) fn new(format: &'t str) -> Self {
        Self { format, at: 0 }
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.format.get(self.at..).filter(|rest| !rest.is_empty())?;
        let Some(after) = rest.strip_prefix('$') else {
            let literal = &rest[..rest.find('$').unwrap_or(rest.len())];
            self.at += literal.len();
            return Some(Token::Literal(literal));
        };
        self.at += 1;
        if after.starts_with('$') {
            self.at += 1;
            return Some(Token::Literal(&after[..1]));
        }
        let braced = after.strip_prefix('{').map(identifier);
        if let Some(name) = braced.filter(|name| after[1 + name.len()..].starts_with('}'))
            && !name.is_empty()
        {
            self.at += name.len() + 2;
            return Some(Token::Field(name));
        }
        let name = identifier(after);
        self.at += name.len();
        Some(if name.is_empty() { Token::Invalid(self.at) } else { Token::Field(name) })
    }
}

/// The line and the column that Python names for a `$` that ends at `end`, both from 1 (CORE-97).
pub(super) fn position(format: &str, end: usize) -> (usize, usize) {
    let mut line = 1;
    let mut line_start = 0;
    let mut chars = format[..end].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let crlf = c == '\r' && chars.peek().is_some_and(|(_, next)| *next == '\n');
        if ends_line(c) && !crlf {
            line += 1;
            line_start = at + c.len_utf8();
        }
    }
    (line, format[line_start..end].chars().count())
}

/// The longest name at the start of `text`, ASCII only: letters, digits and underscores, but no
/// digit first.
fn identifier(text: &str) -> &str {
    let is_name = |c: char| c == '_' || c.is_ascii_alphanumeric();
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return "";
    }
    &text[..text.find(|c| !is_name(c)).unwrap_or(text.len())]
}

/// Where `str.splitlines` splits.
fn ends_line(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(format: &str) -> Vec<Token<'_>> {
        Tokens::new(format).collect()
    }

    #[test]
    fn a_name_may_be_bare_or_in_braces() {
        use Token::{Field, Literal};
        assert_eq!(
            tokens("$a_1-${B}c$$d"),
            [Field("a_1"), Literal("-"), Field("B"), Literal("c"), Literal("$"), Literal("d"),]
        );
        assert_eq!(tokens("$vé"), [Field("v"), Literal("é")]);
    }

    #[test]
    fn other_dollar_signs_are_invalid() {
        for format in ["$", "$ a", "$1", "$é", "${}", "${1}", "${a", "${a:>5}", "${a }"] {
            assert_eq!(tokens(format)[0], Token::Invalid(1), "{format}");
        }
    }

    #[test]
    fn a_position_counts_lines_and_characters() {
        assert_eq!(position("$", 1), (1, 1));
        assert_eq!(position("line1\nline2 $", 13), (2, 7));
        assert_eq!(position("a\r\n\u{2028}é$", 9), (3, 2));
    }
}
