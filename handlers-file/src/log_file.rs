//! The file behind a file handler: opened, written, closed and opened anew.

use std::fs::File;
use std::io::{self, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use handlers_core::{Error, ErrorKind, Level, Result};

use crate::encoding::{EncodeErrors, Encoder, Encoding};
use crate::mode::OpenMode;
use crate::output::{Fate, Line, Outcome, Pending, Sink};

/// What a file handler was told about its file.
#[derive(Debug, Clone)]
pub(crate) struct FileSettings {
    /// Absolute (FILE-1).
    pub(crate) path: PathBuf,
    pub(crate) mode: OpenMode,
    /// None for a binary mode (FILE-3).
    pub(crate) encoding: Option<Encoding>,
    pub(crate) errors: EncodeErrors,
    pub(crate) delay: bool,
    pub(crate) buffer: Option<Buffer>,
    pub(crate) terminator: String,
}

/// When a buffered file is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Buffer {
    pub(crate) capacity: usize,
    pub(crate) flush_level: Level,
}

/// A log file and what is on its way into it.
#[derive(Debug)]
pub(crate) struct LogFile {
    settings: FileSettings,
    file: Option<File>,
    encoder: Encoder,
    pending: Pending,
    position: Position,
    /// A line that wants the buffer out at once is in it.
    urgent: bool,
    /// Lines that were taken and not written yet.
    held: Arc<AtomicU64>,
    closed: bool,
}

impl LogFile {
    /// Opens the file, unless it is to be opened by the first record (FILE-6, FILE-7).
    pub(crate) fn new(settings: FileSettings) -> Result<Self> {
        let encoding = settings.encoding.as_ref().unwrap_or(&Encoding::UTF_8);
        let mut file = Self {
            encoder: Encoder::new(encoding, settings.errors),
            pending: Pending::held_back(settings.buffer.map_or(0, |buffer| buffer.capacity)),
            settings,
            file: None,
            position: Position::default(),
            urgent: false,
            held: Arc::default(),
            closed: false,
        };
        if !file.settings.delay {
            file.open()?;
        }
        Ok(file)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.settings.path
    }

    pub(crate) fn delay(&self) -> bool {
        self.settings.delay
    }

    pub(crate) fn is_open(&self) -> bool {
        self.file.is_some()
    }

    /// The number of lines held back, which can be read while the file is in use.
    pub(crate) fn held(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.held)
    }

    pub(crate) fn open(&mut self) -> Result<()> {
        let file = self.open_with(&self.settings.mode)?;
        self.take(file, self.settings.mode.appends());
        Ok(())
    }

    /// Opens the file once more and lets the old one go: the path may mean another file by now. If
    /// the new one cannot be opened the old one is kept.
    pub(crate) fn reopen(&mut self, mode: &OpenMode) -> Result<()> {
        let file = self.open_with(mode)?;
        self.take(file, mode.appends());
        Ok(())
    }

    /// Lets the file go, with everything in it that is on its way, and opens the path anew in `mode`;
    /// without one the next record opens it.
    pub(crate) fn change(&mut self, mode: Option<&OpenMode>) -> Result<()> {
        if self.is_open() {
            self.write_out()?;
        }
        let Some(mode) = mode else {
            self.file = None;
            return Ok(());
        };
        self.reopen(mode)
    }

    /// Where the next line will begin, as CPython sees it: bytes that others appended since the last
    /// write are not seen (FILE-40). None if the file has no positions.
    pub(crate) fn position(&mut self) -> Option<u64> {
        let position = self.position.get(self.file.as_mut()?)?;
        Some(position + self.pending.len() as u64)
    }

    /// Writes everything that is on its way, buffered or not.
    #[expect(clippy::inline_always, reason = "after a system call each return costs 8 ns")]
    #[inline(always)]
    pub(crate) fn write_out(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        if self.file.is_none() {
            // What the file did not take before it was closed goes to its end, in any mode: `"w"`
            // would throw away what it did take.
            self.reopen(&OpenMode::APPEND)?;
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        let before = self.pending.written();
        let result = self.pending.write_to(file);
        self.position.advance(self.pending.written() - before);
        if result.is_ok() {
            self.urgent = false;
            self.held.store(0, Ordering::Relaxed);
        }
        result.map_err(|error| self.cannot_write(error))
    }

    #[cold]
    fn cannot_write(&self, error: io::Error) -> Error {
        Error::io(format!("write to the log file {}", self.settings.path.display()), error)
    }

    /// Writes what is on its way and closes the file, whether that went well or not (FILE-11).
    pub(crate) fn close(&mut self) -> Result<()> {
        let result = if self.is_open() { self.write_out() } else { Ok(()) };
        self.file = None;
        self.closed = true;
        result
    }

    fn open_with(&self, mode: &OpenMode) -> Result<File> {
        let path = &self.settings.path;
        let opened = mode.options().open(path);
        opened.map_err(|error| Error::io(format!("open the log file {}", path.display()), error))
    }

    /// Takes a file that was just opened. A byte-order mark goes to the start of a file only
    /// (FILE-14).
    fn take(&mut self, file: File, appends: bool) {
        self.position = Position::of(&file, appends);
        match self.position.known {
            Some(position) if position > 0 => self.encoder.resume(),
            _ => self.encoder.start_of_stream(),
        }
        self.file = Some(file);
    }

    #[inline]
    fn push(&mut self, line: &Line<'_>) -> Result<()> {
        if self.settings.encoding.is_none() {
            // FILE-15: Python's words for text in a binary file.
            let message = "a bytes-like object is required, not 'str'";
            return Err(Error::new(ErrorKind::Type, message));
        }
        if self.pending.len() > self.limit() {
            self.write_out()?;
        }
        if self.encoder.is_utf8() {
            self.pending.buffer().extend_from_slice(line.text.as_bytes());
            return Ok(());
        }
        self.encoder.encode(line.text, self.pending.buffer())
    }

    /// How many bytes may wait before a further line is refused.
    #[inline]
    fn limit(&self) -> usize {
        self.settings.buffer.map_or(0, |buffer| buffer.capacity).max(UNWRITTEN_LIMIT)
    }

    #[inline]
    fn is_due(&self) -> bool {
        match &self.settings.buffer {
            None => true,
            Some(buffer) => self.urgent || self.pending.len() >= buffer.capacity,
        }
    }
}

impl Sink for LogFile {
    #[inline]
    fn append(&mut self, line: &Line<'_>) -> Outcome {
        if !self.is_open() {
            // FILE-8: what follows the close of a file that is written from its start is dropped.
            if self.closed && self.settings.mode.is_plain_truncate() {
                return Outcome { fate: Fate::Dropped, warning: None };
            }
            if let Err(error) = self.open() {
                return Outcome::failed(error);
            }
        }
        if let Err(error) = self.push(line) {
            return Outcome::failed(error);
        }
        if let Some(buffer) = &self.settings.buffer {
            self.urgent |= line.level >= buffer.flush_level;
            self.held.fetch_add(1, Ordering::Relaxed);
        }
        Outcome::default()
    }

    #[inline]
    fn commit(&mut self) -> Result<()> {
        if self.is_due() { self.write_out() } else { Ok(()) }
    }

    fn appended(&self) -> u64 {
        self.pending.appended()
    }

    fn written(&self) -> u64 {
        self.pending.written()
    }
}

impl Drop for LogFile {
    /// A handler that is dropped has nobody to tell of an error.
    fn drop(&mut self) {
        if self.is_open() {
            let _ = self.write_out();
        }
    }
}

/// Where in the file its writer is.
///
/// After a write the descriptor stands at the end of the file, foreign bytes included (FILE-40).
/// Asking the system where that is shows them; in a large file it is asked from time to time only.
#[derive(Debug, Default)]
struct Position {
    /// None for a file without positions: a FIFO, a terminal.
    known: Option<u64>,
    /// Bytes written since the system was asked.
    unasked: u64,
}

impl Position {
    /// FILE-40: at first, the size of a file that is appended to.
    fn of(file: &File, appends: bool) -> Self {
        let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|file| file.len());
        Self { known: size.map(|size| if appends { size } else { 0 }), unasked: 0 }
    }

    fn advance(&mut self, written: u64) {
        self.unasked += written;
    }

    fn get(&mut self, file: &mut File) -> Option<u64> {
        let known = self.known?;
        let small = known < EXACT_BELOW && self.unasked > 0;
        if small || self.unasked >= ASK_EVERY {
            self.known = file.stream_position().ok();
            self.unasked = 0;
            return self.known;
        }
        Some(known + self.unasked)
    }
}

/// Below this size the system is asked after each write, in bytes.
const EXACT_BELOW: u64 = 64 * 1024;

/// How much is written to a larger file before the system is asked again, in bytes. Asking costs a
/// fifth of a write.
const ASK_EVERY: u64 = 4 * 1024;

/// How many unwritten bytes are kept, of a file that takes no more: a full disk must not fill the
/// memory too.
const UNWRITTEN_LIMIT: usize = 1024 * 1024;

/// The absolute form of `path`, with `.`, `..` and doubled separators collapsed as text (FILE-1).
pub(crate) fn absolute(path: &Path) -> Result<PathBuf> {
    use std::path::Component;
    let whole = std::path::absolute(path).map_err(|error| {
        Error::io(format!("find the absolute path of {}", path.display()), error)
    })?;
    let mut collapsed = PathBuf::new();
    for component in whole.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                collapsed.pop();
            }
            other => collapsed.push(other),
        }
    }
    Ok(collapsed)
}
