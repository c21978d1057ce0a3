//! How a queue behaves.

use std::time::Duration;

/// What a builder sets.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) mode: u32,
    pub(super) max_frame: usize,
    pub(super) max_connections: usize,
    pub(super) timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: 0o600,
            max_frame: 1 << 20,
            max_connections: 1024,
            timeout: Duration::from_secs(5),
        }
    }
}
