//! A compressed backup that is not whole yet.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, FileTimes, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::identity::Identity;

/// A file under a hidden name beside the backup it is made of; the name goes when this is dropped.
///
/// The name has the number of the backup's file in it, so the claim on that file is a claim on this
/// one, too: what is found there by who has the claim was left by a crash.
#[derive(Debug)]
pub(super) struct Partial {
    path: PathBuf,
    file: File,
    identity: Option<Identity>,
}

impl Partial {
    /// Makes the file that `plain`, a backup of `base`, is compressed into.
    pub(super) fn create(base: &OsStr, plain: &Path, identity: Identity) -> io::Result<Self> {
        let path = path_of(base, plain, identity);
        remove_if_there(&path)?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        // It has not yet the owner that it will have.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        let mut partial = Self { path, file, identity: None };
        partial.identity = Some(Identity::of(&partial.file.metadata()?));
        Ok(partial)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Whether the name still means this file.
    pub(super) fn is_in_place(&self) -> bool {
        self.identity.is_some() && Identity::at(&self.path) == self.identity
    }

    /// Makes the whole file durable, with the times, owner and permissions of the plain one.
    pub(super) fn complete(&self, plain: &Metadata) -> io::Result<()> {
        if let Ok(modified) = plain.modified() {
            // What goes by the age of backups must not take it for new.
            self.file.set_times(FileTimes::new().set_modified(modified))?;
        }
        inherit(&self.file, plain)?;
        self.file.sync_all()?;
        sync_directory(&self.path)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Removes what a crash has left of an attempt to compress `plain`.
pub(super) fn remove_stale(base: &OsStr, plain: &Path, identity: Identity) -> io::Result<()> {
    remove_if_there(&path_of(base, plain, identity))
}

/// Removes what crashes have left in `directory` of attempts to compress backups of `base` that are
/// there no more; those of the backups `plain` are of use or will be removed by who claims these.
pub(super) fn remove_orphans(base: &OsStr, directory: &Path, plain: &[Identity]) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let Some(number) = number_in(base, &entry.file_name()) else { continue };
        if !plain.iter().any(|identity| identity.number() == number) {
            remove_if_there(&entry.path())?;
        }
    }
    Ok(())
}

/// Makes durable which names there are beside `path`.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    let Some(directory) = path.parent().filter(|_| cfg!(unix)) else { return Ok(()) };
    match File::open(directory)?.sync_all() {
        // Not every file system knows how.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        result => result,
    }
}

fn path_of(base: &OsStr, plain: &Path, identity: Identity) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(base);
    name.push(format!(".{:x}{SUFFIX}", identity.number()));
    plain.with_file_name(name)
}

/// The number of the file that one of this name is made of.
fn number_in(base: &OsStr, name: &OsStr) -> Option<u64> {
    let rest = name.as_encoded_bytes().strip_prefix(b".")?;
    let rest = rest.strip_prefix(base.as_encoded_bytes())?.strip_prefix(b".")?;
    let digits = str::from_utf8(rest).ok()?.strip_suffix(SUFFIX)?;
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if !digits.bytes().all(is_digit) {
        return None;
    }
    u64::from_str_radix(digits, 16).ok()
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Gives `file` the owner and the permissions of the plain file, as far as the process may.
#[cfg(unix)]
fn inherit(file: &File, plain: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let own = file.metadata()?;
    if own.uid() != plain.uid() {
        let _ = fchown(file, Some(plain.uid()), None);
    }
    let mut mode = plain.mode() & 0o777;
    if own.gid() != plain.gid() && fchown(file, None, Some(plain.gid())).is_err() {
        // Another group may do no more than everybody.
        mode = mode & 0o707 | (mode & 0o007) << 3;
    }
    match file.set_permissions(fs::Permissions::from_mode(mode)) {
        // A file system without permissions, where the mask that it was made with means nothing.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        result => result,
    }
}

#[cfg(not(unix))]
fn inherit(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

const SUFFIX: &str = ".partial";
