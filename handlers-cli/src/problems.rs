//! What is wrong with a configuration, one line for each thing.

use std::error::Error as StdError;

use handlers_config::document::Position;
use handlers_config::{Config, Problem, Severity};
use handlers_core::{Error, ErrorKind};

/// Something that is wrong: a [`Problem`], or the one place where a text is not well formed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) is_error: bool,
    pub(crate) path: String,
    pub(crate) position: Option<Position>,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Finding {
    /// Everything that a check finds.
    pub(crate) fn all(config: &Config) -> Vec<Self> {
        config.check().into_iter().map(Self::from).collect()
    }

    /// The errors that a check finds.
    pub(crate) fn errors(config: &Config) -> Vec<Self> {
        Self::all(config).into_iter().filter(|finding| finding.is_error).collect()
    }

    /// Why a text could not be read, if that was because of the text.
    pub(crate) fn of_text(error: &Error) -> Option<Self> {
        if error.kind() != ErrorKind::Value {
            return None;
        }
        let text = error.source()?.to_string();
        let (position, message) = match split_position(&text) {
            Some((position, message)) => (Some(position), message.to_owned()),
            None => (None, text),
        };
        Some(Self { is_error: true, path: String::new(), position, message, help: None })
    }
}

impl From<Problem> for Finding {
    fn from(problem: Problem) -> Self {
        let Problem { severity, path, position, message, help, .. } = problem;
        Self { is_error: severity == Severity::Error, path, position, message, help }
    }
}

/// Takes the place off the front of a text such as `line 3 column 7: expected a value`.
fn split_position(text: &str) -> Option<(Position, &str)> {
    let (place, message) = text.strip_prefix("line ")?.split_once(": ")?;
    let (line, column) = place.split_once(" column ")?;
    Some((Position { line: line.parse().ok()?, column: column.parse().ok()? }, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_not_well_formed_is_a_finding_at_its_place() {
        let error = Config::parse("version: ]", None).unwrap_err().context("read it");
        let finding = Finding::of_text(&error).unwrap();
        assert_eq!(finding.position, Some(Position { line: 1, column: 10 }));
        assert!(!finding.message.contains("line"), "{}", finding.message);
    }

    #[test]
    fn a_file_that_is_not_there_is_no_finding() {
        let error = Config::read("no such file").unwrap_err();
        assert_eq!(Finding::of_text(&error), None);
    }
}
