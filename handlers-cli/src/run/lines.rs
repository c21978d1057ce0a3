//! Lines of any bytes, as text, in bounded memory.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

/// Reads lines from a source that may hold anything.
///
/// A line ends with `\n` or `\r\n`, which is not part of it, or with the source. Bytes that are not
/// UTF-8 become U+FFFD. A line longer than a mebibyte comes in pieces of about that size, none of
/// which begins within a character.
#[derive(Debug)]
pub(super) struct Lines<R> {
    source: BufReader<R>,
    /// The line that was given last and, behind it, what was read of the next one.
    line: Vec<u8>,
    given: usize,
    /// What ended the source, if it was an error: what was read before it comes first.
    failure: Option<io::Error>,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(source: R) -> Self {
        let source = BufReader::with_capacity(BUFFER, source);
        Self { source, line: Vec::new(), given: 0, failure: None }
    }

    /// The next line; none at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Cow<'_, str>>> {
        self.line.drain(..self.given);
        if self.failure.is_none() {
            let room = u64::try_from(MOST - self.line.len()).unwrap_or(u64::MAX);
            let read = self.source.by_ref().take(room).read_until(b'\n', &mut self.line);
            self.failure = read.err();
        }
        self.given = self.line.len();
        if self.line.is_empty() {
            return self.failure.take().map_or(Ok(None), Err);
        }
        let line = match self.line.strip_suffix(b"\n") {
            Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
            None if self.line.len() < MOST => &self.line,
            None => {
                self.given = start_of_character(&self.line, LONGEST);
                &self.line[..self.given]
            }
        };
        Ok(Some(String::from_utf8_lossy(line)))
    }
}

/// The last place up to `place` at which a character begins, or `place` itself if there is none.
fn start_of_character(text: &[u8], place: usize) -> usize {
    let is_start = |place: &usize| text[*place] & 0b1100_0000 != 0b1000_0000;
    (place.saturating_sub(3)..=place).rev().find(is_start).unwrap_or(place)
}

const BUFFER: usize = 64 * 1024;

const LONGEST: usize = 1024 * 1024;

/// A line of the greatest length, and `\r\n`: it does not come in pieces only because it has an end.
const MOST: usize = LONGEST + 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn all(source: &[u8]) -> Vec<String> {
        let mut lines = Lines::new(source);
        let mut all = Vec::new();
        while let Some(line) = lines.next().expect("memory can be read") {
            all.push(line.into_owned());
        }
        all
    }

    #[test]
    fn the_last_line_needs_no_end_and_an_empty_one_is_a_line() {
        assert_eq!(all(b"a\n\nb\r\nc"), ["a", "", "b", "c"]);
        assert_eq!(all(b""), [""; 0]);
        assert_eq!(all(b"\n"), [""]);
    }

    #[test]
    fn a_carriage_return_alone_ends_no_line() {
        assert_eq!(all(b"a\rb\r\r\nc\r"), ["a\rb\r", "c\r"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced_and_the_rest_kept() {
        assert_eq!(all(b"a\xffb\n\0\n"), ["a\u{fffd}b", "\0"]);
    }

    #[test]
    fn an_endless_line_comes_in_pieces() {
        let lines = all(&vec![b'x'; 3 * LONGEST]);
        assert_eq!(lines.iter().map(String::len).collect::<Vec<_>>(), [LONGEST; 3]);
    }

    #[test]
    fn lines_of_about_the_greatest_length_gain_and_lose_nothing() {
        for length in (LONGEST - 2..LONGEST + 4).chain(2 * LONGEST - 2..2 * LONGEST + 4) {
            let text = "x".repeat(length);
            for (end, empty) in [("", 0), ("\n", 0), ("\r\n", 0), ("\n\n", 1), ("\n\r\n\n", 2)] {
                let lines = all(format!("{text}{end}").as_bytes());
                let is_empty = |line: &&String| line.is_empty();
                assert_eq!(lines.iter().filter(is_empty).count(), empty, "{length} {end:?}");
                assert!(lines.concat() == text, "{length} {end:?}");
                assert!(lines.iter().all(|line| line.len() < MOST), "{length} {end:?}");
            }
        }
    }

    #[test]
    fn what_was_read_before_an_error_comes_before_it() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
        let mut lines = Lines::new(b"a\nb".chain(Broken));
        assert_eq!(lines.next().unwrap().unwrap(), "a");
        assert_eq!(lines.next().unwrap().unwrap(), "b");
        assert_eq!(lines.next().unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    }

    #[test]
    fn no_piece_begins_within_a_character() {
        for character in ["ü", "€", "😀"] {
            for offset in 0..4 {
                let text = "x".repeat(offset) + &character.repeat(LONGEST);
                let lines = all(text.as_bytes());
                assert!(lines.len() > 1);
                assert_eq!(lines.concat(), text);
            }
        }
        let no_text = vec![0x80; LONGEST + 10];
        assert_eq!(all(&no_text).concat(), "\u{fffd}".repeat(LONGEST + 10));
    }
}
