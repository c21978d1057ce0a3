//! KS X 1001 and its extension by Windows.

use std::sync::OnceLock;

use super::repertoire::Repertoire;

/// The code page 949, KS X 1001 with the Hangul syllables that it lacks. CPython has it as
/// browsers do.
pub(crate) static CP949: Repertoire = Repertoire {
    source: encoding_rs::EUC_KR,
    prefix: &[],
    keep: |_, _| true,
    changes: &[],
    table: OnceLock::new(),
};

/// The code of `c` in KS X 1001, as EUC-KR has it.
pub(super) fn ks_x_1001(c: char) -> Option<u16> {
    CP949.code(c).filter(|code| code.to_be_bytes().iter().all(|&byte| byte >= 0xa1))
}

/// Writes `c` in EUC-KR.
///
/// A syllable that is not in KS X 1001 is spelled: the sign for it, then its three letters, as
/// annex 3 of the standard has it.
pub(crate) fn put_euc_kr(c: char, out: &mut Vec<u8>) -> Option<()> {
    if let Some(code) = ks_x_1001(c) {
        out.extend_from_slice(&code.to_be_bytes());
        return Some(());
    }
    let syllable = u32::from(c).checked_sub(u32::from('가'))?;
    // Unicode has the syllables in the order of their letters: 19 initials, 21 vowels, 28 finals.
    let initial = INITIALS.get((syllable / (21 * 28)) as usize)?;
    let vowel = VOWELS[(syllable / 28 % 21) as usize];
    let last = FINALS[(syllable % 28) as usize];
    out.extend_from_slice(&[0xa4, FILLER, 0xa4, *initial, 0xa4, vowel, 0xa4, last]);
    Some(())
}

const FILLER: u8 = 0xd4;

const INITIALS: [u8; 19] = [
    0xa1, 0xa2, 0xa4, 0xa7, 0xa8, 0xa9, 0xb1, 0xb2, 0xb3, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xbb,
    0xbc, 0xbd, 0xbe,
];

const VOWELS: [u8; 21] = [
    0xbf, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce,
    0xcf, 0xd0, 0xd1, 0xd2, 0xd3,
];

const FINALS: [u8; 28] = [
    FILLER, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf,
    0xb0, 0xb1, 0xb2, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xba, 0xbb, 0xbc, 0xbd, 0xbe,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn euc_kr(c: char) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        put_euc_kr(c, &mut out).map(|()| out)
    }

    #[test]
    fn a_syllable_outside_the_standard_is_spelled() {
        assert_eq!(euc_kr('가').unwrap(), b"\xb0\xa1");
        assert_eq!(euc_kr('갂').unwrap(), b"\xa4\xd4\xa4\xa1\xa4\xbf\xa4\xa2");
        assert_eq!(euc_kr('힣').unwrap(), b"\xa4\xd4\xa4\xbe\xa4\xd3\xa4\xbe");
        assert_eq!(euc_kr('\u{d7a4}'), None);
        assert_eq!(euc_kr('😀'), None);
    }

    #[test]
    fn windows_has_a_code_for_every_syllable() {
        assert_eq!(CP949.code('갂'), Some(0x8141));
        assert_eq!(ks_x_1001('갂'), None);
    }
}
