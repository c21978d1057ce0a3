//! Leaving out the frames that were sent.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::Opened;
use super::format::MAGIC;
use super::lock::private;

/// Replaces the spool at `path` by one that begins with the first frame that waits.
///
/// Whenever the process dies, either the old or the new file is there, whole.
///
/// # Errors
///
/// The new file cannot be written; the old one is used on.
pub(super) fn compact(opened: &mut Opened, path: &Path, sync: bool) -> io::Result<()> {
    let new = new_path(path);
    let copied = copy(opened, &new, sync).and_then(|file| {
        fs::rename(&new, path)?;
        Ok(file)
    });
    match copied {
        Ok(file) => {
            opened.file = file;
            opened.end -= opened.front - MAGIC.len() as u64;
            opened.front = MAGIC.len() as u64;
            Ok(())
        }
        Err(error) => {
            let _ = fs::remove_file(&new);
            Err(error)
        }
    }
}

fn copy(opened: &mut Opened, new: &Path, sync: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let mut file = private(options.read(true).write(true).create(true).truncate(true)).open(new)?;
    file.write_all(MAGIC)?;
    opened.file.seek(SeekFrom::Start(opened.front))?;
    let length = opened.end - opened.front;
    let copied = io::copy(&mut (&opened.file).take(length), &mut file)?;
    if copied < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    if sync {
        file.sync_all()?;
    }
    Ok(file)
}

/// Nobody else writes a file of this name, since the spool is locked.
fn new_path(path: &Path) -> PathBuf {
    let mut name: OsString = path.into();
    name.push(".new");
    name.into()
}
