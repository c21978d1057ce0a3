//! Handlers that hold records back.

use std::sync::Arc;

use handlers_core::NullHandler;
use handlers_queue::MemoryHandler;

use crate::logger::Logged;
use crate::workload::Workload;

pub(crate) fn memory() -> Box<dyn Workload> {
    let target = Arc::new(NullHandler::new());
    let handler = MemoryHandler::builder(1000).target(target).build();
    Box::new(Logged::new(Arc::new(handler), ()))
}
