//! What a record says: finished text, or a message with arguments still to be merged in.

use std::borrow::Cow;

use crate::error::Result;
use crate::printf;
use crate::text::Text;
use crate::value::Value;

/// The message of a record.
#[derive(Clone)]
pub(crate) enum Message<'a> {
    /// Complete: what the Rust macros log.
    Text(Text<'a>),
    /// As Python code logs it: `msg % args`.
    Template(Box<(Value<'a>, Value<'a>)>),
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

    pub(crate) fn msg(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Str(Cow::Borrowed(text)),
            Self::Template(parts) => parts.0.borrowed(),
        }
    }

    pub(crate) fn args(&self) -> Value<'_> {
        match self {
            Self::Text(_) => Value::Tuple(Vec::new()),
            Self::Template(parts) => parts.1.borrowed(),
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
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
            Self::Text(text) => {
                out.push_str(text);
                return Ok(());
            }
            Self::Template(parts) => &**parts,
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
            Self::Text(text) => Message::Text(text.into_owned()),
            Self::Template(parts) => Message::template(parts.0.into_owned(), parts.1.into_owned()),
        }
    }
}
