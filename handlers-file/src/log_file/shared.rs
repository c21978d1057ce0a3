//! What is different about a file that other processes write and move, too.
//!
//! Whoever works on it has their common lock, so it does not change meanwhile. Between two turns it
//! may: nothing that was known of it counts any more, and what is on its way is written to no other
//! file than the one that the path means then.

use std::fs;

use handlers_core::Result;

use super::LogFile;
use super::identity::FileId;
use super::position::Position;

impl LogFile {
    /// Opens the file for a handler that is being built, unless the first record is to do so.
    pub(crate) fn open_now(&mut self) -> Result<()> {
        if self.settings.delay {
            return Ok(());
        }
        self.make_ready()?;
        self.warning.take().map_or(Ok(()), Err)
    }

    /// Forgets that the path was looked at: a turn begins.
    pub(crate) fn look_again(&mut self) {
        self.followed = false;
    }

    /// Opens the path anew if it has come to mean another file or none, and finds out where its end
    /// is. If it cannot be opened nothing is written: the old file is somebody's backup.
    pub(super) fn catch_up(&mut self) -> Result<()> {
        let found = fs::metadata(&self.settings.path).ok();
        // Where files have no inodes there is no telling.
        let is_same = |found: &fs::Metadata| cfg!(unix) && Some(FileId::of(found)) == self.id;
        let Some(found) = found.filter(is_same) else {
            let mode = self.settings.mode.clone();
            return self.reopen(&mode);
        };
        if found.is_file() {
            self.position = Position::at(found.len());
            self.begin();
        }
        Ok(())
    }

    /// Removes what a write has left at the end of the file before it failed, `before` bytes having
    /// been written up to then: the next process must not write behind half a line. The lines stay
    /// on their way as a whole.
    ///
    /// Where that is not allowed the rest of the line goes first the next time.
    pub(super) fn take_back(&mut self, before: u64) {
        let count = self.pending.written() - before;
        let Some(file) = self.file.as_ref().filter(|_| count > 0) else { return };
        let size = file.metadata().ok().filter(fs::Metadata::is_file).map(|file| file.len());
        if let Some(size) = size.and_then(|size| size.checked_sub(count))
            && file.set_len(size).is_ok()
        {
            self.pending.take_back(count);
            self.position = Position::at(size);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::path::PathBuf;
    use std::time::UNIX_EPOCH;

    use handlers_core::Level;

    use super::*;
    use crate::file::FileOptions;
    use crate::output::{Line, Target};

    /// A shared file with a header, in a directory that is removed with this value.
    struct Shared {
        directory: PathBuf,
        file: LogFile,
    }

    impl Shared {
        fn new(name: &str) -> Self {
            let name = format!("handlers-shared-{name}-{}", std::process::id());
            let directory = std::env::temp_dir().join(name);
            let _ = fs::remove_dir_all(&directory);
            fs::create_dir(&directory).unwrap();
            let mut options = FileOptions::new(&directory.join("app.log"));
            (options.shared, options.watch) = (true, true);
            options.header = Some("# begin".to_owned());
            let (_, file) = options.open().unwrap();
            Self { directory, file }
        }

        fn path(&self) -> PathBuf {
            self.directory.join("app.log")
        }

        fn text(&self) -> String {
            fs::read_to_string(self.path()).unwrap()
        }

        /// One turn, in which the file takes nothing if `refuses`.
        fn turn(&mut self, text: &str, refuses: bool) {
            self.file.look_again();
            self.file.make_ready().unwrap();
            let writable = self.file.file.take();
            self.file.file = if refuses { File::open(self.path()).ok() } else { writable };
            let (level, created) = (Level::INFO, UNIX_EPOCH.into());
            self.file.append(&Line { text, level, created });
            assert_eq!(self.file.commit().is_err(), refuses);
            if refuses {
                self.file.file = File::options().append(true).open(self.path()).ok();
            }
        }
    }

    impl Drop for Shared {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }

    #[test]
    fn a_header_that_waits_goes_if_another_one_has_begun_the_file() {
        let mut shared = Shared::new("begun");
        shared.turn("one\n", true);
        fs::write(shared.path(), "# begin\nother\n").unwrap();
        shared.turn("two\n", false);
        assert_eq!(shared.text(), "# begin\nother\none\ntwo\n");
    }

    #[test]
    fn a_header_that_waits_is_written_once() {
        let mut shared = Shared::new("once");
        shared.turn("one\n", true);
        shared.turn("two\n", true);
        shared.turn("three\n", false);
        assert_eq!(shared.text(), "# begin\none\ntwo\nthree\n");
    }

    #[test]
    fn lines_that_wait_come_behind_the_header_of_the_next_file() {
        let mut shared = Shared::new("next");
        shared.turn("one\n", false);
        shared.turn("two\n", true);
        fs::rename(shared.path(), shared.directory.join("app.log.1")).unwrap();
        shared.turn("three\n", false);
        assert_eq!(shared.text(), "# begin\ntwo\nthree\n");
        let backup = fs::read_to_string(shared.directory.join("app.log.1"));
        assert_eq!(backup.unwrap(), "# begin\none\n");
    }
}
