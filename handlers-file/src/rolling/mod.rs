//! Files that are put aside when they are full: the handler, what decides and how files are moved.

mod builder;
mod files;
mod handler;
mod hooks;
mod policy;
mod sink;
mod size;

pub use builder::RollingHandlerBuilder;
pub use files::Rollover;
pub use handler::RollingHandler;
pub use hooks::{Namer, Rename, Rotator, SameName};
pub use policy::{FileStatus, LineStatus, RolloverPolicy};
pub use size::SizePolicy;

pub(crate) use files::Hooks;
