//! Where in the file its writer is.

use std::cell::Cell;
use std::fs::{File, Metadata};
use std::io::Seek;

/// Where in the file its writer is.
///
/// After a write the descriptor stands at the end of the file, foreign bytes included (FILE-40).
/// Asking the system where that is shows them; far from any limit it is asked from time to time only.
#[derive(Debug, Default)]
pub(super) struct Position {
    /// None for a file without positions: a FIFO, a terminal.
    known: Cell<Option<u64>>,
    /// Bytes written since the system was asked.
    unasked: Cell<u64>,
}

impl Position {
    /// FILE-40: at first, the size of a file that is appended to.
    pub(super) fn of(file: Option<&Metadata>, appends: bool) -> Self {
        // One that the system says nothing of is asked for its position when that is wanted.
        let Some(file) = file else {
            return Self { known: Cell::new(Some(0)), unasked: Cell::new(1) };
        };
        let start = if appends { file.len() } else { 0 };
        Self { known: Cell::new(file.is_file().then_some(start)), unasked: Cell::new(0) }
    }

    /// The end of a file of that size.
    pub(super) fn at(size: u64) -> Self {
        Self { known: Cell::new(Some(size)), unasked: Cell::new(0) }
    }

    /// Whether nothing is in the file before the writer.
    pub(super) fn is_start(&self) -> bool {
        self.known.get() == Some(0) && self.unasked.get() == 0
    }

    /// Whether something is in the file before the writer.
    pub(super) fn is_inside(&self) -> bool {
        self.known.get().is_some() && !self.is_start()
    }

    pub(super) fn advance(&mut self, written: u64) {
        *self.unasked.get_mut() += written;
    }

    /// The position. From `exact_from` on the system is asked after each write.
    #[inline]
    pub(super) fn get(&self, file: &File, exact_from: u64) -> Option<u64> {
        let (known, unasked) = (self.known.get()?, self.unasked.get());
        let position = known + unasked;
        let is_due = unasked >= ASK_EVERY || unasked > 0 && position >= exact_from;
        if is_due { Some(self.ask(file).unwrap_or(position)) } else { Some(position) }
    }

    /// If the system does not say, what was written since is counted, and it is asked again.
    fn ask(&self, mut file: &File) -> Option<u64> {
        let position = file.stream_position().ok()?;
        self.known.set(Some(position));
        self.unasked.set(0);
        Some(position)
    }
}

/// How much is written before the system is asked again, in bytes, where nobody needs to know the
/// position exactly. Asking costs a fifth of a write.
pub(super) const ASK_EVERY: u64 = 4 * 1024;
