//! Charsets: encodings that do not have every character.

use super::charmap::Charmap;
use super::cjk::Repertoire;
use super::cjk::chinese::put_gb18030;
use super::cjk::iso2022::{Set, Shift, put_hz, put_iso2022_jp, put_iso2022_kr};
use super::cjk::japanese::{put_cp932, put_euc_jp, put_shift_jis};
use super::cjk::korean::put_euc_kr;

/// A charset and how its characters are written.
#[derive(Clone, Copy)]
pub(super) enum Charset {
    Ascii,
    Charmap(&'static Charmap),
    Cp932,
    EucJp,
    EucKr,
    Gb18030,
    Hz,
    Iso2022Jp(&'static [Set]),
    Iso2022Kr,
    Latin1,
    /// ASCII, and codes of two bytes for all the rest.
    Pairs(&'static Repertoire),
    ShiftJis,
}

impl Charset {
    /// Writes `c`; writes nothing and says none if the charset does not have it.
    pub(super) fn put(self, c: char, shift: &mut Shift, out: &mut Vec<u8>) -> Option<()> {
        if c.is_ascii() && self.is_over_ascii() {
            out.extend(u8::try_from(c));
            return Some(());
        }
        match self {
            Self::Ascii => None,
            Self::Charmap(charmap) => charmap.byte(c).map(|byte| out.push(byte)),
            Self::Cp932 => put_cp932(c, out),
            Self::EucJp => put_euc_jp(c, out),
            Self::EucKr => put_euc_kr(c, out),
            Self::Gb18030 => {
                put_gb18030(c, out);
                Some(())
            }
            Self::Hz => put_hz(c, shift, out),
            Self::Iso2022Jp(sets) => put_iso2022_jp(sets, c, shift, out),
            Self::Iso2022Kr => put_iso2022_kr(c, shift, out),
            Self::Latin1 => u8::try_from(c).ok().map(|byte| out.push(byte)),
            Self::Pairs(repertoire) => repertoire.put(c, out),
            Self::ShiftJis => put_shift_jis(c, out),
        }
    }

    /// Whether an ASCII character is always written as itself.
    pub(super) fn is_over_ascii(self) -> bool {
        match self {
            Self::Charmap(charmap) => charmap.is_over_ascii(),
            Self::Hz | Self::Iso2022Jp(_) | Self::Iso2022Kr => false,
            _ => true,
        }
    }

    /// Whether characters that fail one after the other fail as one: CPython's codecs of one byte
    /// report them so, those of several report the first.
    pub(super) fn fails_in_runs(self) -> bool {
        matches!(self, Self::Ascii | Self::Charmap(_) | Self::Latin1)
    }

    /// What CPython says of a character that fails.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Ascii => "ordinal not in range(128)",
            Self::Charmap(_) => "character maps to <undefined>",
            Self::Latin1 => "ordinal not in range(256)",
            _ => "illegal multibyte sequence",
        }
    }
}
