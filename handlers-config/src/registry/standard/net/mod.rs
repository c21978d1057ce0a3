//! The classes of handlers-net.

pub(super) mod settings;
mod socket;
mod syslog;

use crate::registry::Registry;

pub(super) fn add(registry: Registry) -> Registry {
    syslog::add(socket::add(registry))
}
