//! Rotation by size.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use handlers_core::Result;

use super::Rollover;
use super::numbered::{self, Numbered};
use super::policy::{FileStatus, LineStatus, RolloverPolicy};

/// Puts the file aside before a line would make it reach a size, and numbers the backups: what
/// Python's `RotatingFileHandler` does.
///
/// `app.log` becomes `app.log.1`, that `app.log.2`, and so on up to the number of backups kept.
/// Gaps in the numbers are shifted along, and files with higher numbers are left alone (FILE-47,
/// FILE-51).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct SizePolicy {
    max_bytes: Option<NonZeroU64>,
    backup_count: u32,
}

impl SizePolicy {
    /// Makes a policy. Without `max_bytes` only `do_rollover` puts a file aside; with no backups to
    /// keep the file is opened anew and goes on growing (FILE-48).
    pub const fn new(max_bytes: Option<NonZeroU64>, backup_count: u32) -> Self {
        Self { max_bytes, backup_count }
    }

    /// The size that a file does not reach, in bytes.
    pub const fn max_bytes(&self) -> Option<NonZeroU64> {
        self.max_bytes
    }

    /// How many backups are kept.
    pub const fn backup_count(&self) -> u32 {
        self.backup_count
    }

    /// FILE-37 to FILE-39: the position counts in bytes, the line in characters, and an empty file
    /// is never put aside (gh-116263).
    fn is_reached(&self, position: Option<u64>, characters: impl FnOnce() -> usize) -> bool {
        let (Some(max_bytes), Some(position)) = (self.max_bytes, position) else { return false };
        position > 0 && position.saturating_add(characters() as u64) >= max_bytes.get()
    }
}

impl RolloverPolicy for SizePolicy {
    fn should_rollover(&mut self, file: &FileStatus<'_>, line: &LineStatus<'_>) -> bool {
        self.is_reached(file.position(), || line.characters()) && !is_special(file.path())
    }

    /// FILE-45, FILE-46.
    fn rollover(&mut self, files: &mut Rollover<'_>) -> Result<()> {
        if self.backup_count == 0 {
            return Ok(());
        }
        let mut backups = Numbered::new(files, self.backup_count);
        backups.undo_interrupted_shift()?;
        backups.shift()?;
        let newest = files.backup_path(".1");
        files.rotate_to(&newest)
    }

    fn backups(&self, files: &Rollover<'_>) -> Result<Vec<PathBuf>> {
        Ok(numbered::newest_first(files, self.backup_count))
    }

    /// A line has no more characters than bytes.
    fn min_size(&self) -> u64 {
        self.max_bytes.map_or(u64::MAX, NonZeroU64::get)
    }
}

/// A device, a FIFO, a directory: what is there and is no file is not put aside (FILE-41).
pub(super) fn is_special(path: &Path) -> bool {
    path.metadata().is_ok_and(|there| !there.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(max_bytes: u64, position: u64, characters: usize) -> bool {
        SizePolicy::new(NonZeroU64::new(max_bytes), 1).is_reached(Some(position), || characters)
    }

    #[test]
    fn a_file_is_put_aside_before_it_reaches_the_size() {
        assert!(reached(10, 5, 5));
        assert!(!reached(11, 5, 5));
    }

    #[test]
    fn an_empty_file_is_never_rolled() {
        assert!(!reached(10, 0, 1000));
    }

    // FILE-35.
    #[test]
    fn without_a_size_nothing_is_reached() {
        assert!(!reached(0, 1_000_000, 1_000_000));
    }

    // FILE-42.
    #[test]
    fn a_file_without_positions_is_never_rolled() {
        assert!(!SizePolicy::new(NonZeroU64::new(1), 1).is_reached(None, || 10));
    }
}
