//! Targets that do something special, and what the tests of handlers in front of others have in common.

use std::fmt;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use handlers_core::{Counters, Error, ErrorKind, Handler, HandlerBase, Level, Record, Result};
use handlers_tests::support::ListHandler;

/// Calls a closure with every record.
pub(crate) struct Calls<F> {
    base: HandlerBase,
    call: F,
}

impl<F: Fn(&Record<'_>) + Send + Sync + 'static> Calls<F> {
    pub(crate) fn new(call: F) -> Arc<Self> {
        Arc::new(Self { base: HandlerBase::new(), call })
    }
}

impl<F> fmt::Debug for Calls<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<Calls>")
    }
}

impl<F: Fn(&Record<'_>) + Send + Sync + 'static> Handler for Calls<F> {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        (self.call)(record);
        Ok(())
    }
}

/// A handler whose own `handle` lets panics out.
#[derive(Debug)]
pub(crate) struct Panics {
    pub(crate) list: ListHandler,
    at: fn(&str) -> bool,
}

impl Panics {
    pub(crate) fn at(at: fn(&str) -> bool) -> Self {
        Self { list: ListHandler::new(), at }
    }
}

impl Handler for Panics {
    fn base(&self) -> &HandlerBase {
        self.list.base()
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        self.list.emit(record)
    }

    fn handle(&self, record: &Record<'_>) -> bool {
        if record.as_text().is_some_and(self.at) {
            panic_quietly();
        }
        self.list.handle(record)
    }
}

/// A handler that stops at its first record until somebody opens the gate.
#[derive(Debug)]
pub(crate) struct Gated {
    pub(crate) list: ListHandler,
    arrived: Mutex<Sender<()>>,
    opened: Mutex<Receiver<()>>,
    passed: AtomicBool,
}

pub(crate) struct Gate {
    arrived: Receiver<()>,
    opened: Sender<()>,
}

impl Gated {
    pub(crate) fn new() -> (Arc<Self>, Gate) {
        let (tell_arrived, arrived) = mpsc::channel();
        let (opened, wait_opened) = mpsc::channel();
        let gated = Self {
            list: ListHandler::new(),
            arrived: Mutex::new(tell_arrived),
            opened: Mutex::new(wait_opened),
            passed: AtomicBool::new(false),
        };
        (Arc::new(gated), Gate { arrived, opened })
    }
}

impl Gate {
    pub(crate) fn wait_for_a_record(&self) {
        self.arrived.recv().expect("the target lives");
    }

    pub(crate) fn open(&self) {
        self.opened.send(()).expect("the target lives");
    }
}

impl Handler for Gated {
    fn base(&self) -> &HandlerBase {
        self.list.base()
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        if !self.passed.swap(true, Ordering::Relaxed) {
            lock(&self.arrived).send(()).expect("the test has the gate");
            lock(&self.opened).recv().expect("the test has the gate");
        }
        self.list.emit(record)
    }
}

/// What an error hook was told.
#[derive(Default)]
pub(crate) struct Errors(Arc<Mutex<Vec<(String, ErrorKind)>>>);

impl Errors {
    pub(crate) fn hook(&self) -> impl Fn(&Record<'_>, &Error) + Send + Sync + 'static {
        let told = Arc::clone(&self.0);
        move |record, error| {
            let message = record.as_text().unwrap_or_default().to_owned();
            lock(&told).push((message, error.kind()));
        }
    }

    pub(crate) fn take(&self) -> Vec<(String, ErrorKind)> {
        std::mem::take(&mut *lock(&self.0))
    }
}

pub(crate) fn as_target(list: &Arc<ListHandler>) -> Arc<dyn Handler> {
    Arc::<ListHandler>::clone(list)
}

pub(crate) fn record(level: Level, message: &str) -> Record<'static> {
    Record::builder().level(level).message(message).build()
}

/// Emitted, dropped and failed records.
pub(crate) fn counted(handler: &impl Handler) -> (u64, u64, u64) {
    let Counters { emitted, dropped, failed, .. } = handler.base().counters();
    (emitted, dropped, failed)
}

pub(crate) fn strings<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

/// A panic that is not announced on standard error.
pub(crate) fn panic_quietly() -> ! {
    resume_unwind(Box::new("on purpose"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
