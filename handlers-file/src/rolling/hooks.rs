//! What a program may decide about backups: their names, and how a file becomes one.

use std::fs;
use std::path::{Path, PathBuf};

use handlers_core::{Error, Result};

/// Names backups: Python's `namer`. Closures from path to path are namers.
///
/// # Examples
///
/// ```
/// use handlers_file::rolling::Namer;
/// use std::path::{Path, PathBuf};
///
/// let compressed = |default: &Path| PathBuf::from(format!("{}.gz", default.display()));
/// assert_eq!(compressed.name(Path::new("/var/log/a.log.1")), Path::new("/var/log/a.log.1.gz"));
/// ```
pub trait Namer: Send {
    /// The name of the backup that would be called `default`; both are whole paths (FILE-29).
    fn name(&self, default: &Path) -> PathBuf;
}

impl<F: Fn(&Path) -> PathBuf + Send> Namer for F {
    fn name(&self, default: &Path) -> PathBuf {
        self(default)
    }
}

/// Leaves the name as it is: the default [`Namer`].
#[derive(Debug, Clone, Copy, Default)]
pub struct SameName;

impl Namer for SameName {
    fn name(&self, default: &Path) -> PathBuf {
        default.to_owned()
    }
}

/// Makes a backup of the file that was written until now: Python's `rotator`. Closures are rotators.
///
/// It is called under the handler's lock, with everything written out. A file that has become a
/// backup by a rotator of the program's is not moved back should a later step fail.
pub trait Rotator: Send {
    /// Moves `source`, which may not exist (FILE-31), to `dest`.
    ///
    /// # Errors
    ///
    /// The file could not be moved; the handler goes on writing to it.
    fn rotate(&self, source: &Path, dest: &Path) -> Result<()>;
}

impl<F: Fn(&Path, &Path) -> Result<()> + Send> Rotator for F {
    fn rotate(&self, source: &Path, dest: &Path) -> Result<()> {
        self(source, dest)
    }
}

/// Renames the file: the default [`Rotator`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Rename;

impl Rotator for Rename {
    fn rotate(&self, source: &Path, dest: &Path) -> Result<()> {
        rename(source, dest)
    }
}

/// Renames a file, over another if there is one.
pub(super) fn rename(source: &Path, dest: &Path) -> Result<()> {
    fs::rename(source, dest).map_err(|error| {
        let attempt = format!("rename the log file {} to {}", source.display(), dest.display());
        Error::io(attempt, error)
    })
}

/// Removes a backup.
pub(super) fn remove(path: &Path) -> Result<()> {
    fs::remove_file(path)
        .map_err(|error| Error::io(format!("remove the log file {}", path.display()), error))
}
