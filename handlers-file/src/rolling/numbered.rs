//! Backups with numbers: `app.log.1` is the newest.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;

use handlers_core::Result;

use super::Rollover;

/// The backups from 1 to a highest number, during a rollover.
///
/// They are shifted from the highest down, so that each finds its place free. A process that is
/// killed on the way leaves a gap, and a mark beside the highest. CPython takes the gap for one like
/// any other and shifts it along (FILE-51): a process that is killed at every start pushes all of its
/// backups out, and writes no new one. Here the mark says that the last shift is to be undone first.
#[derive(Debug)]
pub(super) struct Numbered<'f, 'a> {
    files: &'f mut Rollover<'a>,
    /// The highest number that is kept.
    count: u32,
    oldest: PathBuf,
}

impl<'f, 'a> Numbered<'f, 'a> {
    /// `count` is not 0.
    pub(super) fn new(files: &'f mut Rollover<'a>, count: u32) -> Self {
        let oldest = name(files, count);
        Self { files, count, oldest }
    }

    /// Moves what is above the first gap one down, if the last shift did not come to its end.
    pub(super) fn undo_interrupted_shift(&mut self) -> Result<()> {
        if !self.files.is_marked(&self.oldest) {
            return Ok(());
        }
        let highest = highest_in_use(self.files, self.count);
        let gap = (1..=highest).find(|number| !self.files.exists(&name(self.files, *number)));
        for number in gap.into_iter().flat_map(|gap| gap..highest) {
            self.files.mend(&name(self.files, number + 1), &name(self.files, number))?;
        }
        self.files.unmark(&self.oldest)
    }

    /// Moves each backup to the next number; the highest is replaced (FILE-45). Gaps are shifted
    /// along (FILE-51).
    pub(super) fn shift(&mut self) -> Result<()> {
        let highest = highest_in_use(self.files, self.count.saturating_sub(1));
        for number in (1..=highest).rev() {
            let (source, dest) = (name(self.files, number), name(self.files, number + 1));
            if !self.files.exists(&source) {
                continue;
            }
            // What is replaced is the mark itself.
            if dest != self.oldest || !self.files.exists(&dest) {
                self.files.mark(&self.oldest);
            }
            self.files.shift(&source, &dest)?;
        }
        Ok(())
    }
}

/// The backups that there are, up to number `count`.
pub(super) fn newest_first(files: &Rollover<'_>, count: u32) -> Vec<PathBuf> {
    let names = (1..=highest_in_use(files, count)).map(|number| name(files, number));
    names.flat_map(|backup| files.forms_there(&backup)).collect()
}

fn name(files: &Rollover<'_>, number: u32) -> PathBuf {
    files.backup_path(&format!(".{number}"))
}

/// A number, up to `count`, above which no backup is: nobody waits while four thousand million names
/// are tried.
fn highest_in_use(files: &Rollover<'_>, count: u32) -> u32 {
    if count <= FEW || files.has_namer() {
        return count;
    }
    let (Some(directory), Some(base)) = (files.path().parent(), files.path().file_name()) else {
        return count;
    };
    let Ok(entries) = fs::read_dir(directory) else { return count };
    let numbers = entries.flatten().filter_map(|entry| number_in(&entry.file_name(), base));
    numbers.filter(|number| *number <= count).max().unwrap_or(0)
}

/// The number in the name of a backup of `base`; what is behind a further dot does not count.
fn number_in(name: &OsStr, base: &OsStr) -> Option<u32> {
    let suffix = name.as_encoded_bytes().strip_prefix(base.as_encoded_bytes())?;
    let suffix = std::str::from_utf8(suffix.strip_prefix(b".")?).ok()?;
    suffix.split('.').next()?.parse().ok()
}

/// So many names are tried one by one.
const FEW: u32 = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_what_stands_behind_the_name() {
        let number = |name: &str| number_in(name.as_ref(), "app.log".as_ref());
        assert_eq!(number("app.log.12"), Some(12));
        assert_eq!(number("app.log.7.gz"), Some(7));
        assert_eq!(number("app.log"), None);
        assert_eq!(number("app.log.x"), None);
        assert_eq!(number("app.log12"), None);
        assert_eq!(number("xapp.log.1"), None);
        assert_eq!(number("app.log.99999999999"), None);
    }
}
