//! The moves of one rollover, which are undone if it fails.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fs::File;
use std::io::ErrorKind;
use std::iter;
use std::path::{Path, PathBuf};

use handlers_core::{Error, Result, contain};

use super::compress::{Compression, compressed_forms};
use super::hooks::{remove, rename};
use super::options::RollingOptions;

/// What a [`RolloverPolicy`](super::RolloverPolicy) moves files with.
///
/// It keeps account of every move, so that a rollover which fails half-way leaves each file where it
/// was. A backup that is overwritten waits under a hidden name until the rollover stands: that of
/// `app.log.5` is `.app.log.5.old`.
pub struct Rollover<'a> {
    path: &'a Path,
    options: &'a RollingOptions,
    /// What was moved, from where to where.
    moved: Vec<(PathBuf, PathBuf)>,
    /// Backups that were overwritten, under their hidden names.
    replaced: Vec<PathBuf>,
    /// An empty file that says that a shift has begun.
    mark: Option<PathBuf>,
    /// What the policy wants to be removed when the rollover stands.
    condemned: Vec<PathBuf>,
    /// What went wrong and stopped nothing.
    warnings: RefCell<Vec<Error>>,
}

impl<'a> Rollover<'a> {
    pub(super) fn new(path: &'a Path, options: &'a RollingOptions) -> Self {
        Self {
            path,
            options,
            moved: Vec::new(),
            replaced: Vec::new(),
            mark: None,
            condemned: Vec::new(),
            warnings: RefCell::default(),
        }
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
        let Some(namer) = &self.options.namer else { return default };
        contain("name a backup", || namer.name(&default)).unwrap_or_else(|panic| {
            self.warn(panic);
            default
        })
    }

    /// Whether backups are named by a [`Namer`](super::Namer).
    pub fn has_namer(&self) -> bool {
        self.options.namer.is_some()
    }

    /// What stands behind the names of compressed backups, such as `"gz"`, if backups are compressed.
    pub fn compressed_extension(&self) -> Option<&'static str> {
        self.options.compression.map(Compression::extension)
    }

    /// Whether there is anything at the path of a backup, or of its compressed form.
    pub fn exists(&self, backup: &Path) -> bool {
        self.forms(backup).any(|form| is_there(&form))
    }

    /// Moves one backup, compressed or not, to the place of another, which it replaces; nothing
    /// happens if `source` does not exist. The rotator is not asked (FILE-45).
    ///
    /// # Errors
    ///
    /// A file could not be renamed.
    pub fn shift(&mut self, source: &Path, dest: &Path) -> Result<()> {
        let forms: Vec<_> = self.moves(source, dest).collect();
        if !forms.is_empty() && source != dest {
            self.set_aside(dest)?;
        }
        forms.iter().try_for_each(|(source, dest)| self.rename(source, dest))
    }

    /// Makes a backup of the file itself: by the rotator if there is one, else by renaming the file
    /// if it exists (FILE-30, FILE-31). A backup that has the name already is replaced.
    ///
    /// # Errors
    ///
    /// Those of the rotator, or a file could not be renamed.
    pub fn rotate_to(&mut self, dest: &Path) -> Result<()> {
        // FILE-46: the place is made free even if nothing comes there.
        self.set_aside(dest)?;
        match &self.options.rotator {
            Some(rotator) => {
                contain("rotate the log file", || rotator.rotate(self.path, dest)).flatten()
            }
            // As Python has it, a link that leads nowhere is not there.
            None if self.path.try_exists().unwrap_or(true) => self.rename(self.path, dest),
            None => Ok(()),
        }
    }

    /// Removes a backup as soon as the rollover stands. A file that cannot be removed is reported,
    /// and stays.
    pub fn remove_when_done(&mut self, backup: PathBuf) {
        self.condemned.push(backup);
    }

    /// Reports something that does not stop the rollover, with the record that comes next.
    pub fn warn(&self, warning: Error) {
        self.warnings.borrow_mut().push(warning);
    }

    /// Says that files are about to be shifted one by one up to `oldest`: a mark beside it stays if
    /// the process is killed. What is set aside from there is a mark too, so nothing is done if that
    /// comes next. Without a place for a mark there is none.
    pub(super) fn mark(&mut self, oldest: &Path) {
        let mark = aside(oldest);
        let is_marked = self.mark.is_some() || !self.replaced.is_empty();
        if !is_marked && File::create_new(&mark).is_ok() {
            self.mark = Some(mark);
        }
    }

    /// Whether a shift up to `oldest` did not come to its end.
    pub(super) fn is_marked(&self, oldest: &Path) -> bool {
        self.forms(oldest).any(|form| is_there(&aside(&form)))
    }

    /// Moves a file for good: this is not undone with the rest.
    pub(super) fn mend(&self, source: &Path, dest: &Path) -> Result<()> {
        self.moves(source, dest).try_for_each(|(source, dest)| rename(&source, &dest))
    }

    /// Takes away the mark of a shift that was interrupted; a backup that was set aside comes back.
    pub(super) fn unmark(&mut self, oldest: &Path) -> Result<()> {
        let is_free = !self.exists(oldest);
        for form in self.forms(oldest) {
            let Ok(mark) = aside(&form).symlink_metadata() else { continue };
            if is_free && mark.len() > 0 {
                rename(&aside(&form), &form)?;
            } else {
                remove(&aside(&form))?;
            }
        }
        Ok(())
    }

    /// The rollover stands: what it has replaced goes.
    pub(super) fn finish(&mut self) {
        let done = self.replaced.drain(..).chain(self.mark.take()).chain(self.condemned.drain(..));
        for file in done {
            if let Err(error) = remove(&file) {
                self.warnings.get_mut().push(error);
            }
        }
    }

    /// Moves everything back, last move first. What cannot be moved back stays where it is: nothing
    /// is overwritten. Then the mark stays too, so that the next rollover begins with that.
    pub(super) fn undo(&mut self) {
        let mut undone = true;
        for (source, dest) in self.moved.drain(..).rev() {
            // It was there a moment ago: what the system does not tell counts as free here.
            let is_free = source.symlink_metadata().is_err();
            undone &= is_free && rename(&dest, &source).is_ok();
        }
        if let Some(mark) = self.mark.take_if(|_| undone) {
            let _ = remove(&mark);
        }
    }

    /// What went wrong and stopped nothing.
    pub(super) fn into_warnings(self) -> Vec<Error> {
        self.warnings.into_inner()
    }

    /// The backups at this path: one, or its compressed form, or both.
    pub(super) fn forms_there(&self, backup: &Path) -> impl Iterator<Item = PathBuf> + use<> {
        self.forms(backup).filter(|form| is_there(form))
    }

    /// The paths that a backup may have.
    fn forms(&self, backup: &Path) -> impl Iterator<Item = PathBuf> + use<> {
        let compressed = self.options.compression.map(|_| compressed_forms(backup));
        iter::once(backup.to_owned()).chain(compressed.into_iter().flatten())
    }

    /// From where to where the forms go that there are.
    fn moves(
        &self,
        source: &Path,
        dest: &Path,
    ) -> impl Iterator<Item = (PathBuf, PathBuf)> + use<> {
        self.forms(source).zip(self.forms(dest)).filter(|(source, _)| is_there(source))
    }

    /// Makes the place of a backup free. A directory is no backup: it stays, and is in the way.
    fn set_aside(&mut self, backup: &Path) -> Result<()> {
        for form in self.forms(backup) {
            let aside = aside(&form);
            if is_there(&form) && !is_directory(&form) {
                match self.rename(&form, &aside) {
                    // As in Python, a backup that can wait under no longer name goes at once.
                    Err(error) if is_too_long(&error) => {
                        remove(&form)?;
                        continue;
                    }
                    renamed => renamed?,
                }
                self.mark.take_if(|mark| *mark == aside);
            } else if self.mark.as_ref() == Some(&aside) || !is_there(&aside) {
                continue;
            }
            // Either this one, or one that a killed process has left.
            self.replaced.push(aside);
        }
        Ok(())
    }

    fn rename(&mut self, source: &Path, dest: &Path) -> Result<()> {
        rename(source, dest)?;
        self.moved.push((source.to_owned(), dest.to_owned()));
        Ok(())
    }
}

/// What the system does not tell counts as there: moving it will say what is wrong, and no file is
/// taken for gone and overwritten.
fn is_there(path: &Path) -> bool {
    let absent = [ErrorKind::NotFound, ErrorKind::InvalidFilename];
    !matches!(path.symlink_metadata(), Err(error) if absent.contains(&error.kind()))
}

fn is_too_long(error: &Error) -> bool {
    error.io_kind() == Some(ErrorKind::InvalidFilename)
}

fn is_directory(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|there| there.is_dir())
}

/// Where a backup waits that is about to be overwritten.
fn aside(backup: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(backup.file_name().unwrap_or_default());
    name.push(".old");
    backup.with_file_name(name)
}

impl std::fmt::Debug for Rollover<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rollover").field("path", &self.path).finish_non_exhaustive()
    }
}
