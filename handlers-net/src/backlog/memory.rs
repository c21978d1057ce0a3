//! Frames that wait in memory.

use std::collections::VecDeque;

use handlers_core::Result;

use super::queue::Store;
use crate::owner::Owner;

/// Frames of a limited number of bytes.
#[derive(Debug)]
pub(super) struct Memory {
    frames: VecDeque<Box<[u8]>>,
    bytes: u64,
    max_bytes: u64,
    /// The process whose frames they are.
    owner: Owner,
}

impl Memory {
    pub(super) fn new(max_bytes: u64) -> Self {
        Self { frames: VecDeque::new(), bytes: 0, max_bytes, owner: Owner::here() }
    }
}

impl Store for Memory {
    fn push(&mut self, frame: &[u8]) -> Result<bool> {
        let bytes = self.bytes.saturating_add(frame.len() as u64);
        if bytes > self.max_bytes {
            return Ok(false);
        }
        self.frames.push_back(frame.into());
        self.bytes = bytes;
        Ok(true)
    }

    fn can_hold(&self, length: usize) -> bool {
        length as u64 <= self.max_bytes
    }

    fn front(&mut self, frame: &mut Vec<u8>) -> Result<bool> {
        let Some(first) = self.frames.front() else { return Ok(false) };
        frame.extend_from_slice(first);
        Ok(true)
    }

    fn pop(&mut self) -> Result<()> {
        if let Some(first) = self.frames.pop_front() {
            self.bytes -= first.len() as u64;
        }
        if self.frames.is_empty() {
            // An outage that is over must not cost its memory for ever.
            self.frames = VecDeque::new();
        }
        Ok(())
    }

    fn leave_to_parent(&mut self) {
        if self.owner.has_changed() {
            *self = Self::new(self.max_bytes);
        }
    }

    fn len(&self) -> u64 {
        self.frames.len() as u64
    }

    fn close(&mut self) -> u64 {
        let lost = self.len();
        *self = Self::new(self.max_bytes);
        lost
    }
}
