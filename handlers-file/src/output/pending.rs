//! Bytes on their way out. What a write did not take is kept and goes first the next time, so that a
//! line is never torn and two are never glued together.

use std::io::{self, ErrorKind, Write};

/// Bytes that are appended at one end and written at the other.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    bytes: Vec<u8>,
    /// Where the unwritten bytes begin.
    start: usize,
    /// How many bytes were ever written.
    written: u64,
    /// How many bytes are held back on purpose.
    held_back: usize,
}

impl Pending {
    /// Bytes of which so many are held back before they are written.
    pub(crate) fn held_back(capacity: usize) -> Self {
        Self { held_back: capacity, ..Self::default() }
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where bytes are appended. What stands there already must be left alone.
    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Puts `bytes` before all that is on its way.
    pub(crate) fn prepend(&mut self, bytes: &[u8]) {
        self.bytes.splice(self.start..self.start, bytes.iter().copied());
    }

    /// Lets go of the first `count` bytes that are on their way.
    pub(crate) fn drop_first(&mut self, count: usize) {
        let end = self.start.saturating_add(count).min(self.bytes.len());
        self.bytes.drain(self.start..end);
    }

    /// Takes back what the last write left in its target before it failed: the target has it no
    /// longer.
    pub(crate) fn take_back(&mut self, count: u64) {
        let count = usize::try_from(count).map_or(self.start, |count| count.min(self.start));
        self.start -= count;
        self.written -= count as u64;
    }

    /// How many bytes were written so far, of all that were ever appended.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// How many bytes were ever appended: the end of the line that was appended last.
    pub(crate) fn appended(&self) -> u64 {
        self.written + self.len() as u64
    }

    /// Writes everything, in one write if the target takes it so.
    ///
    /// A short write is continued and an interrupted one repeated. After any other error the bytes
    /// that were not written stay; they are the next that will be.
    #[expect(clippy::inline_always, reason = "after a system call each return costs 8 ns")]
    #[inline(always)]
    pub(crate) fn write_to(&mut self, target: &mut (impl Write + ?Sized)) -> io::Result<()> {
        if self.start > 0 {
            self.compact();
        }
        let result = self.write_all(target);
        if self.is_empty() {
            self.start = 0;
            self.bytes.clear();
            // Twice as much, since a vector doubles.
            self.bytes.shrink_to(self.held_back.saturating_mul(2).max(LARGEST_KEPT));
        }
        result
    }

    #[inline]
    fn write_all(&mut self, target: &mut (impl Write + ?Sized)) -> io::Result<()> {
        while !self.is_empty() {
            match target.write(&self.bytes[self.start..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => {
                    // A target may say anything; it was given no more than this.
                    let count = count.min(self.len());
                    self.start += count;
                    self.written += count as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Without this a target that takes a little of every line would let the buffer grow for ever.
    #[cold]
    fn compact(&mut self) {
        self.bytes.drain(..self.start);
        self.start = 0;
    }
}

/// How many unwritten bytes are kept, of a file or a stream that takes no more, before lines are
/// refused: a full disk must not fill the memory too.
pub(crate) const UNWRITTEN_LIMIT: usize = 1024 * 1024;

/// One enormous line must not cost that memory for ever.
const LARGEST_KEPT: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers each write as told: so many bytes, or an error.
    struct Script(Vec<Result<usize, ErrorKind>>, Vec<u8>);

    impl Write for Script {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let answer = if self.0.is_empty() { Ok(bytes.len()) } else { self.0.remove(0) };
            answer
                .map_err(io::Error::from)
                .inspect(|count| self.1.extend_from_slice(&bytes[..*count]))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_short_write_is_continued_and_an_interrupted_one_repeated() {
        let mut target = Script(vec![Ok(1), Err(ErrorKind::Interrupted), Ok(2)], Vec::new());
        let mut pending = Pending::default();
        pending.buffer().extend_from_slice(b"line\n");
        pending.write_to(&mut target).expect("the target takes it in the end");
        assert_eq!((target.1.as_slice(), pending.written()), (&b"line\n"[..], 5));
    }

    #[test]
    fn what_a_failed_write_left_is_finished_first() {
        let mut target = Script(vec![Ok(2), Err(ErrorKind::StorageFull)], Vec::new());
        let mut pending = Pending::default();
        pending.buffer().extend_from_slice(b"one\n");
        let error = pending.write_to(&mut target).expect_err("the disk is full");
        assert_eq!((error.kind(), pending.len()), (ErrorKind::StorageFull, 2));
        pending.buffer().extend_from_slice(b"two\n");
        pending.write_to(&mut target).expect("there is room again");
        assert_eq!(target.1, b"one\ntwo\n");
        assert_eq!(pending.appended(), 8);
    }

    #[test]
    fn what_a_failed_write_has_written_can_be_taken_back() {
        let mut target = Script(vec![Ok(2), Err(ErrorKind::StorageFull)], Vec::new());
        let mut pending = Pending::default();
        pending.buffer().extend_from_slice(b"one\n");
        assert!(pending.write_to(&mut target).is_err());
        pending.take_back(2);
        assert_eq!((pending.len(), pending.written(), pending.appended()), (4, 0, 4));
        target.1.clear();
        pending.write_to(&mut target).expect("there is room again");
        assert_eq!(target.1, b"one\n");
    }

    #[test]
    fn a_target_that_takes_a_little_of_every_line_costs_no_memory() {
        let mut pending = Pending::default();
        for _ in 0..100 {
            let mut target = Script(vec![Ok(4), Err(ErrorKind::StorageFull)], Vec::new());
            pending.buffer().extend_from_slice(b"line\n");
            assert!(pending.write_to(&mut target).is_err());
        }
        assert_eq!((pending.len(), pending.written()), (100, 400));
        assert!(pending.buffer().len() < 110, "{} bytes are kept", pending.buffer().len());
    }

    #[test]
    fn a_target_that_takes_nothing_is_an_error() {
        let mut target = Script(vec![Ok(0)], Vec::new());
        let mut pending = Pending::default();
        pending.buffer().push(b'x');
        let error = pending.write_to(&mut target).expect_err("nothing was taken");
        assert_eq!(error.kind(), ErrorKind::WriteZero);
    }
}
