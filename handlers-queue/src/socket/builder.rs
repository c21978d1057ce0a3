//! Putting a queue together.

use std::path::PathBuf;
use std::time::Duration;

use handlers_core::Result;

use super::queue::SocketQueue;
use super::settings::Settings;

/// Builds a [`SocketQueue`], at one of its ends.
#[derive(Debug, Clone)]
#[must_use = "call `bind` or `connect` to get the queue"]
pub struct SocketQueueBuilder {
    path: PathBuf,
    settings: Settings,
}

impl SocketQueueBuilder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, settings: Settings::default() }
    }

    /// Sets who may connect, as `chmod` does: the receiving end's. Optional; `0o600` by default, which
    /// is the user who owns the process. Others need the right to write.
    pub fn mode(mut self, mode: u32) -> Self {
        self.settings.mode = mode;
        self
    }

    /// Sets how many bytes of JSON a record may have. Optional; 1 MiB by default, and 4 GiB at most.
    ///
    /// A record that has more is an error at the sending end. Who sends more nevertheless is
    /// disconnected by the receiving end.
    pub fn max_frame(mut self, bytes: usize) -> Self {
        self.settings.max_frame = bytes.min(u32::MAX as usize);
        self
    }

    /// Sets how many producers are heard at the same time: the receiving end's. Optional; 1,024 by
    /// default. Those beyond wait until another one goes.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.settings.max_connections = connections.max(1);
        self
    }

    /// Sets how long a [`put`](crate::RecordQueue::put) waits for room at most, whatever its
    /// [`Overflow`](crate::Overflow) says: the sending end's. Optional; five seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// Makes the receiving end, at which producers can connect from now on.
    ///
    /// # Errors
    ///
    /// The socket cannot be made. If there is one already at which somebody listens, or a file that
    /// is no socket, that is `AddrInUse`; a socket that was left behind is replaced.
    pub fn bind(self) -> Result<SocketQueue> {
        SocketQueue::receiving(&self.path, self.settings)
    }

    /// Makes the sending end. It connects when there is a record.
    pub fn connect(self) -> SocketQueue {
        SocketQueue::sending(self.path, self.settings)
    }
}
