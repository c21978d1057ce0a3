//! Those who hold records back.

use std::any::Any;
use std::io::{self, Write};
use std::process::exit;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use handlers_core::{Handler, HandlerBase, Level, Record, Result, root_logger};
use handlers_file::FileHandler;
use handlers_queue::{Channel, MemoryHandler, Overflow, QueueHandler, QueueListener};

use crate::{SHORT, STATUS, TIMEOUT};

/// Gives the root logger such a handler; what comes back is to live as long as `main`.
pub(crate) fn make(name: &str, path: &str) -> Result<Box<dyn Any>> {
    let file = || Ok::<_, handlers_core::Error>(Arc::new(FileHandler::new(path)?));
    let memory = |target| {
        MemoryHandler::builder(1 << 20).flush_level(Level::CRITICAL).target(target).build()
    };
    match name {
        "memory" => root_logger().add_handler(Arc::new(memory(file()?))),
        "queue" => return queue(file()?, TIMEOUT),
        "quick-queue" => return queue(file()?, SHORT),
        "hanging" => root_logger().add_handler(Arc::new(Hanging::default())),
        _ => {
            let buffered = FileHandler::builder(path).buffered(1 << 20).build()?;
            root_logger().add_handler(Arc::new(buffered));
        }
    }
    Ok(Box::new(()))
}

/// A queue whose listener ends the process when a record is grave.
fn queue(file: Arc<FileHandler>, stop_timeout: Duration) -> Result<Box<dyn Any>> {
    let channel = Channel::bounded(100_000);
    let listener = QueueListener::builder(channel.clone()).stop_timeout(stop_timeout);
    let listener = listener
        .handler(Arc::new(Late::default()))
        .handler(file)
        .handler(Arc::new(Exit::default()))
        .build();
    let guard = listener.start()?;
    let handler = QueueHandler::builder(channel).overflow(Overflow::Block).build();
    root_logger().add_handler(Arc::new(handler));
    Ok(Box::new((guard, listener)))
}

/// Lets no record pass before all have been logged.
#[derive(Debug, Default)]
struct Late(HandlerBase);

impl Handler for Late {
    fn base(&self) -> &HandlerBase {
        &self.0
    }

    fn emit(&self, _record: &Record<'_>) -> Result<()> {
        ALL_LOGGED.wait();
        Ok(())
    }
}

/// Set when all records have been logged.
pub(crate) static ALL_LOGGED: OnceLock<()> = OnceLock::new();

/// Says so, and never comes back.
#[derive(Debug, Default)]
struct Hanging(HandlerBase);

impl Handler for Hanging {
    fn base(&self) -> &HandlerBase {
        &self.0
    }

    fn emit(&self, _record: &Record<'_>) -> Result<()> {
        Ok(())
    }

    fn flush(&self) -> Result<()> {
        let _ = writeln!(io::stdout(), "hanging");
        loop {
            thread::park();
        }
    }
}

/// Ends the process in the midst of a record that is grave.
#[derive(Debug, Default)]
pub(crate) struct Exit(HandlerBase);

impl Handler for Exit {
    fn base(&self) -> &HandlerBase {
        &self.0
    }

    fn emit(&self, record: &Record<'_>) -> Result<()> {
        if record.level() >= Level::ERROR {
            exit(i32::from(STATUS));
        }
        Ok(())
    }
}
