//! What is wrong with a configuration, in Python's words and in plain ones.

use handlers_core::{Error, ErrorKind};

use crate::document::Position;

/// Why a step of the configuration cannot be done.
///
/// `apply` wants CPython's chain of errors, a check wants a sentence for a person and the place.
/// Both are known where the fault is found, and nowhere else.
#[derive(Debug)]
pub(crate) struct Fault {
    inner: Box<Inner>,
}

/// Behind a pointer: results are returned far more often than faults.
#[derive(Debug)]
struct Inner {
    error: Error,
    message: String,
    help: Option<String>,
    /// The keys that lead from the object at hand to the place.
    keys: Vec<String>,
    position: Option<Position>,
    deferred: bool,
}

/// What the steps of a configuration return.
pub(crate) type Outcome<T> = Result<T, Fault>;

impl Fault {
    /// Makes a fault: `text` is CPython's, `plain` ours.
    #[cold]
    pub(crate) fn new(kind: ErrorKind, text: impl Into<String>, plain: impl Into<String>) -> Self {
        Self::from_error(Error::new(kind, text.into())).say(plain)
    }

    /// Makes a fault of an error whose text serves both.
    #[cold]
    pub(crate) fn from_error(error: Error) -> Self {
        let message = uncapitalized(&error.to_string());
        let inner =
            Inner { error, message, help: None, keys: Vec::new(), position: None, deferred: false };
        Self { inner: Box::new(inner) }
    }

    /// Sets the sentence for a person.
    pub(crate) fn say(mut self, plain: impl Into<String>) -> Self {
        self.inner.message = plain.into();
        self
    }

    /// Sets what would be right.
    pub(crate) fn help(mut self, help: impl Into<Option<String>>) -> Self {
        self.inner.help = help.into();
        self
    }

    /// Says under which key of the object the fault is, as seen from there.
    pub(crate) fn at_key(mut self, key: impl Into<String>) -> Self {
        self.inner.keys.insert(0, key.into());
        self
    }

    /// Says where the fault is, unless that is known more exactly.
    pub(crate) fn at(mut self, position: Option<Position>) -> Self {
        self.inner.position = self.inner.position.or(position);
        self
    }

    /// Wraps the error in one that says what was attempted: always a `ValueError` (CONF-10).
    pub(crate) fn within(mut self, attempt: String) -> Self {
        self.inner.error = Error::with_source(ErrorKind::Value, attempt, self.inner.error);
        self
    }

    /// Puts `cause` beneath the error, unless it has one: what was being handled when it came up.
    pub(crate) fn because(mut self, cause: &Error) -> Self {
        if std::error::Error::source(&self.inner.error).is_none() {
            let text = self.inner.error.to_string();
            self.inner.error = Error::with_source(self.inner.error.kind(), text, cause.clone());
        }
        self
    }

    /// Says that it may be tried again when all other handlers are there (CONF-31).
    pub(crate) fn deferred(mut self) -> Self {
        self.inner.deferred = true;
        self
    }

    /// Takes that back.
    pub(crate) fn not_deferred(mut self) -> Self {
        self.inner.deferred = false;
        self
    }

    /// Puts another error in the place of this one, for the same reason.
    pub(crate) fn becomes(mut self, kind: ErrorKind, text: String) -> Self {
        self.inner.error = Error::new(kind, text);
        self
    }

    /// The key that the fault is about, as seen from the object.
    pub(crate) fn key(&self) -> Option<&str> {
        self.inner.keys.first().map(String::as_str)
    }

    pub(crate) fn is_deferred(&self) -> bool {
        self.inner.deferred
    }

    pub(crate) fn error(&self) -> &Error {
        &self.inner.error
    }

    pub(crate) fn into_error(self) -> Error {
        self.inner.error
    }

    pub(crate) fn into_parts(self) -> (String, Option<String>, Vec<String>, Option<Position>) {
        let Inner { message, help, keys, position, .. } = *self.inner;
        (message, help, keys, position)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::from_error(error)
    }
}

/// Makes the first letter small, unless it begins a name such as `YAML` or `StreamHandler`.
fn uncapitalized(text: &str) -> String {
    let word = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let is_name = word.chars().skip(1).any(char::is_uppercase);
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if !is_name => first.to_lowercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_begins_small_and_a_name_as_it_is() {
        assert_eq!(uncapitalized("Unknown level: 'X'"), "unknown level: 'X'");
        assert_eq!(uncapitalized("StreamHandler does"), "StreamHandler does");
        assert_eq!(uncapitalized("A logger"), "a logger");
        assert_eq!(uncapitalized(""), "");
    }

    #[test]
    fn a_cause_is_added_only_where_there_is_none() {
        let fault = Fault::new(ErrorKind::Type, "second", "second");
        let fault = fault.because(&Error::new(ErrorKind::Key, "first"));
        let source = std::error::Error::source(fault.error()).map(ToString::to_string);
        assert_eq!(source.as_deref(), Some("first"));
        let fault = fault.because(&Error::new(ErrorKind::Key, "other"));
        let source = std::error::Error::source(fault.error()).map(ToString::to_string);
        assert_eq!(source.as_deref(), Some("first"));
    }
}
