//! The classes of handlers-file, and those of `concurrent-log-handler`, which are theirs with other names.

mod concurrent;
mod plain;
mod rollover;
mod rotating;
mod settings;
mod stream;

pub(crate) use plain::open_file;
pub(crate) use rollover::roll_over;
pub(crate) use stream::open_stream;

use crate::registry::Registry;

pub(super) fn add(registry: Registry) -> Registry {
    concurrent::add(rotating::add(plain::add(stream::add(registry))))
}
