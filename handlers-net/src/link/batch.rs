//! Frames that are sent together.

use std::io;
use std::time::Instant;

use crate::transport::Transport;

/// Frames, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    /// Where each frame ends.
    ends: Vec<usize>,
}

impl Batch {
    pub(super) fn push(&mut self, frame: &[u8]) {
        self.bytes.extend_from_slice(frame);
        self.ends.push(self.bytes.len());
    }

    /// How many bytes the frames have.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// How many frames there are.
    pub(super) fn len(&self) -> u64 {
        self.ends.len() as u64
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The frames in their order.
    pub(super) fn frames(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end])
    }

    /// Sends all frames. Those that were sent are taken out, also if a later one fails.
    pub(super) fn send(
        &mut self,
        transport: &mut dyn Transport,
        deadline: Instant,
    ) -> io::Result<()> {
        let (sent, result) = transport.send_frames(&self.bytes, &self.ends, deadline);
        match result {
            Ok(()) => self.clear(),
            // A transport may say anything, but a frame has failed.
            Err(_) => self.drop_first(sent.min(self.ends.len().saturating_sub(1))),
        }
        result
    }

    /// Takes the first `count` frames out.
    pub(super) fn drop_first(&mut self, count: usize) {
        let gone: Vec<usize> = self.ends.drain(..count.min(self.ends.len())).collect();
        let Some(start) = gone.last() else { return };
        self.bytes.drain(..*start);
        for end in &mut self.ends {
            *end -= start;
        }
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Gives back what one enormous frame has cost, beyond `bytes`. It is empty.
    pub(super) fn shrink_to(&mut self, bytes: usize) {
        self.bytes.shrink_to(bytes);
        self.ends.shrink_to(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(frames: &[&str]) -> Batch {
        let mut batch = Batch::default();
        for frame in frames {
            batch.push(frame.as_bytes());
        }
        batch
    }

    fn texts(batch: &Batch) -> Vec<&str> {
        batch.frames().map(|frame| std::str::from_utf8(frame).unwrap()).collect()
    }

    #[test]
    fn frames_come_out_as_they_were_put_in() {
        let mut batch = batch(&["one", "", "three"]);
        assert_eq!((texts(&batch), batch.len(), batch.size()), (vec!["one", "", "three"], 3, 8));
        batch.drop_first(1);
        assert_eq!((texts(&batch), batch.len(), batch.size()), (vec!["", "three"], 2, 5));
        batch.push(b"four");
        batch.drop_first(0);
        assert_eq!(texts(&batch), ["", "three", "four"]);
        batch.drop_first(9);
        assert!(batch.is_empty() && batch.size() == 0);
    }
}
