//! The transformation formats of Unicode. They have every character, so nothing here can fail.

use super::utf7;

/// A transformation format.
#[derive(Clone, Copy)]
pub(super) enum Unicode {
    Utf7,
    Utf8,
    /// UTF-8 after a byte-order mark.
    Utf8Sig,
    Utf16(Order),
    Utf32(Order),
}

/// The order of the bytes of a code unit.
#[derive(Clone, Copy)]
pub(super) enum Order {
    Big,
    Little,
    /// The machine's own order, told by a byte-order mark at the start of the stream.
    Marked,
}

impl Unicode {
    /// Writes `text`, and before it the byte-order mark that starts a stream in this format.
    pub(super) fn write_first(self, text: &str, out: &mut Vec<u8>) {
        if matches!(self, Self::Utf8Sig | Self::Utf16(Order::Marked) | Self::Utf32(Order::Marked)) {
            self.write("\u{feff}", out);
        }
        self.write(text, out);
    }

    /// Writes `text`.
    pub(super) fn write(self, text: &str, out: &mut Vec<u8>) {
        match self {
            Self::Utf7 => utf7::write(text, out),
            Self::Utf8 | Self::Utf8Sig => out.extend_from_slice(text.as_bytes()),
            Self::Utf16(order) => {
                let bytes = match order {
                    Order::Big => u16::to_be_bytes,
                    Order::Little => u16::to_le_bytes,
                    Order::Marked => u16::to_ne_bytes,
                };
                out.extend(text.encode_utf16().flat_map(bytes));
            }
            Self::Utf32(order) => {
                let bytes = match order {
                    Order::Big => u32::to_be_bytes,
                    Order::Little => u32::to_le_bytes,
                    Order::Marked => u32::to_ne_bytes,
                };
                out.extend(text.chars().map(u32::from).flat_map(bytes));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: Unicode, text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        format.write(text, &mut out);
        out
    }

    #[test]
    fn characters_beyond_the_first_plane_are_two_units_of_sixteen_bits() {
        assert_eq!(written(Unicode::Utf16(Order::Little), "a😀"), b"a\0\x3d\xd8\x00\xde");
        assert_eq!(written(Unicode::Utf16(Order::Big), "a😀"), b"\0a\xd8\x3d\xde\x00");
        assert_eq!(written(Unicode::Utf32(Order::Little), "😀"), b"\x00\xf6\x01\0");
        assert_eq!(written(Unicode::Utf32(Order::Big), "😀"), b"\0\x01\xf6\x00");
    }

    #[test]
    fn the_mark_is_in_the_order_of_the_bytes_after_it() {
        let order = if cfg!(target_endian = "big") { Order::Big } else { Order::Little };
        for (marked, plain) in [
            (Unicode::Utf16(Order::Marked), Unicode::Utf16(order)),
            (Unicode::Utf32(Order::Marked), Unicode::Utf32(order)),
        ] {
            let mut out = Vec::new();
            marked.write_first("é", &mut out);
            assert_eq!(out, written(plain, "\u{feff}é"));
            assert_eq!(written(marked, "é"), written(plain, "é"));
        }
    }

    #[test]
    fn a_format_with_its_order_in_its_name_has_no_mark() {
        let mut out = Vec::new();
        Unicode::Utf16(Order::Little).write_first("a", &mut out);
        assert_eq!(out, b"a\0");
    }
}
