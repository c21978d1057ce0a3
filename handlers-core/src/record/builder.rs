//! Putting a record together by hand: tests, bridges from other loggers, receivers.

use std::sync::Arc;

use super::{Exception, Extra, Location, Message, Origin, Parts, Record, is_reserved};
use crate::error::{Error, ErrorKind, Result};
use crate::level::Level;
use crate::text::Text;
use crate::time::{Clock, SystemClock};
use crate::value::Value;

/// Builds a [`Record`] that owns what it holds.
///
/// | part | default |
/// |---|---|
/// | [`name`](Self::name) | `root` |
/// | [`level`](Self::level) | `NOTSET` |
/// | [`message`](Self::message) or [`template`](Self::template) | the empty text |
/// | [`location`](Self::location) | not known |
/// | [`created`](Self::created) | now |
/// | thread, process | those that run [`Record::builder`] |
/// | [`field`](Self::field), [`exception`](Self::exception), [`stack_info`](Self::stack_info) | none |
#[derive(Debug)]
#[must_use = "call `build` to get the record"]
pub struct RecordBuilder {
    record: Record<'static>,
    level_name: Option<String>,
    fields: Vec<(Text<'static>, Value<'static>)>,
}

impl Record<'_> {
    /// Begins a record of this moment and this thread.
    pub fn builder() -> RecordBuilder {
        RecordBuilder {
            record: Record {
                name: Text::Static("root"),
                level: Level::NOTSET,
                level_name: Text::Static("NOTSET"),
                message: Message::Text(Text::Static("")),
                location: Location::Unknown,
                created: SystemClock.now(),
                origin: Origin::here_owned(),
                extra: Extra::Borrowed(&[]),
                rare: None,
            },
            level_name: None,
            fields: Vec::new(),
        }
    }
}

impl RecordBuilder {
    /// Names the logger.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.record.name = name.into().into();
        self
    }

    /// Sets the level, and the name it has now.
    pub fn level(mut self, level: Level) -> Self {
        self.record.level = level;
        self
    }

    /// Gives the level another name than the one it is registered under.
    pub fn level_name(mut self, name: impl Into<String>) -> Self {
        self.level_name = Some(name.into());
        self
    }

    /// Sets a message that is complete: nothing is merged into it.
    pub fn message(mut self, text: impl Into<String>) -> Self {
        self.record.message = Message::Text(text.into().into());
        self
    }

    /// Sets a message and the arguments that are merged into it by Python's `%` rules; a single
    /// mapping that is not empty is taken by name (CORE-20).
    pub fn template(
        mut self,
        msg: impl Into<Value<'static>>,
        args: impl IntoIterator<Item = Value<'static>>,
    ) -> Self {
        let args = Message::call_args(args.into_iter().collect());
        self.record.message = Message::template(msg.into(), args);
        self
    }

    /// Sets the place of the logging call, as far as it is known.
    pub fn location(mut self, pathname: Option<&str>, line: u32, function: Option<&str>) -> Self {
        let text = |text: &str| Text::from(text.to_owned());
        let parts = Parts { pathname: pathname.map(text), line, function: function.map(text) };
        self.record.location = Location::Parts(Box::new(parts));
        self
    }

    /// Sets the time of the record.
    pub fn created(mut self, created: crate::time::Timestamp) -> Self {
        self.record.created = created;
        self
    }

    /// Adds a field, an attribute of the record beside Python's own; a field of the same name is
    /// replaced.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Key`] if the name is that of an attribute every record has (CORE-147).
    pub fn field(
        mut self,
        name: impl Into<String>,
        value: impl Into<Value<'static>>,
    ) -> Result<Self> {
        let name = name.into();
        if is_reserved(&name) {
            return Err(overwrites(&name));
        }
        let value = value.into();
        match self.fields.iter_mut().find(|(known, _)| **known == *name) {
            Some(field) => field.1 = value,
            None => self.fields.push((name.into(), value)),
        }
        Ok(self)
    }

    /// Adds an error with its causes.
    pub fn exception(mut self, exception: Exception) -> Self {
        self.record.rare_mut().exception = Some(Arc::new(exception));
        self
    }

    /// Sets the text of the exception, as if a formatter had made it. The empty text is none.
    pub fn exception_text(mut self, text: impl Into<String>) -> Self {
        let text: String = text.into();
        if !text.is_empty() {
            self.record.rare_mut().exception_text = std::sync::OnceLock::from(Arc::from(text));
        }
        self
    }

    /// Adds the text of the stack.
    pub fn stack_info(mut self, text: impl Into<String>) -> Self {
        self.record.rare_mut().stack_info = Some(text.into().into());
        self
    }

    /// Finishes the record.
    pub fn build(self) -> Record<'static> {
        let mut record = self.record;
        record.level_name = match self.level_name {
            Some(name) => name.into(),
            None => record.level.name(),
        };
        if !self.fields.is_empty() {
            record.extra = Extra::Owned(self.fields.into());
        }
        record
    }
}

/// CORE-147.
#[cold]
pub(crate) fn overwrites(name: &str) -> Error {
    let name = Value::from(name).repr();
    Error::new(ErrorKind::Key, format!("Attempt to overwrite {name} in LogRecord"))
}
