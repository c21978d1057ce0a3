//! Base64, as forgiving as Python's.

/// `base64.decodebytes`: characters that are no digits are passed over, and nothing is read behind
/// the padding. Nothing, if the last group of digits is not complete or a character is not ASCII.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut buffer: u32 = 0;
    let mut digits = 0;
    let mut padding = 0;
    for character in text.bytes() {
        if character == b'=' {
            if digits >= 2 {
                padding += 1;
                if digits + padding >= 4 {
                    return Some(bytes);
                }
            }
            continue;
        }
        let Some(digit) = value(character) else { continue };
        padding = 0;
        buffer = buffer << 6 | u32::from(digit);
        digits = (digits + 1) % 4;
        // The first digit makes no byte, each other one completes a byte.
        match digits {
            1 => {}
            2 => bytes.push((buffer >> 4).to_le_bytes()[0]),
            3 => bytes.push((buffer >> 2).to_le_bytes()[0]),
            _ => bytes.push(buffer.to_le_bytes()[0]),
        }
    }
    (digits == 0).then_some(bytes)
}

fn value(character: u8) -> Option<u8> {
    Some(match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // The answers of CPython's base64.decodebytes.
    #[test]
    fn digits_are_decoded_and_all_else_is_passed_over() {
        assert_eq!(decode("aGVs\n bG8=").unwrap(), b"hello");
        assert_eq!(decode("aGk=").unwrap(), b"hi");
        assert_eq!(decode("aA==bG8=").unwrap(), b"h");
        assert_eq!(decode("=a=GVs").unwrap(), b"hel");
        assert_eq!(decode("").unwrap(), b"");
    }

    #[test]
    fn half_a_group_is_an_error() {
        for text in ["a", "aG", "aGV", "aGVsb", "aA=", "ü"] {
            assert!(decode(text).is_none(), "{text}");
        }
    }
}
