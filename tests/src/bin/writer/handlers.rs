//! The handlers that can be asked for.

use std::sync::Arc;

use handlers_core::{Handler, NullHandler, Result, StderrHandler};
use handlers_file::{FileHandler, OpenMode, RotatingFileHandler, StreamHandler};

use crate::options::Options;

/// Makes the handler of that name.
pub(crate) fn make(options: &Options) -> Result<Arc<dyn Handler>, String> {
    let made = match options.handler.as_str() {
        "file" => file(options),
        "rotating" => rotating(options),
        "null" => Ok(Arc::new(NullHandler::new()) as Arc<dyn Handler>),
        "standard-error" => Ok(Arc::new(StderrHandler::new()) as Arc<dyn Handler>),
        "stderr" => Ok(Arc::new(StreamHandler::stderr()) as Arc<dyn Handler>),
        "stdout" => Ok(Arc::new(StreamHandler::stdout()) as Arc<dyn Handler>),
        name => return Err(format!("there is no handler {name}")),
    };
    made.map_err(|error| error.to_string())
}

fn file(options: &Options) -> Result<Arc<dyn Handler>> {
    let mode: OpenMode = options.mode.parse()?;
    let builder = FileHandler::builder(&options.path).mode(mode).delay(options.delay);
    Ok(Arc::new(builder.buffered(options.buffered).build()?))
}

fn rotating(options: &Options) -> Result<Arc<dyn Handler>> {
    let builder = RotatingFileHandler::builder(&options.path)
        .max_bytes(options.max)
        .backup_count(options.backup)
        .delay(options.delay)
        .buffered(options.buffered);
    Ok(Arc::new(builder.build()?))
}
