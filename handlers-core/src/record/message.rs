//! What a record says: finished text, or a message with arguments still to be merged in.

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::Result;
use crate::printf;
use crate::text::{Short, Text};
use crate::value::Value;

/// The message of a record.
#[derive(Clone)]
pub(crate) enum Message<'a> {
    /// Complete: what the Rust macros log.
    Text(Text<'a>),
    /// Complete, and so short that a record that is kept costs no allocation.
    Short(Short<SHORT>),
    /// Complete, and formatted for a queue: with `args` none, and known as `message` as well.
    Prepared(Arc<str>),
    /// The same, and short.
    PreparedShort(Short<SHORT>),
    /// As Python code logs it: `msg % args`.
    Template(Box<(Value<'a>, Value<'a>)>),
}

impl Message<'static> {
    /// Room for one that comes later.
    pub(crate) const EMPTY: Self = Self::PreparedShort(Short::EMPTY);
}

impl<'a> Message<'a> {
    pub(crate) fn template(msg: Value<'a>, args: Value<'a>) -> Self {
        Self::Template(Box::new((msg, args)))
    }

    /// CORE-20: one mapping that is not empty takes the place of the tuple it came in.
    pub(crate) fn call_args(mut args: Vec<Value<'a>>) -> Value<'a> {
        match args.as_slice() {
            [Value::Dict(entries)] if !entries.is_empty() => args.remove(0),
            [Value::Object(object)] if !object.entries().is_empty() => args.remove(0),
            _ => Value::Tuple(args),
        }
    }

    /// Becomes what a queue's formatting made. A short text is written to where it stays.
    #[inline]
    pub(crate) fn keep_prepared(&mut self, text: &str) {
        if let Self::PreparedShort(place) = self
            && place.set(text)
        {
            return;
        }
        *self = Self::Prepared(Arc::from(text));
    }

    pub(crate) fn msg(&self) -> Value<'_> {
        match self {
            Self::Template(parts) => parts.0.borrowed(),
            complete => Value::from(complete.as_text()),
        }
    }

    pub(crate) fn args(&self) -> Value<'_> {
        match self {
            Self::Text(_) | Self::Short(_) => Value::Tuple(Vec::new()),
            Self::Prepared(_) | Self::PreparedShort(_) => Value::None,
            Self::Template(parts) => parts.1.borrowed(),
        }
    }

    /// The text that a queue's formatting made, which Python's record has under this name, too.
    pub(crate) fn as_prepared(&self) -> Option<&str> {
        match self {
            Self::Prepared(_) | Self::PreparedShort(_) => self.as_text(),
            _ => None,
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Prepared(text) => Some(text),
            Self::Short(text) | Self::PreparedShort(text) => Some(text),
            // CORE-38: without arguments nothing is merged.
            Self::Template(parts) if !parts.1.is_truthy() => parts.0.as_str(),
            Self::Template(_) => None,
        }
    }

    pub(crate) fn merged(&self) -> Result<Cow<'_, str>> {
        if let Some(text) = self.as_text() {
            return Ok(Cow::Borrowed(text));
        }
        let mut out = String::new();
        self.write(&mut out)?;
        Ok(Cow::Owned(out))
    }

    pub(crate) fn write(&self, out: &mut String) -> Result<()> {
        let (msg, args) = match self {
            Self::Template(parts) => &**parts,
            complete => {
                out.push_str(complete.as_text().unwrap_or_default());
                return Ok(());
            }
        };
        // CORE-37: a message of any type is its plain text.
        let text = match msg {
            Value::Str(text) => Cow::Borrowed(&**text),
            other => Cow::Owned(other.to_string()),
        };
        if args.is_truthy() {
            return printf::merge(&text, args, out);
        }
        out.push_str(&text);
        Ok(())
    }

    pub(crate) fn into_owned(self) -> Message<'static> {
        match self {
            Self::Text(Text::Borrowed(text)) => Short::new(text)
                .map_or_else(|| Message::Text(Text::Shared(Arc::from(text))), Message::Short),
            Self::Text(text) => Message::Text(text.into_owned()),
            Self::Short(text) => Message::Short(text),
            Self::Prepared(text) => Message::Prepared(text),
            Self::PreparedShort(text) => Message::PreparedShort(text),
            Self::Template(parts) => Message::template(parts.0.into_owned(), parts.1.into_owned()),
        }
    }
}

/// Of most messages, this is enough for the whole; with it a record has 248 bytes, so that a record in
/// its slot of a channel has four lines of a cache.
const SHORT: usize = 70;
