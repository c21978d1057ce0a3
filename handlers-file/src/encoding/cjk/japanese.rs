//! JIS X 0201, 0208 and 0212, and the code pages made of them.

use std::sync::OnceLock;

use super::repertoire::{Change, Repertoire};
use crate::encoding::table::HOLE;

/// JIS X 0208, as EUC-JP has it.
///
/// Browsers add rows 13, NEC's, and 89 to 92, IBM's, and take some signs for the wide ones.
static JIS_X_0208: Repertoire = Repertoire {
    source: encoding_rs::EUC_JP,
    prefix: &[],
    keep: |_, code| matches!(code, 0xa1a1..0xada1 | 0xaea1..0xf9a1),
    changes: &[&[
        Change(0x00a2, 2, 0xa1f1),
        Change(0x00ac, 1, 0xa2cc),
        Change(0x2016, 1, 0xa1c2),
        Change(0x2212, 1, 0xa1dd),
        Change(0x2225, 1, HOLE),
        Change(0x301c, 1, 0xa1c1),
        Change(0xff0d, 1, HOLE),
        Change(0xff5e, 1, HOLE),
        Change(0xffe0, 3, HOLE),
    ]],
    table: OnceLock::new(),
};

/// JIS X 0212, as EUC-JP has it after a byte of its own.
static JIS_X_0212: Repertoire = Repertoire {
    source: encoding_rs::EUC_JP,
    prefix: &[SINGLE_SHIFT_3],
    keep: |c, _| c != 0xff5e,
    changes: &[],
    table: OnceLock::new(),
};

/// The code page 932. CPython has more characters for a few of its codes.
static CP932: Repertoire = Repertoire {
    source: encoding_rs::SHIFT_JIS,
    prefix: &[],
    keep: |_, _| true,
    changes: &[&[
        Change(0x00a2, 2, 0x8191),
        Change(0x00ac, 1, 0x81ca),
        Change(0x2016, 1, 0x8161),
        Change(0x2212, 1, 0x817c),
        Change(0x301c, 1, 0x8160),
    ]],
    table: OnceLock::new(),
};

/// The byte of `c` among the katakana of JIS X 0201.
pub(super) fn jis_x_0201_katakana(c: char) -> Option<u8> {
    matches!(c, '\u{ff61}'..='\u{ff9f}').then(|| (u32::from(c) - 0xff61).to_le_bytes()[0] + 0xa1)
}

/// The byte of `c` where JIS X 0201 has another sign than ASCII.
pub(super) fn jis_x_0201_roman(c: char) -> Option<u8> {
    match c {
        '¥' => Some(b'\\'),
        '‾' => Some(b'~'),
        _ => None,
    }
}

/// The code of `c` in JIS X 0208.
pub(super) fn jis_x_0208(c: char) -> Option<u16> {
    JIS_X_0208.code(c).map(|code| code & 0x7f7f)
}

/// The code of `c` in JIS X 0212.
pub(super) fn jis_x_0212(c: char) -> Option<u16> {
    JIS_X_0212.code(c).map(|code| code & 0x7f7f)
}

/// Writes `c` in EUC-JP.
pub(crate) fn put_euc_jp(c: char, out: &mut Vec<u8>) -> Option<()> {
    if let Some(byte) = jis_x_0201_roman(c) {
        out.push(byte);
    } else if let Some(byte) = jis_x_0201_katakana(c) {
        out.extend_from_slice(&[SINGLE_SHIFT_2, byte]);
    } else if JIS_X_0208.put(c, out).is_none() {
        let [lead, trail] = JIS_X_0212.code(c)?.to_be_bytes();
        out.extend_from_slice(&[SINGLE_SHIFT_3, lead, trail]);
    }
    Some(())
}

/// Writes `c` in Shift JIS proper, which holds JIS X 0201 and 0208 and no more.
pub(crate) fn put_shift_jis(c: char, out: &mut Vec<u8>) -> Option<()> {
    if let Some(byte) = jis_x_0201_roman(c).or_else(|| jis_x_0201_katakana(c)) {
        out.push(byte);
        return Some(());
    }
    let [row, cell] = jis_x_0208(c)?.to_be_bytes();
    // Two rows of 94 share a lead byte; the lead bytes leave out the katakana, the trail bytes DEL.
    let (row, cell) = (row - 0x21, cell - 0x21 + if row % 2 == 1 { 0 } else { 94 });
    let lead = row / 2 + if row < 62 { 0x81 } else { 0xc1 };
    let trail = cell + if cell < 63 { 0x40 } else { 0x41 };
    out.extend_from_slice(&[lead, trail]);
    Some(())
}

/// Writes `c` in code page 932.
pub(crate) fn put_cp932(c: char, out: &mut Vec<u8>) -> Option<()> {
    let byte = match c {
        '\u{80}' => 0x80,
        // Bytes that stand for nothing, which CPython maps as Windows does.
        '\u{f8f0}' => 0xa0,
        '\u{f8f1}' => 0xfd,
        '\u{f8f2}' => 0xfe,
        '\u{f8f3}' => 0xff,
        _ => match jis_x_0201_katakana(c) {
            Some(byte) => byte,
            None => return CP932.put(c, out),
        },
    };
    out.push(byte);
    Some(())
}

const SINGLE_SHIFT_2: u8 = 0x8e;
const SINGLE_SHIFT_3: u8 = 0x8f;

#[cfg(test)]
mod tests {
    use super::*;

    fn with(put: fn(char, &mut Vec<u8>) -> Option<()>, c: char) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        put(c, &mut out).map(|()| out)
    }

    #[test]
    fn the_wave_dash_is_the_standards_and_windows_takes_both() {
        assert_eq!(with(put_shift_jis, '〜').unwrap(), b"\x81\x60");
        assert_eq!(with(put_shift_jis, '～'), None);
        assert_eq!(with(put_cp932, '〜').unwrap(), b"\x81\x60");
        assert_eq!(with(put_cp932, '～').unwrap(), b"\x81\x60");
    }

    #[test]
    fn characters_of_vendors_are_in_the_code_page_of_windows_only() {
        assert_eq!(with(put_cp932, '①').unwrap(), b"\x87\x40");
        assert_eq!(with(put_cp932, '\u{e000}').unwrap(), b"\xf0\x40");
        assert_eq!(with(put_shift_jis, '①'), None);
        assert_eq!(with(put_euc_jp, '①'), None);
    }

    #[test]
    fn euc_has_the_supplementary_kanji() {
        assert_eq!(with(put_euc_jp, '丂').unwrap(), b"\x8f\xb0\xa1");
        assert_eq!(with(put_euc_jp, 'é').unwrap(), b"\x8f\xab\xb1");
        assert_eq!(with(put_euc_jp, 'ｱ').unwrap(), b"\x8e\xb1");
        assert_eq!(with(put_shift_jis, '丂'), None);
    }

    #[test]
    fn rows_share_lead_bytes() {
        assert_eq!(with(put_shift_jis, 'あ').unwrap(), b"\x82\xa0");
        assert_eq!(with(put_shift_jis, '熙').unwrap(), b"\xea\xa4");
        assert_eq!(with(put_shift_jis, '¥').unwrap(), b"\\");
    }
}
