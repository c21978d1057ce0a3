//! What is different about a file that other processes write and move, too.
//!
//! Whoever works on it has their common lock, so it does not change meanwhile. Between two turns it
//! may: nothing that was known of it counts any more, and what is on its way is written to no other
//! file than the one that the path means then.

use std::fs;

use handlers_core::Result;

use super::identity::FileId;
use super::position::Position;
use super::{LogFile, OpenMode};

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
        let Some(found) = found.filter(|found| Some(FileId::of(found)) == self.id) else {
            return self.reopen(&OpenMode::APPEND);
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
