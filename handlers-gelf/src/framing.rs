//! Where a message ends in a stream.

/// How a receiver tells where a message ends in a stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Framing {
    /// A NUL after each message, as GELF has it (GELF-13). No formatter of this crate writes one
    /// within a message; one that another formatter does becomes a space.
    #[default]
    Null,
    /// A line end after each message, as the Python package logging-gelf sends it (GELF-18), for
    /// inputs that split at line ends. Nothing within the message is changed.
    Newline,
}

impl Framing {
    /// Appends a message and its end.
    pub(crate) fn write(self, message: &str, out: &mut Vec<u8>) {
        match self {
            Self::Null => {
                let start = out.len();
                out.extend_from_slice(message.trim_end_matches('\0').as_bytes());
                for byte in &mut out[start..] {
                    // A write to every byte lets the processor take many at once.
                    *byte = if *byte == 0 { b' ' } else { *byte };
                }
                out.push(0);
            }
            Self::Newline => {
                out.extend_from_slice(message.as_bytes());
                out.push(b'\n');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(framing: Framing, message: &str) -> Vec<u8> {
        let mut out = b"before".to_vec();
        framing.write(message, &mut out);
        out.split_off(b"before".len())
    }

    #[test]
    fn a_null_frame_has_one_null_and_it_is_the_last() {
        assert_eq!(written(Framing::Null, "{}"), b"{}\0");
        assert_eq!(written(Framing::Null, "{}\0"), b"{}\0");
        assert_eq!(written(Framing::Null, "a\0b\nc"), b"a b\nc\0");
        assert_eq!(written(Framing::Null, ""), b"\0");
    }

    // GELF-18, GELF-19.
    #[test]
    fn a_line_is_the_message_as_it_is() {
        assert_eq!(written(Framing::Newline, "{}"), b"{}\n");
        assert_eq!(written(Framing::Newline, "{}\0"), b"{}\0\n");
    }
}
