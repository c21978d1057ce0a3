//! `dictConfig`.

mod cfg_path;
mod configure;
mod construct;
mod existing;
mod formatters;
mod handlers;
mod incremental;
mod inspect;
mod lint;
mod loggers;
#[cfg(feature = "queue")]
mod queue_handlers;
mod reader;
mod store;
mod walk;

pub(crate) use lint::lint;
pub(crate) use loggers::MAX_LEVELS;
pub(crate) use reader::Reader;
pub(crate) use store::{Content, Id, Item, Object, Store};
pub(crate) use walk::Walk;
