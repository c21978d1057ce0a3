//! Encodings of seven bits, where escape sequences and shifts switch between charsets.

use super::chinese::GB2312;
use super::japanese::{jis_x_0201_katakana, jis_x_0201_roman, jis_x_0208, jis_x_0212};
use super::korean::ks_x_1001;

/// Which charset the bytes that come next are read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shift {
    /// The charset designated G0; none if it is not known, as in the middle of a file.
    g0: Option<Set>,
    /// Whether G1 is designated.
    has_g1: bool,
    /// Whether a shift away from G0, or from ASCII, is in force.
    is_out: bool,
}

impl Shift {
    /// The state at the start of a stream.
    pub(crate) const START: Self = Self { g0: Some(Set::Ascii), has_g1: false, is_out: false };

    /// The state after bytes that somebody else wrote.
    ///
    /// CPython does not look at them. It designates ASCII before the first ASCII character.
    pub(crate) const RESUMED: Self = Self { g0: None, ..Self::START };

    fn designate_g0(&mut self, set: Set, out: &mut Vec<u8>) {
        if self.g0 != Some(set) {
            out.extend_from_slice(set.designation());
            self.g0 = Some(set);
        }
    }

    /// Writes the bytes that end a shift, if one is in force.
    fn shift_in(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if self.is_out {
            out.extend_from_slice(bytes);
            self.is_out = false;
        }
    }

    /// Writes the bytes that begin a shift, unless one is in force.
    fn shift_out(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if !self.is_out {
            out.extend_from_slice(bytes);
            self.is_out = true;
        }
    }
}

/// A charset that can be designated G0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    Ascii,
    Gb2312,
    JisX0201Katakana,
    JisX0201Roman,
    JisX0208,
    JisX0212,
    KsX1001,
}

impl Set {
    /// The escape sequence that designates this charset G0.
    fn designation(self) -> &'static [u8] {
        match self {
            Self::Ascii => b"\x1b(B",
            // CPython writes the long form; `ESC $ A` would do.
            Self::Gb2312 => b"\x1b$(A",
            Self::JisX0201Katakana => b"\x1b(I",
            Self::JisX0201Roman => b"\x1b(J",
            Self::JisX0208 => b"\x1b$B",
            Self::JisX0212 => b"\x1b$(D",
            Self::KsX1001 => b"\x1b$(C",
        }
    }

    /// The code of `c`, which is of two bytes if it is above 0xFF.
    fn code(self, c: char) -> Option<u16> {
        match self {
            Self::Ascii => u8::try_from(c).ok().filter(u8::is_ascii).map(u16::from),
            Self::Gb2312 => GB2312.code(c).map(|code| code & 0x7f7f),
            Self::JisX0201Katakana => jis_x_0201_katakana(c).map(|byte| u16::from(byte & 0x7f)),
            Self::JisX0201Roman => jis_x_0201_roman(c).map(u16::from),
            Self::JisX0208 => jis_x_0208(c),
            Self::JisX0212 => jis_x_0212(c),
            Self::KsX1001 => ks_x_1001(c).map(|code| code & 0x7f7f),
        }
    }
}

/// Writes `c` in the first of `sets` that has it; says none if none has.
pub(crate) fn put_iso2022_jp(
    sets: &[Set],
    c: char,
    shift: &mut Shift,
    out: &mut Vec<u8>,
) -> Option<()> {
    let (set, code) = sets.iter().find_map(|&set| Some((set, set.code(c)?)))?;
    shift.designate_g0(set, out);
    match code.to_be_bytes() {
        [0, byte] => out.push(byte),
        bytes => out.extend_from_slice(&bytes),
    }
    Some(())
}

/// Writes `c` in ISO-2022-KR: ASCII is G0 and KS X 1001 is G1.
pub(crate) fn put_iso2022_kr(c: char, shift: &mut Shift, out: &mut Vec<u8>) -> Option<()> {
    const SHIFT_OUT: &[u8] = b"\x0e";
    const SHIFT_IN: &[u8] = b"\x0f";
    if let Some(byte) = ascii(c) {
        shift.designate_g0(Set::Ascii, out);
        shift.shift_in(SHIFT_IN, out);
        out.push(byte);
        return Some(());
    }
    let code = Set::KsX1001.code(c)?;
    if !shift.has_g1 {
        out.extend_from_slice(b"\x1b$)C");
        shift.has_g1 = true;
    }
    shift.shift_out(SHIFT_OUT, out);
    out.extend_from_slice(&code.to_be_bytes());
    Some(())
}

/// Writes `c` in HZ (RFC 1843), which shifts with tildes.
pub(crate) fn put_hz(c: char, shift: &mut Shift, out: &mut Vec<u8>) -> Option<()> {
    if let Some(byte) = ascii(c) {
        shift.shift_in(b"~}", out);
        out.push(byte);
        if byte == b'~' {
            out.push(byte);
        }
        return Some(());
    }
    let code = Set::Gb2312.code(c)?;
    shift.shift_out(b"~{", out);
    out.extend_from_slice(&code.to_be_bytes());
    Some(())
}

fn ascii(c: char) -> Option<u8> {
    u8::try_from(c).ok().filter(u8::is_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jp(shift: &mut Shift, text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        for c in text.chars() {
            let sets = [Set::Ascii, Set::JisX0208, Set::JisX0201Roman];
            put_iso2022_jp(&sets, c, shift, &mut out).expect("the text is Japanese");
        }
        out
    }

    #[test]
    fn a_charset_stays_designated_from_one_text_to_the_next() {
        let mut shift = Shift::START;
        assert_eq!(jp(&mut shift, "あ"), b"\x1b$B$\"");
        assert_eq!(jp(&mut shift, "い"), b"$$");
        assert_eq!(jp(&mut shift, "a"), b"\x1b(Ba");
        assert_eq!(jp(&mut shift, "¥"), b"\x1b(J\\");
        assert_eq!(jp(&mut shift, "\n"), b"\x1b(B\n");
    }

    #[test]
    fn in_the_middle_of_a_file_nothing_is_taken_as_designated() {
        let (mut start, mut resumed) = (Shift::START, Shift::RESUMED);
        assert_eq!(jp(&mut start, "a"), b"a");
        assert_eq!(jp(&mut resumed, "a"), b"\x1b(Ba");
    }

    #[test]
    fn korean_designates_once_and_shifts_each_time() {
        let (mut shift, mut out) = (Shift::START, Vec::new());
        for c in "あaあ\n".chars() {
            put_iso2022_kr(c, &mut shift, &mut out).unwrap();
        }
        assert_eq!(out, b"\x1b$)C\x0e*\"\x0fa\x0e*\"\x0f\n");
    }

    #[test]
    fn a_tilde_is_doubled_in_hz() {
        let (mut shift, mut out) = (Shift::START, Vec::new());
        for c in "啊~a啊".chars() {
            put_hz(c, &mut shift, &mut out).unwrap();
        }
        assert_eq!(out, b"~{0!~}~~a~{0!");
        assert_eq!(put_hz('€', &mut shift, &mut out), None);
    }
}
