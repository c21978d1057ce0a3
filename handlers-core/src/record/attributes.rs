//! A record as the mapping that formatters and wire formats see.

use std::borrow::Cow;

use super::{Extra, Given, Record, location};
use crate::fields::Fields;
use crate::value::Value;

impl Record<'_> {
    /// Makes a record from Python's attributes, as `logging.makeLogRecord` does: what a receiver
    /// got over the wire, or a test wrote down (CORE-35).
    ///
    /// Every entry becomes an attribute, whatever its type; nothing is checked or derived from
    /// another (the level has the name `Level None` unless `levelname` says otherwise). What the
    /// entries leave out is as in a record without name and message, made now.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::{Level, Record, Value};
    ///
    /// let record = Record::from_attributes([
    ///     ("name".to_owned(), Value::from("app")),
    ///     ("levelno".to_owned(), Value::from(20)),
    ///     ("msg".to_owned(), Value::from("%d files")),
    ///     ("args".to_owned(), Value::Tuple(vec![Value::from(3)])),
    /// ]);
    /// assert_eq!((record.level(), &*record.message()?), (Level::INFO, "3 files"));
    /// # Ok::<(), handlers_core::Error>(())
    /// ```
    pub fn from_attributes(
        attributes: impl IntoIterator<Item = (String, Value<'static>)>,
    ) -> Record<'static> {
        let mut given = Given::default();
        for (name, value) in attributes {
            given.set(Cow::Owned(name), value);
        }
        given.into_record()
    }

    /// Every attribute that Python's record has, with its name: those of CORE-14 in their order, then
    /// the others that the record was made of, then the fields of the call, then the `message` of
    /// a record that was prepared for a queue.
    ///
    /// Values are borrowed, so that going through a record of text and numbers costs no allocation.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::Record;
    ///
    /// let record = Record::builder().name("app").field("user", "ann")?.build();
    /// let names: Vec<&str> = record.attributes().map(|(name, _)| name).collect();
    /// assert_eq!((names[0], names[20], names[21]), ("name", "taskName", "user"));
    /// # Ok::<(), handlers_core::Error>(())
    /// ```
    pub fn attributes(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        let is_plain = self.is_plain();
        let standard = ATTRIBUTES.iter().map(move |(name, get)| {
            let other = if is_plain { None } else { self.override_of(name).map(Value::borrowed) };
            (*name, other.unwrap_or_else(|| get(self)))
        });
        let others = self.overrides().into_iter().flat_map(|overrides| overrides.iter());
        let others = others.filter(|(name, _)| getter(name).is_none());
        let others = others.map(|(name, value)| (&**name, value.borrowed()));
        // QUEUE-22, QUEUE-24: new in the dictionary, so it comes last.
        let message = self.message.as_prepared().filter(|_| self.override_of("message").is_none());
        let message = message.map(|text| ("message", Value::from(text)));
        standard.chain(others).chain(self.extra()).chain(message)
    }

    /// `created` as formatters see it: the time of the record, unless its attributes say otherwise.
    pub(crate) fn created_seconds(&self) -> f64 {
        self.override_number("created").unwrap_or_else(|| self.created.created())
    }

    /// `msecs` as formatters see it.
    pub(crate) fn msecs_attribute(&self) -> f64 {
        self.override_number("msecs").unwrap_or_else(|| self.msecs())
    }

    fn override_number(&self, name: &str) -> Option<f64> {
        self.override_of(name).and_then(Value::as_f64)
    }

    fn override_of(&self, name: &str) -> Option<&Value<'static>> {
        let overrides = self.overrides()?;
        let found = overrides.iter().find(|(known, _)| known.is(name));
        let value = found.map(|(_, value)| value)?;
        // CORE-109: the text that a formatter made takes the place of none.
        let is_made = name == "exc_text" && !value.is_truthy() && self.exception_text().is_some();
        (!is_made).then_some(value)
    }

    /// What is left on a record by formatting it before it is queued (QUEUE-22).
    fn prepared_message(&self, name: &str) -> Option<Value<'_>> {
        self.message.as_prepared().filter(|_| name == "message").map(Value::from)
    }

    /// The triple `(type, value, traceback)`, of which Rust knows the value.
    fn exc_info(&self) -> Value<'_> {
        let Some(exception) = self.exception() else { return Value::None };
        let value = exception.chain().next().map_or(Value::None, Value::from);
        Value::Tuple(vec![Value::None, value, Value::None])
    }

    fn field(&self, name: &str) -> Option<Value<'_>> {
        match &self.extra {
            Extra::Borrowed(fields) => {
                let field = fields.iter().rev().find(|(known, _)| *known == name);
                field.map(|(_, value)| value.borrowed())
            }
            Extra::Owned(fields) => {
                let field = fields.iter().rev().find(|(known, _)| known.is(name));
                field.map(|(_, value)| value.borrowed())
            }
        }
    }
}

impl Fields for Record<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        if let Some(value) = self.override_of(name) {
            return Some(value.borrowed());
        }
        let known = getter(name).map(|get| get(self)).or_else(|| self.field(name));
        known.or_else(|| self.prepared_message(name))
    }

    /// Every attribute, in the order of CORE-14.
    fn to_dict(&self) -> Value<'_> {
        Value::Dict(self.attributes().map(|(name, value)| (Value::from(name), value)).collect())
    }
}

/// Whether a field of a call may not have this name (CORE-147).
pub(crate) const fn is_reserved(name: &str) -> bool {
    let mut index = 0;
    while index < ATTRIBUTES.len() {
        if same(ATTRIBUTES[index].0, name) {
            return true;
        }
        index += 1;
    }
    same(name, "message") || same(name, "asctime")
}

/// `==` for text in a constant.
const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// What gives the attribute of that name, if every record has it.
fn getter(name: &str) -> Option<Getter> {
    let attribute = ATTRIBUTES.iter().find(|(known, _)| *known == name);
    attribute.map(|(_, get)| *get)
}

pub(super) type Getter = for<'r> fn(&'r Record<'_>) -> Value<'r>;

/// CORE-14, in the order in which Python's records hold them.
pub(super) const ATTRIBUTES: [(&str, Getter); 21] = [
    ("name", |record| Value::from(record.name())),
    ("msg", |record| record.msg()),
    ("args", |record| record.args()),
    ("levelname", |record| Value::from(record.level_name())),
    ("levelno", |record| Value::from(record.level().number())),
    ("pathname", |record| Value::from(record.location.pathname())),
    ("filename", |record| Value::from(record.location.pathname().map(location::filename))),
    ("module", |record| Value::from(record.module())),
    ("exc_info", |record| record.exc_info()),
    ("exc_text", |record| Value::from(record.exception_text())),
    ("stack_info", |record| Value::from(record.stack_info())),
    ("lineno", |record| Value::from(record.line_number())),
    ("funcName", |record| Value::from(record.function())),
    ("created", |record| Value::from(record.created_seconds())),
    ("msecs", |record| Value::from(record.msecs())),
    ("relativeCreated", |record| Value::from(record.relative_created())),
    ("thread", |record| Value::from(record.thread())),
    ("threadName", |record| Value::from(record.thread_name())),
    ("processName", |record| Value::from(record.process_name())),
    ("process", |record| Value::from(record.process())),
    ("taskName", |record| Value::from(record.task_name())),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attributes_come_in_pythons_order_and_the_fields_last() {
        let record = Record::builder().field("user", "ann").expect("`user` is free").build();
        let Value::Dict(entries) = record.to_dict() else { panic!("a record is a mapping") };
        let names: Vec<String> = entries.iter().map(|(name, _)| name.to_string()).collect();
        assert_eq!(names[..21], ATTRIBUTES.map(|(name, _)| name));
        assert_eq!(names[21..], ["user"]);
    }

    #[test]
    fn a_field_cannot_take_the_place_of_an_attribute() {
        for name in ["name", "message", "asctime", "taskName"] {
            let error = Record::builder().field(name, 1).expect_err("the name is taken");
            assert_eq!(error.to_string(), format!("Attempt to overwrite '{name}' in LogRecord"));
        }
    }

    // CORE-35.
    #[test]
    fn attributes_are_taken_as_they_are_given() {
        let entries = [("levelno".to_owned(), Value::from("high")), ("x".to_owned(), 1.into())];
        let record = Record::from_attributes(entries);
        let get = |name| Fields::get(&record, name).map(|value| value.to_string());
        assert_eq!(get("levelno").as_deref(), Some("high"));
        assert_eq!(get("levelname").as_deref(), Some("Level None"));
        assert_eq!(get("name").as_deref(), Some("None"));
        assert_eq!(get("x").as_deref(), Some("1"));
    }
}
