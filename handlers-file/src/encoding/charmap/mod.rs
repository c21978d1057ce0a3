//! Code pages: one byte for each character.

pub(super) mod dos;
pub(super) mod ebcdic;
pub(super) mod iso8859;
pub(super) mod mac;
pub(super) mod others;
pub(super) mod windows;

use std::sync::OnceLock;

use super::table::{CodeTable, HOLE};

/// A code page, as the character that each byte stands for.
///
/// The way back, from characters to bytes, is made when the code page is first written with.
pub(crate) struct Charmap {
    /// The first half, unless it is ASCII.
    low: Option<[u16; 128]>,
    high: [u16; 128],
    bytes: OnceLock<CodeTable>,
}

impl Charmap {
    const fn over_ascii(high: [u16; 128]) -> Self {
        Self { low: None, high, bytes: OnceLock::new() }
    }

    const fn new(low: [u16; 128], high: [u16; 128]) -> Self {
        Self { low: Some(low), high, bytes: OnceLock::new() }
    }

    /// The byte that stands for `c`.
    pub(super) fn byte(&self, c: char) -> Option<u8> {
        let [_, byte] = self.bytes.get_or_init(|| self.invert()).code(c)?.to_be_bytes();
        Some(byte)
    }

    /// Whether ASCII characters are written as themselves.
    pub(super) fn is_over_ascii(&self) -> bool {
        self.low.is_none()
    }

    fn invert(&self) -> CodeTable {
        let mut table = CodeTable::new();
        let low = (0..128).map(|byte| self.low.map_or(byte, |low| low[usize::from(byte)]));
        for (byte, c) in (0..).zip(low.chain(self.high)) {
            if c != HOLE {
                table.insert(c, byte);
            }
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_of_1252_that_stands_for_nothing_is_reached_by_no_character() {
        assert_eq!(windows::CP1252.byte('€'), Some(0x80));
        assert_eq!(windows::CP1252.byte('\u{81}'), None);
        assert_eq!(windows::CP1252.byte('\u{ffff}'), None);
        assert_eq!(windows::CP1252.byte('😀'), None);
    }

    #[test]
    fn a_mainframe_has_its_own_letters() {
        assert!(!ebcdic::CP037.is_over_ascii());
        assert_eq!(ebcdic::CP037.byte('a'), Some(0x81));
        assert_eq!(ebcdic::CP037.byte('\0'), Some(0));
    }
}
