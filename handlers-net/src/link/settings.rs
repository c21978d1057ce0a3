//! What the builders of all handlers with a peer have in common.

use std::sync::Arc;
use std::time::Duration;

use handlers_core::{Clock, SystemClock};

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
        }
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
