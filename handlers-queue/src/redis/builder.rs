//! Putting a queue together.

#[cfg(unix)]
use std::path::PathBuf;
use std::time::Duration;

use super::address::Address;
use super::queue::RedisQueue;
use super::settings::Settings;
#[cfg(feature = "redis-tls")]
use super::tls::RedisTls;

/// Builds a [`RedisQueue`].
#[derive(Debug, Clone)]
#[must_use = "call `build` to get the queue"]
pub struct RedisQueueBuilder {
    settings: Settings,
}

impl RedisQueueBuilder {
    pub(super) fn new() -> Self {
        Self { settings: Settings::default() }
    }

    /// Sets where the server listens: a name or an address, and a port. Optional; `127.0.0.1` and
    /// 6379 by default.
    pub fn address(mut self, host: impl Into<String>, port: u16) -> Self {
        self.settings.address = Address::Tcp { host: host.into(), port };
        self
    }

    /// Sets the socket of a server of this machine, in the place of a host and a port.
    #[cfg(unix)]
    pub fn unix_socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.address = Address::Unix(path.into());
        self
    }

    /// Has everything between here and the server encrypted: what is written `rediss` in an address.
    /// Optional; by default it goes over the network as it is.
    ///
    /// The server must listen for that (`tls-port`). With a [Unix socket](Self::unix_socket)
    /// [`server_name`](crate::RedisTlsBuilder::server_name) must say whom its certificate is for.
    #[cfg(feature = "redis-tls")]
    pub fn tls(mut self, tls: RedisTls) -> Self {
        self.settings.tls = Some(tls);
        self
    }

    /// Sets the password. Optional; by default nobody logs in.
    ///
    /// It is shown by no `Debug` and no error. Without TLS it goes over the network as it is: see
    /// [`RedisQueue`].
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.settings.password = Some(password.into());
        self
    }

    /// Sets whose password it is. Optional; the server's user `default` by default.
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.settings.username = Some(username.into());
        self
    }

    /// Sets the number of the database. Optional; 0 by default.
    pub fn db(mut self, db: u32) -> Self {
        self.settings.db = db;
        self
    }

    /// Names the stream. Optional; `logs` by default.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.settings.key = key.into();
        self
    }

    /// Sets how many records the stream keeps: as long as it has more, the server removes the
    /// oldest. `None` is no limit but the server's memory. Optional; a million by default.
    ///
    /// The limit is not exact: the stream may be some hundred records longer, never shorter. What is
    /// removed before a listener has taken it is lost, and counted only if a listener had begun with
    /// it: the server tells nobody what it has removed. Who must know compares the identifiers of
    /// `XINFO GROUPS` (`last-delivered-id`) and `XINFO STREAM` (`first-entry`) now and then.
    pub fn max_len(mut self, max_len: impl Into<Option<u64>>) -> Self {
        // A stream of no records would be a way to lose all of them.
        self.settings.max_len = max_len.into().map(|max_len| max_len.clamp(1, MOST));
        self
    }

    /// Sets how long a call may take at most, with everything: waiting for other threads, finding the
    /// server, connecting, and its answer. Optional; one second by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout.min(LONGEST);
        self
    }

    /// Sets how long nothing is tried after a first failure: Python's `retryStart`. Optional; one
    /// second by default.
    pub fn retry_start(mut self, start: Duration) -> Self {
        self.settings.backoff.start = start;
        self
    }

    /// Sets how many times as long each further wait is: Python's `retryFactor`. Optional; 2 by
    /// default.
    pub fn retry_factor(mut self, factor: f64) -> Self {
        self.settings.backoff.factor = factor;
        self
    }

    /// Sets the longest wait: Python's `retryMax`. Optional; 30 seconds by default.
    pub fn retry_max(mut self, max: Duration) -> Self {
        self.settings.backoff.max = max;
        self
    }

    /// Names the group of listeners that share the records: each goes to one of them. Groups do not
    /// share; each gets all. Optional; `handlers` by default.
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.settings.group = group.into();
        self
    }

    /// Names this listener in its group. Optional; `listener` by default.
    ///
    /// When it is started again under the same name, it begins with what it had not acknowledged.
    /// Two that run at the same time need two names.
    pub fn consumer(mut self, consumer: impl Into<String>) -> Self {
        self.settings.consumer = consumer.into();
        self
    }

    /// Sets after what time a record that another listener of the group has taken and not
    /// acknowledged is taken over. Optional; a minute by default.
    ///
    /// If a listener needs longer than that for what it has taken at once, up to 128 records, its
    /// records are handled twice.
    pub fn claim_after(mut self, claim_after: Duration) -> Self {
        self.settings.claim_after = claim_after.min(LONGEST);
        self
    }

    /// Sets whether records that are acknowledged are removed from the stream. Optional; by default
    /// they stay for other readers, until [`max_len`](Self::max_len) removes them.
    pub fn delete_acknowledged(mut self, delete: bool) -> Self {
        self.settings.delete = delete;
        self
    }

    /// Names a stream for entries that cannot be read: their text, and the identifier that each had.
    /// Optional; by default they are counted and reported, and that is all.
    pub fn dead_letters(mut self, key: impl Into<String>) -> Self {
        self.settings.dead_letters = Some(key.into());
        self
    }

    /// Makes the queue. The server is not asked before there is a record to put or to get.
    pub fn build(self) -> RedisQueue {
        RedisQueue::new(self.settings)
    }
}

/// A time without an end, with which one can still reckon.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// The greatest number that the server reads.
const MOST: u64 = i64::MAX.unsigned_abs();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_the_password_nor_its_owner_is_shown() {
        let builder = RedisQueueBuilder::new().username("ann").password("hunter2");
        let shown = format!("{builder:?} {:?}", builder.clone().build());
        assert!(!shown.contains("ann") && !shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("127.0.0.1") && shown.contains("\"logs\""), "{shown}");
    }

    #[test]
    fn a_stream_keeps_one_record_at_least() {
        let max_len =
            |max_len: Option<u64>| RedisQueueBuilder::new().max_len(max_len).settings.max_len;
        assert_eq!((max_len(Some(0)), max_len(Some(7)), max_len(None)), (Some(1), Some(7), None));
        assert_eq!(RedisQueueBuilder::new().max_len(5).settings.max_len, Some(5));
    }

    #[test]
    fn no_setting_is_too_large_to_be_reckoned_with() {
        let builder = RedisQueueBuilder::new().timeout(Duration::MAX).claim_after(Duration::MAX);
        let settings = builder.max_len(u64::MAX).settings;
        let (now, max_len) = (std::time::Instant::now(), settings.max_len.unwrap());
        assert!(now.checked_add(settings.timeout + settings.claim_after).is_some());
        assert!(i64::try_from(max_len).is_ok());
    }
}
