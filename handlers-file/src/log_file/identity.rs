//! Which file a path means.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

/// A file, whatever its name is: device and inode (FILE-18).
///
/// Systems without inodes know their files by their names: there, all are taken for the same
/// (FILE-26).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileId {
    #[cfg(unix)]
    device_and_inode: (u64, u64),
}

impl FileId {
    /// The file that `path` means, behind all links (FILE-21).
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|file| Self::of(&file))
    }

    #[cfg(unix)]
    pub(crate) fn of(file: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { device_and_inode: (file.dev(), file.ino()) }
    }

    #[cfg(not(unix))]
    pub(crate) fn of(_: &Metadata) -> Self {
        Self {}
    }
}

/// Whether the file has a name left. What is written to one without can never be read.
#[cfg(unix)]
pub(super) fn has_name(file: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.nlink() > 0
}

#[cfg(not(unix))]
pub(super) fn has_name(_: &Metadata) -> bool {
    true
}
