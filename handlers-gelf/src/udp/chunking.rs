//! How a message is cut into chunks.

use std::num::NonZeroUsize;

/// The size of chunks that routers need not cut: graypy's `WAN_CHUNK`.
pub const WAN_CHUNK: NonZeroUsize = NonZeroUsize::new(1420).expect("it is not zero");

/// The size of chunks for networks with jumbo frames: graypy's `LAN_CHUNK`.
pub const LAN_CHUNK: NonZeroUsize = NonZeroUsize::new(8154).expect("it is not zero");

/// When a message is cut, and into how many chunks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunking {
    /// How much of a message a chunk has, without its header.
    pub(super) size: NonZeroUsize,
    /// Whether a message that is just as long as a chunk is one, with a header, as graypy has it
    /// (GELF-56).
    pub(super) at_size: bool,
}

impl Chunking {
    pub(super) fn new() -> Self {
        Self { size: WAN_CHUNK, at_size: false }
    }

    /// Whether a message of `length` bytes is sent as it is.
    pub(super) fn is_whole(self, length: usize) -> bool {
        length < self.size.get() || (length == self.size.get() && !self.at_size)
    }

    /// How many chunks a message has; none if those are too many (GELF-11).
    pub(super) fn count(self, length: usize) -> Option<u8> {
        u8::try_from(length.div_ceil(self.size.get())).ok().filter(|count| *count <= MOST)
    }
}

/// The header of a chunk (GELF-10). The order of the bytes of `id` is nobody's business; that of
/// graypy on most machines is taken (GELF-57).
pub(super) fn header(id: u64, number: u8, count: u8) -> [u8; 12] {
    let mut header = [0; 12];
    header[..2].copy_from_slice(&[0x1e, 0x0f]);
    header[2..10].copy_from_slice(&id.to_le_bytes());
    header[10..].copy_from_slice(&[number, count]);
    header
}

/// GELF-11.
pub(super) const MOST: u8 = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn of(size: usize, at_size: bool) -> Chunking {
        Chunking { size: NonZeroUsize::new(size).unwrap(), at_size }
    }

    // GELF-56, GELF-66.
    #[test]
    fn a_message_as_long_as_a_chunk_is_one_for_graypy_only() {
        assert!(of(5, false).is_whole(5) && !of(5, true).is_whole(5));
        for at_size in [false, true] {
            assert!(of(5, at_size).is_whole(0) && of(5, at_size).is_whole(4));
            assert!(!of(5, at_size).is_whole(6));
        }
    }

    #[test]
    fn there_are_no_more_than_128_chunks() {
        assert_eq!(of(10, false).count(11), Some(2));
        assert_eq!(of(10, false).count(1280), Some(128));
        assert_eq!(of(10, false).count(1281), None);
        assert_eq!(of(10, false).count(usize::MAX), None);
    }
}
