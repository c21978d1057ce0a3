//! The end of a handler that holds records back: the part of CPython's `MemoryHandlerTest` that
//! shuts everything down.

use std::sync::Arc;
use std::time::Duration;

use handlers_core::{Handler, Level, debug, info, register_handler, shutdown};
use handlers_queue::MemoryHandler;
use handlers_tests::support::{TestTree, alone};

// MemoryHandlerTest.test_shutdown_flush_on_close (gh-70745); QUEUE-16, CORE-165.
#[test]
fn a_shutdown_flushes_unless_that_is_switched_off() {
    let _alone = alone();
    let tree = TestTree::new();
    let logger = tree.logger("mem");
    logger.set_propagate(false);
    for (flush_on_close, kept) in [(true, 0), (false, 2)] {
        let target: Arc<dyn Handler> = tree.handler().clone();
        let memory = MemoryHandler::builder(10).flush_level(Level::WARNING).target(target);
        let memory = Arc::new(memory.flush_on_close(flush_on_close).build());
        let handler: Arc<dyn Handler> = memory.clone();
        register_handler(&handler);
        logger.add_handler(Arc::clone(&handler));
        debug!(logger, "1");
        info!(logger, "2");

        let report = shutdown(Duration::MAX);
        assert_eq!(tree.lines(), ["mem -> DEBUG: 1", "mem -> INFO: 2"]);
        assert_eq!((memory.buffered().len(), report.dropped()), (kept, kept as u64));
        assert!(report.is_complete(), "{report}");
        logger.remove_handler(&handler);
    }
}
