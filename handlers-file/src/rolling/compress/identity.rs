//! Which file it is, whatever its name is by now.

use std::fs::{self, Metadata};
use std::path::Path;

/// A file that may be renamed while it is worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    #[cfg(unix)]
    device: u64,
    #[cfg(unix)]
    inode: u64,
    /// A backup is written to no more: its length and its last write tell it from the others.
    #[cfg(not(unix))]
    length: u64,
    #[cfg(not(unix))]
    modified: u64,
}

impl Identity {
    /// The regular file that has this name; a link is none.
    pub(super) fn at(path: &Path) -> Option<Self> {
        let metadata = fs::symlink_metadata(path).ok()?;
        metadata.is_file().then(|| Self::of(&metadata))
    }

    #[cfg(unix)]
    pub(super) fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { device: metadata.dev(), inode: metadata.ino() }
    }

    #[cfg(not(unix))]
    pub(super) fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok();
        let age = modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        let modified = age.map_or(0, |age| age.as_nanos() as u64);
        Self { length: metadata.len(), modified }
    }

    /// A number that no other backup of the same directory has.
    #[cfg(unix)]
    pub(super) fn number(self) -> u64 {
        self.inode
    }

    #[cfg(not(unix))]
    pub(super) fn number(self) -> u64 {
        self.modified ^ self.length.rotate_left(32)
    }
}
