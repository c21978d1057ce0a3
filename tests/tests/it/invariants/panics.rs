//! P7: no panic, abort or error of the code around logging reaches the code that logs.

use std::cell::RefCell;
use std::error::Error as StdError;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use handlers_core::{
    Clock, Error, ErrorKind, Exception, Filter, Handler, HandlerBase, Level, Logger, LoggerAdapter,
    Manager, Record, RecordFactory, Result, Timestamp, exception, warning,
};
use handlers_tests::support::{CapturedError, ListHandler};

#[test]
fn p7_a_value_that_panics_when_it_is_shown_is_contained() {
    let (logger, handler, stderr) = logger();
    warning!(logger, "the value is {}", Panicking);
    warning!(logger, "the value is {Panicking:?}");
    warning!(logger, "after");
    assert_eq!(handler.lines().last().map(String::as_str), Some("after"));
    assert_eq!(handler.lines().len(), 3, "the records are written as far as they go");
    assert!(stderr.text().contains("Logging error"), "{}", stderr.text());
}

#[test]
fn p7_a_value_that_cannot_be_shown_is_contained() {
    let (logger, handler, _stderr) = logger();
    warning!(logger, "the value is {}", Unshowable);
    logger.log(Level::WARNING, Unshowable);
    assert_eq!(handler.lines().len(), 2);
}

#[test]
fn p7_an_error_that_panics_when_it_is_shown_is_contained() {
    let (logger, handler, _stderr) = logger();
    exception!(logger, &Panicking; "it went wrong");
    exception!(logger, &Unshowable; "it went wrong");
    let record = Record::builder().message("by hand").exception(Exception::new(&Panicking));
    handler.handle(&record.build());
    assert_eq!(handler.lines().len(), 3);
}

#[test]
fn p7_a_clock_that_panics_is_contained() {
    let (logger, handler, _stderr) = logger();
    logger.manager().set_clock(Some(Arc::new(Panicking)));
    warning!(logger, "at some time");
    logger.manager().set_clock(None);
    warning!(logger, "after");
    assert_eq!(handler.lines().last().map(String::as_str), Some("after"));
}

#[test]
fn p7_a_record_factory_that_panics_is_contained() {
    let (logger, handler, _stderr) = logger();
    logger.manager().set_record_factory(Some(Arc::new(Factory(|| panic_quietly()))));
    warning!(logger, "as it was");
    assert_eq!(handler.lines(), ["as it was"]);
}

#[test]
fn p7_a_filter_of_a_logger_that_panics_is_contained() {
    let (logger, handler, stderr) = logger();
    let filter: Arc<dyn Filter> = Arc::new(|_: &Record<'_>| -> bool { panic_quietly() });
    logger.add_filter(filter);
    warning!(logger, "passes");
    assert_eq!(handler.lines(), ["passes"]);
    assert!(stderr.text().contains("filter a record"), "{}", stderr.text());
}

// The stack would be full before long, and the program gone.
#[test]
fn p7_a_filter_of_a_logger_that_logs_does_not_recurse() {
    let (logger, handler, _stderr) = logger();
    let own = logger.clone();
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let filter: Arc<dyn Filter> = Arc::new(move |_: &Record<'_>| {
        if count.fetch_add(1, Ordering::Relaxed) < 20 {
            warning!(own, "from inside");
        }
        true
    });
    logger.add_filter(Arc::clone(&filter));
    warning!(logger, "from outside");
    logger.handle(&Record::builder().message("by hand").build());
    logger.remove_filter(&filter);
    assert_eq!(handler.lines(), ["from outside", "by hand"]);
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[test]
fn p7_a_factory_that_logs_does_not_recurse() {
    let (logger, handler, _stderr) = logger();
    let own = logger.clone();
    let asked = AtomicU32::new(0);
    let factory = Factory(move || {
        if asked.fetch_add(1, Ordering::Relaxed) < 20 {
            warning!(own, "from inside");
        }
    });
    logger.manager().set_record_factory(Some(Arc::new(factory)));
    warning!(logger, "from outside");
    logger.manager().set_record_factory(None);
    assert_eq!(handler.lines(), ["from outside"]);
}

#[test]
fn p7_a_value_that_logs_when_it_is_shown_is_written_in_between() {
    let (logger, handler, _stderr) = logger();
    let nested = Logging(&logger);
    warning!(logger, "before {nested} after");
    assert_eq!(handler.lines(), ["inner", "before value after"]);
}

#[test]
fn p7_an_adapter_that_panics_is_contained() {
    let (logger, handler, _stderr) = logger();
    let adapter = LoggerAdapter::new(logger, [("user", "ann".into())]).expect("`user` is free");
    let adapter = adapter.process(|_: &str| -> String { panic_quietly() });
    warning!(adapter, "as it was");
    assert_eq!(handler.lines(), ["as it was"]);
}

#[test]
fn p7_an_adapter_whose_value_panics_is_contained() {
    let (logger, handler, _stderr) = logger();
    let adapter = LoggerAdapter::new(logger, [("user", "ann".into())]).expect("`user` is free");
    let adapter = adapter.process(|message: &str| format!("[{message}]"));
    warning!(adapter, "the value is {Panicking}");
    warning!(adapter, "the value is {Unshowable}");
    assert_eq!(handler.lines().len(), 2);
}

#[test]
fn p7_a_handler_that_panics_keeps_no_other_from_its_record() {
    let panicking: [Arc<dyn Handler>; 3] = [
        Arc::new(PanickingHandler { base: HandlerBase::new(), place: Place::Emit }),
        Arc::new(PanickingHandler { base: HandlerBase::new(), place: Place::HandleError }),
        Arc::new(PanickingAtOnce::default()),
    ];
    for panicking in panicking {
        let (logger, last, _stderr) = logger();
        let last_handler = Arc::clone(&last) as Arc<dyn Handler>;
        logger.remove_handler(&last_handler);
        logger.add_handler(Arc::clone(&panicking));
        logger.add_handler(last_handler);
        warning!(logger, "reaches the other");
        assert_eq!(last.lines(), ["reaches the other"], "{panicking:?}");
    }
}

#[test]
fn p7_a_record_that_is_logged_while_a_panic_unwinds_is_written() {
    struct Logs(Logger);
    impl Drop for Logs {
        fn drop(&mut self) {
            warning!(self.0, "the value is {Panicking}");
            warning!(self.0, "the end");
        }
    }
    let (logger, handler, _stderr) = logger();
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _logs = Logs(logger);
        panic_quietly();
    }));
    assert!(unwound.is_err());
    assert_eq!(handler.lines().last().map(String::as_str), Some("the end"));
}

#[test]
fn p7_a_record_that_is_logged_while_its_thread_ends_is_written() {
    struct Logs(Logger);
    impl Drop for Logs {
        fn drop(&mut self) {
            warning!(self.0, "the end");
        }
    }
    thread_local! {
        static LOGS: RefCell<Vec<Logs>> = const { RefCell::new(Vec::new()) };
    }
    let (logger, handler, _stderr) = logger();
    let own = logger.clone();
    let asked = AtomicU32::new(0);
    handler.base().set_formatter(Some(Arc::new(move |record: &Record<'_>, out: &mut String| {
        if asked.fetch_add(1, Ordering::Relaxed) < 20 {
            warning!(own, "from inside");
        }
        record.write_message(out)
    })));
    // What of a thread goes first at its end, its own values or the library's, is left to the
    // system: both orders are tried.
    for early in [true, false] {
        let logger = logger.clone();
        let thread = thread::spawn(move || {
            if early {
                warning!(logger, "the beginning");
            }
            LOGS.with_borrow_mut(|logs| logs.push(Logs(logger.clone())));
            if !early {
                warning!(logger, "the beginning");
            }
        });
        thread.join().expect("the thread ends well");
    }
    handler.base().set_formatter(None);
    assert_eq!(handler.lines(), ["the beginning", "the end", "the beginning", "the end"]);
}

fn logger() -> (Logger, Arc<ListHandler>, CapturedError) {
    let stderr = CapturedError::new();
    let logger = Manager::new().get_logger("panics");
    let handler = Arc::new(ListHandler::new());
    logger.add_handler(Arc::clone(&handler) as Arc<dyn Handler>);
    (logger, handler, stderr)
}

/// A panic that is not announced on standard error.
fn panic_quietly() -> ! {
    resume_unwind(Box::new("on purpose"))
}

/// A value that panics whatever is done to it.
struct Panicking;

impl fmt::Display for Panicking {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic_quietly()
    }
}

impl fmt::Debug for Panicking {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic_quietly()
    }
}

impl StdError for Panicking {}

impl Clock for Panicking {
    fn now(&self) -> Timestamp {
        panic_quietly()
    }
}

/// A value that says that it cannot be shown.
#[derive(Debug)]
struct Unshowable;

impl fmt::Display for Unshowable {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

impl StdError for Unshowable {}

/// A factory that does something else first.
struct Factory<F>(F);

impl<F: Fn() + Send + Sync> RecordFactory for Factory<F> {
    fn make<'a>(&self, record: Record<'a>) -> Record<'a> {
        (self.0)();
        record
    }
}

/// A value that logs when it is shown.
struct Logging<'a>(&'a Logger);

impl fmt::Display for Logging<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        warning!(self.0, "inner");
        f.write_str("value")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Emit,
    HandleError,
}

#[derive(Debug)]
struct PanickingHandler {
    base: HandlerBase,
    place: Place,
}

impl Handler for PanickingHandler {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, _record: &Record<'_>) -> Result<()> {
        if self.place == Place::Emit {
            panic_quietly();
        }
        Err(Error::new(ErrorKind::Runtime, "on purpose"))
    }

    fn handle_error(&self, _record: &Record<'_>, _error: &Error) {
        panic_quietly()
    }
}

/// A handler with a `handle` of its own.
#[derive(Debug, Default)]
struct PanickingAtOnce(HandlerBase);

impl Handler for PanickingAtOnce {
    fn base(&self) -> &HandlerBase {
        &self.0
    }

    fn emit(&self, _record: &Record<'_>) -> Result<()> {
        Ok(())
    }

    fn handle(&self, _record: &Record<'_>) -> bool {
        panic_quietly()
    }
}
