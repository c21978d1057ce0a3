//! The moves of one rollover, which are undone if it fails.

use std::cell::Cell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use handlers_core::{Error, Result, contain};

use super::hooks::{Namer, Rotator, remove, rename};

/// What a [`RolloverPolicy`](super::RolloverPolicy) moves files with.
///
/// It keeps account of the renames, so that a rollover which fails half-way leaves every file where
/// it was; a file that was replaced by another is gone.
pub struct Rollover<'a> {
    path: &'a Path,
    hooks: &'a Hooks,
    moved: Vec<(PathBuf, PathBuf)>,
    /// A panic of the namer, which is reported and stops nothing.
    panic: Cell<Option<Error>>,
}

/// The hooks of a handler.
#[derive(Default)]
pub(crate) struct Hooks {
    pub(crate) namer: Option<Box<dyn Namer>>,
    pub(crate) rotator: Option<Box<dyn Rotator>>,
}

impl<'a> Rollover<'a> {
    pub(super) fn new(path: &'a Path, hooks: &'a Hooks) -> Self {
        Self { path, hooks, moved: Vec::new(), panic: Cell::new(None) }
    }

    /// The path of the file that is put aside.
    pub fn path(&self) -> &Path {
        self.path
    }

    /// The path with `suffix` behind it, as the namer wants it: Python's `rotation_filename`.
    pub fn backup_path(&self, suffix: &str) -> PathBuf {
        let mut default = OsString::from(self.path);
        default.push(suffix);
        let default = PathBuf::from(default);
        let Some(namer) = &self.hooks.namer else { return default };
        contain("name a backup", || namer.name(&default)).unwrap_or_else(|panic| {
            self.panic.set(Some(panic));
            default
        })
    }

    /// Moves one backup to the place of another, which it replaces; nothing happens if `source` does
    /// not exist. The rotator is not asked (FILE-45).
    ///
    /// # Errors
    ///
    /// The file could not be renamed.
    pub fn shift(&mut self, source: &Path, dest: &Path) -> Result<()> {
        if !source.exists() {
            return Ok(());
        }
        // A directory takes the place of a file only once that is gone.
        if source.is_dir() && dest.is_file() {
            remove(dest)?;
        }
        rename(source, dest)?;
        self.moved.push((source.to_owned(), dest.to_owned()));
        Ok(())
    }

    /// Makes a backup of the file itself: by the rotator if there is one, else by renaming the file
    /// if it exists (FILE-30, FILE-31).
    ///
    /// # Errors
    ///
    /// Those of the rotator, or the file could not be renamed.
    pub fn rotate_to(&mut self, dest: &Path) -> Result<()> {
        let Some(rotator) = &self.hooks.rotator else {
            // FILE-46: the place is made free even if nothing comes there.
            if !self.path.exists() && dest.is_file() {
                return remove(dest);
            }
            return self.shift(self.path, dest);
        };
        // FILE-46: a rotator finds the place free.
        if dest.is_file() {
            remove(dest)?;
        }
        contain("rotate the log file", || rotator.rotate(self.path, dest)).flatten()
    }

    /// A panic on the way that kept nothing from being done.
    pub(super) fn take_panic(&self) -> Option<Error> {
        self.panic.take()
    }

    /// Moves everything back, last move first. What cannot be moved back stays where it is: nothing
    /// is overwritten.
    pub(super) fn undo(self) {
        for (source, dest) in self.moved.into_iter().rev() {
            if !source.exists() {
                let _ = rename(&dest, &source);
            }
        }
    }
}

impl std::fmt::Debug for Rollover<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rollover").field("path", &self.path).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Hooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hooks")
            .field("namer", &self.namer.is_some())
            .field("rotator", &self.rotator.is_some())
            .finish()
    }
}
