//! What a thread keeps between two logging calls: its buffers, its name, and whether it is inside
//! a handler.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::process::gate::{self, Place};
use crate::record::ThreadInfo;

/// Runs `work` with the context of this thread, which is there as long as the thread is.
#[inline]
pub(crate) fn with<R>(work: impl FnOnce(&Context) -> R) -> R {
    CONTEXT.with(|context| work(context))
}

/// Lends a buffer of this thread, empty, and takes it back: for a line or a frame that a handler
/// puts together before it takes its lock.
///
/// The buffer keeps its capacity from one use to the next, up to 64 KiB. Calls may nest; an inner
/// one gets a buffer of its own, which is kept as well.
///
/// # Examples
///
/// ```
/// let length = handlers_core::with_line_buffer(|line| {
///     line.push_str("one line\n");
///     line.len()
/// });
/// assert_eq!(length, 9);
/// ```
#[inline]
pub fn with_line_buffer<R>(work: impl FnOnce(&mut String) -> R) -> R {
    with(|context| context.line.lend(work))
}

/// How many records were dropped because they were logged while the same thread was handling
/// another one (gh-91555).
pub fn reentrant_drops() -> u64 {
    REENTRANT_DROPS.load(Ordering::Relaxed)
}

/// Marks this thread as being inside a handler until the guard is dropped: what it logs meanwhile
/// is dropped and counted by [`reentrant_drops`].
///
/// [`Handler::handle`](crate::Handler::handle) does so by itself. A handler needs it around work
/// that happens elsewhere, such as a flush that uses a library which logs.
///
/// # Examples
///
/// ```
/// use handlers_core::{enter_handler, get_logger, warning};
///
/// let inside = enter_handler();
/// warning!(get_logger("app"), "goes nowhere, and cannot deadlock");
/// drop(inside);
/// # assert!(handlers_core::reentrant_drops() > 0);
/// ```
#[inline]
pub fn enter_handler() -> HandlerGuard {
    let depth = DEPTH.get();
    DEPTH.set(depth + 1);
    let place = if depth == 0 { gate::enter() } else { None };
    HandlerGuard { place, not_send: PhantomData }
}

/// Does what [`enter_handler`] does, for a thread that stays inside as long as it lives: a fork does
/// not wait until it leaves. Such a thread has a [`ForkHook`](crate::ForkHook), or holds nothing that
/// somebody else needs.
pub fn enter_for_life() -> HandlerGuard {
    DEPTH.set(DEPTH.get() + 1);
    HandlerGuard { place: None, not_send: PhantomData }
}

/// The guard of [`enter_handler`].
#[derive(Debug)]
#[must_use = "the thread leaves the handler when the guard is dropped"]
pub struct HandlerGuard {
    place: Option<&'static Place>,
    not_send: PhantomData<*const ()>,
}

impl Drop for HandlerGuard {
    #[inline]
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
        if let Some(place) = self.place {
            gate::leave(place);
        }
    }
}

/// Whether a handler is at work on this thread.
pub(crate) fn is_inside() -> bool {
    DEPTH.get() > 0
}

/// Where this thread says whether it is inside a handler, if it has said so before.
#[inline]
pub(crate) fn place() -> Option<&'static Place> {
    PLACE.get()
}

/// Has this thread keep a place until it ends; `None` if it is about to.
pub(crate) fn keep_place(make: impl FnOnce() -> &'static Place) -> Option<&'static Place> {
    PLACE.set(is_freed_at_end().then(make));
    PLACE.get()
}

/// Whether a handler is at work on this thread; if so, the record that asks is counted as dropped.
#[inline]
pub(crate) fn drops_reentrant() -> bool {
    let inside = is_inside();
    if inside {
        REENTRANT_DROPS.fetch_add(1, Ordering::Relaxed);
    }
    inside
}

/// One thread's share.
///
/// It is never dropped, so that what logs while a thread ends finds it. [`AtEnd`] frees what it
/// holds; from then on nothing is kept in it.
pub(crate) struct Context {
    pub(crate) message: Buffer,
    pub(crate) asctime: Buffer,
    line: Buffer,
    thread: RefCell<Option<ThreadInfo>>,
}

impl Context {
    const fn new() -> Self {
        Self {
            message: Buffer::new(),
            asctime: Buffer::new(),
            line: Buffer::new(),
            thread: RefCell::new(None),
        }
    }

    /// Lends out what is known of the thread.
    #[inline]
    pub(crate) fn with_thread<R>(&self, work: impl FnOnce(&ThreadInfo) -> R) -> R {
        if let Some(thread) = &*self.thread.borrow() {
            return work(thread);
        }
        let thread = ThreadInfo::current();
        if is_freed_at_end() {
            *self.thread.borrow_mut() = Some(thread.clone());
        }
        work(&thread)
    }

    fn free(&self) {
        // A handler or a filter may be who ends the process: then the thread is still lent.
        if let Ok(mut thread) = self.thread.try_borrow_mut() {
            *thread = None;
        }
        for buffer in [&self.message, &self.asctime, &self.line] {
            buffer.free();
        }
    }
}

/// Makes sure that the context is freed when the thread ends; false if it has been.
#[cold]
fn is_freed_at_end() -> bool {
    AT_END.try_with(|_| ()).is_ok()
}

/// Frees the context's memory when the thread ends.
struct AtEnd;

impl Drop for AtEnd {
    fn drop(&mut self) {
        with(Context::free);
        if let Some(place) = PLACE.take() {
            gate::give_up(place);
        }
    }
}

thread_local! {
    static CONTEXT: ManuallyDrop<Context> = const { ManuallyDrop::new(Context::new()) };

    static AT_END: AtEnd = const { AtEnd };

    /// How many handlers this thread is inside.
    static DEPTH: Cell<u32> = const { Cell::new(0) };

    static PLACE: Cell<Option<&'static Place>> = const { Cell::new(None) };
}

static REENTRANT_DROPS: AtomicU64 = AtomicU64::new(0);

/// A buffer that is lent out by moving it, so that no borrow is ever in the way of a nested call.
pub(crate) struct Buffer {
    first: Cell<String>,
    /// What nested calls had.
    others: Cell<Vec<String>>,
}

impl Buffer {
    const fn new() -> Self {
        Self { first: Cell::new(String::new()), others: Cell::new(Vec::new()) }
    }

    #[inline]
    pub(crate) fn lend<R>(&self, work: impl FnOnce(&mut String) -> R) -> R {
        let mut buffer = self.first.take();
        if buffer.capacity() == 0 {
            buffer = self.other();
        }
        buffer.clear();
        let is_kept = buffer.capacity() > 0 || is_freed_at_end();
        let result = work(&mut buffer);
        if is_kept && buffer.capacity() <= LARGEST_KEPT {
            let nested = self.first.replace(buffer);
            if nested.capacity() > 0 {
                self.keep(nested);
            }
        }
        result
    }

    /// A buffer for who is the first on this thread, or called by who has the first buffer.
    #[cold]
    fn other(&self) -> String {
        let mut others = self.others.take();
        let other = others.pop().unwrap_or_default();
        self.others.set(others);
        other
    }

    #[cold]
    fn keep(&self, buffer: String) {
        let mut others = self.others.take();
        if others.len() < MOST_KEPT {
            others.push(buffer);
        }
        self.others.set(others);
    }

    fn free(&self) {
        self.first.take();
        self.others.take();
    }
}

/// One enormous record must not cost every thread that memory for ever.
const LARGEST_KEPT: usize = 64 * 1024;

/// Nobody nests deeper.
const MOST_KEPT: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nested_call_gets_a_buffer_of_its_own() {
        with_line_buffer(|outer| {
            outer.push('a');
            with_line_buffer(|inner| assert!(inner.is_empty()));
            assert_eq!(outer, "a");
        });
    }

    #[test]
    fn a_process_may_end_while_a_record_is_handled() {
        with(|context| {
            context.with_thread(|_| context.free());
            context.with_thread(|_| ());
            // The name is known now, and lent.
            context.with_thread(|_| context.free());
        });
    }

    #[test]
    fn nested_calls_find_their_buffers_again() {
        let used = || {
            with_line_buffer(|outer| {
                outer.push_str("outer");
                with_line_buffer(|inner| {
                    assert!(inner.is_empty());
                    inner.push_str("inner");
                    (outer.as_ptr(), inner.as_ptr())
                })
            })
        };
        let (outer, inner) = used();
        assert_eq!(used(), (outer, inner));
        assert_ne!(outer, inner);
    }

    #[test]
    fn a_large_buffer_is_given_back_to_the_system() {
        with_line_buffer(|line| line.reserve(LARGEST_KEPT + 1));
        with_line_buffer(|line| assert!(line.capacity() <= LARGEST_KEPT));
    }
}
