//! What libraries say of our own requests.

use std::cell::RefCell;
use std::sync::Arc;

use handlers_core::{Handler, Logger, get_logger, reentrant_drops, warning};
use log::{LevelFilter, Log, Metadata};

use super::handler;
use crate::gelf::server::Server;

/// Brings the records of the crate `log` to a logger, as a program that has both would.
struct Bridge;

impl Log for Bridge {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        TARGET.with_borrow(Option::is_some)
    }

    fn log(&self, record: &log::Record<'_>) {
        // Borrowed no longer than that: to log may come back here.
        if let Some(logger) = TARGET.with_borrow(Option::clone) {
            warning!(logger, "{}", record.args());
        }
    }

    fn flush(&self) {}
}

thread_local! {
    /// Where the records of this thread go.
    static TARGET: RefCell<Option<Logger>> = const { RefCell::new(None) };
}

#[test]
fn what_the_library_of_requests_logs_is_not_posted() {
    let server = Server::http(0, &[]);
    let (handler, errors) = handler(server.port(), |builder| builder);
    let handler = Arc::new(handler);
    let logger = get_logger("gelf.http.recursion");
    logger.add_handler(Arc::clone(&handler) as Arc<dyn Handler>);
    log::set_logger(&Bridge).expect("no other test sets it");
    log::set_max_level(LevelFilter::Trace);
    TARGET.set(Some(logger.clone()));
    let before = reentrant_drops();
    log::warn!("ready");
    warning!(logger, "steady");
    TARGET.set(None);
    log::set_max_level(LevelFilter::Off);
    assert_eq!(server.texts(2), ["ready", "steady"]);
    assert!(reentrant_drops() > before, "the library does log");
    assert_eq!((handler.counters().sent, errors.try_iter().count()), (2, 0));
    assert_eq!(server.kill(), 0);
    logger.remove_handler(&(handler as Arc<dyn Handler>));
}
