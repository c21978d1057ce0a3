//! What applying a configuration has made.

use std::sync::Arc;

use handlers_core::Handler;

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
}
