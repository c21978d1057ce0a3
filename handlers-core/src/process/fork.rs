//! Forks: which process this is, and what handlers have to do about it.

use std::any::Any;
use std::cell::Cell;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;

use super::{gate, system};
use crate::contain::contain;
use crate::context::{self, enter_for_life};
use crate::handler::{base, registry};
use crate::logger::Manager;

/// The number of this process, without asking the system each time.
///
/// It is right in a forked child, too, unless the fork was made behind the back of C's library (by a
/// bare system call, or `_Fork`).
///
/// # Examples
///
/// ```
/// assert_eq!(handlers_core::process_id(), std::process::id());
/// ```
#[inline]
pub fn process_id() -> u32 {
    match ID.load(Ordering::Relaxed) {
        0 => ask_for_id(),
        id => id,
    }
}

/// A number that is another one after each fork, in the child: what was made under another one
/// belongs to the parent, and its threads and the holders of its locks are not here.
///
/// It costs one relaxed load.
///
/// # Examples
///
/// ```
/// use handlers_core::fork_generation;
///
/// let made_in = fork_generation();
/// // …
/// assert_eq!(fork_generation(), made_in, "still the same process");
/// ```
#[inline]
pub fn fork_generation() -> u64 {
    match GENERATION.load(Ordering::Relaxed) {
        0 => begin_generations(),
        generation => generation,
    }
}

/// Has a hook called at every fork of this process: Python's `os.register_at_fork`.
///
/// It is held weakly: whoever wants to be called keeps it. The hook that was added last is called
/// first before a fork, and last after it.
///
/// # Examples
///
/// ```
/// use handlers_core::{ForkHook, ForkSide, add_fork_hook};
/// use std::sync::Arc;
/// use std::time::Instant;
///
/// struct Connection;
///
/// impl ForkHook for Connection {
///     fn before(&self, _deadline: Instant) {}
///
///     fn after(&self, side: ForkSide) {
///         if side == ForkSide::Child {
///             // The connection is the parent's: forget it.
///         }
///     }
/// }
///
/// let connection = Arc::new(Connection);
/// let hook: Arc<dyn ForkHook> = connection.clone();
/// add_fork_hook(&hook);
/// ```
pub fn add_fork_hook(hook: &Arc<dyn ForkHook>) {
    fork_generation();
    HOOKS.rcu(|hooks| {
        let live = hooks.iter().flat_map(|hooks| hooks.iter());
        let mut hooks: Vec<_> = live.filter(|hook| hook.strong_count() > 0).cloned().collect();
        hooks.push(Arc::downgrade(hook));
        Some(Arc::new(hooks))
    });
}

/// What a handler, or a thread behind one, does when the process forks.
///
/// Of all threads only the one that forks goes on in the child. Whatever lock another one held is
/// held there for ever, and what another one was about stays half done. So a hook with a thread lets
/// it rest [`before`](Self::before) the fork, at a point where it holds nothing, and makes up for
/// the thread that is missing [`after`](Self::after) it, when it is needed.
///
/// Hooks run on the thread that forks, which counts as being inside a handler: what they log is
/// dropped. Panics are contained. A program that starts another one may fork, too, so a hook starts
/// nothing in the child that costs time.
pub trait ForkHook: Send + Sync {
    /// Gets ready for the fork. It must be back by `deadline`, ready or not; all hooks together have
    /// one second.
    fn before(&self, deadline: Instant);

    /// Goes on after the fork, on this side of it. It is called if [`before`](Self::before) was.
    fn after(&self, side: ForkSide);
}

fn _obj_safe(_: &dyn ForkHook) {}

/// Which of two processes this is after a fork.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a fork has two sides")]
pub enum ForkSide {
    /// The one that the fork made.
    Child,
    /// The one that was there before.
    Parent,
}

#[cold]
fn ask_for_id() -> u32 {
    let id = std::process::id();
    // If forks go unnoticed, nothing may be remembered.
    if fork_generation() != 0 {
        ID.store(id, Ordering::Relaxed);
    }
    id
}

/// Registers for forks. Two threads may both do so, and a fork come in between: then the functions
/// below are called twice, and nothing has to wait for a thread that a child may not have.
#[cold]
fn begin_generations() -> u64 {
    if system::at_fork(before, in_parent, in_child) {
        gate::prepare();
        let _ = GENERATION.compare_exchange(0, 1, Ordering::Relaxed, Ordering::Relaxed);
    }
    GENERATION.load(Ordering::Relaxed)
}

extern "C" fn before() {
    let _ = contain("get ready for a fork", || {
        let is_begun = FORKING.try_with(|forking| {
            let fork = forking.take();
            let is_begun = fork.is_some();
            forking.set(fork);
            is_begun
        });
        if let Ok(false) = is_begun {
            let fork = Fork::begin(Instant::now() + LONGEST_PAUSE);
            let _ = FORKING.try_with(|forking| forking.set(Some(fork)));
        }
    });
}

extern "C" fn in_parent() {
    after(ForkSide::Parent);
}

extern "C" fn in_child() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
    ID.store(std::process::id(), Ordering::Relaxed);
    after(ForkSide::Child);
}

fn after(side: ForkSide) {
    let _ = contain("go on after a fork", || {
        if let Ok(Some(fork)) = FORKING.try_with(Cell::take) {
            fork.end(side);
        }
    });
}

/// A fork under way, on the thread that makes it.
struct Fork {
    /// Whether the gate is closed.
    closed: bool,
    hooks: Vec<Arc<dyn ForkHook>>,
    /// The locks of the core, so that no other thread has them (CORE-85).
    held: [Option<Box<dyn Any>>; 3],
}

impl Fork {
    fn begin(deadline: Instant) -> Self {
        // A thread that is inside a handler itself would wait for those who wait for its locks.
        let closed = !context::is_inside();
        if closed {
            gate::close(deadline);
        }
        let _inside = enter_for_life();
        let hooks = HOOKS.load();
        let live = hooks.iter().flat_map(|hooks| hooks.iter()).filter_map(Weak::upgrade);
        let hooks: Vec<_> = live.collect();
        for hook in hooks.iter().rev() {
            let _ = contain("get ready for a fork", || hook.before(deadline));
        }
        // Last, since a thread that a hook waits for may want them; and in their order.
        let tree = Manager::global().hold(deadline);
        let held = [tree, base::hold(deadline), registry::hold(deadline)];
        Self { closed, hooks, held }
    }

    fn end(self, side: ForkSide) {
        let _inside = enter_for_life();
        drop(self.held);
        for hook in &self.hooks {
            let _ = contain("go on after a fork", || hook.after(side));
        }
        match side {
            ForkSide::Child => gate::open_in_child(),
            ForkSide::Parent if self.closed => gate::open(),
            ForkSide::Parent => {}
        }
    }
}

/// 0 until somebody asks, then 1; one more in each child.
static GENERATION: AtomicU64 = AtomicU64::new(0);

/// 0 until somebody asks.
static ID: AtomicU32 = AtomicU32::new(0);

/// Read without a lock, since a lock might be held for ever in the child.
static HOOKS: ArcSwapOption<Vec<Weak<dyn ForkHook>>> = ArcSwapOption::const_empty();

thread_local! {
    static FORKING: Cell<Option<Fork>> = const { Cell::new(None) };
}

/// What all hooks together may cost a fork.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
