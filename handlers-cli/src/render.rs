//! How results look: trees, problems, failures.

use std::error::Error as StdError;
use std::fmt::{self, Write};

use anstyle::{AnsiColor, Style};
use handlers_core::Error;

use crate::problems::Finding;

/// A tree of lines, drawn with branches.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) line: String,
    pub(crate) below: Vec<Self>,
}

impl Branch {
    pub(crate) fn new(line: String) -> Self {
        Self { line, below: Vec::new() }
    }

    /// Draws what is below; `indent` stands in front of each line.
    fn draw(&self, indent: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.below.len().saturating_sub(1);
        for (place, branch) in self.below.iter().enumerate() {
            let (fork, rest) =
                if place == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            writeln!(f, "{DIM}{indent}{fork}{DIM:#}{}", branch.line)?;
            branch.draw(&format!("{indent}{rest}"), f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.line)?;
        self.draw("", f)
    }
}

/// A problem as compilers show them: `logging.yaml:12:5: error: handlers.h.level: …`.
#[derive(Debug)]
pub(crate) struct Shown<'a> {
    pub(crate) file: &'a str,
    pub(crate) finding: &'a Finding,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { is_error, path, position, message, help } = self.finding;
        write!(f, "{BOLD}{}:", Plain(self.file))?;
        if let Some(position) = position {
            write!(f, "{position:#}:")?;
        }
        let (style, word) = if *is_error { (RED, "error") } else { (YELLOW, "warning") };
        write!(f, "{BOLD:#} {style}{word}{style:#}: ")?;
        if !path.is_empty() {
            write!(f, "{BOLD}{}{BOLD:#}: ", Plain(path))?;
        }
        write!(f, "{}", Plain(message))?;
        if let Some(help) = help {
            write!(f, "\n    {DIM}help:{DIM:#} {}", Plain(help))?;
        }
        Ok(())
    }
}

/// An error that ends the program, with its causes.
#[derive(Debug)]
pub(crate) struct Failure<'a>(pub(crate) &'a Error);

impl fmt::Display for Failure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "handlers: {RED}error{RED:#}: ")?;
        let mut errors = chain(self.0);
        if let Some(error) = errors.next() {
            write!(f, "{}", Said(error))?;
        }
        errors.try_for_each(|cause| write!(f, "\n  because: {}", Said(cause)))
    }
}

/// An error with its causes, on one line.
#[derive(Debug)]
pub(crate) struct OneLine<'a>(pub(crate) &'a Error);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, error) in chain(self.0).enumerate() {
            let colon = if depth == 0 { "" } else { ": " };
            write!(f, "{colon}{}", Said(error))?;
        }
        Ok(())
    }
}

fn chain(error: &Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    let first: &(dyn StdError + 'static) = error;
    std::iter::successors(Some(first), |&error| error.source()).take(MAX_CAUSES)
}

/// One error as a sentence. An attempt, such as `open the log file a.log`, has a cause and begins
/// with a small letter.
struct Said<'a>(&'a (dyn StdError + 'static));

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        let is_attempt = self.0.is::<Error>()
            && self.0.source().is_some()
            && text.starts_with(|first: char| first.is_lowercase());
        let cannot = if is_attempt { "cannot " } else { "" };
        write!(f, "{cannot}{}", Plain(&text))
    }
}

/// Text from a file, on one line, that cannot give orders to a terminal.
#[derive(Debug)]
pub(crate) struct Plain<'a>(pub(crate) &'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| {
            if character.is_control() {
                write!(f, "{}", character.escape_debug())
            } else {
                f.write_char(character)
            }
        })
    }
}

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
pub(crate) const CYAN: Style = AnsiColor::Cyan.on_default();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default();
pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();

/// An error that is its own source must not hang the program.
const MAX_CAUSES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use handlers_core::ErrorKind;
    use std::io;

    fn without_color(shown: &impl fmt::Display) -> String {
        anstream::adapter::strip_str(&shown.to_string()).to_string()
    }

    #[test]
    fn branches_are_drawn_as_a_tree() {
        let mut root = Branch::new("root".to_owned());
        let mut first = Branch::new("first".to_owned());
        first.below.push(Branch::new("deep".to_owned()));
        root.below = vec![first, Branch::new("last".to_owned())];
        assert_eq!(without_color(&root), "root\n├─ first\n│  └─ deep\n└─ last\n");
    }

    #[test]
    fn a_failure_says_what_could_not_be_done_and_why() {
        let cause = Error::io("open the log file a.log", io::Error::other("no more files"));
        let error = Error::with_source(ErrorKind::Value, "Unable to configure handler 'f'", cause);
        let expected = "handlers: error: Unable to configure handler 'f'\n  because: cannot open \
                        the log file a.log\n  because: no more files";
        assert_eq!(without_color(&Failure(&error)), expected);
        let expected =
            "Unable to configure handler 'f': cannot open the log file a.log: no more files";
        assert_eq!(OneLine(&error).to_string(), expected);
    }

    #[test]
    fn what_a_file_holds_gives_no_orders_to_a_terminal() {
        assert_eq!(Plain("grün\u{1b}[31m\nred").to_string(), "grün\\u{1b}[31m\\nred");
    }
}
