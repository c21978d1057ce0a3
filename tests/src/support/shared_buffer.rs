//! A stream that can be read while a handler has it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Keeps what is written to it, write by write. Clones are one buffer.
#[derive(Debug, Clone, Default)]
pub struct SharedBuffer {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    writes: Vec<Vec<u8>>,
    flushes: usize,
}

impl SharedBuffer {
    /// Makes an empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything that was written.
    pub fn bytes(&self) -> Vec<u8> {
        self.inner().writes.concat()
    }

    /// Everything that was written, as text.
    ///
    /// # Panics
    ///
    /// If it is not text.
    pub fn text(&self) -> String {
        String::from_utf8(self.bytes()).expect("the stream holds text")
    }

    /// What was written, a text for each write.
    pub fn writes(&self) -> Vec<String> {
        let text = |write: &Vec<u8>| String::from_utf8_lossy(write).into_owned();
        self.inner().writes.iter().map(text).collect()
    }

    /// How often the stream was flushed.
    pub fn flushes(&self) -> usize {
        self.inner().flushes
    }

    /// Whether `other` is this buffer.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for SharedBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner().writes.push(bytes.to_owned());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner().flushes += 1;
        Ok(())
    }
}
