//! The search for the end of what stands for itself in a text of JSON, eight bytes at a time.

/// How many bytes there are before the first quote, backslash or control character, if there is one.
pub(super) fn plain_length(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let ends = ends(u64::from_le_bytes(*word));
        if ends != 0 {
            return Some(8 * index + first(ends));
        }
    }
    let mut last = [b' '; 8];
    last[..rest.len()].copy_from_slice(rest);
    let ends = ends(u64::from_le_bytes(last));
    (ends != 0).then(|| 8 * words.len() + first(ends))
}

/// The highest bit of the first byte that is no plain one, and of later bytes as it comes: what is
/// borrowed in a subtraction is borrowed from them.
fn ends(word: u64) -> u64 {
    let below = |word: u64, bound: u8| word.wrapping_sub(each(bound)) & !word;
    let control = below(word, b' ');
    let quote = below(word ^ each(b'"'), 1);
    let backslash = below(word ^ each(b'\\'), 1);
    (control | quote | backslash) & each(0x80)
}

/// The number of bytes below the lowest bit that is set.
fn first(ends: u64) -> usize {
    (ends.trailing_zeros() / 8) as usize
}

const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_in_every_place_is_told_from_its_neighbours() {
        for byte in 0..=u8::MAX {
            let is_end = matches!(byte, b'"' | b'\\' | ..b' ');
            for other in [b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xa2, 0xdc, 0xff] {
                for place in 0..20 {
                    let mut bytes = [other; 20];
                    bytes[place] = byte;
                    let found = plain_length(&bytes);
                    assert_eq!(found, is_end.then_some(place), "{byte} among {other}");
                }
            }
        }
    }

    #[test]
    fn the_first_of_several_counts() {
        assert_eq!(plain_length(b"abc\"\"\\\n"), Some(3));
        assert_eq!(plain_length(b"0123456789\n\""), Some(10));
        assert_eq!(plain_length(b"01234567\\0123456\""), Some(8));
        assert_eq!(plain_length(b""), None);
    }
}
