//! All live handlers of the process, in the order of their creation, and their names.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Weak};
use std::time::Instant;

use parking_lot::Mutex;

use super::Handler;
use crate::process::fork_generation;
use crate::shutdown;

/// The handler of that name, if it is alive (CORE-75).
///
/// A handler is found once it belongs to a logger or was given to [`register_handler`].
///
/// # Examples
///
/// ```
/// use handlers_core::{Handler, NullHandler, get_handler_by_name, register_handler};
/// use std::sync::Arc;
///
/// let handler: Arc<dyn Handler> = Arc::new(NullHandler::new());
/// handler.base().set_name(Some("nowhere"));
/// register_handler(&handler);
/// assert!(get_handler_by_name("nowhere").is_some());
///
/// drop(handler);
/// assert!(get_handler_by_name("nowhere").is_none());
/// ```
pub fn get_handler_by_name(name: &str) -> Option<Arc<dyn Handler>> {
    let registry = REGISTRY.lock();
    let id = registry.names()?.get(name)?;
    registry.live.get(id)?.upgrade()
}

/// The names that handlers have now (CORE-75).
pub fn handler_names() -> Vec<String> {
    let registry = REGISTRY.lock();
    let mut names: Vec<String> =
        registry.names.iter().flatten().map(|(n, _)| n.to_string()).collect();
    names.sort_unstable();
    names
}

/// Makes a handler known to [`shutdown`](fn@crate::shutdown) and to its name.
///
/// Loggers do this for the handlers they are given; a handler that stands behind another one only,
/// as the target of a buffer does, is made known by that one.
pub fn register_handler(handler: &Arc<dyn Handler>) {
    // From the first handler on, a fork is prepared for.
    fork_generation();
    let (id, name) = (handler.base().id(), handler.base().name());
    let weak = Arc::downgrade(handler);
    let mut registry = REGISTRY.lock();
    let known = registry.live.insert(id, weak);
    // CORE-76: a closed handler has lost its name.
    if let (None, Some(name), false) = (&known, name, handler.base().is_closed()) {
        registry.names.get_or_insert_default().insert(name, id);
    }
    // The weak pointer is dropped after the lock, should it be the last to know its handler.
    drop(registry);
}

/// Live handlers, oldest first.
pub(crate) fn live() -> Vec<Arc<dyn Handler>> {
    REGISTRY.lock().live.values().filter_map(Weak::upgrade).collect()
}

/// Flushes and closes every live handler, newest first, and forgets them and their names: what
/// Python's configuration does before it begins (CONF-8).
///
/// They stay attached to their loggers, and go on being called.
pub fn clear_handlers() {
    REGISTRY.lock().names = None;
    for handler in live().into_iter().rev() {
        // CORE-166: errors are ignored here; the handlers have counted what they lost.
        let _ = shutdown::close(&*handler);
    }
    // The weak pointers are dropped after the lock.
    let _forgotten = std::mem::take(&mut REGISTRY.lock().live);
}

/// Takes the registry's lock for the time of a fork, if it is free by `deadline`.
pub(crate) fn hold(deadline: Instant) -> Option<Box<dyn Any>> {
    Some(Box::new(REGISTRY.try_lock_until(deadline)?))
}

/// A handler that is not known yet takes its name when it is: the builder of one that fails in the
/// end must not cost another handler its name.
pub(super) fn rename(id: u64, old: Option<&str>, new: Option<&Arc<str>>) {
    let mut registry = REGISTRY.lock();
    if !registry.live.contains_key(&id) {
        return;
    }
    let names = registry.names.get_or_insert_default();
    if let Some(old) = old {
        names.remove(old);
    }
    if let Some(new) = new {
        names.insert(Arc::clone(new), id);
    }
}

pub(super) fn forget_name(name: Option<&str>) {
    if let (Some(name), Some(names)) = (name, REGISTRY.lock().names.as_mut()) {
        names.remove(name);
    }
}

pub(super) fn forget(id: u64) {
    let mut registry = REGISTRY.lock();
    registry.live.remove(&id);
    if let Some(names) = &mut registry.names {
        names.retain(|_, named| *named != id);
    }
}

/// Handlers are held weakly: the registry keeps none of them alive (CORE-67, CORE-74).
struct Registry {
    live: BTreeMap<u64, Weak<dyn Handler>>,
    names: Option<HashMap<Arc<str>, u64>>,
}

impl Registry {
    fn names(&self) -> Option<&HashMap<Arc<str>, u64>> {
        self.names.as_ref()
    }
}

static REGISTRY: Mutex<Registry> = Mutex::new(Registry { live: BTreeMap::new(), names: None });
