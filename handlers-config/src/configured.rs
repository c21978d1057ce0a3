//! What applying a configuration has made.

#[cfg(feature = "queue")]
use std::any::Any;
use std::sync::Arc;

#[cfg(feature = "file")]
use handlers_core::Error;
use handlers_core::Handler;
#[cfg(feature = "queue")]
use handlers_core::Result;
#[cfg(feature = "queue")]
use handlers_queue::{ListenerGuard, QueueHandler, QueueListener, RecordQueue};

#[cfg(feature = "file")]
use crate::registry::roll_over;

/// The handlers that a configuration has made.
///
/// Loggers keep the handlers that they have. Handlers that belong to no logger live as long as this
/// value: names are weak, and a handler that is gone cannot be found by its name, nor is it flushed
/// at the end (CONF-17). A program that looks such handlers up keeps this value; another drops it.
///
/// # Examples
///
/// ```
/// use handlers_config::Config;
/// use handlers_core::get_handler_by_name;
///
/// let config = Config::parse("{version: 1, handlers: {spare: {class: logging.NullHandler}}}", None)?;
/// let configured = config.apply()?;
/// assert!(configured.handler("spare").is_some());
/// assert!(get_handler_by_name("spare").is_some());
///
/// drop(configured);
/// assert!(get_handler_by_name("spare").is_none());
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "handlers that belong to no logger live as long as this"]
pub struct Configured {
    handlers: Vec<(String, Arc<dyn Handler>)>,
}

impl Configured {
    pub(crate) fn new(handlers: Vec<(String, Arc<dyn Handler>)>) -> Self {
        Self { handlers }
    }

    /// The handlers with their names, in the order in which they were made.
    pub fn handlers(&self) -> impl Iterator<Item = (&str, &Arc<dyn Handler>)> {
        self.handlers.iter().map(|(name, handler)| (name.as_str(), handler))
    }

    /// The handler of that name.
    pub fn handler(&self, name: &str) -> Option<&Arc<dyn Handler>> {
        self.handlers().find(|(known, _)| *known == name).map(|(_, handler)| handler)
    }

    /// Puts aside the files of all handlers that rotate, unless they are empty, and opens the files
    /// of the others anew if they have been moved: what a program does when it is told to, as by
    /// `SIGHUP`. No record is lost meanwhile.
    ///
    /// Gives the handlers that could not do it, by name; they go on with the files they have.
    /// Handlers that are not of handlers-file are left alone.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_config::Config;
    ///
    /// let configured = Config::parse("{version: 1}", None)?.apply()?;
    /// for (name, error) in configured.roll_over() {
    ///     // Tell somebody.
    ///     # let _ = (name, error);
    /// }
    /// # Ok::<(), handlers_core::Error>(())
    /// ```
    #[cfg(feature = "file")]
    pub fn roll_over(&self) -> Vec<(&str, Error)> {
        let failed = |(name, handler): (_, &Arc<dyn Handler>)| {
            roll_over(&**handler).err().map(|error| (name, error))
        };
        self.handlers().filter_map(failed).collect()
    }

    /// The listener behind the queue handler of that name: Python's
    /// `logging.getHandlerByName(name).listener`.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_config::Config;
    /// use std::time::Duration;
    ///
    /// let text = "
    /// version: 1
    /// handlers:
    ///   screen: {class: logging.StreamHandler}
    ///   queue: {class: logging.handlers.QueueHandler, handlers: [screen]}
    /// root: {handlers: [queue]}
    /// ";
    /// let configured = Config::parse(text, None)?.apply()?;
    /// let listener = configured.listener("queue").expect("there is one");
    /// let guard = listener.start()?;
    /// // Log.
    /// assert!(!guard.stop(Duration::from_secs(5)).timed_out);
    /// # Ok::<(), handlers_core::Error>(())
    /// ```
    #[cfg(feature = "queue")]
    pub fn listener(&self, name: &str) -> Option<&Arc<QueueListener>> {
        self.handler(name).and_then(listener_of)
    }

    /// The listeners behind all queue handlers, with the names of those, in the order in which they
    /// were made.
    #[cfg(feature = "queue")]
    pub fn listeners(&self) -> impl Iterator<Item = (&str, &Arc<QueueListener>)> {
        self.handlers().filter_map(|(name, handler)| Some((name, listener_of(handler)?)))
    }

    /// Starts all listeners that are not running, which applying a configuration does not (CONF-54).
    /// They stop when the guards are dropped; those whose records go on into the queue of another
    /// stop before that one.
    ///
    /// # Errors
    ///
    /// The system has no thread left for one of them. Those that were started are stopped again.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use handlers_config::Config;
    ///
    /// fn main() -> handlers_core::Result<()> {
    ///     let configured = Config::read("logging.yaml")?.apply()?;
    ///     let _listening = configured.start_listeners()?;
    ///     // Log. When `main` ends, everything in the queues is handled first.
    ///     Ok(())
    /// }
    /// ```
    #[cfg(feature = "queue")]
    #[must_use = "the listeners stop when the guards are dropped"]
    pub fn start_listeners(&self) -> Result<Vec<ListenerGuard>> {
        // What stands behind a queue was made before what puts records into it, and a vector drops
        // its first item first.
        let idle = self.listeners().filter(|(_, listener)| !listener.is_running());
        let mut guards = idle
            .map(|(name, listener)| {
                let attempt = || format!("start the listener of the handler {name}");
                listener.start().map_err(|error| error.context(attempt()))
            })
            .collect::<Result<Vec<_>>>()?;
        guards.reverse();
        Ok(guards)
    }
}

/// The listener of a handler that the loader has made.
#[cfg(feature = "queue")]
fn listener_of(handler: &Arc<dyn Handler>) -> Option<&Arc<QueueListener>> {
    let any: &dyn Any = &**handler;
    any.downcast_ref::<QueueHandler<Arc<dyn RecordQueue>>>()?.listener()
}
