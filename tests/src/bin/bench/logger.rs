//! The way of a record through macro, logger and formatter.

use std::hint::black_box;
use std::sync::Arc;

use handlers_core::{
    Handler, HandlerBase, Level, Logger, Manager, PatternFormatter, Record, Result, info,
    with_line_buffer,
};

use crate::line::{self, millis, request, user};
use crate::workload::{Worker, Workload};

pub(crate) fn format_only() -> Box<dyn Workload> {
    let handler = DiscardHandler::default();
    handler.base.set_formatter(Some(Arc::new(formatter())));
    Box::new(Logged::new(Arc::new(handler), ()))
}

pub(crate) fn disabled() -> Box<dyn Workload> {
    let disabled = Disabled::new();
    disabled.logger.manager().disable(Level::CRITICAL);
    Box::new(disabled)
}

pub(crate) fn disabled_here() -> Box<dyn Workload> {
    let disabled = Disabled::new();
    disabled.logger.set_level(Level::WARNING);
    disabled.logger.manager().get_logger("app.other").set_level(Level::DEBUG);
    Box::new(disabled)
}

/// The formatter of all handlers.
pub(crate) fn formatter() -> PatternFormatter {
    PatternFormatter::new(line::FORMAT).expect("the format is valid")
}

/// Records go through a logger to one handler. `K` is what must be kept meanwhile.
pub(crate) struct Logged<K> {
    handler: Arc<dyn Handler>,
    logger: Logger,
    _kept: K,
}

impl<K> Logged<K> {
    pub(crate) fn new(handler: Arc<dyn Handler>, kept: K) -> Self {
        let logger = Manager::new().get_logger(line::NAME);
        logger.set_level(Level::INFO);
        logger.set_propagate(false);
        logger.add_handler(Arc::clone(&handler));
        Self { handler, logger, _kept: kept }
    }
}

impl<K: Sync> Workload for Logged<K> {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(LoggedWorker(&self.logger))
    }

    fn finish(&self) {
        self.handler.flush().expect("what was logged can be brought out");
        let counters = self.handler.base().counters();
        assert_eq!((counters.failed, counters.dropped), (0, 0), "every record was taken");
    }
}

struct LoggedWorker<'w>(&'w Logger);

impl Worker for LoggedWorker<'_> {
    fn log(&mut self, number: u64) {
        info!(
            self.0,
            "request {} served in {:.3} ms for user {}",
            request(number),
            millis(),
            user()
        );
    }
}

/// Makes the line as a handler for a file does, and forgets it.
#[derive(Debug, Default)]
struct DiscardHandler {
    base: HandlerBase,
}

impl Handler for DiscardHandler {
    fn base(&self) -> &HandlerBase {
        &self.base
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        with_line_buffer(|line| {
            self.base.format(record, line)?;
            line.push('\n');
            black_box(line);
            Ok(())
        })
    }
}

/// Records that nobody wants.
struct Disabled {
    logger: Logger,
}

impl Disabled {
    fn new() -> Self {
        let logger = Manager::new().get_logger(line::NAME);
        logger.add_handler(Arc::new(DiscardHandler::default()));
        Self { logger }
    }
}

impl Workload for Disabled {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(DisabledWorker(&self.logger))
    }
}

struct DisabledWorker<'w>(&'w Logger);

impl Worker for DisabledWorker<'_> {
    // The compiler must not know the logger, or it may ask once for the whole loop.
    #[inline(always)]
    fn log(&mut self, number: u64) {
        info!(
            black_box(self.0),
            "request {} served in {:.3} ms for user {}",
            request(number),
            millis(),
            user()
        );
    }
}
