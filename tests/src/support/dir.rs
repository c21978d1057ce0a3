//! A directory for each test.

use std::any::type_name;
use std::path::{Path, PathBuf};
use std::{env, fs, process, thread};

/// A fresh directory, named after the test that asks for it and removed with this value; a test that
/// fails leaves it for whoever looks into the failure.
///
/// [`test_dir!`](crate::test_dir) makes one.
#[derive(Debug)]
pub struct Dir {
    path: PathBuf,
}

/// Makes a [`Dir`] named after the function that this stands in.
///
/// # Panics
///
/// If the directory cannot be made.
#[macro_export]
macro_rules! test_dir {
    () => {{
        fn item() {}
        $crate::support::Dir::beside(item)
    }};
}

impl Dir {
    /// Makes a directory named after the function that `item` is defined in.
    ///
    /// # Panics
    ///
    /// If the directory cannot be made.
    #[doc(hidden)]
    pub fn beside<T>(_item: T) -> Self {
        let item = type_name::<T>();
        let test = item.rsplit_once("::").map_or(item, |(test, _)| test).replace("::", ".");
        let path = env::temp_dir().join("handlers-tests").join(format!("{test}-{}", process::id()));
        // The number of a process may have been that of another one, which failed.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a temporary directory can be made");
        Self { path }
    }

    /// The path of the directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of `name` in the directory.
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    /// Whether there is something called `name`.
    pub fn has(&self, name: &str) -> bool {
        self.join(name).exists()
    }

    /// The text of a file.
    ///
    /// # Panics
    ///
    /// If there is no such file, or no text in it.
    pub fn read(&self, name: &str) -> String {
        let text = String::from_utf8(self.read_bytes(name));
        text.expect("the file holds text")
    }

    /// The bytes of a file.
    ///
    /// # Panics
    ///
    /// If there is no such file.
    pub fn read_bytes(&self, name: &str) -> Vec<u8> {
        let read = fs::read(self.join(name));
        read.unwrap_or_else(|error| {
            panic!("cannot read {name}: {error}; there is {:?}", self.names())
        })
    }

    /// Writes a file.
    ///
    /// # Panics
    ///
    /// If the file cannot be written.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.join(name), bytes)
            .expect("a file can be written into a temporary directory");
    }

    /// The names of what is in the directory, sorted.
    ///
    /// # Panics
    ///
    /// If the directory cannot be listed.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.path).expect("a temporary directory can be listed");
        let name = |entry: Result<fs::DirEntry, _>| {
            let entry = entry.expect("an entry of a temporary directory can be read");
            entry.file_name().to_string_lossy().into_owned()
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort_unstable();
        names
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_directory_is_named_after_its_test_and_goes_with_its_value() {
        let dir = crate::test_dir!();
        let path = dir.path().to_owned();
        let name = "tests.a_directory_is_named_after_its_test_and_goes_with_its_value-";
        assert!(path.display().to_string().contains(name), "{}", path.display());
        dir.write("b", "");
        dir.write("a", "text");
        assert_eq!(
            (dir.names(), dir.read("a")),
            (vec!["a".to_owned(), "b".to_owned()], "text".to_owned())
        );
        drop(dir);
        assert!(!path.exists());
    }
}
