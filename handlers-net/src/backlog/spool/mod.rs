//! Frames that wait in a file, which survives a restart.
//!
//! The file begins with [`MAGIC`]; then come frames, each with a head of nine bytes.
//! Frames are added at the end, in one write, and struck out by one byte in their head. So whatever
//! moment a process dies in, the file is whole but for a frame at its end, which is cut off.

mod compact;
mod format;
mod lock;
mod position;
mod recover;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use handlers_core::{Error, Result, process_id};

use self::format::{DONE, HEAD, Head, MAGIC, WAITING};
use self::position::{read_exact_at, write_all_at};
use super::queue::Store;

/// The frames in one file.
#[derive(Debug)]
pub(super) struct Spool {
    path: PathBuf,
    max_bytes: u64,
    sync: bool,
    opened: Option<Opened>,
    /// How many frames waited when it was last looked at.
    len: u64,
    damaged: u64,
    scratch: Vec<u8>,
}

/// The open file, which nobody else uses.
#[derive(Debug)]
struct Opened {
    file: File,
    _lock: File,
    /// The process that opened it. A forked child has the same open file, and so the same lock.
    process: u32,
    /// Where the first frame that waits begins, or the end.
    front: u64,
    /// Where the next frame will begin.
    end: u64,
    /// How many frames wait.
    waiting: u64,
    /// Their bytes with their heads.
    waiting_bytes: u64,
}

impl Spool {
    /// Opens the spool at `path`, or makes it.
    ///
    /// # Errors
    ///
    /// It cannot be opened, somebody else uses it, or the file is no spool.
    pub(super) fn open(path: &Path, max_bytes: u64, sync: bool) -> Result<Self> {
        // Compacting it must find it even if the program has changed its directory.
        let path = std::path::absolute(path).map_err(|error| cannot("find", path, error))?;
        let scratch = Vec::new();
        let mut spool = Self { path, max_bytes, sync, opened: None, len: 0, damaged: 0, scratch };
        spool.opened()?;
        Ok(spool)
    }

    /// The open file; it is opened anew after a close and in a forked child.
    fn opened(&mut self) -> Result<&mut Opened> {
        let here = process_id();
        let opened = match self.opened.take().filter(|opened| opened.process == here) {
            Some(opened) => opened,
            None => self.open_anew(here)?,
        };
        self.len = opened.waiting;
        Ok(self.opened.insert(opened))
    }

    fn open_anew(&mut self, process: u32) -> Result<Opened> {
        let lock = lock::lock(&self.path).map_err(|error| cannot("use", &self.path, error))?;
        let recovered = recover::open(&self.path, self.sync)
            .map_err(|error| cannot("open", &self.path, error))?;
        Ok(Opened {
            file: recovered.file,
            _lock: lock,
            process,
            front: recovered.front,
            end: recovered.end,
            waiting: recovered.waiting,
            waiting_bytes: recovered.waiting_bytes,
        })
    }

    /// Does something with the open file, which error messages name.
    fn with<R>(
        &mut self,
        attempt: &'static str,
        work: impl FnOnce(&mut Opened, &mut Vec<u8>) -> io::Result<R>,
    ) -> Result<R> {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        let opened = self.opened()?;
        let result = work(opened, &mut scratch);
        self.len = opened.waiting;
        if scratch.capacity() <= LARGEST_KEPT {
            self.scratch = scratch;
        }
        result.map_err(|error| cannot(attempt, &self.path, error))
    }
}

impl Store for Spool {
    fn push(&mut self, frame: &[u8]) -> Result<bool> {
        let (max_bytes, sync) = (self.max_bytes, self.sync);
        let path = self.path.clone();
        self.with("write", |opened, scratch| {
            let Some(head) = Head::of(frame) else { return Ok(false) };
            if opened.waiting_bytes.saturating_add(head.total()) > max_bytes {
                return Ok(false);
            }
            if opened.end.saturating_add(head.total()) > max_bytes.saturating_mul(2) {
                compact::compact(opened, &path, sync)?;
            }
            opened.append(head, frame, scratch, sync)?;
            Ok(true)
        })
    }

    fn can_hold(&self, length: usize) -> bool {
        u32::try_from(length).is_ok_and(|length| HEAD as u64 + u64::from(length) <= self.max_bytes)
    }

    fn front(&mut self, frame: &mut Vec<u8>) -> Result<bool> {
        let mut damaged = 0;
        let found = self.with("read", |opened, _| {
            while opened.waiting > 0 {
                if opened.read_front(frame)? {
                    return Ok(true);
                }
                damaged += 1;
                opened.strike_front()?;
            }
            Ok(false)
        });
        self.damaged += damaged;
        found
    }

    fn pop(&mut self) -> Result<()> {
        self.with("write", |opened, _| opened.strike_front())
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn take_damaged(&mut self) -> u64 {
        std::mem::take(&mut self.damaged)
    }

    fn close(&mut self) -> u64 {
        self.opened = None;
        0
    }
}

impl Opened {
    /// Writes a frame at the end, in one write if the system will have it so.
    fn append(
        &mut self,
        head: Head,
        frame: &[u8],
        bytes: &mut Vec<u8>,
        sync: bool,
    ) -> io::Result<()> {
        bytes.extend_from_slice(&head.bytes(WAITING));
        bytes.extend_from_slice(frame);
        let written = write_all_at(&self.file, bytes, self.end)
            .and_then(|()| if sync { self.file.sync_data() } else { Ok(()) });
        if let Err(error) = written {
            // If this fails too, the next frame is written over it, or a restart cuts it off.
            let _ = self.file.set_len(self.end);
            return Err(error);
        }
        self.end += head.total();
        self.waiting += 1;
        self.waiting_bytes += head.total();
        Ok(())
    }

    /// Copies the first frame; false if it has become unreadable.
    fn read_front(&mut self, frame: &mut Vec<u8>) -> io::Result<bool> {
        let head = self.skip_struck()?;
        frame.clear();
        frame.resize(head.len(), 0);
        read_exact_at(&self.file, frame, self.front + HEAD as u64)?;
        Ok(head.matches(frame))
    }

    /// The head of the first frame that waits; goes past those that do not.
    fn skip_struck(&mut self) -> io::Result<Head> {
        loop {
            let mut bytes = [0; HEAD];
            read_exact_at(&self.file, &mut bytes, self.front)?;
            let (state, head) = Head::read(bytes).ok_or(io::ErrorKind::InvalidData)?;
            if state == WAITING {
                return Ok(head);
            }
            self.front += head.total();
        }
    }

    /// Strikes out the first frame. It is struck out here even if the file cannot be written.
    fn strike_front(&mut self) -> io::Result<()> {
        if self.waiting == 0 {
            return Ok(());
        }
        let head = self.skip_struck()?;
        let struck = if self.waiting == 1 {
            self.file.set_len(MAGIC.len() as u64)
        } else {
            write_all_at(&self.file, &[DONE], self.front)
        };
        if self.waiting == 1 && struck.is_ok() {
            self.end = MAGIC.len() as u64;
            self.front = self.end;
        } else {
            self.front += head.total();
        }
        self.waiting -= 1;
        self.waiting_bytes -= head.total();
        struck
    }
}

#[cold]
fn cannot(verb: &str, path: &Path, error: io::Error) -> Error {
    Error::io(format!("{verb} the spool {}", path.display()), error)
}

/// One enormous frame must not cost that memory for ever.
const LARGEST_KEPT: usize = 64 * 1024;

#[cfg(test)]
mod tests;
