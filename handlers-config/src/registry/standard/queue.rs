//! The classes of handlers-queue.

use handlers_core::{Handler, Level, Result};
use handlers_queue::{BufferingHandler, MemoryHandler};

use crate::registry::{Arguments, Parameters, Prepared, Registry};

pub(super) fn add(registry: Registry) -> Registry {
    let buffering = Parameters::new().required("capacity");
    let memory = buffering.clone().level("flushLevel").target("target").optional("flushOnClose");
    registry.handler("logging.handlers.BufferingHandler", buffering, buffering_handler).handler(
        "logging.handlers.MemoryHandler",
        memory,
        memory_handler,
    )
}

fn buffering_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let capacity = capacity(arguments)?;
    Ok(Prepared::handler(move || Ok(BufferingHandler::new(capacity))))
}

fn memory_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let capacity = capacity(arguments)?;
    let flush_level = arguments.level("flushLevel")?.unwrap_or(Level::ERROR);
    let target = arguments.handler("target")?;
    let flush_on_close = arguments.flag("flushOnClose").unwrap_or(true);
    Ok(Prepared::handler(move || {
        let mut builder = MemoryHandler::builder(capacity)
            .flush_level(flush_level)
            .flush_on_close(flush_on_close);
        if let Some(target) = target {
            builder = builder.target(target);
        }
        Ok(builder.build())
    }))
}

fn capacity(arguments: &mut Arguments) -> Result<usize> {
    let capacity = arguments.limit("capacity")?.unwrap_or(0);
    Ok(usize::try_from(capacity).unwrap_or(usize::MAX))
}
