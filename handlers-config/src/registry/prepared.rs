//! An object whose settings are read, and which is not made yet.

use std::path::PathBuf;
use std::sync::Arc;

use handlers_core::{Error, Filter, Formatter, Handler, Result};
#[cfg(feature = "queue")]
use handlers_queue::RecordQueue;

/// A handler, formatter, filter or queue that can be made: its settings have been read and are good.
///
/// The two steps are apart so that a check can do the first without the second.
pub struct Prepared<T: ?Sized> {
    make: Box<dyn FnOnce() -> Result<Arc<T>>>,
    pub(crate) file: Option<OpensFile>,
    pub(crate) doubts: Vec<(String, Error)>,
    pub(crate) warnings: Vec<(String, String)>,
}

/// A file that an object opens when it is made, or later.
#[derive(Debug)]
pub(crate) struct OpensFile {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) at_once: bool,
    pub(crate) how: Opens,
    pub(crate) sharing: Sharing,
}

/// What a handler does about others that write its file, which matters when one of them puts it
/// aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sharing {
    /// It goes on with the new file when the old one is put aside.
    Follows,
    /// It puts the file aside and tells nobody.
    Moves,
    /// It goes on writing the file that it has.
    Stays,
    /// It puts the file aside while the others who take turns wait.
    TakesTurns,
}

impl Sharing {
    pub(crate) const ALL: [Self; 4] = [Self::Follows, Self::Moves, Self::Stays, Self::TakesTurns];

    /// Whether records get lost between two handlers of one file.
    pub(crate) fn clashes_with(self, other: Self) -> bool {
        let pair = [self, other];
        let moves = pair.contains(&Self::Moves) || pair.contains(&Self::TakesTurns);
        let all_know = pair == [Self::TakesTurns; 2] || pair.contains(&Self::Follows);
        moves && !all_know
    }
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

#[cfg(feature = "queue")]
impl Prepared<dyn RecordQueue> {
    /// Prepares a queue that `make` makes.
    pub fn queue<Q: RecordQueue + 'static>(make: impl FnOnce() -> Result<Q> + 'static) -> Self {
        Self::new(move || Ok(Arc::new(make()?)))
    }
}

impl<T: ?Sized> Prepared<T> {
    pub(crate) fn new(make: impl FnOnce() -> Result<Arc<T>> + 'static) -> Self {
        Self { make: Box::new(make), file: None, doubts: Vec::new(), warnings: Vec::new() }
    }

    /// Says that making the object opens a file, which the argument `name` names. A check looks
    /// whether there is a directory for it.
    #[must_use]
    pub fn opens(self, name: &str, path: impl Into<PathBuf>) -> Self {
        let (name, path) = (name.to_owned(), path.into());
        let (how, sharing) = (Opens::AsItIs, Sharing::Stays);
        self.opens_file(OpensFile { name, path, at_once: true, how, sharing })
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

    /// Adds something about the argument `name` that works and was probably not meant: for a check.
    /// Without a name it is about the object as a whole.
    #[must_use]
    pub fn warn(mut self, name: &str, message: impl Into<String>) -> Self {
        self.warnings.push((name.to_owned(), message.into()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_shared_by_those_who_know_when_it_is_put_aside() {
        use Sharing::{Moves, Stays, TakesTurns};
        let clashes = [(Moves, Moves), (Moves, Stays), (Moves, TakesTurns), (Stays, TakesTurns)];
        let all = Sharing::ALL;
        for (one, other) in all.into_iter().flat_map(|one| all.map(|other| (one, other))) {
            let expected = clashes.contains(&(one, other)) || clashes.contains(&(other, one));
            assert_eq!(one.clashes_with(other), expected, "{one:?} {other:?}");
        }
    }
}
