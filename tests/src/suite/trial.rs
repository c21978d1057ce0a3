//! One clause's own handler, with what every clause does to it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use handlers_core::{Error, ErrorKind, Filter, Formatter, Handler, Record};

use super::subject::{Lines, Nature};

/// A handler under test whose error hook keeps what it is told.
pub(super) struct Trial {
    pub(super) handler: Arc<dyn Handler>,
    pub(super) nature: Nature,
    lines: Lines,
    errors: Arc<Mutex<Vec<Reported>>>,
}

/// What the error hook was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reported {
    pub(super) message: String,
    pub(super) kind: ErrorKind,
}

impl Trial {
    pub(super) fn new(handler: Arc<dyn Handler>, lines: Lines, nature: Nature) -> Self {
        let errors: Arc<Mutex<Vec<Reported>>> = Arc::default();
        let told = Arc::clone(&errors);
        let hook = move |record: &Record<'_>, error: &Error| {
            let message = record.message().unwrap_or_default().into_owned();
            lock(&told).push(Reported { message, kind: error.kind() });
        };
        handler.base().set_error_hook(Some(Arc::new(hook)));
        Self { handler, nature, lines, errors }
    }

    /// Hands the handler a record of this message.
    pub(super) fn handle(&self, message: &str) -> bool {
        self.handler.handle(&record(message))
    }

    /// Hands it a record that nothing is in the way of.
    pub(super) fn deliver(&self, message: &str) {
        let answer = self.handle(message);
        assert_eq!(answer, self.nature.takes_records, "`handle` answered {answer} to {message:?}");
    }

    /// Everything that was delivered so far.
    pub(super) fn lines(&self) -> Vec<String> {
        let flushed = self.handler.flush();
        assert!(flushed.is_ok(), "the flush failed: {flushed:?}");
        (self.lines)()
    }

    /// The reports since the last time somebody asked.
    pub(super) fn take_errors(&self) -> Vec<Reported> {
        std::mem::take(&mut *lock(&self.errors))
    }

    /// Asserts that these lines were delivered, and no others; none if the handler takes none.
    pub(super) fn expect(&self, lines: &[&str]) {
        let expected: &[&str] = if self.nature.takes_records { lines } else { &[] };
        assert_eq!(self.lines(), expected, "these lines were delivered");
    }

    /// Asserts that a record still gets through and that nothing is said about it.
    pub(super) fn expect_usable(&self) {
        let before = self.lines().len();
        self.take_errors();
        self.deliver("still here");
        let new: Vec<String> = self.lines().split_off(before);
        let expected: &[&str] = if self.nature.takes_records { &["still here"] } else { &[] };
        assert_eq!(new, expected, "the handler was not usable afterwards");
        assert_eq!(self.take_errors(), [], "the handler reported an error afterwards");
    }

    /// How many records were emitted, dropped and failed.
    pub(super) fn counters(&self) -> (u64, u64, u64) {
        let counters = self.handler.base().counters();
        (counters.emitted, counters.dropped, counters.failed)
    }

    pub(super) fn add_filter(&self, filter: impl Filter + 'static) {
        self.handler.base().add_filter(Arc::new(filter));
    }

    pub(super) fn set_formatter(&self, formatter: impl Formatter + 'static) {
        self.handler.base().set_formatter(Some(Arc::new(formatter)));
    }

    /// Drops the handler and gives what was delivered by then.
    pub(super) fn into_lines(self) -> Vec<String> {
        let Self { handler, lines, .. } = self;
        assert_eq!(Arc::strong_count(&handler), 1, "somebody else keeps the handler alive");
        drop(handler);
        lines()
    }
}

/// A record that says where it is from.
pub(super) fn record(message: &str) -> Record<'static> {
    Record::builder().name("suite").message(message).build()
}

/// A panic that is not announced on standard error: the clauses panic on purpose.
pub(super) fn panic_quietly() -> ! {
    std::panic::resume_unwind(Box::new("on purpose"))
}

/// A name that no other trial of this process uses.
pub(super) fn unique_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("suite-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
