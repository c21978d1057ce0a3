//! Places for Unix sockets.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

/// A path at which there is nothing yet, for a socket of the same machine; what is there in the end
/// is removed with this value.
///
/// It is short however long the name of a test is: the path of a socket has a hundred bytes at most.
#[derive(Debug)]
pub struct SocketPath(PathBuf);

impl SocketPath {
    /// Finds a path that no other value has.
    ///
    /// # Panics
    ///
    /// If the directory for such paths cannot be made.
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let directory = env::temp_dir().join("handlers-tests");
        fs::create_dir_all(&directory).expect("a temporary directory can be made");
        let path = directory.join(format!("{}-{count}.socket", process::id()));
        // The number of a process may have been that of another one, which was killed.
        let _ = fs::remove_file(&path);
        Self(path)
    }
}

impl Default for SocketPath {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for SocketPath {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl AsRef<Path> for SocketPath {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for SocketPath {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_its_own_and_what_is_there_goes_with_it() {
        let (one, two) = (SocketPath::new(), SocketPath::new());
        assert_ne!(*one, *two);
        let path = one.to_path_buf();
        fs::write(&one, "").expect("a file can be made there");
        drop(one);
        assert!(!path.exists());
    }
}
