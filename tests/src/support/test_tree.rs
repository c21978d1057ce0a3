//! Loggers of one's own.

use std::sync::Arc;

use handlers_core::{Handler, Level, Logger, Manager};

use super::ListHandler;

/// A tree of loggers with a [`ListHandler`] at its root, which takes every level and writes
/// `NAME -> LEVEL: MESSAGE`: what most of CPython's tests begin with.
#[derive(Debug)]
pub struct TestTree {
    manager: Manager,
    handler: Arc<ListHandler>,
}

impl TestTree {
    /// Makes a tree.
    pub fn new() -> Self {
        let manager = Manager::new();
        let handler = Arc::new(ListHandler::with_format("%(name)s -> %(levelname)s: %(message)s"));
        manager.root().set_level(Level::DEBUG);
        manager.root().add_handler(Arc::clone(&handler) as Arc<dyn Handler>);
        Self { manager, handler }
    }

    /// The tree.
    pub fn manager(&self) -> &Manager {
        &self.manager
    }

    /// The root logger.
    pub fn root(&self) -> Logger {
        self.manager.root()
    }

    /// The logger of that name.
    pub fn logger(&self, name: &str) -> Logger {
        self.manager.get_logger(name)
    }

    /// The handler at the root.
    pub fn handler(&self) -> &Arc<ListHandler> {
        &self.handler
    }

    /// What reached the handler at the root.
    pub fn lines(&self) -> Vec<String> {
        self.handler.lines()
    }
}

impl Default for TestTree {
    fn default() -> Self {
        Self::new()
    }
}
