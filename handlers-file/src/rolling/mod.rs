//! Files that are put aside when they are full or their time is over: the handler, what decides and how files are moved.

mod builder;
mod caps;
mod compress;
mod files;
mod handler;
mod hooks;
mod lock_file;
mod numbered;
mod options;
mod policy;
mod retention;
mod rolling_file;
mod schedule;
mod shared;
mod size;
mod time_of_day;
mod timed;
mod when;

pub use builder::RollingHandlerBuilder;
pub use compress::Compression;
pub use files::Rollover;
pub use handler::RollingHandler;
pub use hooks::{Namer, Rename, Rotator, SameName};
pub use policy::{FileStatus, LineStatus, RolloverPolicy};
pub use retention::Retention;
pub use schedule::Schedule;
pub use size::SizePolicy;
pub use time_of_day::TimeOfDay;
pub use timed::TimedPolicy;
pub use when::{Weekday, When};

pub(crate) use options::{RollingOptions, rolling_setters};
