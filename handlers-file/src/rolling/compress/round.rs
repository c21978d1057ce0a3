//! One look at all backups, and the work that it finds.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Weak;

use handlers_core::{Error, ErrorKind, Result};

use super::codec::{Compression, is_compressed};
use super::equal::is_equal;
use super::identity::Identity;
use super::partial::{Partial, remove_orphans, remove_stale, sync_directory};
use super::plain::Plain;
use super::publish::{Finished, Settled};
use super::worker::Housekeeper;

/// What compresses the backups of one handler.
#[derive(Debug)]
pub(super) struct Round<'a> {
    /// The path of the file whose backups they are.
    pub(super) base: &'a Path,
    pub(super) compression: Compression,
    pub(super) keeper: &'a Weak<dyn Housekeeper>,
}

/// What a round leaves for the next one.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Whether what crashes have left was removed.
    tidy: bool,
    /// Backups beside which something else has the compressed name. It was reported.
    refused: Vec<Identity>,
}

impl Round<'_> {
    /// Compresses every backup that is not compressed, the oldest first, as long as there is a
    /// handler. What goes wrong with one of them is reported, and tried again in the next round.
    pub(super) fn run(&self, memory: &mut Memory) -> Result<()> {
        let backups = self.keeper.upgrade().map_or(Ok(Vec::new()), |keeper| keeper.backups())?;
        let plain: Vec<&PathBuf> = backups.iter().filter(|path| !is_compressed(path)).collect();
        let identities: Vec<_> = plain.iter().filter_map(|path| Identity::at(path)).collect();
        memory.refused.retain(|refused| identities.contains(refused));
        if !memory.tidy {
            memory.tidy = true;
            self.tidy_up(&backups, &identities).unwrap_or_else(|error| self.report(error));
        }
        for path in plain.into_iter().rev() {
            let Err(error) = self.compress(path, memory) else { continue };
            let is_full = is_full(&error);
            self.report(error);
            if is_full {
                // The others would only take the room that the lines need.
                break;
            }
        }
        Ok(())
    }

    pub(super) fn report(&self, error: Error) {
        if let Some(keeper) = self.keeper.upgrade() {
            keeper.report(error);
        }
    }

    fn tidy_up(&self, backups: &[PathBuf], plain: &[Identity]) -> Result<()> {
        let mut directories: Vec<&Path> = backups.iter().filter_map(|path| path.parent()).collect();
        directories.extend(self.base.parent());
        directories.sort_unstable();
        directories.dedup();
        for directory in directories {
            remove_orphans(self.base_name(), directory, plain).map_err(|error| {
                Error::io(format!("tidy the directory {}", directory.display()), error)
            })?;
        }
        Ok(())
    }

    fn compress(&self, path: &Path, memory: &mut Memory) -> Result<()> {
        let failed = |error| Error::io(format!("compress the log file {}", path.display()), error);
        let Some(plain) = Plain::claim(path).map_err(failed)? else { return Ok(()) };
        remove_stale(self.base_name(), path, plain.identity()).map_err(failed)?;
        if fs::symlink_metadata(self.compression.path_of(path)).is_ok() {
            return self.compare(&plain, path, memory);
        }
        let (partial, length) = self.make(&plain).map_err(failed)?;
        let settled = self.settle(&Finished::new(&plain, length, self.compression, &partial))?;
        // The hidden name goes once the other one is sure to be there.
        let _ = sync_directory(partial.path());
        match settled {
            Settled::Occupied(path) => self.compare(&plain, &path, memory),
            Settled::Published(_) | Settled::Gone | Settled::Stale => Ok(()),
        }
    }

    /// Compresses a backup. Gives the result, and how long the plain file was.
    fn make(&self, plain: &Plain) -> io::Result<(Partial, u64)> {
        let partial = Partial::create(self.base_name(), plain.path(), plain.identity())?;
        let mut source = Source { file: plain.file(), length: 0, keeper: self.keeper };
        let mut dest = Dest { file: partial.file(), unsynced: 0 };
        self.compression.encode(&mut source, &mut dest, plain.metadata().modified().ok())?;
        let length = source.length;
        partial.complete(plain.metadata())?;
        Ok((partial, length))
    }

    /// Removes a backup if its compressed form is there already, which a crash has kept from being
    /// done. If something else has that name, both are left alone.
    fn compare(&self, plain: &Plain, path: &Path, memory: &mut Memory) -> Result<()> {
        if memory.refused.contains(&plain.identity()) {
            return Ok(());
        }
        let compressed = self.compression.path_of(path);
        let named = Identity::at(&compressed);
        if let Some(named) = named {
            let equal = is_equal(plain, &compressed, self.compression).map_err(|error| {
                let (plain, compressed) = (path.display(), compressed.display());
                Error::io(format!("compare the log files {plain} and {compressed}"), error)
            });
            if let Some(length) = equal? {
                let finished = Finished::named(plain, length, self.compression, named);
                return self.settle(&finished).map(drop);
            }
        }
        if Identity::at(path) != Some(plain.identity()) || Identity::at(&compressed) != named {
            // A rollover came between: they were not of the same backup.
            return Ok(());
        }
        memory.refused.push(plain.identity());
        let (plain, compressed) = (path.display(), compressed.display());
        let message =
            format!("cannot compress the log file {plain}: there is another {compressed}");
        Err(Error::new(ErrorKind::Io, message))
    }

    fn settle(&self, finished: &Finished<'_>) -> Result<Settled> {
        self.keeper.upgrade().map_or(Ok(Settled::Gone), |keeper| keeper.settle(finished))
    }

    fn base_name(&self) -> &OsStr {
        self.base.file_name().unwrap_or_default()
    }
}

fn is_full(error: &Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error.io_kind(), Some(StorageFull | QuotaExceeded))
}

/// The plain file, as long as there is a handler that wants it compressed.
struct Source<'a> {
    file: &'a File,
    /// How much was read.
    length: u64,
    keeper: &'a Weak<dyn Housekeeper>,
}

impl Read for Source<'_> {
    fn read(&mut self, chunk: &mut [u8]) -> io::Result<usize> {
        if self.keeper.strong_count() == 0 {
            return Err(io::Error::other("the handler is gone"));
        }
        let length = self.file.read(chunk)?;
        self.length += length as u64;
        Ok(length)
    }
}

/// The compressed file, brought to the disk piece by piece: all of it at once, in the end, would
/// make other writes to the disk wait, those of lines too.
struct Dest<'a> {
    file: &'a File,
    unsynced: usize,
}

impl Write for Dest<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.file.write(bytes)?;
        self.unsynced += length;
        if self.unsynced >= PIECE {
            self.file.sync_data()?;
            self.unsynced = 0;
        }
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const PIECE: usize = 4 * 1024 * 1024;
