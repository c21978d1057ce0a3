//! How a path becomes an open file.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use handlers_core::{Error, Result};

use super::settings::FileSettings;
use crate::mode::OpenMode;

/// Whether opening a FIFO waits for its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// As Python's `open` does.
    Awaited,
    /// No logging call may wait for one.
    Required,
}

/// A file that was just opened, and what is known of it.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) file: File,
    pub(super) metadata: Option<Metadata>,
}

/// Opens the file of a handler.
pub(super) fn open(settings: &FileSettings, mode: &OpenMode, reader: Reader) -> Result<Opened> {
    let path = &settings.path;
    let opened = try_open(path, settings.permissions, mode, reader);
    opened.map_err(|error| Error::io(format!("open the log file {}", path.display()), error))
}

fn try_open(
    path: &Path,
    permissions: Option<u32>,
    mode: &OpenMode,
    reader: Reader,
) -> io::Result<Opened> {
    let mut options = mode.options();
    prepare(&mut options, permissions, reader);
    let file = options.open(path)?;
    let metadata = file.metadata().ok();
    if reader == Reader::Required && metadata.as_ref().is_some_and(|file| !file.is_file()) {
        wait_when_full(&file)?;
    }
    if let Some(permissions) = permissions
        && let Some(metadata) = metadata.as_ref().filter(|file| file.is_file() && file.len() == 0)
    {
        set_permissions(&file, metadata, permissions)?;
    }
    Ok(Opened { file, metadata })
}

#[cfg(unix)]
fn prepare(options: &mut OpenOptions, permissions: Option<u32>, reader: Reader) {
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(permissions) = permissions {
        options.mode(permissions);
    }
    if reader == Reader::Required {
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
}

#[cfg(not(unix))]
fn prepare(_: &mut OpenOptions, _: Option<u32>, _: Reader) {}

/// Opened without waiting for its reader, a FIFO is written like any other.
#[cfg(unix)]
fn wait_when_full(file: &File) -> io::Result<()> {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    let flags = fcntl_getfl(file)?;
    Ok(fcntl_setfl(file, flags - OFlags::NONBLOCK)?)
}

#[cfg(not(unix))]
fn wait_when_full(_: &File) -> io::Result<()> {
    Ok(())
}

/// The process's mask took some of them away when the file was made. The file of somebody else keeps
/// those that it has.
#[cfg(unix)]
pub(crate) fn set_permissions(
    file: &File,
    metadata: &Metadata,
    permissions: u32,
) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if metadata.permissions().mode() & 0o7777 == permissions {
        return Ok(());
    }
    match file.set_permissions(fs::Permissions::from_mode(permissions)) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(()),
        result => result,
    }
}

#[cfg(not(unix))]
pub(crate) fn set_permissions(_: &File, _: &Metadata, _: u32) -> io::Result<()> {
    Ok(())
}

/// Makes `link` lead to `path`. A link that leads elsewhere is replaced in one step, anything else
/// that has its name is left alone.
pub(super) fn link(link: &Path, path: &Path) -> Result<()> {
    let linked = match fs::read_link(link) {
        Ok(there) if there == path => return Ok(()),
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => replace_link(link, path),
    };
    linked.map_err(|error| {
        Error::io(format!("link {} to the log file {}", link.display(), path.display()), error)
    })
}

fn replace_link(link: &Path, path: &Path) -> io::Result<()> {
    let new = new_name(link);
    // One that a killed process has left.
    let _ = fs::remove_file(&new);
    symlink(path, &new)?;
    fs::rename(&new, link).inspect_err(|_| {
        let _ = fs::remove_file(&new);
    })
}

/// The name of a link until it replaces another; its own for each process.
fn new_name(link: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(link.file_name().unwrap_or_default());
    name.push(format!(".{}.new", std::process::id()));
    link.with_file_name(name)
}

#[cfg(unix)]
fn symlink(path: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(path, link)
}

#[cfg(windows)]
fn symlink(path: &Path, link: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(path, link)
}

#[cfg(not(any(unix, windows)))]
fn symlink(_: &Path, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}
