//! The table of names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use handlers_core::{Filter, Formatter, Handler, Result, Value};
#[cfg(feature = "queue")]
use handlers_queue::{QueueListenerBuilder, RecordQueue};

use super::{Arguments, Class, Named, Parameters, Prepared, standard};
use crate::stream::Stream;

/// What the dotted names of a configuration stand for: Python's class names, and here what makes
/// an object of each.
///
/// A name is in this table or it is an error: nothing is imported, and no code of a configuration is
/// run. [`standard`](Self::standard) has the classes of Python's library; a program adds its own.
///
/// # Examples
///
/// ```
/// use handlers_config::{Config, Parameters, Prepared, Registry};
/// use handlers_core::Record;
///
/// // Python: `class Sample: def __init__(self, rate=1): …`
/// let registry = Registry::standard().filter(
///     "app.logs.Sample",
///     Parameters::new().optional("rate"),
///     |arguments| {
///         let rate = arguments.integer("rate")?.unwrap_or(1).max(1);
///         Ok(Prepared::filter(move || {
///             Ok(move |record: &Record<'_>| i64::from(record.line_number()) % rate == 0)
///         }))
///     },
/// );
/// let text = "
/// version: 1
/// filters:
///   some: {(): app.logs.Sample, rate: 10}
/// root:
///   filters: [some]
/// ";
/// let config = Config::parse(text, None)?.registry(registry);
/// assert!(config.check().is_empty());
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Registry {
    names: BTreeMap<String, Named>,
    /// What stands before a dot in any name.
    modules: BTreeSet<String>,
}

impl Registry {
    /// Begins with no name at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins with the names of Python's standard library.
    ///
    /// | class | feature |
    /// |---|---|
    /// | `logging.NullHandler`, `logging.Formatter`, `logging.Filter` | |
    /// | `logging.StreamHandler`, `logging.FileHandler`, `logging.handlers.WatchedFileHandler` | `file` |
    /// | `logging.handlers.RotatingFileHandler`, `logging.handlers.TimedRotatingFileHandler` | `file` |
    /// | `concurrent_log_handler.ConcurrentRotatingFileHandler` | `file` |
    /// | `concurrent_log_handler.ConcurrentTimedRotatingFileHandler` | `file` |
    /// | `logging.handlers.SocketHandler`, `logging.handlers.DatagramHandler` | `net` |
    /// | `logging.handlers.SysLogHandler` | `net` |
    /// | `logging.handlers.BufferingHandler`, `logging.handlers.MemoryHandler` | `queue` |
    /// | `logging.handlers.QueueHandler`, `logging.handlers.QueueListener` | `queue` |
    /// | `queue.Queue`, `queue.SimpleQueue`, `multiprocessing.Queue` | `queue` |
    ///
    /// The two from Python's package `concurrent-log-handler` are rotating handlers whose file is
    /// [shared](handlers_file::RotatingFileHandlerBuilder::shared) between processes. They are known
    /// in `logging.handlers` too, where the package puts them, and the first in `cloghandler`. All
    /// queues are [`Channel`](handlers_queue::Channel)s, within this process.
    ///
    /// Besides there are the levels, `sys.stdout`, `sys.stderr`, the constants of
    /// `logging.handlers`, and with `net` the facilities and priorities of `SysLogHandler`, such as
    /// `logging.handlers.SysLogHandler.LOG_LOCAL0`, and `socket.SOCK_DGRAM` and `SOCK_STREAM`. The other classes are known by name: a configuration that wants one gets
    /// an error that says that it is not there yet.
    pub fn standard() -> Self {
        standard::registry()
    }

    /// Adds a class of handlers, or puts it in the place of another.
    pub fn handler(
        self,
        name: &str,
        parameters: Parameters,
        prepare: impl Fn(&mut Arguments) -> Result<Prepared<dyn Handler>> + Send + Sync + 'static,
    ) -> Self {
        let prepare = Box::new(prepare);
        let class = Class { name: name.to_owned(), parameters, prepare };
        self.with(name, Named::Handler(Arc::new(class)))
    }

    /// Adds a class of formatters, or puts it in the place of another.
    ///
    /// One that is named by `class` is called with format, date format and style, in this order,
    /// and with `validate` and `defaults` if they are there (CONF-19).
    pub fn formatter(
        self,
        name: &str,
        parameters: Parameters,
        prepare: impl Fn(&mut Arguments) -> Result<Prepared<dyn Formatter>> + Send + Sync + 'static,
    ) -> Self {
        let prepare = Box::new(prepare);
        let class = Class { name: name.to_owned(), parameters, prepare };
        self.with(name, Named::Formatter(Arc::new(class)))
    }

    /// Adds a class of filters, or puts it in the place of another.
    pub fn filter(
        self,
        name: &str,
        parameters: Parameters,
        prepare: impl Fn(&mut Arguments) -> Result<Prepared<dyn Filter>> + Send + Sync + 'static,
    ) -> Self {
        let prepare = Box::new(prepare);
        let class = Class { name: name.to_owned(), parameters, prepare };
        self.with(name, Named::Filter(Arc::new(class)))
    }

    /// Adds a class of queues, or puts it in the place of another: what `queue` of a queue handler may
    /// name.
    ///
    /// # Examples
    ///
    /// One queue for the configuration and the rest of the program:
    ///
    /// ```
    /// use handlers_config::{Config, Parameters, Prepared, Registry};
    /// use handlers_queue::{Channel, RecordQueue};
    ///
    /// let queue = Channel::bounded(1000);
    /// let of_config = queue.clone();
    /// let registry = Registry::standard().queue("app.queue", Parameters::new(), move |_| {
    ///     let queue = of_config.clone();
    ///     Ok(Prepared::queue(move || Ok(queue)))
    /// });
    /// let text = "
    /// version: 1
    /// handlers:
    ///   queue: {class: logging.handlers.QueueHandler, queue: app.queue}
    /// root: {level: INFO, handlers: [queue]}
    /// ";
    /// let configured = Config::parse(text, None)?.registry(registry).apply()?;
    /// handlers_core::info!(handlers_core::root_logger(), "ready");
    /// assert_eq!(queue.len(), 1);
    /// # drop(configured);
    /// # Ok::<(), handlers_core::Error>(())
    /// ```
    #[cfg(feature = "queue")]
    pub fn queue(
        self,
        name: &str,
        parameters: Parameters,
        prepare: impl Fn(&mut Arguments) -> Result<Prepared<dyn RecordQueue>> + Send + Sync + 'static,
    ) -> Self {
        let prepare = Box::new(prepare);
        let class = Class { name: name.to_owned(), parameters, prepare };
        self.with(name, Named::Queue(Arc::new(class)))
    }

    /// Adds a class of queue listeners, or puts it in the place of another; `configure` sets what
    /// a configuration cannot say, such as how long a stop may take.
    #[cfg(feature = "queue")]
    pub fn listener(
        self,
        name: &str,
        configure: impl Fn(QueueListenerBuilder) -> QueueListenerBuilder + Send + Sync + 'static,
    ) -> Self {
        self.with(name, Named::Listener(Arc::new(configure)))
    }

    /// Adds a constant, for `ext://` to name.
    pub fn constant(self, name: &str, value: impl Into<Value<'static>>) -> Self {
        self.with(name, Named::Constant(value.into()))
    }

    /// Adds a stream, for `ext://` to name; `open` is called each time it is named.
    pub fn stream(self, name: &str, open: impl Fn() -> Stream + Send + Sync + 'static) -> Self {
        self.with(name, Named::Stream(Arc::new(open)))
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.names.keys().map(String::as_str)
    }

    /// Adds a name of Python's that means nothing here yet.
    pub(super) fn later(self, name: &str) -> Self {
        self.with(name, Named::Later)
    }

    /// Adds a module that nothing else is known of.
    pub(super) fn module(mut self, name: &str) -> Self {
        self.modules.insert(name.to_owned());
        self
    }

    fn with(mut self, name: &str, named: Named) -> Self {
        let dots = name.match_indices('.').map(|(place, _)| name[..place].to_owned());
        self.modules.extend(dots);
        self.names.insert(name.to_owned(), named);
        self
    }

    pub(super) fn get(&self, name: &str) -> Option<Named> {
        let named = self.names.get(name).cloned();
        named.or_else(|| self.is_module(name).then_some(Named::Module))
    }

    pub(super) fn is_module(&self, name: &str) -> bool {
        self.modules.contains(name) && !self.names.contains_key(name)
    }

    /// Whether there are modules in the module.
    pub(super) fn is_package(&self, name: &str) -> bool {
        let inside = format!("{name}.");
        let modules = self.modules.range(inside.clone()..);
        modules
            .take_while(|module| module.starts_with(&inside))
            .any(|module| self.is_module(module))
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(&self.names).finish()
    }
}
