//! What a dotted name stands for.

use std::fmt;
use std::sync::Arc;

use handlers_core::{Filter, Formatter, Handler, NameFilter, NullHandler, Result, Value};
#[cfg(feature = "queue")]
use handlers_queue::{Channel, QueueListenerBuilder, RecordQueue};

use super::{Arguments, Parameters, Prepared};
use crate::fault::Fault;
use crate::stream::Stream;

/// What a dotted name stands for.
#[derive(Clone)]
pub(crate) enum Named {
    Constant(Value<'static>),
    Filter(Arc<Class<dyn Filter>>),
    Formatter(Arc<Class<dyn Formatter>>),
    Handler(Arc<Class<dyn Handler>>),
    /// A class of Python's that is not built in this version.
    Later,
    #[cfg(feature = "queue")]
    Listener(Arc<ListenerClass>),
    Module,
    #[cfg(feature = "queue")]
    Queue(Arc<Class<dyn RecordQueue>>),
    Stream(Arc<dyn Fn() -> Stream + Send + Sync>),
}

/// A class of objects of one kind.
pub(crate) struct Class<T: ?Sized> {
    pub(crate) name: String,
    pub(crate) parameters: Parameters,
    pub(crate) prepare: Box<Prepare<T>>,
}

impl<T: Kind + ?Sized> Class<T> {
    /// What is wrong with a call of the class, in CPython's order.
    pub(crate) fn faults(&self, places: usize, names: &[&str]) -> Vec<Fault> {
        self.parameters.faults(&self.name, places, names, T::KEYS)
    }
}

/// Reads the arguments of one object.
pub(crate) type Prepare<T> = dyn Fn(&mut Arguments) -> Result<Prepared<T>> + Send + Sync;

/// Sets what a class of listeners has besides what a configuration says of one.
#[cfg(feature = "queue")]
pub(crate) type ListenerClass = dyn Fn(QueueListenerBuilder) -> QueueListenerBuilder + Send + Sync;

/// A kind of objects that a configuration makes.
pub(crate) trait Kind {
    /// The word for it: `handler`.
    const WORD: &'static str;

    /// Keys that all configurations of this kind may have, besides those that the class takes.
    const KEYS: &'static [&'static str];

    /// The class, if the name stands for one of this kind.
    fn class(named: &Named) -> Option<&Arc<Class<Self>>>;

    /// Something of this kind, for a check that makes nothing.
    fn stand_in() -> Arc<Self>;
}

impl Kind for dyn Filter {
    const WORD: &'static str = "filter";

    const KEYS: &'static [&'static str] = &[];

    fn class(named: &Named) -> Option<&Arc<Class<Self>>> {
        match named {
            Named::Filter(class) => Some(class),
            _ => None,
        }
    }

    fn stand_in() -> Arc<Self> {
        Arc::new(NameFilter::new(""))
    }
}

impl Kind for dyn Formatter {
    const WORD: &'static str = "formatter";

    const KEYS: &'static [&'static str] = &["format"];

    fn class(named: &Named) -> Option<&Arc<Class<Self>>> {
        match named {
            Named::Formatter(class) => Some(class),
            _ => None,
        }
    }

    fn stand_in() -> Arc<Self> {
        let formatter = |_: &handlers_core::Record<'_>, _: &mut String| Ok(());
        Arc::new(formatter)
    }
}

impl Kind for dyn Handler {
    const WORD: &'static str = "handler";

    const KEYS: &'static [&'static str] = &["class", "filters", "formatter", "level"];

    fn class(named: &Named) -> Option<&Arc<Class<Self>>> {
        match named {
            Named::Handler(class) => Some(class),
            _ => None,
        }
    }

    fn stand_in() -> Arc<Self> {
        Arc::new(NullHandler::new())
    }
}

#[cfg(feature = "queue")]
impl Kind for dyn RecordQueue {
    const WORD: &'static str = "queue";

    const KEYS: &'static [&'static str] = &[];

    fn class(named: &Named) -> Option<&Arc<Class<Self>>> {
        match named {
            Named::Queue(class) => Some(class),
            _ => None,
        }
    }

    fn stand_in() -> Arc<Self> {
        Arc::new(Channel::unbounded())
    }
}

impl Named {
    /// The name of the Python type of this object.
    pub(crate) fn type_name(&self) -> &str {
        match self {
            Self::Constant(value) => value.type_name(),
            Self::Module => "module",
            Self::Stream(_) => "_io.TextIOWrapper",
            _ => "type",
        }
    }

    /// Whether this is a class, of any kind.
    pub(crate) fn is_class(&self) -> bool {
        !matches!(self, Self::Constant(_) | Self::Module | Self::Stream(_))
    }

    /// What it is, in plain words.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Constant(_) => "a constant",
            Self::Filter(_) => "a filter",
            Self::Formatter(_) => "a formatter",
            Self::Handler(_) => "a handler",
            Self::Later => "a class",
            #[cfg(feature = "queue")]
            Self::Listener(_) => "a queue listener",
            Self::Module => "a module",
            #[cfg(feature = "queue")]
            Self::Queue(_) => "a queue",
            Self::Stream(_) => "a stream",
        }
    }
}

impl fmt::Debug for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}
