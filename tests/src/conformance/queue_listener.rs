//! What a listener hands to its handlers.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use handlers_core::{Error, Handler, Level, Record};
use handlers_queue::{Channel, Overflow, Placed, QueueHandler, QueueListener, RecordQueue};
use serde_json::{Value as Json, json};

use super::case::{Case, Results, Skip, integer, results};
use super::probe::{Probe, Step};

/// The levels of the records that each handler received until the listener was stopped.
pub(super) fn listen(case: &Case<'_>) -> Result<Results, Skip> {
    let levels = |key| -> Result<Vec<Level>, Skip> {
        case.list(key)?.iter().map(|level| Ok(Level::new(integer(level)?))).collect()
    };
    let targets: Vec<Target> = levels("handler_levels")?.into_iter().map(Target::new).collect();
    let queue = Tasks::new();
    let handler = QueueHandler::new(Arc::clone(&queue));
    let listener = QueueListener::builder(Arc::clone(&queue))
        .handlers(targets.iter().map(|target| Arc::clone(&target.handler)))
        .respect_handler_level(case.flag_or("respect_handler_level", false)?)
        .build();

    let guard = listener.start().map_err(|error| unexpected(&error))?;
    for level in levels("records")? {
        handler.handle(&Record::builder().level(level).message("queued").build());
    }
    let report = guard.stop(Duration::from_secs(60));
    if !report.is_complete() {
        return Err(Skip::new(format!("the listener did not stop: {report}")));
    }
    let received: Vec<Json> = targets.iter().map(Target::received).collect();
    Ok(results([
        ("received", json!(received)),
        ("unfinished_tasks", json!(queue.unfinished.load(Ordering::Relaxed))),
        ("thread_none_after_stop", json!(!listener.is_running())),
    ]))
}

/// The format has no place for an error.
fn unexpected(error: &Error) -> Skip {
    Skip::new(format!("an error that cannot be compared: {error}"))
}

/// A handler that keeps the levels of what it receives.
struct Target {
    handler: Arc<dyn Handler>,
    levels: Arc<Mutex<Vec<i64>>>,
}

impl Target {
    fn new(level: Level) -> Self {
        let levels: Arc<Mutex<Vec<i64>>> = Arc::default();
        let received = Arc::clone(&levels);
        let handler = Probe::new(move |step| {
            if let Step::Emit(record) = step {
                let level = record.level().number();
                received.lock().unwrap_or_else(PoisonError::into_inner).push(level);
            }
            Ok(())
        });
        handler.base().set_level(level);
        Self { handler: Arc::new(handler), levels }
    }

    fn received(&self) -> Json {
        json!(*self.levels.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A queue that counts what was put and not acknowledged, as `queue.Queue` does.
struct Tasks {
    channel: Channel,
    taken: AtomicI64,
    unfinished: AtomicI64,
}

impl Tasks {
    fn new() -> Arc<Self> {
        let channel = Channel::unbounded();
        Arc::new(Self { channel, taken: AtomicI64::new(0), unfinished: AtomicI64::new(0) })
    }
}

impl RecordQueue for Tasks {
    fn put(&self, record: Record<'static>, overflow: Overflow) -> Result<Placed, Error> {
        self.unfinished.fetch_add(1, Ordering::Relaxed);
        self.channel.put(record, overflow)
    }

    fn get(&self, timeout: Duration) -> Result<Option<Record<'static>>, Error> {
        let record = self.channel.get(timeout)?;
        self.taken.fetch_add(i64::from(record.is_some()), Ordering::Relaxed);
        Ok(record)
    }

    fn acknowledge(&self) -> Result<(), Error> {
        let taken = self.taken.swap(0, Ordering::Relaxed);
        self.unfinished.fetch_sub(taken, Ordering::Relaxed);
        Ok(())
    }

    fn len(&self) -> usize {
        self.channel.len()
    }

    fn wake(&self) {
        self.channel.wake();
    }

    fn dropped(&self) -> u64 {
        self.channel.dropped()
    }
}
