//! GB 2312 and its extensions, and Big5.

use std::array;
use std::ops::Range;
use std::sync::OnceLock;

use super::repertoire::{Change, PRIVATE_USE, Repertoire};
use crate::encoding::table::HOLE;

/// GB 2312, as EUC-CN has it.
pub(crate) static GB2312: Repertoire = Repertoire {
    source: encoding_rs::GBK,
    prefix: &[],
    keep: |c, code| {
        let [lead, trail] = code.to_be_bytes();
        let added = matches!(code, 0xa2a1..=0xa2aa | 0xa2e3 | 0xa6d9..=0xa6f5 | 0xa8bb..=0xa8c0);
        matches!(lead, 0xa1..=0xf7) && trail >= 0xa1 && !added && !PRIVATE_USE.contains(&c)
    },
    changes: &[&[
        Change(0x00b7, 1, HOLE),
        Change(0x2014, 1, HOLE),
        Change(0x2015, 1, 0xa1aa),
        Change(0x30fb, 1, 0xa1a4),
    ]],
    table: OnceLock::new(),
};

/// GBK, without the characters that were found to be missing later.
pub(crate) static GBK: Repertoire = Repertoire {
    source: encoding_rs::GBK,
    prefix: &[],
    keep: |c, code| {
        let added = matches!(
            c,
            0x01f9 | 0x1e3f | 0x20ac | 0x2ff0..=0x2ffb | 0x303e | 0xfe10..=0xfe19
        );
        code < 0xfe50 && !added && !PRIVATE_USE.contains(&c)
    },
    changes: &[],
    table: OnceLock::new(),
};

/// The codes of two bytes in GB 18030, in its edition of 2000: browsers have that of 2022, where
/// characters took the place of others of private use.
static GB18030: Repertoire = Repertoire {
    source: encoding_rs::GB18030,
    prefix: &[],
    keep: |_, _| true,
    changes: &[&[
        Change(0x1e3f, 1, HOLE),
        Change(0x9fb4, 8, HOLE),
        Change(0xe5e5, 1, 0xa3a0),
        Change(0xe78d, 7, 0xa6d9),
        Change(0xe794, 2, 0xa6ec),
        Change(0xe796, 1, 0xa6f3),
        Change(0xe7c7, 1, 0xa8bc),
        Change(0xe81e, 1, 0xfe59),
        Change(0xe826, 1, 0xfe61),
        Change(0xe82b, 2, 0xfe66),
        Change(0xe832, 1, 0xfe6d),
        Change(0xe843, 1, 0xfe7e),
        Change(0xe854, 1, 0xfe90),
        Change(0xe864, 1, 0xfea0),
        Change(0xfe10, 10, HOLE),
    ]],
    table: OnceLock::new(),
};

/// Big5, without the characters of Hong Kong.
pub(crate) static BIG5: Repertoire = Repertoire {
    source: encoding_rs::BIG5,
    prefix: &[],
    keep: |_, code| is_big5(code) && !matches!(code, 0xa3e1 | 0xf9d6..=0xf9fe),
    changes: &[
        BIG5_CHANGES,
        &[
            Change(0x00af, 1, HOLE),
            Change(0x2027, 1, HOLE),
            Change(0x2215, 1, HOLE),
            Change(0x2295, 1, HOLE),
            Change(0x2299, 1, HOLE),
            Change(0xfe51, 1, HOLE),
            Change(0xfe68, 1, HOLE),
            Change(0xff0f, 1, 0xa241),
            Change(0xff3c, 1, 0xa242),
            Change(0xff5e, 1, HOLE),
            Change(0xffe0, 2, HOLE),
            Change(0xffe5, 1, HOLE),
        ],
    ],
    table: OnceLock::new(),
};

/// The code page 950, Big5 as Windows has it.
pub(crate) static CP950: Repertoire = Repertoire {
    source: encoding_rs::BIG5,
    prefix: &[],
    keep: |c, code| is_big5(code) && c != 0xffed,
    changes: &[BIG5_CHANGES, &[Change(0x2593, 1, 0xf9fe)]],
    table: OnceLock::new(),
};

/// Whether a code is Big5's own. Hong Kong surrounds it, and has taken some codes inside: from
/// 0xC6A1 to 0xC8FE other characters stand there.
fn is_big5(code: u16) -> bool {
    matches!(code, 0xa140..0xa3c0 | 0xa3e1..0xc6a1 | 0xc940..=0xf9fe)
}

const BIG5_CHANGES: &[Change] = &[
    Change(0x00a2, 2, 0xa246),
    Change(0x00a5, 1, 0xa244),
    Change(0x0401, 1, 0xc7b3),
    Change(0x0414, 2, 0xc7b1),
    Change(0x0416, 7, 0xc7b4),
    Change(0x0423, 19, 0xc7bb),
    Change(0x0436, 26, 0xc7cf),
    Change(0x0451, 1, 0xc7ce),
    Change(0x2022, 1, 0xa145),
    Change(0x203e, 1, 0xa1c2),
    Change(0x223c, 1, 0xa1e3),
    Change(0x2460, 10, 0xc7e9),
    Change(0x2474, 10, 0xc7f3),
    Change(0x2609, 1, 0xa1f3),
    Change(0x2641, 1, 0xa1f2),
    Change(0x3005, 1, 0xc6a4),
    Change(0x3041, 83, 0xc6a5),
    Change(0x309d, 2, 0xc6a2),
    Change(0x30a1, 7, 0xc6f8),
    Change(0x30a8, 63, 0xc740),
    Change(0x30e7, 16, 0xc7a1),
    Change(0x30fe, 1, 0xc6a1),
    Change(0x5341, 1, 0xa451),
    Change(0x5345, 1, 0xa4ca),
    Change(0xff64, 1, 0xa14e),
];

/// Writes `c` in GB 18030, which has every character: those without a code of two bytes are
/// numbered in four.
pub(crate) fn put_gb18030(c: char, out: &mut Vec<u8>) {
    if GB18030.put(c, out).is_some() {
        return;
    }
    let number = match u16::try_from(u32::from(c)) {
        Ok(c) => four_byte_number(c),
        Err(_) => u32::from(c) - 0x1_0000 + FIRST_BEYOND_THE_PLANE,
    };
    let digit = |weight: u32, base: u32| (number / weight % base).to_le_bytes()[0];
    out.extend_from_slice(&[
        0x81 + digit(12600, 126),
        0x30 + digit(1260, 10),
        0x81 + digit(10, 126),
        0x30 + digit(1, 10),
    ]);
}

/// How many characters of the plane before `c` have no code of two bytes.
fn four_byte_number(c: u16) -> u32 {
    static BEFORE_PAGE: OnceLock<[u32; 256]> = OnceLock::new();
    let before_page = BEFORE_PAGE.get_or_init(|| {
        let (mut start, mut number) = (0, 0);
        array::from_fn(|_| {
            let before = number;
            number += lacking_code(start..start + 256);
            start += 256;
            before
        })
    });
    let [page, _] = c.to_be_bytes();
    let c = u32::from(c);
    before_page[usize::from(page)] + lacking_code(c & 0xff00..c)
}

fn lacking_code(characters: Range<u32>) -> u32 {
    let lacks = |c: char| !c.is_ascii() && GB18030.code(c).is_none();
    characters.map(|c| u32::from(char::from_u32(c).is_some_and(lacks))).sum()
}

/// The number of U+10000: its code is 0x90308130.
const FIRST_BEYOND_THE_PLANE: u32 = (0x90 - 0x81) * 12600;

#[cfg(test)]
mod tests {
    use super::*;

    fn gb18030(c: char) -> Vec<u8> {
        let mut out = Vec::new();
        put_gb18030(c, &mut out);
        out
    }

    #[test]
    fn gb18030_numbers_what_has_no_code_of_two_bytes() {
        assert_eq!(gb18030('啊'), b"\xb0\xa1");
        assert_eq!(gb18030('\u{80}'), b"\x81\x30\x81\x30");
        assert_eq!(gb18030('\u{d7ff}'), b"\x83\x36\xc7\x38");
        assert_eq!(gb18030('\u{ffff}'), b"\x84\x31\xa4\x39");
        assert_eq!(gb18030('\u{10000}'), b"\x90\x30\x81\x30");
        assert_eq!(gb18030('\u{10ffff}'), b"\xe3\x32\x9a\x35");
    }

    #[test]
    fn gb18030_is_that_of_2000() {
        assert_eq!(gb18030('ḿ'), b"\x81\x35\xf4\x37");
        assert_eq!(gb18030('\u{e7c7}'), b"\xa8\xbc");
        assert_eq!(gb18030('\u{9fb4}'), b"\x82\x35\x90\x37");
    }

    #[test]
    fn the_euro_is_not_in_gbk_though_it_is_on_the_web() {
        assert_eq!(GBK.code('€'), None);
        assert_eq!(GBK.code('丂'), Some(0x8140));
        assert_eq!(GB2312.code('丂'), None);
        assert_eq!(GB2312.code('・'), Some(0xa1a4));
        assert_eq!(GBK.code('·'), Some(0xa1a4));
    }

    #[test]
    fn big5_has_its_kana_where_hong_kong_has_not() {
        assert_eq!(BIG5.code('あ'), Some(0xc6a6));
        assert_eq!(CP950.code('あ'), Some(0xc6a6));
        assert_eq!(BIG5.code('￥'), None);
        assert_eq!(CP950.code('￥'), Some(0xa244));
        assert_eq!(CP950.code('碁'), Some(0xf9d6));
        assert_eq!(BIG5.code('碁'), None);
    }
}
