//! The queue itself.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use handlers_core::{Record, Result};
use parking_lot::Mutex;

use super::alarm::Alarm;
use super::builder::RedisQueueBuilder;
use super::consumer::Consumer;
use super::fault::Fault;
use super::producer::Producer;
use super::settings::Settings;
use crate::queue::{Overflow, Placed, RecordQueue};

/// A queue between machines: a stream of a Redis server, from version 6.2 on, that is no cluster.
///
/// Programs put their records into the stream by a [`QueueHandler`](crate::QueueHandler) each; one or
/// more listeners, of one consumer group, take them out of it and hand them to their handlers. Each
/// has a `RedisQueue` of its own, with the same server and key. An entry has one field, `record`: the
/// record as JSON under Python's names, for
/// [`Record::from_json`] here and `logging.makeLogRecord(json.loads(…))` in Python.
///
/// # At least once
///
/// A record that was put ([`Placed::Queued`]) is with the server; if the server has not said so, it is
/// kept, and sent again before the next one. A listener acknowledges what its handlers have had. What it had taken and
/// not acknowledged when it died comes again: first of all when it is started again under its name
/// ([`consumer`](RedisQueueBuilder::consumer)), or to another of its group after a while
/// ([`claim_after`](RedisQueueBuilder::claim_after)). So nothing is lost with a listener, and a record
/// comes twice, rarely, after something has died. What is lost with the server is the server's
/// business: with `appendonly yes` and `appendfsync always` that is nothing.
///
/// # A server that is away
///
/// No call takes longer than its [`timeout`](RedisQueueBuilder::timeout), or than
/// [`Overflow::BlockFor`] says. After a failure nothing is tried for a while, longer each time
/// ([`retry_start`](RedisQueueBuilder::retry_start)), and a [`put`](RecordQueue::put) meanwhile costs
/// nothing: the record is dropped and counted, and it is an error where the overflow is
/// [`Overflow::Fail`] or [`Overflow::Block`]. The first record after that comes with one that says
/// how many were dropped.
///
/// How much room a stream has is not known to who puts into it, and its oldest records make room for
/// new ones by themselves: [`max_len`](RedisQueueBuilder::max_len). The other values of [`Overflow`]
/// differ in nothing but that. Nor is the number of records that wait:
/// [`len`](RecordQueue::len) is always 0.
///
/// # Security
///
/// Records and the password go over the network as they are, unless the queue is built with `tls` (of
/// the feature `redis-tls`): then they are encrypted, and the server has to prove who it is. Without it
/// use a Unix socket, or a network of your own. Whoever can write to the stream can have any record
/// logged.
///
/// # Threads and processes
///
/// Threads that put share one connection, one at a time. A process that was forked makes its own. It
/// must not listen under the name of its parent.
///
/// # Examples
///
/// On each machine:
///
/// ```no_run
/// use handlers_core::{error, get_logger};
/// use handlers_queue::{Overflow, QueueHandler, RedisQueue};
/// use std::sync::Arc;
///
/// let queue = RedisQueue::builder().address("logs.example.com", 6379).build();
/// let handler = QueueHandler::builder(queue).overflow(Overflow::DropNewest).build();
///
/// let app = get_logger("app");
/// app.add_handler(Arc::new(handler));
/// error!(app, "the disk is full");
/// ```
///
/// Where the logs are kept:
///
/// ```no_run
/// use handlers_core::StderrHandler;
/// use handlers_queue::{QueueListener, RedisQueue};
/// use std::sync::Arc;
///
/// let queue = RedisQueue::builder().consumer("archive-1").build();
/// let listener = QueueListener::builder(queue).handler(Arc::new(StderrHandler::new())).build();
/// let guard = listener.start()?;
/// # drop(guard);
/// # Ok::<(), handlers_core::Error>(())
/// ```
///
/// Or in Python, as a reader that is in no group:
///
/// ```python
/// import json, logging, redis
/// for entry, fields in redis.Redis(port=6379).xread({"logs": "0"})[0][1]:
///     record = logging.makeLogRecord(json.loads(fields[b"record"]))
///     logging.getLogger(record.name).handle(record)
/// ```
pub struct RedisQueue {
    settings: Settings,
    producer: Producer,
    consumer: Mutex<Consumer>,
    alarm: Alarm,
    dropped: AtomicU64,
    unreadable: AtomicU64,
    /// Whether this queue was ever read: then its reader tells what it has given up.
    is_read: AtomicBool,
}

impl RedisQueue {
    /// Begins a queue.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`address`](RedisQueueBuilder::address) or `unix_socket` | `127.0.0.1`, 6379 |
    /// | `tls`, with the feature `redis-tls` | none |
    /// | [`username`](RedisQueueBuilder::username), [`password`](RedisQueueBuilder::password) | none |
    /// | [`db`](RedisQueueBuilder::db) | 0 |
    /// | [`key`](RedisQueueBuilder::key) | `logs` |
    /// | [`timeout`](RedisQueueBuilder::timeout) | 1 s |
    /// | [`retry_start`](RedisQueueBuilder::retry_start), [`retry_factor`](RedisQueueBuilder::retry_factor), [`retry_max`](RedisQueueBuilder::retry_max) | 1 s, 2, 30 s: Python's |
    /// | [`max_len`](RedisQueueBuilder::max_len) | a million records |
    /// | [`group`](RedisQueueBuilder::group), [`consumer`](RedisQueueBuilder::consumer) | `handlers`, `listener` |
    /// | [`claim_after`](RedisQueueBuilder::claim_after) | 1 minute |
    /// | [`delete_acknowledged`](RedisQueueBuilder::delete_acknowledged) | `false` |
    /// | [`dead_letters`](RedisQueueBuilder::dead_letters) | none |
    pub fn builder() -> RedisQueueBuilder {
        RedisQueueBuilder::new()
    }

    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            producer: Producer::new(),
            consumer: Mutex::default(),
            alarm: Alarm::default(),
            dropped: AtomicU64::new(0),
            unreadable: AtomicU64::new(0),
            is_read: AtomicBool::new(false),
        }
    }

    /// How many entries of the stream were no records, and were put aside.
    pub fn unreadable(&self) -> u64 {
        self.unreadable.load(Ordering::Relaxed)
    }

    fn add(&self, record: &Record<'_>, deadline: Instant) -> Result<()> {
        if self.producer.is_away() {
            return Err(self.put_error(Fault::Away));
        }
        let mut bytes = Vec::new();
        record.write_json(&mut bytes)?;
        let is_read = self.is_read.load(Ordering::Relaxed);
        let dropped = (!is_read).then(|| self.dropped());
        let put = self.producer.put(&self.settings, bytes, dropped, deadline);
        put.map_err(|fault| self.put_error(fault))
    }

    #[cold]
    fn put_error(&self, fault: Fault) -> handlers_core::Error {
        fault.into_error(format!("put a record into {}", self.settings.stream()))
    }

    /// One round of [`get`](RecordQueue::get). Tells whether nothing came of waiting.
    fn fetch(&self, consumer: &mut Consumer, deadline: Instant) -> Result<bool> {
        let left = deadline.saturating_duration_since(Instant::now());
        let fetched = consumer.fetch(&self.settings, left.min(SLICE));
        self.dropped.fetch_add(std::mem::take(&mut consumer.gone), Ordering::Relaxed);
        self.unreadable.fetch_add(std::mem::take(&mut consumer.unreadable), Ordering::Relaxed);
        match fetched {
            Ok(tried) => Ok(tried),
            Err(Fault::Away) => {
                let due = consumer.due().unwrap_or(deadline);
                self.alarm.wait_until(due.min(deadline));
                Ok(true)
            }
            Err(fault) => Err(fault.into_error(format!("read {}", self.settings.stream()))),
        }
    }
}

impl RecordQueue for RedisQueue {
    /// Adds a record to the stream, and waits for the server to say that it has it.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Io`](handlers_core::ErrorKind::Io): the server cannot be reached.
    /// - [`ErrorKind::Runtime`](handlers_core::ErrorKind::Runtime): the server refuses: the password,
    ///   or a record for which it has no memory.
    fn put(&self, record: Record<'static>, overflow: Overflow) -> Result<Placed> {
        let timeout = match overflow {
            Overflow::BlockFor(limit) => limit.min(self.settings.timeout),
            _ => self.settings.timeout,
        };
        let Err(error) = self.add(&record, Instant::now() + timeout) else {
            return Ok(Placed::Queued);
        };
        self.dropped.fetch_add(1, Ordering::Relaxed);
        match overflow {
            Overflow::Fail | Overflow::Block => Err(error),
            _ => Ok(Placed::Dropped),
        }
    }

    /// Takes the next record of those that the server gave, a batch at a time.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Io`](handlers_core::ErrorKind::Io): the server cannot be reached; once for each attempt.
    /// - [`ErrorKind::Runtime`](handlers_core::ErrorKind::Runtime): the server refuses.
    /// - [`ErrorKind::Value`](handlers_core::ErrorKind::Value): entries of the stream are no records.
    ///   They are put aside and counted by [`unreadable`](Self::unreadable).
    fn get(&self, timeout: Duration) -> Result<Option<Record<'static>>> {
        self.is_read.store(true, Ordering::Relaxed);
        let begin = Instant::now();
        let deadline = begin.checked_add(timeout).unwrap_or(begin + LONGEST_WAIT);
        let mut consumer = self.consumer.lock();
        let mut tried = false;
        loop {
            if let Some(record) = consumer.next()? {
                return Ok(Some(record));
            }
            let is_late = Instant::now() >= deadline;
            if (tried && is_late) || (!is_late && self.alarm.take()) {
                return Ok(None);
            }
            tried = self.fetch(&mut consumer, deadline)?;
        }
    }

    fn acknowledge(&self) -> Result<()> {
        let outcome = self.consumer.lock().acknowledge(&self.settings);
        let attempt = || format!("acknowledge records of {}", self.settings.stream());
        outcome.map_err(|fault| fault.into_error(attempt()))
    }

    /// 0: nobody knows without asking the server.
    fn len(&self) -> usize {
        0
    }

    fn wake(&self) {
        self.alarm.ring();
    }

    fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for RedisQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisQueue")
            .field("settings", &self.settings)
            .field("dropped", &self.dropped())
            .finish_non_exhaustive()
    }
}

/// How long the server is asked to wait for new entries at once. A [`wake`](RecordQueue::wake) is
/// heard in between.
const SLICE: Duration = Duration::from_millis(50);

/// A wait without an end.
const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 3600);
