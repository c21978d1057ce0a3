//! One user at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Takes the lock of the spool at `path`, which is free again when the file is closed, however its
/// process ends.
///
/// The lock has a file of its own, since the spool is replaced when it is compacted. It is never
/// removed: who waits to lock a file that is gone would keep nobody out.
///
/// # Errors
///
/// Another handler, here or in another process, uses the spool.
pub(super) fn lock(path: &Path) -> io::Result<File> {
    let file = private(OpenOptions::new().write(true).create(true).truncate(false))
        .open(lock_path(path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(io::Error::new(
            io::ErrorKind::WouldBlock,
            "another handler uses it, in this process or in another one",
        )),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Files that only their owner may read: records are nobody else's business.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}
