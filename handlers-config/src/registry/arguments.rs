//! The arguments of one call, as the class that gets them reads them.

use std::sync::Arc;

use handlers_core::{Error, ErrorKind, Handler, Level, Result, Value};

#[cfg(feature = "queue")]
use crate::argument::QueueEnd;
use crate::argument::{Argument, kind_of};
use crate::document::Position;

/// What a configuration says about one object of a class.
///
/// Only names that are among the class's [`Parameters`](crate::Parameters) are in it, and all that
/// are required. Reading a value takes it out. Errors name the argument, and a check shows its
/// place.
///
/// # Examples
///
/// See [`Registry`](crate::Registry).
#[derive(Debug, Default)]
pub struct Arguments {
    class: String,
    given: Vec<Given>,
    places: Vec<Place>,
    attributes: Vec<(String, Value<'static>)>,
    /// The argument that the last error was about.
    blamed: Option<String>,
}

/// Where the configuration has an argument, and under which key.
#[derive(Debug)]
struct Place {
    name: String,
    key: String,
    position: Option<Position>,
}

/// An argument with its name and its place.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) name: String,
    /// The key that the configuration has for it.
    pub(crate) key: String,
    pub(crate) argument: Argument,
    /// Where the value stands.
    pub(crate) position: Option<Position>,
    /// Where the key stands.
    pub(crate) key_position: Option<Position>,
}

impl Given {
    /// An argument that no document has.
    pub(crate) fn new(name: impl Into<String>, argument: Argument) -> Self {
        let name = name.into();
        Self { key: name.clone(), name, argument, position: None, key_position: None }
    }
}

impl Arguments {
    pub(crate) fn new(class: &str, given: Vec<Given>) -> Self {
        let place = |given: &Given| Place {
            name: given.name.clone(),
            key: given.key.clone(),
            position: given.position,
        };
        let places = given.iter().map(place).collect();
        Self { class: class.to_owned(), given, places, ..Self::default() }
    }

    pub(crate) fn with_attributes(mut self, attributes: Vec<(String, Value<'static>)>) -> Self {
        self.attributes = attributes;
        self
    }

    /// The dotted name of the class, as the registry has it.
    pub fn class(&self) -> &str {
        &self.class
    }

    /// Whether an argument is given, and not taken yet.
    pub fn has(&self, name: &str) -> bool {
        self.given.iter().any(|given| given.name == name)
    }

    /// Takes an argument as it is; none if it is not given.
    pub fn take(&mut self, name: &str) -> Option<Argument> {
        let place = self.given.iter().position(|given| given.name == name)?;
        Some(self.given.remove(place).argument)
    }

    /// Takes what is left, in the order of the configuration: for a class with
    /// [`Parameters::any`](crate::Parameters::any).
    pub fn take_rest(&mut self) -> Vec<(String, Argument)> {
        let rest = std::mem::take(&mut self.given);
        rest.into_iter().map(|given| (given.name, given.argument)).collect()
    }

    /// Takes data; none if it is not given.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] if it is a handler, a stream or the like.
    pub fn value(&mut self, name: &str) -> Result<Option<Value<'static>>> {
        match self.take(name) {
            None => Ok(None),
            Some(Argument::Value(value)) => Ok(Some(value)),
            Some(other) => Err(self.wrong(name, "data", &other)),
        }
    }

    /// Takes text; none if it is not given, or `None`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] if it is anything else.
    pub fn text(&mut self, name: &str) -> Result<Option<String>> {
        match self.take(name) {
            None | Some(Argument::Value(Value::None)) => Ok(None),
            Some(Argument::Value(Value::Str(text))) => Ok(Some(text.into_owned())),
            Some(other) => Err(self.wrong(name, "text", &other)),
        }
    }

    /// Takes text that may not be `None`; none if it is not given.
    #[cfg(any(feature = "file", feature = "net"))]
    pub(crate) fn non_null_text(&mut self, name: &str) -> Result<Option<String>> {
        match self.take(name) {
            None => Ok(None),
            Some(Argument::Value(Value::Str(text))) => Ok(Some(text.into_owned())),
            Some(other) => Err(self.wrong(name, "text", &other)),
        }
    }

    /// Takes a number that something is compared with, as the least integer that is not below it;
    /// none if it is not given. Below zero is as zero.
    #[cfg(any(feature = "file", feature = "queue"))]
    pub(crate) fn limit(&mut self, name: &str) -> Result<Option<u64>> {
        match self.take(name) {
            None => Ok(None),
            Some(Argument::Value(value)) => match to_limit(&value) {
                Some(number) => Ok(Some(number)),
                None => Err(self.wrong(name, "a number", &value.into())),
            },
            Some(other) => Err(self.wrong(name, "a number", &other)),
        }
    }

    /// Takes an integer; none if it is not given. A truth value is one, as in Python; so is a float
    /// without a fraction. What is beyond 64 bits becomes the nearest number that is not.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] if it is anything else.
    pub fn integer(&mut self, name: &str) -> Result<Option<i64>> {
        match self.take(name) {
            None => Ok(None),
            Some(Argument::Value(value)) => match to_integer(&value) {
                Some(number) => Ok(Some(number)),
                None => Err(self.wrong(name, "an integer", &value.into())),
            },
            Some(other) => Err(self.wrong(name, "an integer", &other)),
        }
    }

    /// Takes a truth value; none if it is not given. Anything is one, as in Python: `"no"` is true.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        self.take(name).map(|argument| argument.is_true())
    }

    /// Takes a level; none if it is not given.
    ///
    /// # Errors
    ///
    /// Those of [`Level::from_value`].
    pub fn level(&mut self, name: &str) -> Result<Option<Level>> {
        let Some(value) = self.value(name)? else { return Ok(None) };
        Level::from_value(&value).map(Some).map_err(|error| self.blame(name, error))
    }

    /// Takes a handler; none if it is not given, or `None`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] if it is anything else, such as the name of a handler in an object made
    /// by `()`: only classes named by `class` have names looked up.
    pub fn handler(&mut self, name: &str) -> Result<Option<Arc<dyn Handler>>> {
        match self.take(name) {
            None | Some(Argument::Value(Value::None)) => Ok(None),
            Some(Argument::Handler(handler)) => Ok(Some(handler)),
            Some(other) => Err(self.wrong(name, "a handler", &other)),
        }
    }

    /// Takes a queue, with the listener behind it if there is one; none if it is not given.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] if it is anything else, such as the name of a queue in an object made by
    /// `()`: only classes named by `class` have theirs made.
    #[cfg(feature = "queue")]
    pub fn queue(&mut self, name: &str) -> Result<Option<QueueEnd>> {
        match self.take(name) {
            None => Ok(None),
            Some(Argument::Queue(end)) => Ok(Some(end)),
            Some(other) => Err(self.wrong(name, "a queue", &other)),
        }
    }

    /// Reads an attribute: an entry under `.` that Python sets on the finished object (CONF-39).
    /// One that no class reads has no effect, and a check says so.
    pub fn attribute(&mut self, name: &str) -> Option<Value<'static>> {
        let place = self.attributes.iter().position(|(known, _)| known == name)?;
        Some(self.attributes.remove(place).1)
    }

    /// Reads an attribute that is text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] if it is anything else.
    pub fn text_attribute(&mut self, name: &str) -> Result<Option<String>> {
        match self.attribute(name) {
            None => Ok(None),
            Some(Value::Str(text)) => Ok(Some(text.into_owned())),
            Some(other) => {
                let message = format!("`{name}` must be text, not {}", kind_of(&other));
                Err(self.refuse(".", ErrorKind::Type, message))
            }
        }
    }

    /// Makes an error about an argument, in the place of which a check shows it.
    #[must_use]
    pub fn refuse(&mut self, name: &str, kind: ErrorKind, message: impl Into<String>) -> Error {
        self.blame(name, Error::new(kind, message.into()))
    }

    /// Says that `error` is about the argument `name`.
    pub(crate) fn blame(&mut self, name: &str, error: Error) -> Error {
        self.blamed = Some(name.to_owned());
        error
    }

    /// The key of the argument that the last error was about, and the place of its value.
    pub(crate) fn blamed(&self) -> Option<(&str, Option<Position>)> {
        let name = self.blamed.as_deref()?;
        Some(self.place(name).unwrap_or((name, None)))
    }

    /// The key of an argument, and the place of its value.
    pub(crate) fn place(&self, name: &str) -> Option<(&str, Option<Position>)> {
        let place = self.places.iter().find(|place| place.name == name)?;
        Some((&place.key, place.position))
    }

    /// The names of the attributes that nobody has read.
    pub(crate) fn unread(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| name.as_str())
    }

    pub(crate) fn wrong(&mut self, name: &str, expected: &str, found: &Argument) -> Error {
        let message = format!("`{name}` must be {expected}, not {}", found.kind());
        self.refuse(name, ErrorKind::Type, message)
    }
}

fn to_integer(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Int(number) => Some(number.to_i64().unwrap_or_else(|| {
            if number.to_string().starts_with('-') { i64::MIN } else { i64::MAX }
        })),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole, and beyond 64 bits it saturates"
        )]
        Value::Float(number) if number.fract() == 0.0 => Some(*number as i64),
        other => other.as_i64(),
    }
}

#[cfg(any(feature = "file", feature = "queue"))]
fn to_limit(value: &Value<'_>) -> Option<u64> {
    match value {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "what is out of range saturates, and nothing is below what is no number"
        )]
        Value::Float(number) => Some(number.ceil() as u64),
        Value::Int(number) if number.to_i64().is_none() => {
            Some(if number.to_string().starts_with('-') { 0 } else { u64::MAX })
        }
        other => other.as_i64().map(|number| u64::try_from(number).unwrap_or(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(value: impl Into<Argument>) -> Arguments {
        Arguments::new("app.Handler", vec![Given::new("x", value.into())])
    }

    #[test]
    fn numbers_are_taken_as_pythons_arithmetic_takes_them() {
        assert_eq!(one(5).integer("x").unwrap(), Some(5));
        assert_eq!(one(true).integer("x").unwrap(), Some(1));
        assert_eq!(one(5.0).integer("x").unwrap(), Some(5));
        assert_eq!(one(1_u128 << 70).integer("x").unwrap(), Some(i64::MAX));
        assert_eq!(one(-(1_i128 << 70)).integer("x").unwrap(), Some(i64::MIN));
        assert_eq!(one(5).integer("y").unwrap(), None);
        for wrong in [Argument::from("5"), 5.5.into(), f64::NAN.into(), Value::None.into()] {
            let error = one(wrong).integer("x").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Type);
        }
    }

    #[test]
    fn an_error_says_what_was_expected_and_what_came() {
        let error = one(vec![Value::None]).text("x").unwrap_err();
        assert_eq!(error.to_string(), "`x` must be text, not a list");
        let error = one("other").handler("x").unwrap_err();
        assert_eq!(error.to_string(), "`x` must be a handler, not text");
    }

    #[test]
    fn none_is_no_text_and_anything_has_a_truth() {
        assert_eq!(one(Value::None).text("x").unwrap(), None);
        assert_eq!(one("no").flag("x"), Some(true));
        assert_eq!(one(0.0).flag("x"), Some(false));
        assert_eq!(one(0).flag("y"), None);
    }
}
