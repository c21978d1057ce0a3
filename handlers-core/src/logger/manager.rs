//! Trees of loggers: the program's own, and others for tests and embedded programs.

use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use parking_lot::Mutex;

use super::Logger;
use super::dispatch::RecordFactory;
use super::tree::{Retired, Tree};
use crate::level::Level;
use crate::time::Clock;

/// A tree of loggers: Python's `Manager`.
///
/// Programs use the global one, through [`get_logger`]; a test makes one of its own. A handle,
/// cheap to clone.
///
/// # Examples
///
/// ```
/// use handlers_core::{Level, Manager};
///
/// let manager = Manager::new();
/// let app = manager.get_logger("app");
/// assert_eq!(app.effective_level(), Level::WARNING);
/// manager.root().set_level(Level::DEBUG);
/// assert_eq!(app.effective_level(), Level::DEBUG);
/// ```
#[derive(Clone)]
pub struct Manager {
    inner: Arc<Inner>,
}

struct Inner {
    tree: Mutex<Tree>,
    warned: AtomicBool,
}

/// A name in a tree of loggers.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum TreeEntry {
    /// A logger.
    Logger(Logger),
    /// A name that exists for the sake of those below it (CORE-137).
    Placeholder(String),
}

impl Manager {
    /// Makes a tree that has a root logger at `WARNING` and nothing else (CORE-132).
    pub fn new() -> Self {
        let inner = Inner { tree: Mutex::new(Tree::new()), warned: AtomicBool::new(false) };
        let manager = Self { inner: Arc::new(inner) };
        manager.change(|tree, retired| tree.refresh(super::tree::ROOT, retired));
        manager
    }

    /// The tree of the program.
    pub fn global() -> &'static Self {
        &GLOBAL
    }

    /// The root logger.
    pub fn root(&self) -> Logger {
        let shared = self.read(|tree| tree.shared(super::tree::ROOT));
        Logger { shared, manager: self.clone() }
    }

    /// The logger of that name; the root for the empty name and for `root` (CORE-133).
    pub fn get_logger(&self, name: &str) -> Logger {
        match name {
            "" | "root" => self.root(),
            name => self.logger_named(name),
        }
    }

    /// Every name of the tree but the root's, in the order in which they came up.
    pub fn entries(&self) -> Vec<TreeEntry> {
        let entries = self.read(Tree::entries);
        let entry = |(name, shared): (Arc<str>, Option<_>)| match shared {
            Some(shared) => TreeEntry::Logger(Logger { shared, manager: self.clone() }),
            None => TreeEntry::Placeholder(name.to_string()),
        };
        entries.into_iter().map(entry).collect()
    }

    /// The level up to which, inclusive, records are disabled in the whole tree.
    pub fn disabled_level(&self) -> Level {
        self.read(|tree| tree.disable)
    }

    /// Disables `level` and all below it in the whole tree; `NOTSET` enables them again (CORE-143).
    pub fn disable(&self, level: Level) {
        self.change_all(|tree| tree.disable = level);
    }

    /// Sets the clock that records are made by; `None` is the system's.
    pub fn set_clock(&self, clock: Option<Arc<dyn Clock>>) {
        self.change_all(|tree| tree.clock = clock);
    }

    /// Sets what makes the records that the tree's loggers log (CORE-33).
    pub fn set_record_factory(&self, factory: Option<Arc<dyn RecordFactory>>) {
        self.change_all(|tree| tree.factory = factory);
    }

    /// Unlike [`get_logger`](Self::get_logger), knows no alias of the root.
    pub(super) fn logger_named(&self, name: &str) -> Logger {
        let shared = self.change(|tree, retired| tree.logger_named(name, retired));
        Logger { shared, manager: self.clone() }
    }

    /// Whether to warn that there is no handler: once (CORE-131).
    pub(super) fn warns_of_no_handlers(&self) -> bool {
        !self.inner.warned.swap(true, Ordering::Relaxed)
    }

    pub(super) fn read<R>(&self, read: impl FnOnce(&Tree) -> R) -> R {
        read(&self.inner.tree.lock())
    }

    /// Changes the tree; what went out of use is dropped after the lock.
    pub(super) fn change<R>(&self, change: impl FnOnce(&mut Tree, &mut Retired) -> R) -> R {
        let mut retired = Retired::default();
        change(&mut self.inner.tree.lock(), &mut retired)
    }

    /// Takes the tree's lock for the time of a fork, if it is free by `deadline`.
    pub(crate) fn hold(&'static self, deadline: Instant) -> Option<Box<dyn Any>> {
        Some(Box::new(self.inner.tree.try_lock_until(deadline)?))
    }

    fn change_all(&self, change: impl FnOnce(&mut Tree)) {
        self.change(|tree, retired| {
            change(tree);
            tree.refresh(super::tree::ROOT, retired);
        });
    }
}

impl Default for Manager {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for Manager {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }
}

impl Eq for Manager {}

impl fmt::Debug for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manager").field("loggers", &self.entries().len()).finish_non_exhaustive()
    }
}

/// The logger of that name in the program's tree; the root for the empty name and for `root`
/// (CORE-133, CORE-134).
///
/// It takes a lock: keep the logger where it is used often, as in
/// `static LOG: LazyLock<Logger> = LazyLock::new(|| get_logger("app.db"));`.
///
/// # Examples
///
/// ```
/// use handlers_core::get_logger;
///
/// assert_eq!(get_logger("app.db"), get_logger("app").child("db"));
/// assert!(get_logger("root").is_root());
/// ```
pub fn get_logger(name: &str) -> Logger {
    Manager::global().get_logger(name)
}

/// The root logger of the program's tree.
pub fn root_logger() -> &'static Logger {
    &ROOT_LOGGER
}

/// Disables `level` and all below it in the program's tree; `NOTSET` enables them again (CORE-143).
pub fn disable(level: Level) {
    Manager::global().disable(level);
}

static GLOBAL: LazyLock<Manager> = LazyLock::new(Manager::new);
static ROOT_LOGGER: LazyLock<Logger> = LazyLock::new(|| Manager::global().root());
