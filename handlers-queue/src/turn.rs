//! One thread at a time takes records to where they go, and no lock is held meanwhile.
//!
//! Where records go is code of the program's: it may log, flush, set another target, or wait for a
//! thread that does. A lock around it would deadlock. A turn is a lock that knows its thread:
//!
//! - a thread that has the turn already does not wait for itself;
//! - a thread that has the turn of *another* buffer does not wait either, for somebody may be
//!   waiting for that one in a circle. It leaves word, and the thread that has the turn goes round
//!   once more;
//! - any other thread waits, so that what it logged is out when its call returns, and so that fast
//!   threads are held back by a slow target.
//!
//! In a forked child the turn of a thread of the parent's is free: that thread is not there, and its
//! records are the parent's to deliver.

use std::cell::Cell;
use std::mem;
use std::thread::{self, ThreadId};

use handlers_core::{Result, contain, fork_generation};
use parking_lot::{Condvar, Mutex};

/// The right to take records out of one buffer.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    state: Mutex<State>,
    free: Condvar,
}

#[derive(Debug, Default)]
struct State {
    owner: Option<Owner>,
    /// Somebody appended records and left them to the owner.
    again: bool,
}

/// Who has the turn, and in which process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Owner {
    thread: ThreadId,
    generation: u64,
}

impl Owner {
    fn current() -> Self {
        Self { thread: thread::current().id(), generation: fork_generation() }
    }

    /// Whether the thread is one of this process, as far as a turn can know.
    fn is_here(self) -> bool {
        self.generation == fork_generation()
    }
}

impl Turn {
    /// Runs `work` when no other thread does, and once more for each time that another thread left
    /// its records to this one; or leaves it to the thread that is at it. Panics are contained.
    pub(crate) fn run(&self, work: impl Fn() -> Result<()>) -> Result<()> {
        if !self.begin() {
            return Ok(());
        }
        let contained = || contain("flush the buffer", &work).flatten();
        DEPTH.set(DEPTH.get() + 1);
        let mut result = contained();
        let mut rounds = 1;
        while !self.end(rounds == MOST_ROUNDS) {
            let next = contained();
            result = result.and(next);
            rounds += 1;
        }
        DEPTH.set(DEPTH.get() - 1);
        result
    }

    /// Runs `work`, which is quick, while no other thread delivers; at once if it is this thread
    /// that does.
    pub(crate) fn when_free<R>(&self, work: impl FnOnce() -> R) -> R {
        let mut state = self.state.lock();
        while !is_inside() && state.owner.is_some_and(Owner::is_here) {
            self.free.wait(&mut state);
        }
        work()
    }

    fn begin(&self) -> bool {
        let current = Owner::current();
        let mut state = self.state.lock();
        loop {
            match state.owner {
                Some(owner) if owner.thread == current.thread => return false,
                Some(owner) if owner.is_here() && is_inside() => {
                    state.again = true;
                    return false;
                }
                Some(owner) if owner.is_here() => self.free.wait(&mut state),
                _ => {
                    state.owner = Some(current);
                    return true;
                }
            }
        }
    }

    /// Gives the turn back, unless there is more to do and it is not `for_good`.
    fn end(&self, for_good: bool) -> bool {
        let mut state = self.state.lock();
        if mem::take(&mut state.again) && !for_good {
            return false;
        }
        state.owner = None;
        // All of them: among those who wait may be one that does not want the turn.
        self.free.notify_all();
        true
    }
}

/// Whether this thread has the turn of any buffer.
fn is_inside() -> bool {
    DEPTH.get() > 0
}

thread_local! {
    /// How many turns this thread has.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// After how many rounds a thread goes home, should two of them send their records in a circle.
const MOST_ROUNDS: u32 = 100_000;

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use handlers_core::{Error, ErrorKind};

    use super::*;

    #[test]
    fn a_thread_does_not_wait_for_itself() {
        let turn = Turn::default();
        let ran = Cell::new(0);
        let work = || {
            ran.set(ran.get() + 1);
            turn.when_free(|| ());
            turn.run(|| panic!("this thread is at it already"))
        };
        turn.run(work).unwrap();
        assert_eq!(ran.get(), 1);
        assert!(!is_inside());
    }

    #[test]
    fn a_child_does_not_wait_for_a_thread_of_its_parent() {
        let turn = Turn::default();
        let elsewhere = thread::spawn(|| thread::current().id()).join().unwrap();
        let parents = Owner { thread: elsewhere, generation: fork_generation() + 1 };
        turn.state.lock().owner = Some(parents);
        turn.when_free(|| ());
        let ran = Cell::new(0);
        turn.run(|| {
            ran.set(ran.get() + 1);
            Ok(())
        })
        .unwrap();
        assert_eq!((ran.get(), turn.state.lock().owner), (1, None));
    }

    #[test]
    fn a_panic_gives_the_turn_back() {
        let turn = Turn::default();
        let panics = || -> Result<()> { std::panic::resume_unwind(Box::new("on purpose")) };
        assert_eq!(turn.run(panics).unwrap_err().kind(), ErrorKind::Panic);
        assert!(!is_inside());
        turn.when_free(|| ());
    }

    #[test]
    fn the_first_error_of_several_rounds_is_the_one_that_is_told() {
        let turn = Turn::default();
        let rounds = AtomicU32::new(0);
        let fails = || {
            let round = rounds.fetch_add(1, Ordering::Relaxed);
            if round < 2 {
                turn.state.lock().again = true;
            }
            Err(Error::new(ErrorKind::Io, format!("round {round}")))
        };
        assert_eq!(turn.run(fails).unwrap_err().to_string(), "round 0");
        assert_eq!(rounds.into_inner(), 3);
    }

    #[test]
    fn a_thread_does_not_go_round_for_ever() {
        let turn = Turn::default();
        let rounds = AtomicU32::new(0);
        let never_done = || {
            rounds.fetch_add(1, Ordering::Relaxed);
            turn.state.lock().again = true;
            Ok(())
        };
        turn.run(never_done).unwrap();
        assert_eq!(rounds.into_inner(), MOST_ROUNDS);
        turn.when_free(|| ());
    }
}
