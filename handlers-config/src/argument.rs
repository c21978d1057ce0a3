//! What a class of a configuration, or `basicConfig`, is given.

use std::fmt;
use std::sync::Arc;

use handlers_core::{Filter, Formatter, Handler, Value};
#[cfg(feature = "queue")]
use handlers_queue::{QueueListener, RecordQueue};

use crate::stream::Stream;

/// The value of an argument: data, or something that is not.
///
/// Whatever becomes a [`Value`] becomes an argument: `"INFO".into()`.
#[non_exhaustive]
pub enum Argument {
    /// A class or a module, by its dotted name: what `ext://` may lead to.
    Class(String),
    /// A filter.
    Filter(Arc<dyn Filter>),
    /// A formatter.
    Formatter(Arc<dyn Formatter>),
    /// A handler.
    Handler(Arc<dyn Handler>),
    /// Several handlers.
    Handlers(Vec<Arc<dyn Handler>>),
    /// A queue, with the listener behind it if there is one.
    #[cfg(feature = "queue")]
    Queue(QueueEnd),
    /// A stream.
    Stream(Stream),
    /// Data.
    Value(Value<'static>),
}

/// The end of a queue into which a handler puts its records.
#[cfg(feature = "queue")]
#[derive(Clone)]
#[non_exhaustive]
pub struct QueueEnd {
    /// The queue.
    pub queue: Arc<dyn RecordQueue>,
    /// The listener at the other end, if the configuration has made one (CONF-52).
    pub listener: Option<Arc<QueueListener>>,
}

impl Argument {
    /// Whether this is Python's `None`.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::Value(Value::None))
    }

    /// Whether Python takes this for true: all but `None`, false, zero and what is empty.
    pub fn is_true(&self) -> bool {
        match self {
            Self::Value(value) => value.is_truthy(),
            Self::Handlers(handlers) => !handlers.is_empty(),
            _ => true,
        }
    }

    /// What kind of value this is, in the words of an error message: "a list".
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Class(_) => "a class",
            Self::Filter(_) => "a filter",
            Self::Formatter(_) => "a formatter",
            Self::Handler(_) => "a handler",
            Self::Handlers(_) => "a list of handlers",
            #[cfg(feature = "queue")]
            Self::Queue(_) => "a queue",
            Self::Stream(_) => "a stream",
            Self::Value(value) => kind_of(value),
        }
    }
}

/// What kind of value this is, as a reader of YAML or JSON calls it.
pub(crate) fn kind_of(value: &Value<'_>) -> &'static str {
    match value {
        Value::None => "null",
        Value::Bool(_) => "a truth value",
        Value::Int(_) => "an integer",
        Value::Float(_) => "a float",
        Value::Str(_) => "text",
        Value::Bytes(_) => "bytes",
        Value::Tuple(_) => "a tuple",
        Value::List(_) => "a list",
        Value::Dict(_) => "a mapping",
        _ => "another value",
    }
}

impl<T: Into<Value<'static>>> From<T> for Argument {
    fn from(value: T) -> Self {
        Self::Value(value.into())
    }
}

impl fmt::Debug for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Class(name) => f.debug_tuple("Class").field(name).finish(),
            Self::Filter(filter) => f.debug_tuple("Filter").field(&filter.label()).finish(),
            Self::Formatter(formatter) => {
                f.debug_tuple("Formatter").field(&formatter.label()).finish()
            }
            Self::Handler(handler) => f.debug_tuple("Handler").field(handler).finish(),
            Self::Handlers(handlers) => f.debug_tuple("Handlers").field(handlers).finish(),
            #[cfg(feature = "queue")]
            Self::Queue(end) => end.fmt(f),
            Self::Stream(stream) => stream.fmt(f),
            // It may be a password.
            Self::Value(value) => write!(f, "Value(<{}>)", kind_of(value)),
        }
    }
}

#[cfg(feature = "queue")]
impl fmt::Debug for QueueEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueEnd").field("listener", &self.listener).finish_non_exhaustive()
    }
}
