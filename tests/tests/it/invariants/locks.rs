//! Nobody waits for himself: no lock is held while user code runs, and that includes drops.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use handlers_core::{
    Error, ErrorHook, Filter, Formatter, Handler, HandlerBase, Logger, Manager, Record, Result,
    Verdict, get_handler_by_name, handler_names, register_handler, warning,
};
use handlers_file::StreamHandler;
use handlers_tests::support::{CapturedError, SharedBuffer};

// CPython deadlocks here.
#[test]
fn two_handlers_that_log_to_each_other_from_two_threads_do_not_deadlock() {
    within_patience(|| {
        let manager = Manager::new();
        let loggers = ["one", "other"].map(|name| manager.get_logger(name));
        for (own, other) in [(0, 1), (1, 0)] {
            let other = loggers[other].clone();
            let formatter = move |record: &Record<'_>, out: &mut String| {
                warning!(other, "from inside");
                record.write_message(out)
            };
            let builder = StreamHandler::builder(SharedBuffer::new()).formatter(formatter);
            loggers[own].add_handler(Arc::new(builder.build()));
        }
        let together = &Barrier::new(2);
        thread::scope(|scope| {
            for logger in &loggers {
                scope.spawn(move || {
                    together.wait();
                    for number in 0..2000 {
                        warning!(logger, "record {number}");
                    }
                });
            }
        });
        for logger in &loggers {
            let handlers = logger.handlers();
            assert_eq!(handlers[0].base().counters().emitted, 2000);
            logger.remove_handler(&handlers[0]);
        }
    });
}

#[test]
fn what_logs_when_it_is_dropped_may_be_dropped_anywhere() {
    within_patience(|| {
        // Of the last resort, which gets what is logged while there is no handler.
        let _stderr = CapturedError::new();
        let logger = Manager::new().get_logger("drops");
        let drops = Arc::new(AtomicU32::new(0));
        let part = || Noisy { logger: logger.clone(), drops: Arc::clone(&drops) };
        let handler: Arc<dyn Handler> = Arc::new(NoisyHandler(HandlerBase::new(), part()));
        let base = handler.base();

        // A handler keeps its first formatter for good.
        let first = |record: &Record<'_>, out: &mut String| record.write_message(out);
        base.set_formatter(Some(Arc::new(first)));
        base.set_formatter(Some(Arc::new(part())));
        base.set_formatter(None);
        base.set_error_hook(Some(Arc::new(part())));
        base.set_error_hook(None);
        let filter: Arc<dyn Filter> = Arc::new(part());
        base.add_filter(Arc::clone(&filter));
        base.remove_filter(&filter);
        logger.add_filter(Arc::clone(&filter));
        logger.remove_filter(&filter);
        drop(filter);
        assert_eq!(drops.load(Ordering::Relaxed), 3);

        base.set_name(Some("noisy"));
        register_handler(&handler);
        logger.add_handler(Arc::clone(&handler));
        assert!(get_handler_by_name("noisy").is_some());
        let by_logger = logger.handlers().remove(0);
        drop(handler);
        logger.remove_handler(&by_logger);
        drop(by_logger);
        assert_eq!(drops.load(Ordering::Relaxed), 4);
        assert!(!handler_names().contains(&"noisy".to_owned()));
    });
}

// The logger holds the handler that it is calling, whatever that one does.
#[test]
fn a_handler_that_takes_itself_away_while_it_works_finishes_its_record() {
    within_patience(|| {
        let stderr = CapturedError::new();
        let logger = Manager::new().get_logger("leaves");
        let buffer = SharedBuffer::new();
        let own = logger.clone();
        let builder = StreamHandler::builder(buffer.clone());
        let handler = builder.formatter(move |record: &Record<'_>, out: &mut String| {
            for handler in own.handlers() {
                own.remove_handler(&handler);
            }
            record.write_message(out)
        });
        logger.add_handler(Arc::new(handler.build()));
        warning!(logger, "the last one");
        warning!(logger, "of last resort");
        assert_eq!(
            (buffer.text(), stderr.text()),
            ("the last one\n".into(), "of last resort\n".into())
        );
    });
}

#[test]
fn the_tree_may_be_changed_while_threads_log() {
    within_patience(|| {
        let manager = Manager::new();
        let root = manager.root();
        let buffer = SharedBuffer::new();
        let handler: Arc<dyn Handler> = Arc::new(StreamHandler::new(buffer.clone()));
        root.add_handler(Arc::clone(&handler));
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let logging: Vec<_> = (0..4)
                .map(|thread| {
                    let logger = manager.get_logger(&format!("a.b{thread}.c"));
                    scope.spawn(move || (0..2000).for_each(|_| warning!(logger, "line")))
                })
                .collect();
            scope.spawn(|| {
                let other: Arc<dyn Handler> = Arc::new(StreamHandler::new(SharedBuffer::new()));
                for number in 0_u32.. {
                    let logger = manager.get_logger(&format!("a.b{}", number % 8));
                    logger.add_handler(Arc::clone(&other));
                    logger.set_propagate(true);
                    logger.remove_handler(&other);
                    if done.load(Ordering::Acquire) {
                        return;
                    }
                }
            });
            for logging in logging {
                logging.join().expect("logging does not panic");
            }
            done.store(true, Ordering::Release);
        });
        assert_eq!(buffer.text().lines().count(), 8000);
        assert!(buffer.text().lines().all(|line| line == "line"));
    });
}

/// Runs `work`, and fails if it hangs.
fn within_patience(work: impl FnOnce() + Send + 'static) {
    let (sender, receiver) = mpsc::channel();
    let thread = thread::spawn(move || {
        work();
        let _ = sender.send(());
    });
    match receiver.recv_timeout(PATIENCE) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("a deadlock"),
        Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => {
            thread.join().expect("the work is done");
        }
    }
}

/// Logs when it is dropped.
struct Noisy {
    logger: Logger,
    drops: Arc<AtomicU32>,
}

impl Drop for Noisy {
    fn drop(&mut self) {
        warning!(self.logger, "dropped");
        // What a lock would have to be taken for.
        self.logger.set_disabled(false);
        let _ = (handler_names(), self.logger.handlers());
        self.drops.fetch_add(1, Ordering::Relaxed);
    }
}

impl Formatter for Noisy {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<()> {
        record.write_message(out)
    }
}

impl Filter for Noisy {
    fn filter(&self, _record: &Record<'_>) -> Verdict {
        Verdict::Keep
    }
}

impl ErrorHook for Noisy {
    fn on_error(&self, _record: &Record<'_>, _error: &Error) {}
}

struct NoisyHandler(HandlerBase, #[expect(dead_code, reason = "it is there to be dropped")] Noisy);

impl Handler for NoisyHandler {
    fn base(&self) -> &HandlerBase {
        &self.0
    }

    fn emit(&self, _record: &Record<'_>) -> Result<()> {
        Ok(())
    }
}

impl fmt::Debug for NoisyHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<NoisyHandler>")
    }
}

/// Only a deadlock takes longer.
const PATIENCE: Duration = Duration::from_secs(60);
