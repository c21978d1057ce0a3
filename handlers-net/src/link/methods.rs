//! What the handlers with a peer say of it.

/// Gives a handler, which has a field `peer`, the methods about its peer.
macro_rules! peer_methods {
    () => {
        /// The peer as errors name it, such as `tcp localhost:9020`.
        pub fn peer(&self) -> &str {
            self.peer.name()
        }

        /// What became of the records so far.
        pub fn counters(&self) -> LinkCounters {
            self.peer.counters()
        }

        /// Whether there is a connection, as far as is known.
        pub fn is_connected(&self) -> bool {
            self.peer.is_connected()
        }

        /// When a peer that is away is tried again: `retryStart`, `retryFactor` and `retryMax`.
        pub fn backoff(&self) -> Backoff {
            self.peer.backoff()
        }

        /// Sets when a peer that is away is tried again. A wait that has begun is not changed.
        pub fn set_backoff(&self, backoff: Backoff) {
            self.peer.set_backoff(backoff);
        }

        /// The time before which no attempt is made to reach the peer, in seconds since the epoch:
        /// `retryTime`. None unless the last attempt has failed.
        pub fn retry_time(&self) -> Option<f64> {
            self.peer.retry().0
        }

        /// The last wait in seconds, if there was one: `retryPeriod`.
        pub fn retry_period(&self) -> Option<f64> {
            self.peer.retry().1
        }

        /// How long a logging call may take.
        pub fn timeout(&self) -> Duration {
            self.peer.timeout()
        }

        /// Sets how long a logging call may take.
        pub fn set_timeout(&self, timeout: Duration) {
            self.peer.set_timeout(timeout);
        }
    };
}
pub(crate) use peer_methods;

/// The methods of [`Handler`](handlers_core::Handler) that the field `peer` of a handler answers.
macro_rules! handled_by_peer {
    () => {
        fn base(&self) -> &HandlerBase {
            self.peer.base()
        }

        /// Sends what is queued or held back, at once and within the timeout.
        fn flush(&self) -> Result<()> {
            self.peer.flush()
        }

        /// Sends what is queued or held back, within the timeout, and closes everything. What cannot be sent is
        /// dropped and counted, unless it is in a spool.
        fn close(&self) -> Result<()> {
            let closed = self.peer.close();
            self.base().mark_closed();
            closed
        }

        /// The records that are held back, or in a backlog that does not survive the process.
        fn pending(&self) -> u64 {
            self.peer.pending()
        }
    };
}
pub(crate) use handled_by_peer;
