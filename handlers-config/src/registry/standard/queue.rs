//! The classes of handlers-queue.

use handlers_core::{Error, ErrorKind, Handler, Level, Result};
use handlers_queue::{BufferingHandler, Channel, MemoryHandler, QueueHandler, RecordQueue};

use crate::argument::QueueEnd;
use crate::registry::{Arguments, Parameters, Prepared, Registry};

pub(super) fn add(registry: Registry) -> Registry {
    let buffering = Parameters::new().required("capacity");
    let memory = buffering.clone().level("flushLevel").target("target").optional("flushOnClose");
    let queue = Parameters::new().optional("maxsize");
    registry
        .handler("logging.handlers.BufferingHandler", buffering, buffering_handler)
        .handler("logging.handlers.MemoryHandler", memory, memory_handler)
        .handler("logging.handlers.QueueHandler", Parameters::new().queue("queue"), queue_handler)
        .listener("logging.handlers.QueueListener", |builder| builder)
        .queue("queue.Queue", queue.clone(), channel)
        .queue("queue.SimpleQueue", Parameters::new(), channel)
        .queue("multiprocessing.Queue", queue.clone(), shared_channel)
        .queue("multiprocessing.JoinableQueue", queue, shared_channel)
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

/// CONF-52.
fn queue_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let end = arguments.queue("queue")?;
    let none = || Error::new(ErrorKind::Type, "`queue` is missing");
    let QueueEnd { queue, listener } = end.ok_or_else(none)?;
    Ok(Prepared::handler(move || {
        let mut builder = QueueHandler::builder(queue);
        if let Some(listener) = listener {
            builder = builder.listener(listener);
        }
        Ok(builder.build())
    }))
}

/// Without a size, and with one that is not above zero, there is always room.
fn channel(arguments: &mut Arguments) -> Result<Prepared<dyn RecordQueue>> {
    let size = arguments.limit("maxsize")?.unwrap_or(0);
    let room = usize::try_from(size).ok().filter(|room| *room <= MOST_ROOM);
    let room = room.ok_or_else(|| {
        let message = format!("`maxsize` is {MOST_ROOM} at most; without it there is always room");
        arguments.refuse("maxsize", ErrorKind::Value, message)
    })?;
    Ok(Prepared::queue(move || {
        Ok(if room == 0 { Channel::unbounded() } else { Channel::bounded(room) })
    }))
}

/// Python's reaches the processes that it is handed down to.
fn shared_channel(arguments: &mut Arguments) -> Result<Prepared<dyn RecordQueue>> {
    let remark = "here the queue is one within this process, such as `queue.Queue`";
    Ok(channel(arguments)?.warn("", remark))
}

fn capacity(arguments: &mut Arguments) -> Result<usize> {
    let capacity = arguments.limit("capacity")?.unwrap_or(0);
    Ok(usize::try_from(capacity).unwrap_or(usize::MAX))
}

/// A queue with a size has the memory for all its records from the start.
const MOST_ROOM: usize = 1_000_000;
