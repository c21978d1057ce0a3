//! What the builders of all handlers with a peer have in common.

use std::sync::Arc;
use std::time::Duration;

use handlers_core::{Clock, Level, SystemClock};

use crate::backlog::Backlog;
use crate::backoff::Backoff;
use crate::transport::Connect;

/// The settings of a [`Peer`](super::Peer).
#[derive(Debug)]
pub(crate) struct LinkSettings {
    /// Makes the connections.
    pub(crate) connector: Arc<dyn Connect>,
    /// How long one logging call may take in all.
    pub(crate) timeout: Duration,
    /// When a peer that is away is tried again.
    pub(crate) backoff: Backoff,
    /// Where frames wait meanwhile.
    pub(crate) backlog: Option<Backlog>,
    /// What the back-off goes by.
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether a frame that could not be sent is sent once more over a new connection, made at
    /// once. The peer may then see a part of it before the whole (NET-59).
    pub(crate) resend: bool,
    /// When frames are held back, and for how long.
    pub(crate) buffer: BufferSettings,
}

/// When frames are held back, to be sent together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BufferSettings {
    /// With so many bytes they are sent; none are held back if it is 0.
    pub(crate) capacity: usize,
    /// A record of this level is not held back.
    pub(crate) flush_level: Level,
    /// How long a frame is held back at most.
    pub(crate) interval: Option<Duration>,
}

impl LinkSettings {
    /// Python's settings for the peer of `connector`, with a second for each call (NET-3).
    pub(crate) fn new(connector: impl Connect) -> Self {
        Self {
            connector: Arc::new(connector),
            timeout: Duration::from_secs(1),
            backoff: Backoff::default(),
            backlog: None,
            clock: Arc::new(SystemClock),
            resend: false,
            buffer: BufferSettings::default(),
        }
    }
}

impl Default for BufferSettings {
    fn default() -> Self {
        Self { capacity: 0, flush_level: Level::ERROR, interval: None }
    }
}

/// Gives the builder of a handler with a peer, which has a field `link`, the setters about the peer.
macro_rules! link_setters {
    () => {
        /// Sets what makes the connections: Python's `makeSocket`. Optional.
        pub fn connector(mut self, connector: impl $crate::transport::Connect) -> Self {
            self.link.connector = ::std::sync::Arc::new(connector);
            self
        }

        /// Sets how long a logging call may take at most, with everything: waiting for other
        /// threads, finding the peer, connecting, and sending. Optional; one second by default.
        ///
        /// What could not be sent by then is lost, or queued where there is a backlog.
        pub fn timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.link.timeout = timeout;
            self
        }

        /// Sets when a peer that is away is tried again. Optional; Python's 1, 2, 4 … 30 seconds by
        /// default.
        pub fn backoff(mut self, backoff: $crate::Backoff) -> Self {
            self.link.backoff = backoff;
            self
        }

        /// Keeps records while the peer is away, and sends them in order when it is back. Optional;
        /// by default such records are lost.
        pub fn backlog(mut self, backlog: $crate::Backlog) -> Self {
            self.link.backlog = Some(backlog);
            self
        }

        /// Sets the clock that the back-off goes by. Optional; the system's by default.
        pub fn clock(mut self, clock: impl ::handlers_core::Clock + 'static) -> Self {
            self.link.clock = ::std::sync::Arc::new(clock);
            self
        }
    };
}
pub(crate) use link_setters;

/// Gives the builder of a handler that can hold records back, which has a field `link`, the setters
/// for that. The handler gives its records to [`Peer::submit`](super::Peer::submit).
macro_rules! buffer_setters {
    () => {
        /// Holds records back until their frames have `capacity` bytes, a record of the
        /// [`flush_level`](Self::flush_level) comes, or somebody flushes; then all are sent with
        /// one system call. Optional; without it, and with a capacity of 0, each record is sent at
        /// once. 65536 is a good choice.
        ///
        /// Records that are held back are lost if the process is killed, also if there is a spool,
        /// in which they are not yet. Closing or dropping the handler sends them. They are counted
        /// as `queued` until they are sent.
        ///
        /// What cannot be sent is lost, or queued with a [`backlog`](Self::backlog), as if each
        /// record had been sent on its own, with two differences: it is noticed when the records
        /// are sent, and an error is reported with the record that made them be sent. While one
        /// thread sends, others go on; once as much again is held back they wait too, for no
        /// longer than the [`timeout`](Self::timeout).
        pub fn buffered(mut self, capacity: usize) -> Self {
            self.link.buffer.capacity = capacity;
            self
        }

        /// Sets the level from which on a record is not held back: it is sent at once, after those
        /// that are. Optional; `ERROR` by default.
        pub fn flush_level(mut self, level: ::handlers_core::Level) -> Self {
            self.link.buffer.flush_level = level;
            self
        }

        /// Sets how long a record is held back at most, 1 ms at least. Optional; without it a
        /// record waits until there are enough, or somebody flushes. A thread does this.
        pub fn flush_interval(mut self, interval: ::std::time::Duration) -> Self {
            self.link.buffer.interval = Some(interval);
            self
        }
    };
}
pub(crate) use buffer_setters;
