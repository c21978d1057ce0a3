//! Where a message ends in a stream.

/// How a receiver tells where a message ends in a stream (RFC 6587). A datagram is a message of its
/// own and needs none of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Framing {
    /// What Python does: nothing, but that most messages have a NUL at their end (NET-62). A NUL in
    /// a message makes two of it.
    Bare,
    /// A line feed after each message. The ends of lines within a message are escaped.
    NonTransparent,
    /// The length in front of each message: `29 <14>1 …`. Whatever is in a message, it stays one.
    OctetCounting,
}

impl Framing {
    /// Begins a frame: leaves room for what is not known before its end.
    pub(super) fn begin(self, out: &mut String) {
        if self == Self::OctetCounting {
            out.push_str(ROOM);
        }
    }

    /// Ends the frame that is all of `out`; says where it begins.
    pub(super) fn end(self, out: &mut String) -> usize {
        match self {
            Self::Bare => 0,
            Self::NonTransparent => {
                out.push('\n');
                0
            }
            Self::OctetCounting => {
                let digits = Digits::of(out.len() - ROOM.len());
                let start = ROOM.len() - 1 - digits.text().len();
                out.replace_range(start..ROOM.len() - 1, digits.text());
                start
            }
        }
    }

    /// The message in a frame.
    pub(super) fn message(self, frame: &[u8]) -> &[u8] {
        match self {
            Self::Bare => frame,
            Self::NonTransparent => frame.strip_suffix(b"\n").unwrap_or(frame),
            Self::OctetCounting => {
                let space = frame.iter().position(|byte| *byte == b' ');
                space.map_or(frame, |space| &frame[space + 1..])
            }
        }
    }
}

/// A number in decimal, without an allocation.
struct Digits {
    bytes: [u8; ROOM.len() - 1],
    start: usize,
}

impl Digits {
    fn of(mut number: usize) -> Self {
        let mut digits = Self { bytes: [b'0'; ROOM.len() - 1], start: ROOM.len() - 1 };
        while digits.start > 0 {
            digits.start -= 1;
            digits.bytes[digits.start] = b"0123456789"[number % 10];
            number /= 10;
            if number == 0 {
                break;
            }
        }
        digits
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[self.start..]).unwrap_or_default()
    }
}

/// As many digits as 64 bits may need, and the space behind them.
const ROOM: &str = "                     ";

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(framing: Framing, message: &str) -> String {
        let mut out = String::new();
        framing.begin(&mut out);
        out.push_str(message);
        let start = framing.end(&mut out);
        out[start..].to_owned()
    }

    // RFC 6587, section 3.4.
    #[test]
    fn a_frame_says_where_it_ends() {
        assert_eq!(frame(Framing::Bare, "<14>a\0"), "<14>a\0");
        assert_eq!(frame(Framing::NonTransparent, "<14>a"), "<14>a\n");
        assert_eq!(frame(Framing::OctetCounting, "<14>a"), "5 <14>a");
        assert_eq!(frame(Framing::OctetCounting, "ä\n9 <0>b"), "9 ä\n9 <0>b");
        let long = "x".repeat(1_234_567);
        assert_eq!(frame(Framing::OctetCounting, &long), format!("1234567 {long}"));
        assert_eq!(Digits::of(usize::MAX).text(), usize::MAX.to_string());
    }

    #[test]
    fn a_frame_gives_its_message_back() {
        for framing in [Framing::Bare, Framing::NonTransparent, Framing::OctetCounting] {
            for message in ["", "<14>a b", "<14>a b\n"] {
                let frame = frame(framing, message);
                assert_eq!(framing.message(frame.as_bytes()), message.as_bytes());
            }
        }
    }
}
