//! What stands in a spool.

/// What a spool begins with.
pub(super) const MAGIC: &[u8] = b"handlers spool 1\n";

/// How long the head of a frame is: its state, its length, its checksum.
pub(super) const HEAD: usize = 9;

/// The state of a frame that waits. No state is zero: a file that lost power may end in zeros.
pub(super) const WAITING: u8 = b'W';

/// The state of a frame that was sent or let go.
pub(super) const DONE: u8 = b'D';

/// The length of a frame and its checksum, little-endian in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    length: u32,
    checksum: u32,
}

impl Head {
    /// The head of `frame`; none if that is longer than 32 bits can say.
    pub(super) fn of(frame: &[u8]) -> Option<Self> {
        let length = u32::try_from(frame.len()).ok()?;
        Some(Self { length, checksum: checksum(length, frame) })
    }

    /// Reads a head with its state; none if it cannot be one.
    pub(super) fn read(bytes: [u8; HEAD]) -> Option<(u8, Self)> {
        let [state, l0, l1, l2, l3, c0, c1, c2, c3] = bytes;
        let head = Self {
            length: u32::from_le_bytes([l0, l1, l2, l3]),
            checksum: u32::from_le_bytes([c0, c1, c2, c3]),
        };
        matches!(state, WAITING | DONE).then_some((state, head))
    }

    pub(super) fn bytes(self, state: u8) -> [u8; HEAD] {
        let ([l0, l1, l2, l3], [c0, c1, c2, c3]) =
            (self.length.to_le_bytes(), self.checksum.to_le_bytes());
        [state, l0, l1, l2, l3, c0, c1, c2, c3]
    }

    /// The length of the frame.
    pub(super) fn len(self) -> usize {
        usize::try_from(self.length).unwrap_or(usize::MAX)
    }

    /// The same as a distance.
    pub(super) fn len_i64(self) -> i64 {
        self.length.into()
    }

    /// The length of the frame with its head.
    pub(super) fn total(self) -> u64 {
        HEAD as u64 + u64::from(self.length)
    }

    /// Whether `frame` is what was written.
    pub(super) fn matches(self, frame: &[u8]) -> bool {
        Self::of(frame) == Some(self)
    }
}

/// CRC-32 (IEEE 802.3) of the length and the frame, so that zeros do not pass for an empty frame.
fn checksum(length: u32, frame: &[u8]) -> u32 {
    !update(update(!0, &length.to_le_bytes()), frame)
}

fn update(mut crc: u32, bytes: &[u8]) -> u32 {
    for byte in bytes {
        let [low, ..] = crc.to_le_bytes();
        crc = (crc >> 8) ^ TABLE[usize::from(low ^ byte)];
    }
    crc
}

const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    let mut byte = 0_u32;
    while index < table.len() {
        let mut crc = byte;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    // The check value of CRC-32 in every catalogue of checksums.
    #[test]
    fn the_checksum_is_crc_32() {
        assert_eq!(!update(!0, b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_head_is_read_as_it_was_written() {
        let head = Head::of(b"a frame").unwrap();
        assert_eq!(Head::read(head.bytes(DONE)), Some((DONE, head)));
        assert_eq!((head.len(), head.total()), (7, 16));
        assert!(head.matches(b"a frame") && !head.matches(b"a fRame"));
        assert_eq!(Head::read([0; 9]), None);
    }
}
