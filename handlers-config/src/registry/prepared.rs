//! An object whose settings are read, and which is not made yet.

use std::path::PathBuf;
use std::sync::Arc;

use handlers_core::{Error, Filter, Formatter, Handler, Result};

/// A handler, formatter or filter that can be made: its settings have been read and are good.
///
/// The two steps are apart so that a check can do the first without the second.
pub struct Prepared<T: ?Sized> {
    make: Box<dyn FnOnce() -> Result<Arc<T>>>,
    pub(crate) file: Option<OpensFile>,
    pub(crate) doubts: Vec<(String, Error)>,
}

/// A file that an object opens when it is made, or later.
#[derive(Debug)]
pub(crate) struct OpensFile {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) at_once: bool,
    pub(crate) how: Opens,
}

/// What a file must be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "file"), expect(dead_code, reason = "only classes of files say so"))]
pub(crate) enum Opens {
    AsItIs,
    New,
    Old,
}

impl Prepared<dyn Handler> {
    /// Prepares a handler that `make` makes.
    pub fn handler<H: Handler>(make: impl FnOnce() -> Result<H> + 'static) -> Self {
        Self::new(move || Ok(Arc::new(make()?)))
    }
}

impl Prepared<dyn Formatter> {
    /// Prepares a formatter that `make` makes.
    pub fn formatter<F: Formatter + 'static>(make: impl FnOnce() -> Result<F> + 'static) -> Self {
        Self::new(move || Ok(Arc::new(make()?)))
    }
}

impl Prepared<dyn Filter> {
    /// Prepares a filter that `make` makes.
    pub fn filter<F: Filter + 'static>(make: impl FnOnce() -> Result<F> + 'static) -> Self {
        Self::new(move || Ok(Arc::new(make()?)))
    }
}

impl<T: ?Sized> Prepared<T> {
    pub(crate) fn new(make: impl FnOnce() -> Result<Arc<T>> + 'static) -> Self {
        Self { make: Box::new(make), file: None, doubts: Vec::new() }
    }

    /// Says that making the object opens a file, which the argument `name` names. A check looks
    /// whether there is a directory for it.
    #[must_use]
    pub fn opens(self, name: &str, path: impl Into<PathBuf>) -> Self {
        let (name, path) = (name.to_owned(), path.into());
        self.opens_file(OpensFile { name, path, at_once: true, how: Opens::AsItIs })
    }

    pub(crate) fn opens_file(mut self, file: OpensFile) -> Self {
        self.file = Some(file);
        self
    }

    /// Adds an error that making the object will end with, about the argument `name`: for a check,
    /// which does not make it.
    #[must_use]
    pub fn doubt(mut self, name: &str, error: Error) -> Self {
        self.doubts.push((name.to_owned(), error));
        self
    }

    pub(crate) fn make(self) -> Result<Arc<T>> {
        (self.make)()
    }
}

impl<T: ?Sized> std::fmt::Debug for Prepared<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared").field("file", &self.file).finish_non_exhaustive()
    }
}
