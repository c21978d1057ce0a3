//! Handlers that write files.

use std::io;
use std::sync::Arc;

use handlers_core::Result;
use handlers_file::{FileHandler, RotatingFileHandler};

use crate::logger::{Logged, formatter};
use crate::scratch::ScratchDir;
use crate::workload::Workload;

pub(crate) fn flush() -> io::Result<Box<dyn Workload>> {
    let dir = ScratchDir::new()?;
    let handler = FileHandler::builder(dir.path("app.log")).formatter(formatter()).build();
    Ok(Box::new(Logged::new(Arc::new(opened(handler)?), dir)))
}

pub(crate) fn buffered() -> io::Result<Box<dyn Workload>> {
    let (handler, dir) = buffered_handler()?;
    Ok(Box::new(Logged::new(Arc::new(handler), dir)))
}

/// A handler with a buffer of 64 KiB, and the directory that its file is in.
pub(crate) fn buffered_handler() -> io::Result<(FileHandler, ScratchDir)> {
    let dir = ScratchDir::new()?;
    let builder = FileHandler::builder(dir.path("app.log")).formatter(formatter());
    let handler = builder.buffered(64 * 1024).build();
    Ok((opened(handler)?, dir))
}

pub(crate) fn rotate_size() -> io::Result<Box<dyn Workload>> {
    let dir = ScratchDir::new()?;
    let builder = RotatingFileHandler::builder(dir.path("app.log")).formatter(formatter());
    let handler = builder.max_bytes(1024 * 1024).backup_count(5).build();
    Ok(Box::new(Logged::new(Arc::new(opened(handler)?), dir)))
}

fn opened<H>(handler: Result<H>) -> io::Result<H> {
    handler.map_err(io::Error::other)
}
