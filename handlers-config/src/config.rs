//! A configuration, from the file to the tree of loggers.

use std::fs;
use std::path::{Path, PathBuf};

use handlers_core::{Error, Manager, Result};

use crate::configured::Configured;
use crate::dict::{Reader, Store, Walk, lint};
use crate::document::{self, Format, Node};
use crate::outline::Outline;
use crate::problem::Problem;
use crate::registry::Registry;

/// A configuration of Python's `logging.config.dictConfig`.
///
/// It can be [checked](Self::check), [shown](Self::outline) and [applied](Self::apply). A program
/// that configures itself anew while it runs should check first: an error in the middle of applying
/// leaves the old handlers closed and the new ones half there, as it does in Python.
///
/// # Examples
///
/// ```
/// use handlers_config::Config;
/// use handlers_core::{get_logger, info};
///
/// let config = Config::parse(
///     "
/// version: 1
/// formatters:
///   brief: {format: '%(levelname)s %(name)s: %(message)s'}
/// handlers:
///   console: {class: logging.StreamHandler, formatter: brief, stream: 'ext://sys.stdout'}
/// loggers:
///   app: {level: INFO, handlers: [console]}
/// ",
///     None,
/// )?;
/// assert!(config.check().is_empty());
/// let _configured = config.apply()?;
/// info!(get_logger("app"), "ready");
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Config {
    document: Node,
    registry: Registry,
    source: Option<PathBuf>,
}

impl Config {
    /// Reads a file. Its extension tells the format, else its text does.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is not well formed; the cause says why and where.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let attempt = || format!("read the configuration {}", path.display());
        let bytes = fs::read(path).map_err(|error| Error::io(attempt(), error))?;
        let document = document::read(&bytes, Format::from_path(path));
        let document = document.map_err(|error| error.context(attempt()))?;
        Ok(Self { source: Some(path.to_owned()), ..Self::from_node(document) })
    }

    /// Reads a text. Without a format, it is JSON if it looks like that, else YAML.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`](handlers_core::ErrorKind::Value): the text is not well formed.
    pub fn parse(text: impl AsRef<[u8]>, format: Option<Format>) -> Result<Self> {
        Ok(Self::from_node(document::read(text.as_ref(), format)?))
    }

    /// Takes a document, or a part of one, as when the configuration is a section of a larger file.
    pub fn from_node(document: Node) -> Self {
        Self { document, registry: Registry::standard(), source: None }
    }

    /// Sets what names of classes stand for. Optional; [`Registry::standard`] by default.
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = registry;
        self
    }

    /// The file that this was read from.
    pub fn source(&self) -> Option<&Path> {
        self.source.as_deref()
    }

    /// The document.
    pub fn document(&self) -> &Node {
        &self.document
    }

    /// Configures the loggers of the program.
    ///
    /// In the order of CPython: all handlers of the process are closed, also those that no
    /// configuration made; formatters, filters and handlers are made; loggers are configured; those
    /// that existed and are not named are disabled, unless the configuration says otherwise.
    ///
    /// # Errors
    ///
    /// CPython's, with its chain of causes. What was done before an error stays done (CONF-9):
    /// handlers that were attached before are still attached and closed. So
    /// [`check`](Self::check) first, where logging must not stop.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_config::Config;
    /// use std::error::Error;
    ///
    /// let config = Config::parse("{version: 1, root: {level: LOUD}}", None)?;
    /// let error = config.apply().unwrap_err();
    /// assert_eq!(error.to_string(), "Unable to configure root logger");
    /// assert_eq!(error.source().unwrap().to_string(), "Unknown level: 'LOUD'");
    /// # Ok::<(), handlers_core::Error>(())
    /// ```
    pub fn apply(&self) -> Result<Configured> {
        self.apply_to(Manager::global())
    }

    /// Configures the loggers of a tree. Handlers and their names belong to the whole process in
    /// any case.
    ///
    /// # Errors
    ///
    /// Those of [`apply`](Self::apply).
    pub fn apply_to(&self, manager: &Manager) -> Result<Configured> {
        let mut walk = Walk::applying(self.reader(), manager);
        match walk.run() {
            Ok(()) => Ok(Configured::new(walk.into_made())),
            Err(fault) => Err(fault.into_error()),
        }
    }

    /// Says what is wrong, without doing anything: no file is opened, no logger touched.
    ///
    /// Everything that would keep [`apply`](Self::apply) from succeeding is an
    /// [`Error`](crate::Severity::Error), as far as it can be known without opening files. What works
    /// and was probably not meant is a warning: keys that nobody reads, objects that nobody uses,
    /// text where a truth value should be. The problems come in the order of the document.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_config::Config;
    ///
    /// let config = Config::parse(
    ///     "{version: 1, handlers: {h: {class: logging.StreamHandler, formater: f}}}",
    ///     None,
    /// )?;
    /// let problems: Vec<String> = config.check().iter().map(ToString::to_string).collect();
    /// assert_eq!(
    ///     problems,
    ///     [
    ///         "line 1 column 25: warning: handlers.h: nothing uses the handler",
    ///         "line 1 column 59: error: handlers.h.formater: StreamHandler does not take `formater`",
    ///     ]
    /// );
    /// # Ok::<(), handlers_core::Error>(())
    /// ```
    pub fn check(&self) -> Vec<Problem> {
        let mut walk = Walk::checking(self.reader());
        // An error here means that there is more to say than anybody reads.
        let _ = walk.run();
        let mut problems = walk.into_problems();
        problems.extend(lint(&self.document));
        problems.sort_by_key(|problem| problem.position);
        problems
    }

    /// What the configuration makes, as data, as far as it can be understood.
    pub fn outline(&self) -> Outline {
        Outline::of(self.reader())
    }

    fn reader(&self) -> Reader<'_> {
        Reader::new(Store::new(&self.document), &self.registry)
    }
}

/// Configures the loggers of the program: Python's `logging.config.dictConfig`.
///
/// # Errors
///
/// Those of [`Config::apply`].
///
/// # Examples
///
/// ```
/// use handlers_config::{dict_config, document};
///
/// let document = document::read(b"{version: 1, root: {level: INFO}}", None)?;
/// let _configured = dict_config(&document)?;
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub fn dict_config(document: &Node) -> Result<Configured> {
    Config::from_node(document.clone()).apply()
}

#[cfg(all(test, feature = "file", feature = "queue"))]
mod tests;
