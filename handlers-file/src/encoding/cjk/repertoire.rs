//! Which characters a charset has, as codes of two bytes.

use std::ops::RangeInclusive;
use std::sync::OnceLock;

use encoding_rs::{DecoderResult, Encoding};

use crate::encoding::table::{CodeTable, HOLE};

/// The characters of a charset and their codes of two bytes.
///
/// `encoding_rs` searches its tables from end to end for a character, since browsers hardly ever
/// encode. So its decoder is asked once for every code, and the answers make a table the other
/// way round: about a millisecond when the charset is first used.
pub(crate) struct Repertoire {
    /// Where the characters come from.
    pub(super) source: &'static Encoding,
    /// Bytes that the source wants before the code.
    pub(super) prefix: &'static [u8],
    /// Which of the source's characters and codes CPython has too. The source may have several
    /// codes for one character: the lowest counts.
    pub(super) keep: fn(c: u16, code: u16) -> bool,
    /// What CPython has otherwise.
    pub(super) changes: &'static [&'static [Change]],
    pub(super) table: OnceLock<CodeTable>,
}

/// So many characters from the first on have the codes from the first on; no character of them
/// has a code if that is a [`HOLE`].
pub(super) struct Change(pub(super) u16, pub(super) u16, pub(super) u16);

impl Repertoire {
    /// The code of `c`.
    pub(crate) fn code(&self, c: char) -> Option<u16> {
        self.table().code(c)
    }

    /// Writes the code of `c`; says none if the charset has no such character.
    pub(crate) fn put(&self, c: char, out: &mut Vec<u8>) -> Option<()> {
        out.extend_from_slice(&self.code(c)?.to_be_bytes());
        Some(())
    }

    fn table(&self) -> &CodeTable {
        self.table.get_or_init(|| self.make())
    }

    fn make(&self) -> CodeTable {
        let mut table = CodeTable::new();
        for code in
            LEADS.flat_map(|lead| TRAILS.map(move |trail| u16::from_be_bytes([lead, trail])))
        {
            if let Some(c) = self.decode(code)
                && (self.keep)(c, code)
            {
                table.insert_first(c, code);
            }
        }
        for &Change(c, count, code) in self.changes.iter().copied().flatten() {
            for i in 0..count {
                table.insert(c + i, if code == HOLE { HOLE } else { code + i });
            }
        }
        table
    }

    /// The one character of the Basic Multilingual Plane that the source has for `code`.
    fn decode(&self, code: u16) -> Option<u16> {
        let mut decoder = self.source.new_decoder_without_bom_handling();
        let mut units = [0; 8];
        let bytes = [self.prefix, &code.to_be_bytes()].concat();
        let (result, _, written) =
            decoder.decode_to_utf16_without_replacement(&bytes, &mut units, true);
        match (result, &units[..written]) {
            (DecoderResult::InputEmpty, &[c]) => Some(c),
            _ => None,
        }
    }
}

const LEADS: RangeInclusive<u8> = 0x81..=0xfe;
const TRAILS: RangeInclusive<u8> = 0x40..=0xfe;

/// Unicode's private use, where browsers put the codes that a charset leaves to its users.
pub(super) const PRIVATE_USE: RangeInclusive<u16> = 0xe000..=0xf8ff;
