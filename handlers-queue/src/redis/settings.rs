//! What both ends of a queue need to know.

use std::fmt;
use std::time::Duration;

use super::address::Address;
#[cfg(feature = "redis-tls")]
use super::tls::RedisTls;
use crate::retry::Backoff;

/// The settings of a [`RedisQueue`](super::RedisQueue).
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) address: Address,
    #[cfg(feature = "redis-tls")]
    pub(super) tls: Option<RedisTls>,
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
    pub(super) db: u32,
    pub(super) key: String,
    pub(super) max_len: Option<u64>,
    pub(super) timeout: Duration,
    pub(super) backoff: Backoff,
    pub(super) group: String,
    pub(super) consumer: String,
    pub(super) claim_after: Duration,
    pub(super) delete: bool,
    pub(super) dead_letters: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            address: Address::default(),
            #[cfg(feature = "redis-tls")]
            tls: None,
            username: None,
            password: None,
            db: 0,
            key: "logs".to_owned(),
            max_len: Some(1_000_000),
            timeout: Duration::from_secs(1),
            backoff: Backoff::default(),
            group: "handlers".to_owned(),
            consumer: "listener".to_owned(),
            claim_after: Duration::from_secs(60),
            delete: false,
            dead_letters: None,
        }
    }
}

impl Settings {
    /// The stream as errors name it, such as `the stream logs of redis 127.0.0.1:6379`.
    pub(super) fn stream(&self) -> String {
        format!("the stream {} of {}", self.key, self.address)
    }
}

impl fmt::Debug for Settings {
    /// Shows neither the password nor whose it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("address", &self.address)
            .field("db", &self.db)
            .field("key", &self.key)
            .field("max_len", &self.max_len)
            .field("timeout", &self.timeout)
            .field("group", &self.group)
            .field("consumer", &self.consumer)
            .finish_non_exhaustive()
    }
}
