//! A backup that is not compressed yet.

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::identity::Identity;

/// A backup that this process alone works on; the claim goes when this is dropped.
///
/// The file stays open, so its blocks are freed by the drop, whoever unlinked it before.
#[derive(Debug)]
pub(super) struct Plain {
    /// Where it was found; it may be shifted at any time.
    path: PathBuf,
    file: File,
    identity: Identity,
    metadata: Metadata,
}

impl Plain {
    /// Claims the backup at `path`: none if there is no file, or another process has claimed it.
    pub(super) fn claim(path: &Path) -> io::Result<Option<Self>> {
        // To open a FIFO would wait for its writer.
        if Identity::at(path).is_none() {
            return Ok(None);
        }
        let file = match open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            result => result?,
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(None),
            // Without locks there is no claim; two processes do the work twice, and the second finds
            // it done.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let metadata = file.metadata()?;
        let (path, identity) = (path.to_owned(), Identity::of(&metadata));
        Ok(metadata.is_file().then_some(Self { path, file, identity, metadata }))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn identity(&self) -> Identity {
        self.identity
    }

    /// As it was when it was claimed.
    pub(super) fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Its length now: somebody who does not know of the rollover may still write to it.
    pub(super) fn length(&self) -> io::Result<u64> {
        self.file.metadata().map(|metadata| metadata.len())
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        // A child process may have a copy of the descriptor, which would keep the lock.
        let _ = self.file.unlock();
    }
}

/// Where file locks are emulated, as on NFS, they want a file that is open for writing.
fn open(path: &Path) -> io::Result<File> {
    let writable = OpenOptions::new().read(true).write(true).open(path);
    writable.or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Err(error),
        _ => File::open(path),
    })
}
