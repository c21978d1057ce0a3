//! The handlers that are there when the process forks.

use std::any::Any;
use std::sync::Arc;

use handlers_core::{Handler, PatternFormatter, Result, root_logger};
use handlers_file::FileHandler;
use handlers_queue::{Channel, Overflow, QueueHandler, QueueListener};

/// Gives the root logger such a handler; what comes back is to live as long as `main`.
pub(crate) fn make(name: &str, path: &str) -> Result<Box<dyn Any>> {
    let formatter = PatternFormatter::new("%(process)d %(message)s")?;
    let file: Arc<dyn Handler> = Arc::new(FileHandler::builder(path).formatter(formatter).build()?);
    if name == "queue" {
        return queue(file);
    }
    root_logger().add_handler(file);
    Ok(Box::new(()))
}

fn queue(file: Arc<dyn Handler>) -> Result<Box<dyn Any>> {
    let channel = Channel::bounded(1000);
    let listener = Arc::new(QueueListener::builder(channel.clone()).handler(file).build());
    let guard = listener.start()?;
    let handler = QueueHandler::builder(channel).overflow(Overflow::Block).listener(listener);
    root_logger().add_handler(Arc::new(handler.build()));
    Ok(Box::new(guard))
}
