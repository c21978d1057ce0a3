//! The step by which a compressed backup takes the place of the plain one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use handlers_core::{Error, Result};

use super::codec::Compression;
use super::identity::Identity;
use super::partial::Partial;
use super::plain::Plain;

/// A compressed backup that is whole and durable, and lacks nothing but its name.
#[derive(Debug)]
pub(crate) struct Finished<'a> {
    plain: &'a Plain,
    /// How much of the plain file is in it.
    length: u64,
    compression: Compression,
    form: Form<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Form<'a> {
    /// It was just made.
    New(&'a Partial),
    /// It has its name already, and holds the same as the plain one.
    Named(Identity),
}

/// What became of a compressed backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Settled {
    /// It has taken the place of the plain one.
    Published(PathBuf),
    /// The plain one is no backup any more: it was removed, or its rollover was undone.
    Gone,
    /// It is not of the plain one as it is now, or not the file that it was.
    Stale,
    /// Another file has its name; the path is that of the plain one.
    Occupied(PathBuf),
}

impl<'a> Finished<'a> {
    pub(super) fn new(
        plain: &'a Plain,
        length: u64,
        compression: Compression,
        partial: &'a Partial,
    ) -> Self {
        Self { plain, length, compression, form: Form::New(partial) }
    }

    pub(super) fn named(
        plain: &'a Plain,
        length: u64,
        compression: Compression,
        compressed: Identity,
    ) -> Self {
        Self { plain, length, compression, form: Form::Named(compressed) }
    }

    /// Puts the compressed backup in the place of the plain one, which is removed; `backups` gives
    /// the paths of all backups. The caller has the locks under which backups are renamed.
    ///
    /// Nothing here takes long: nothing is synced, and the plain file is open, so that its blocks are
    /// not freed yet. That the new name was durable first is up to the file system's journal, which
    /// keeps the order of changes to one directory; the hidden name is durable in any case.
    ///
    /// # Errors
    ///
    /// The names could not be changed. The plain backup is in its place.
    pub(crate) fn publish(
        &self,
        backups: impl FnOnce() -> Result<Vec<PathBuf>>,
    ) -> Result<Settled> {
        let Some(plain) = self.present_path(backups)? else { return Ok(Settled::Gone) };
        let compressed = self.compression.path_of(&plain);
        let result = self.replace(&plain, &compressed);
        result.map_err(|error| {
            let (plain, compressed) = (plain.display(), compressed.display());
            Error::io(format!("replace the log file {plain} by {compressed}"), error)
        })
    }

    /// Where the plain backup is by now.
    fn present_path(
        &self,
        backups: impl FnOnce() -> Result<Vec<PathBuf>>,
    ) -> Result<Option<PathBuf>> {
        let is_plain = |path: &Path| Identity::at(path) == Some(self.plain.identity());
        if is_plain(self.plain.path()) {
            return Ok(Some(self.plain.path().to_owned()));
        }
        Ok(backups()?.into_iter().find(|path| is_plain(path)))
    }

    fn replace(&self, plain: &Path, compressed: &Path) -> io::Result<Settled> {
        if self.plain.length()? != self.length {
            return Ok(Settled::Stale);
        }
        match self.form {
            Form::New(partial) if !partial.is_in_place() => return Ok(Settled::Stale),
            Form::New(partial) => {
                if !link(partial.path(), compressed)? {
                    return Ok(Settled::Occupied(plain.to_owned()));
                }
            }
            Form::Named(identity) if Identity::at(compressed) != Some(identity) => {
                return Ok(Settled::Stale);
            }
            Form::Named(_) => {}
        }
        let removed = fs::remove_file(plain);
        if removed.is_err() && matches!(self.form, Form::New(_)) {
            // The lines are in one backup only.
            let _ = fs::remove_file(compressed);
        }
        removed.map(|()| Settled::Published(compressed.to_owned()))
    }
}

/// Gives the file at `source` the name `dest`, too; false if there is something of that name.
fn link(source: &Path, dest: &Path) -> io::Result<bool> {
    match fs::hard_link(source, dest) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
        // A file system whose files have one name each.
        Err(_) if fs::symlink_metadata(dest).is_ok() => Ok(false),
        Err(_) => fs::rename(source, dest).map(|()| true),
    }
}
