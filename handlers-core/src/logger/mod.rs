//! Loggers: where a program says what happens, and the tree that decides who hears it.

mod adapter;
mod call;
mod dispatch;
mod last_resort;
mod manager;
mod names;
mod tree;

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

pub use adapter::{LoggerAdapter, Process};
pub use call::{Call, Logging};
pub use dispatch::RecordFactory;
pub use last_resort::{last_resort, set_last_resort};
pub use manager::{Manager, TreeEntry, disable, get_logger, root_logger};

use crate::context;
use crate::filter::Filter;
use crate::handler::{self, Handler};
use crate::level::Level;
use crate::record::Record;
use dispatch::Shared;
use tree::{Retired, Tree};

/// A place in the tree of loggers: Python's `Logger`.
///
/// A handle, cheap to clone; all handles of one name mean the same logger. Names form the tree:
/// `app.db` is below `app`, which is below the root. A record logged by a logger goes to its own
/// handlers and then, while [`propagate`](Self::propagate) is on, to those of its ancestors
/// (CORE-152); their levels and filters are not asked (CORE-154).
///
/// Log with the macros ([`info!`](crate::info), …), which format nothing unless somebody listens.
///
/// # Examples
///
/// ```
/// use handlers_core::{Level, NullHandler, get_logger, info};
/// use std::sync::Arc;
///
/// let app = get_logger("app");
/// app.set_level(Level::INFO);
/// app.add_handler(Arc::new(NullHandler::new()));
///
/// let db = get_logger("app.db");
/// assert_eq!(db.effective_level(), Level::INFO);
/// info!(db, "connected to {} in {} ms", "primary", 12);
/// ```
#[derive(Clone)]
pub struct Logger {
    shared: Arc<Shared>,
    manager: Manager,
}

impl Logger {
    /// The whole name; `root` for the root logger.
    pub fn name(&self) -> &str {
        self.shared.name()
    }

    /// Whether this is the root of its tree. Another logger may bear its name (CORE-138).
    pub fn is_root(&self) -> bool {
        self.shared.index() == tree::ROOT
    }

    /// The tree that the logger belongs to.
    pub fn manager(&self) -> &Manager {
        &self.manager
    }

    /// The level set on this logger; `NOTSET` if it takes its parent's.
    pub fn level(&self) -> Level {
        self.read(|tree, index| tree.settings(index).level)
    }

    /// Sets the level below which records of this logger, and of those beneath it that have none of
    /// their own, are not made.
    pub fn set_level(&self, level: Level) {
        self.change(|tree, index, retired| {
            tree.settings_mut(index).level = level;
            tree.refresh(index, retired);
        });
    }

    /// The level in force: its own, or the nearest ancestor's that has one (CORE-140).
    pub fn effective_level(&self) -> Level {
        self.read(Tree::effective_level)
    }

    /// Whether a record of `level` would be made: one atomic load.
    ///
    /// Always `false` for a disabled logger (CORE-141).
    #[inline]
    pub fn is_enabled_for(&self, level: Level) -> bool {
        self.shared.is_enabled_for(level)
    }

    /// The nearest existing ancestor; none for the root (CORE-136).
    pub fn parent(&self) -> Option<Self> {
        let parent = self.read(|tree, index| Some(tree.shared(tree.parent(index)?)))?;
        Some(self.sibling(parent))
    }

    /// The logger whose name is this one's, a dot, and `suffix` (CORE-138).
    #[must_use]
    pub fn child(&self, suffix: &str) -> Self {
        if self.is_root() {
            return self.manager.logger_named(suffix);
        }
        self.manager.logger_named(&format!("{}.{suffix}", self.name()))
    }

    /// The existing loggers exactly one level below this one, sorted by name (CORE-139).
    pub fn children(&self) -> Vec<Self> {
        let mut children: Vec<Self> =
            self.read(Tree::children).into_iter().map(|shared| self.sibling(shared)).collect();
        children.sort_by(|left, right| left.name().cmp(right.name()));
        children
    }

    /// Attaches a handler, after those that are there; nothing happens if it is one of them
    /// (CORE-156).
    pub fn add_handler(&self, handler: Arc<dyn Handler>) {
        handler::register_handler(&handler);
        self.change(|tree, index, retired| {
            let handlers = &mut tree.settings_mut(index).handlers;
            if !handlers.iter().any(|known| same(known, &handler)) {
                handlers.push(handler);
                tree.refresh(index, retired);
            }
        });
    }

    /// Detaches a handler, if it is attached. It is neither flushed nor closed.
    pub fn remove_handler(&self, handler: &Arc<dyn Handler>) {
        self.change(|tree, index, retired| {
            let handlers = &mut tree.settings_mut(index).handlers;
            if let Some(place) = handlers.iter().position(|known| same(known, handler)) {
                handlers.remove(place);
                tree.refresh(index, retired);
            }
        });
    }

    /// The handlers of this logger itself, in the order in which they are called.
    pub fn handlers(&self) -> Vec<Arc<dyn Handler>> {
        self.read(|tree, index| tree.settings(index).handlers.clone())
    }

    /// Whether this logger, or an ancestor that its records reach, has a handler (CORE-158).
    pub fn has_handlers(&self) -> bool {
        !self.shared.dispatch().handlers.is_empty()
    }

    /// Adds a filter, unless it is there already. It is asked about the records of this logger
    /// alone, not about those of its descendants (CORE-154).
    pub fn add_filter(&self, filter: Arc<dyn Filter>) {
        self.change(|tree, index, retired| {
            crate::filters::add(&mut tree.settings_mut(index).filters, filter);
            tree.refresh(index, retired);
        });
    }

    /// Removes a filter, if it is there.
    pub fn remove_filter(&self, filter: &Arc<dyn Filter>) {
        self.change(|tree, index, retired| {
            crate::filters::remove(&mut tree.settings_mut(index).filters, filter);
            tree.refresh(index, retired);
        });
    }

    /// The filters, in the order in which they are asked.
    pub fn filters(&self) -> Vec<Arc<dyn Filter>> {
        self.read(|tree, index| tree.settings(index).filters.clone())
    }

    /// Whether records go on to the ancestors' handlers; they do by default.
    pub fn propagate(&self) -> bool {
        self.read(|tree, index| tree.settings(index).propagate)
    }

    /// Sets whether records go on to the ancestors' handlers (CORE-155).
    pub fn set_propagate(&self, propagate: bool) {
        self.change(|tree, index, retired| {
            tree.settings_mut(index).propagate = propagate;
            tree.refresh(index, retired);
        });
    }

    /// Whether the logger is switched off.
    pub fn disabled(&self) -> bool {
        self.read(|tree, index| tree.settings(index).disabled)
    }

    /// Switches this logger alone off or on again.
    pub fn set_disabled(&self, disabled: bool) {
        self.change(|tree, index, retired| {
            tree.settings_mut(index).disabled = disabled;
            tree.refresh(index, retired);
        });
    }

    /// Takes a record made elsewhere: asks the filters and calls the handlers. The level is not
    /// looked at (CORE-151).
    ///
    /// A record that is handed in while this thread is inside a handler is dropped and counted by
    /// [`reentrant_drops`](crate::reentrant_drops).
    pub fn handle(&self, record: &Record<'_>) {
        let dispatch = self.shared.dispatch();
        if !dispatch.disabled && !context::drops_reentrant() {
            dispatch.run(&self.manager, record);
        }
    }

    /// Logs text that needs no formatting, if the level is enabled. The place is the caller's.
    ///
    /// # Examples
    ///
    /// ```
    /// use handlers_core::{Level, get_logger};
    ///
    /// get_logger("app").log(Level::DEBUG, "only a test");
    /// ```
    #[track_caller]
    pub fn log(&self, level: Level, message: impl fmt::Display) {
        if self.is_enabled_for(level) {
            self.log_call(&Call::here(level, format_args!("{message}")));
        }
    }

    /// Another logger of the same tree.
    fn sibling(&self, shared: Arc<Shared>) -> Self {
        Self { shared, manager: self.manager.clone() }
    }

    fn read<R>(&self, read: impl FnOnce(&Tree, usize) -> R) -> R {
        self.manager.read(|tree| read(tree, self.shared.index()))
    }

    fn change<R>(&self, change: impl FnOnce(&mut Tree, usize, &mut Retired) -> R) -> R {
        self.manager.change(|tree, retired| change(tree, self.shared.index(), retired))
    }
}

impl Logging for Logger {
    #[inline]
    fn is_enabled_for(&self, level: Level) -> bool {
        self.shared.is_enabled_for(level)
    }

    fn log_call(&self, call: &Call<'_>) {
        self.shared.log(&self.manager, call);
    }

    fn logger(&self) -> &Logger {
        self
    }
}

/// What a logger calls is contained, and no panic leaves it half changed.
impl UnwindSafe for Logger {}

impl RefUnwindSafe for Logger {}

impl PartialEq for Logger {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl Eq for Logger {}

impl fmt::Debug for Logger {
    /// CORE-160.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = if self.is_root() { "RootLogger" } else { "Logger" };
        write!(f, "<{class} {} ({})>", self.name(), self.effective_level())
    }
}

/// Two pointers to one handler may differ in their vtables; the base cannot.
fn same(left: &Arc<dyn Handler>, right: &Arc<dyn Handler>) -> bool {
    left.base().id() == right.base().id()
}
