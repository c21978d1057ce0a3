//! `basicConfig`: one handler on the root logger, for programs that want no more.

use std::fmt;
use std::sync::Arc;

use parking_lot::ReentrantMutex;

use crate::contain::contain;
use crate::context::enter_handler;
use crate::error::{Error, ErrorKind, Result};
use crate::formatter::{Formatter, PatternFormatter};
use crate::handler::{Handler, StderrHandler};
use crate::level::Level;
use crate::logger::{Logger, Manager, root_logger};
use crate::style::Style;

/// Sets up the root logger in one go: Python's `basicConfig`.
///
/// | setting | default |
/// |---|---|
/// | [`format`](Self::format) | `%(levelname)s:%(name)s:%(message)s` in the style chosen |
/// | [`date_format`](Self::date_format) | none: date, time and milliseconds |
/// | [`style`](Self::style) | [`Style::Percent`] |
/// | [`formatter`](Self::formatter) | made of the three above |
/// | [`level`](Self::level) | left as it is, `WARNING` at first |
/// | [`handlers`](Self::handlers), [`stream`](Self::stream), [`file`](Self::file) | standard error |
/// | [`force`](Self::force) | `false` |
///
/// Nothing happens if the root logger has handlers already, unless `force` is on (CORE-169).
///
/// # Examples
///
/// ```
/// use handlers_core::{BasicConfig, Level};
///
/// BasicConfig::new().level(Level::INFO).format("%(asctime)s %(message)s").apply()?;
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Default)]
#[must_use = "call `apply` to configure the root logger"]
pub struct BasicConfig {
    format: Option<String>,
    date_format: Option<String>,
    style: Option<Style>,
    formatter: Option<Arc<dyn Formatter>>,
    level: Option<Level>,
    force: bool,
    handlers: Option<Vec<Arc<dyn Handler>>>,
    stream: Option<Box<OpenHandler>>,
    file: Option<Box<OpenHandler>>,
}

/// Makes a handler once it is certain that it is wanted.
type OpenHandler = dyn FnOnce() -> Result<Arc<dyn Handler>>;

impl BasicConfig {
    /// Begins with all defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the format string.
    pub fn format(mut self, format: impl Into<String>) -> Self {
        self.format = Some(format.into());
        self
    }

    /// Sets the format of the time.
    pub fn date_format(mut self, format: impl Into<String>) -> Self {
        self.date_format = Some(format.into());
        self
    }

    /// Sets the style of the format string.
    pub fn style(mut self, style: Style) -> Self {
        self.style = Some(style);
        self
    }

    /// Sets a formatter in the place of format, date format and style (CORE-179).
    pub fn formatter(mut self, formatter: impl Formatter + 'static) -> Self {
        self.formatter = Some(Arc::new(formatter));
        self
    }

    /// Sets the level of the root logger.
    pub fn level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    /// Sets whether handlers that the root logger has are removed and closed first (CORE-170).
    pub fn force(mut self, force: bool) -> Self {
        self.force = force;
        self
    }

    /// Sets the handlers. Those without a formatter get the one configured here (CORE-175).
    pub fn handlers(mut self, handlers: impl IntoIterator<Item = Arc<dyn Handler>>) -> Self {
        self.handlers = Some(handlers.into_iter().collect());
        self
    }

    /// Sets what makes a handler for a stream. It is called only if the handler is wanted.
    pub fn stream(mut self, open: impl FnOnce() -> Result<Arc<dyn Handler>> + 'static) -> Self {
        self.stream = Some(Box::new(open));
        self
    }

    /// Sets what opens a handler for a file. It is called only if the handler is wanted.
    pub fn file(mut self, open: impl FnOnce() -> Result<Arc<dyn Handler>> + 'static) -> Self {
        self.file = Some(Box::new(open));
        self
    }

    /// Configures the root logger of the program.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`] for settings that exclude each other (CORE-173, CORE-174, CORE-179) and
    /// for a format string that is not valid; otherwise what opening the file answers.
    pub fn apply(self) -> Result<()> {
        self.apply_to(Manager::global())
    }

    /// Configures the root logger of a tree.
    ///
    /// # Errors
    ///
    /// Those of [`apply`](Self::apply).
    pub fn apply_to(self, manager: &Manager) -> Result<()> {
        with_configuration_lock(|| self.apply_alone(&manager.root()))
    }

    fn apply_alone(mut self, root: &Logger) -> Result<()> {
        if self.force {
            for handler in root.handlers() {
                root.remove_handler(&handler);
                let _inside = enter_handler();
                contain("close a handler", || handler.close()).flatten()?;
            }
        }
        if !root.handlers().is_empty() {
            return Ok(());
        }
        let handlers = self.open_handlers()?;
        let formatter = self.make_formatter()?;
        for handler in handlers {
            if handler.base().formatter().is_none() {
                handler.base().set_formatter(Some(Arc::clone(&formatter)));
            }
            root.add_handler(handler);
        }
        if let Some(level) = self.level {
            root.set_level(level);
        }
        Ok(())
    }

    fn open_handlers(&mut self) -> Result<Vec<Arc<dyn Handler>>> {
        match (self.handlers.take(), self.stream.take(), self.file.take()) {
            (None, Some(_), Some(_)) => {
                Err(conflict("'stream' and 'filename' should not be specified together"))
            }
            (Some(_), stream, file) if stream.is_some() || file.is_some() => Err(conflict(
                "'stream' or 'filename' should not be specified together with 'handlers'",
            )),
            (Some(handlers), ..) => Ok(handlers),
            (None, Some(open), None) | (None, None, Some(open)) => Ok(vec![open()?]),
            (None, None, None) => Ok(vec![Arc::new(StderrHandler::new())]),
        }
    }

    fn make_formatter(&mut self) -> Result<Arc<dyn Formatter>> {
        let set = [
            ("datefmt", self.date_format.is_some()),
            ("format", self.format.is_some()),
            ("style", self.style.is_some()),
        ];
        if let Some(formatter) = self.formatter.take() {
            return match set.iter().find(|(_, set)| *set) {
                Some((key, _)) => Err(conflict(format!(
                    "'{key}' should not be specified together with 'formatter'"
                ))),
                None => Ok(formatter),
            };
        }
        let style = self.style.unwrap_or_default();
        let format = self.format.take().unwrap_or_else(|| style.basic_format().to_owned());
        let mut builder = PatternFormatter::builder().format(format).style(style);
        if let Some(date_format) = self.date_format.take() {
            builder = builder.date_format(date_format);
        }
        Ok(Arc::new(builder.build()?))
    }
}

impl fmt::Debug for BasicConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BasicConfig")
            .field("format", &self.format)
            .field("date_format", &self.date_format)
            .field("style", &self.style)
            .field("level", &self.level)
            .field("force", &self.force)
            .field("handlers", &self.handlers)
            .finish_non_exhaustive()
    }
}

/// What a macro without a logger does before its first record (CORE-162).
pub(crate) fn ensure() {
    if !root_logger().has_handlers() {
        // The defaults are valid, and standard error needs no opening.
        let _ = BasicConfig::new().apply();
    }
}

fn conflict(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Value, message)
}

/// Runs `work` while nobody else configures logging: what the module lock is for in Python's
/// configuration (CONF-4). The same thread may call it again inside.
///
/// # Examples
///
/// ```
/// use handlers_core::{Level, root_logger, with_configuration_lock};
///
/// with_configuration_lock(|| root_logger().set_level(Level::INFO));
/// ```
pub fn with_configuration_lock<R>(work: impl FnOnce() -> R) -> R {
    let _one_at_a_time = CONFIGURING.lock();
    work()
}

/// Two threads that log for the first time must not both configure the root logger.
static CONFIGURING: ReentrantMutex<()> = ReentrantMutex::new(());
