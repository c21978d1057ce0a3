//! The gate that a fork closes: it waits until no thread is inside a handler, so that no handler's
//! lock is held in the child by a thread that is not there (CORE-85).
//!
//! Each thread has a place where it says that it is inside. To say so, and to look whether the gate
//! is closed, must cost next to nothing: a store, and a load that finds nothing new. Nothing but the
//! order of the two matters, and only to a fork, so it is the fork that has all processors keep to
//! it, with `membarrier`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering, compiler_fence};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use rustix::thread::futex::{self, Flags, Timespec};
use rustix::thread::{MembarrierCommand, membarrier};

use crate::context;

/// Where one thread says whether it is inside a handler. It has a cache line to itself.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Place {
    busy: AtomicBool,
    taken: AtomicBool,
}

/// Says that this thread is inside a handler; waits, if the process is about to fork. Without a
/// place, because the thread is about to end, it says nothing.
#[inline]
pub(crate) fn enter() -> Option<&'static Place> {
    let place = context::place().or_else(claim)?;
    place.busy.store(true, Ordering::Relaxed);
    compiler_fence(Ordering::SeqCst);
    if FORKS.load(Ordering::Relaxed) > 0 {
        wait(place);
    }
    Some(place)
}

/// Says that this thread is outside again.
#[inline]
pub(crate) fn leave(place: &Place) {
    place.busy.store(false, Ordering::Release);
    compiler_fence(Ordering::SeqCst);
    if FORKS.load(Ordering::Relaxed) > 0 {
        tell();
    }
}

/// Gives up the place of a thread that ends.
pub(crate) fn give_up(place: &Place) {
    place.taken.store(false, Ordering::Release);
}

/// Lets the system prepare for [`close`]: early, since it takes long once there are many threads.
pub(super) fn prepare() {
    let _ = membarrier(MembarrierCommand::RegisterPrivateExpedited);
}

/// Closes the gate, and waits until no other thread is inside, or until `deadline`.
pub(super) fn close(deadline: Instant) {
    FORKS.fetch_add(1, Ordering::SeqCst);
    if membarrier(MembarrierCommand::PrivateExpedited).is_err() {
        prepare();
        // A system that cannot do this leaves a moment in which a thread slips in.
        let _ = membarrier(MembarrierCommand::PrivateExpedited);
    }
    loop {
        let left = LEFT.load(Ordering::Acquire);
        let remaining = deadline.saturating_duration_since(Instant::now());
        if remaining.is_zero() || !others().any(|place| place.busy.load(Ordering::Acquire)) {
            return;
        }
        let _ = futex::wait(&LEFT, Flags::PRIVATE, left, timespec(remaining).as_ref());
    }
}

/// Opens the gate again, in the process that forked.
pub(super) fn open() {
    FORKS.fetch_sub(1, Ordering::SeqCst);
    let _ = futex::wake(&FORKS, Flags::PRIVATE, ALL);
}

/// Opens the gate of a child, where no other thread is.
pub(super) fn open_in_child() {
    FORKS.store(0, Ordering::Relaxed);
    for place in others() {
        place.busy.store(false, Ordering::Relaxed);
        place.taken.store(false, Ordering::Relaxed);
    }
}

#[cold]
fn claim() -> Option<&'static Place> {
    let free = || places().find(|place| !place.taken.swap(true, Ordering::Acquire));
    context::keep_place(|| {
        free().unwrap_or_else(|| {
            // As many as there were threads at one time, and never fewer.
            let place: &Place = Box::leak(Box::default());
            place.taken.store(true, Ordering::Relaxed);
            PLACES.rcu(|places| {
                let places = places.iter().flat_map(|places| places.iter()).copied();
                Some(Arc::new(places.chain([place]).collect()))
            });
            place
        })
    })
}

/// Waits outside while the gate is closed, but not for ever: whoever forks may need a lock that this
/// thread has.
#[cold]
fn wait(place: &Place) {
    let deadline = Instant::now() + LONGEST_WAIT;
    loop {
        place.busy.store(false, Ordering::Release);
        tell();
        let forks = FORKS.load(Ordering::Acquire);
        let remaining = deadline.saturating_duration_since(Instant::now());
        if forks > 0 && !remaining.is_zero() {
            let _ = futex::wait(&FORKS, Flags::PRIVATE, forks, timespec(remaining).as_ref());
        }
        place.busy.store(true, Ordering::SeqCst);
        if FORKS.load(Ordering::SeqCst) == 0 || remaining.is_zero() {
            return;
        }
    }
}

/// Has a thread that forks look again.
#[cold]
fn tell() {
    LEFT.fetch_add(1, Ordering::Release);
    let _ = futex::wake(&LEFT, Flags::PRIVATE, ALL);
}

fn places() -> impl Iterator<Item = &'static Place> {
    let places = PLACES.load_full();
    (0..).map_while(move |number| places.as_ref()?.get(number).copied())
}

fn others() -> impl Iterator<Item = &'static Place> {
    let own = context::place();
    places().filter(move |place| !own.is_some_and(|own| std::ptr::eq(own, *place)))
}

fn timespec(duration: Duration) -> Option<Timespec> {
    duration.try_into().ok()
}

/// How many threads are about to fork.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// Changes when a thread leaves a handler while the gate is closed.
static LEFT: AtomicU32 = AtomicU32::new(0);

/// The places there are. They outlive their threads, whose successors take them.
static PLACES: ArcSwapOption<Vec<&'static Place>> = ArcSwapOption::const_empty();

const ALL: u32 = i32::MAX as u32;

/// A little longer than a fork waits.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
