//! Text that a record borrows while it is handled and shares once it is kept.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A string of a record. What lives as long as the program, or is shared already, is never copied
/// when the record is made to last.
#[derive(Clone)]
pub(crate) enum Text<'a> {
    Borrowed(&'a str),
    Static(&'static str),
    SharedRef(&'a Arc<str>),
    Shared(Arc<str>),
}

impl Text<'_> {
    pub(crate) fn into_owned(self) -> Text<'static> {
        match self {
            Text::Borrowed(text) => Text::Shared(Arc::from(text)),
            Text::Static(text) => Text::Static(text),
            Text::SharedRef(text) => Text::Shared(Arc::clone(text)),
            Text::Shared(text) => Text::Shared(text),
        }
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Borrowed(text) | Text::Static(text) => text,
            Text::SharedRef(text) => text,
            Text::Shared(text) => text,
        }
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl From<String> for Text<'static> {
    fn from(text: String) -> Self {
        Self::Shared(Arc::from(text))
    }
}
