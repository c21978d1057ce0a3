//! A peer that keeps what it is sent.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use handlers_core::Result;
use handlers_net::transport::{Connect, Transport};

/// Keeps each send by itself. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub(super) struct Recorder {
    sent: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Recorder {
    /// What was sent since the last call.
    pub(super) fn take(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut *self.sent.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Connect for Recorder {
    fn connect(&self, _: Instant) -> Result<Box<dyn Transport>> {
        Ok(Box::new(self.clone()))
    }

    fn peer(&self) -> String {
        "the recorder".to_owned()
    }
}

impl Transport for Recorder {
    fn send(&mut self, bytes: &[u8], _: Instant) -> io::Result<()> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(bytes.to_vec());
        Ok(())
    }

    fn is_datagram(&self) -> bool {
        true
    }
}
