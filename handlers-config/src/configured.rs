//! What applying a configuration has made.

use std::sync::Arc;

#[cfg(feature = "file")]
use handlers_core::Error;
use handlers_core::Handler;

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
}
