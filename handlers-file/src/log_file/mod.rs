//! The file behind a file handler: opened, written, followed, closed and opened anew.

mod identity;
mod open;
mod position;
mod settings;
mod shared;

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use handlers_core::{Error, ErrorKind, Result};

use self::open::{Opened, Reader};
use self::position::{ASK_EVERY, Position};
use crate::encoding::{Encoder, Encoding};
use crate::mode::OpenMode;
use crate::output::{Fate, Line, Outcome, Pending, Target, UNWRITTEN_LIMIT};

pub(crate) use self::identity::FileId;
pub(crate) use self::open::set_permissions;
pub(crate) use self::settings::{Buffer, FileSettings, absolute};

/// A log file and what is on its way into it.
#[derive(Debug)]
pub(crate) struct LogFile {
    settings: FileSettings,
    file: Option<File>,
    /// Which file that is (FILE-18).
    id: Option<FileId>,
    encoder: Encoder,
    /// What every new file begins with, encoded.
    header: Vec<u8>,
    /// How much had been written when the header was put before all that was on its way.
    header_at: Option<u64>,
    pending: Pending,
    position: Position,
    /// A line that wants the buffer out at once is in it.
    urgent: bool,
    /// The path was looked at since the last write.
    followed: bool,
    /// Something went wrong that kept nothing from being written.
    warning: Option<Error>,
    /// Lines that were taken and not written yet.
    held: Arc<AtomicU64>,
    closed: bool,
}

impl LogFile {
    /// Opens the file, unless it is to be opened by the first record (FILE-6, FILE-7).
    pub(crate) fn new(settings: FileSettings) -> Result<Self> {
        let encoding = settings.encoding.as_ref().unwrap_or(&Encoding::UTF_8);
        let mut encoder = Encoder::new(encoding, settings.errors);
        let header = encoded_header(&settings, &mut encoder)?;
        let mut file = Self {
            encoder,
            header,
            header_at: None,
            pending: Pending::held_back(settings.buffer.map_or(0, |buffer| buffer.capacity)),
            settings,
            file: None,
            id: None,
            position: Position::default(),
            urgent: false,
            followed: false,
            warning: None,
            held: Arc::default(),
            closed: false,
        };
        if !file.settings.delay && !file.settings.shared {
            let mode = file.settings.mode.clone();
            file.open_in(&mode, Reader::Awaited)?;
        }
        file.warning.take().map_or(Ok(file), Err)
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

    pub(crate) fn permissions(&self) -> Option<u32> {
        self.settings.permissions
    }

    /// Whether nothing is on its way.
    pub(crate) fn has_all_written(&self) -> bool {
        self.pending.is_empty()
    }

    /// Whether what is written can be read by anybody.
    pub(crate) fn has_name(&self) -> bool {
        let file = self.file.as_ref().and_then(|file| file.metadata().ok());
        file.as_ref().is_some_and(identity::has_name)
    }

    /// The number of lines held back, which can be read while the file is in use.
    pub(crate) fn held(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.held)
    }

    /// Opens the file if it is closed (FILE-8), and follows its path if it is watched.
    pub(crate) fn make_ready(&mut self) -> Result<()> {
        if self.file.is_none() {
            let mode = self.settings.mode.clone();
            return self.reopen(&mode);
        }
        if self.settings.watch && !self.followed { self.follow() } else { Ok(()) }
    }

    /// FILE-20 to FILE-22, for one who wants to know of a path that cannot be opened.
    pub(crate) fn reopen_if_needed(&mut self) -> Result<()> {
        if !self.is_open() {
            return Ok(());
        }
        self.follow()?;
        self.warning.take().map_or(Ok(()), Err)
    }

    /// Opens the path once more and lets the old file go: the path may mean another one by now. If
    /// the new one cannot be opened the old one is kept.
    pub(crate) fn reopen(&mut self, mode: &OpenMode) -> Result<()> {
        self.open_in(mode, Reader::Required)
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

    /// Opens the path anew if it has come to mean another file (FILE-21, FILE-22).
    ///
    /// If it cannot be opened, the old file is written as long as anybody can find it.
    pub(crate) fn follow(&mut self) -> Result<()> {
        self.followed = true;
        if self.settings.shared {
            return self.catch_up();
        }
        let found = FileId::at(&self.settings.path);
        if found.is_ok() && found.ok() == self.id {
            return Ok(());
        }
        let opened = open::open(&self.settings, &self.settings.mode, Reader::Required);
        match opened {
            Ok(opened) => {
                // What the old one does not take goes to the new one.
                let _ = self.write_out();
                self.take(opened, self.settings.mode.appends());
                Ok(())
            }
            Err(error) if self.has_name() => {
                self.warning = Some(error);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Where the next line will begin, as CPython sees it: bytes that others appended since the last
    /// write are not seen (FILE-40). 0 if there is nothing but a header; none if the file has no
    /// positions.
    pub(crate) fn position(&self) -> Option<u64> {
        let position = self.end(0)?;
        Some(if position <= self.header.len() as u64 { 0 } else { position })
    }

    /// Whether a line of so many bytes ends before `limit`. Foreign bytes may not be seen for a
    /// while, as long as the limit is far.
    pub(crate) fn ends_before(&self, limit: u64, bytes: usize) -> bool {
        if limit == 0 {
            return false;
        }
        let end = self.end(limit.saturating_sub(EXACT_WITHIN));
        end.is_some_and(|end| end.saturating_add(bytes as u64) < limit)
    }

    /// How many bytes may ever have been appended while the file is certainly far from `limit`. If
    /// it is not, or must be looked after for another reason, that is none.
    pub(crate) fn far_until(&self, limit: u64) -> u64 {
        let is_looked_after = self.settings.watch || self.warning.is_some();
        if limit == 0 || is_looked_after || self.file.is_none() {
            return 0;
        }
        if limit == u64::MAX {
            return u64::MAX;
        }
        let exact_from = limit.saturating_sub(EXACT_WITHIN);
        let room = self.end(exact_from).map_or(0, |end| exact_from.saturating_sub(end));
        self.pending.appended() + room.min(ASK_EVERY)
    }

    /// Where the bytes that are on their way will end.
    fn end(&self, exact_from: u64) -> Option<u64> {
        Some(self.position.get(self.file.as_ref()?, exact_from)? + self.pending.len() as u64)
    }

    pub(crate) fn terminator(&self) -> &str {
        &self.settings.terminator
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
        result.map_err(|error| self.cannot_write(error, before))
    }

    #[cold]
    fn cannot_write(&mut self, error: io::Error, before: u64) -> Error {
        if self.settings.shared {
            self.take_back(before);
        }
        Error::io(format!("write to the log file {}", self.settings.path.display()), error)
    }

    /// Writes what is on its way and closes the file, whether that went well or not (FILE-11).
    pub(crate) fn close(&mut self) -> Result<()> {
        let writes = self.is_open() && !self.settings.shared;
        let result = if writes { self.write_out() } else { Ok(()) };
        self.file = None;
        self.closed = true;
        result
    }

    fn open_in(&mut self, mode: &OpenMode, reader: Reader) -> Result<()> {
        let opened = open::open(&self.settings, mode, reader)?;
        self.take(opened, mode.appends());
        Ok(())
    }

    /// Takes a file that was just opened.
    fn take(&mut self, opened: Opened, appends: bool) {
        let Opened { file, metadata } = opened;
        self.id = metadata.as_ref().map(FileId::of);
        self.position = Position::of(metadata.as_ref(), appends);
        self.begin();
        self.file = Some(file);
        if let Some(link) = &self.settings.link
            && metadata.as_ref().is_some_and(Metadata::is_file)
            && let Err(error) = open::link(link, &self.settings.path)
        {
            self.warning = Some(error);
        }
    }

    /// A header and a byte-order mark go to the start of a file, and there only (FILE-14).
    fn begin(&mut self) {
        let waits = !self.pending.is_empty() && self.header_at == Some(self.pending.written());
        if self.position.is_start() && !self.header.is_empty() {
            if !waits {
                self.pending.prepend(&self.header);
                self.header_at = Some(self.pending.written());
            }
            self.encoder.resume();
        } else if self.position.is_inside() {
            if waits {
                self.pending.drop_first(self.header.len());
                self.header_at = None;
            }
            self.encoder.resume();
        } else {
            self.encoder.start_of_stream();
        }
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

impl Target for LogFile {
    #[inline]
    fn append(&mut self, line: &Line<'_>) -> Outcome {
        if self.file.is_none() || self.settings.watch {
            // FILE-8: what follows the close of a file that is written from its start is dropped.
            if self.file.is_none() && self.closed && self.settings.mode.is_plain_truncate() {
                return Outcome { fate: Fate::Dropped, warning: None };
            }
            if let Err(error) = self.make_ready() {
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
        Outcome { fate: Fate::Written, warning: self.warning.take() }
    }

    #[inline]
    fn commit(&mut self) -> Result<()> {
        self.followed = false;
        if self.is_due() { self.write_out() } else { Ok(()) }
    }

    fn flush_held(&mut self) {
        if let Err(error) = self.write_out() {
            self.warning = Some(error);
        }
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
        if self.is_open() && !self.settings.shared {
            let _ = self.write_out();
        }
    }
}

/// So near to a limit the position is asked for after each write, in bytes.
const EXACT_WITHIN: u64 = 64 * 1024;

/// The header as it stands in the file, byte-order mark and line end included.
fn encoded_header(settings: &FileSettings, encoder: &mut Encoder) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let line = settings.header.as_ref().map(|header| format!("{header}{}", settings.terminator));
    // Without one, a shared file begins with nothing but the byte-order mark: a line that has to wait
    // may not be the first one any more when it is written.
    if let Some(text) = line.or_else(|| settings.shared.then(String::new)) {
        encoder.start_of_stream();
        encoder.encode(&text, &mut bytes)?;
    }
    Ok(bytes)
}
