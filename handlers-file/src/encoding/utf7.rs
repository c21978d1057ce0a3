//! UTF-7 (RFC 2152), with the liberties that CPython takes.

/// Writes `text`. Each call returns to ASCII at its end, as CPython's encoder does.
pub(super) fn write(text: &str, out: &mut Vec<u8>) {
    let mut base64 = Base64::default();
    let mut is_shifted = false;
    for c in text.chars() {
        let direct = u8::try_from(c).ok().filter(|&byte| is_direct(byte));
        match direct {
            Some(byte) => {
                if is_shifted {
                    base64.flush(out);
                    // Any other character says by itself that Base64 has ended.
                    if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-') {
                        out.push(b'-');
                    }
                    is_shifted = false;
                }
                out.push(byte);
            }
            None if c == '+' && !is_shifted => out.extend_from_slice(b"+-"),
            None => {
                if !is_shifted {
                    out.push(b'+');
                    is_shifted = true;
                }
                let mut units = [0; 2];
                for &mut unit in c.encode_utf16(&mut units) {
                    base64.push(unit, out);
                }
            }
        }
    }
    if is_shifted {
        base64.flush(out);
        out.push(b'-');
    }
}

/// Whether the character stands for itself. CPython counts the optional characters of the RFC in.
fn is_direct(byte: u8) -> bool {
    match byte {
        b'\t' | b'\n' | b'\r' => true,
        b'+' | b'\\' | b'~' => false,
        _ => (b' '..=b'~').contains(&byte),
    }
}

/// The bits that do not yet make a digit.
#[derive(Default)]
struct Base64 {
    bits: u32,
    count: u32,
}

impl Base64 {
    fn push(&mut self, unit: u16, out: &mut Vec<u8>) {
        self.bits = self.bits << 16 | u32::from(unit);
        self.count += 16;
        while self.count >= 6 {
            self.count -= 6;
            out.push(digit(self.bits >> self.count));
        }
        // The bits above the pending ones are written: drop them, so that the shift stays small.
        self.bits &= (1 << self.count) - 1;
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        if self.count > 0 {
            out.push(digit(self.bits << (6 - self.count)));
        }
        *self = Self::default();
    }
}

fn digit(bits: u32) -> u8 {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    DIGITS[(bits & 0x3f) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        write(text, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn base64_ends_with_a_hyphen_where_the_next_character_could_be_one_of_its_digits() {
        assert_eq!(written("é"), "+AOk-");
        assert_eq!(written("éa"), "+AOk-a");
        assert_eq!(written("é/"), "+AOk-/");
        assert_eq!(written("é-"), "+AOk--");
        assert_eq!(written("é.\n"), "+AOk.\n");
        assert_eq!(written("é é"), "+AOk +AOk-");
    }

    #[test]
    fn a_plus_sign_stands_alone_or_is_encoded_with_its_neighbours() {
        assert_eq!(written("1+1"), "1+-1");
        assert_eq!(written("é+é"), "+AOkAKwDp-");
    }

    #[test]
    fn backslash_tilde_and_control_characters_are_encoded() {
        assert_eq!(written("a\\~\0b"), "a+AFwAfgAA-b");
        assert_eq!(written("😀"), "+2D3eAA-");
    }
}
