//! A log file that several processes write and put aside, one at a time.
//!
//! Each batch of lines is one turn: it takes the lock, finds out which file the path means by now and
//! how long that is, puts it aside if need be, writes and lets the lock go. Threads that log at the
//! same time take one turn together.

use handlers_core::{Error, ErrorKind, Result, contain};

use super::lock_file::LockFile;
use super::policy::RolloverPolicy;
use super::rolling_file::RollingFile;
use crate::file::FileOptions;
use crate::log_file::LogFile;
use crate::mode::OpenMode;
use crate::output::{Line, Outcome, Target};

/// How the processes take turns.
#[derive(Debug)]
pub(super) struct Turns {
    lock: LockFile,
    /// The policy has something that all must agree on.
    has_state: bool,
}

impl Turns {
    pub(super) fn new(file: &LogFile) -> Self {
        Self { lock: LockFile::beside(file.path(), file.permissions()), has_state: false }
    }
}

/// Prepares the file of a handler that shares it.
///
/// Lines are not held back: a line of another process that was logged later would come before them,
/// and the file that they were meant for would be a backup.
pub(super) fn share(file: &mut FileOptions) -> Result<()> {
    if file.capacity > 0 {
        return Err(Error::new(ErrorKind::Value, "a shared file cannot be buffered"));
    }
    // What others have written must not be thrown away.
    if !file.mode.appends() {
        file.mode = OpenMode::APPEND;
    }
    file.shared = true;
    file.watch = true;
    Ok(())
}

impl<P: RolloverPolicy> RollingFile<P> {
    /// Does `work` while no other process can. A file that is not shared needs no turns.
    pub(super) fn in_turn<R>(&mut self, work: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
        if self.turns.is_none() {
            return work(self);
        }
        self.begin_turn()?;
        let done = contain("work on a shared log file", || work(self)).flatten();
        self.end_turn();
        done
    }

    /// Agrees with the others, who may have been there for long, once the policy has started.
    pub(super) fn agree(&mut self) {
        let state = contain("ask the policy", || self.policy.shared_state());
        if let Some(turns) = &mut self.turns {
            turns.has_state = matches!(state, Ok(Some(_)));
        }
        self.adopt_state();
        self.publish_state();
    }

    #[inline(never)]
    pub(super) fn append_in_turn(&mut self, line: &Line<'_>) -> Outcome {
        // The first line of a batch begins the turn, and `commit_in_turn` ends it.
        match self.begin_turn() {
            Ok(()) => contain("write to a shared log file", || self.append_line(line))
                .unwrap_or_else(Outcome::failed),
            Err(error) => Outcome::failed(error),
        }
    }

    #[inline(never)]
    pub(super) fn commit_in_turn(&mut self) -> Result<()> {
        if !self.turns.as_ref().is_some_and(|turns| turns.lock.is_locked()) {
            // Each line has been refused already.
            return Ok(());
        }
        let written = contain("write to a shared log file", || self.file.commit()).flatten();
        self.end_turn();
        written
    }

    /// Writes what an earlier turn could not.
    pub(super) fn flush_in_turn(&mut self) -> Result<()> {
        if self.file.has_all_written() {
            return Ok(());
        }
        self.in_turn(|rolling| rolling.file.make_ready().and_then(|()| rolling.file.write_out()))
    }

    /// Puts into the lock file what the policy has come to, if that is news.
    pub(super) fn publish_state(&mut self) {
        let Some(turns) = self.turns.as_mut().filter(|turns| turns.has_state) else { return };
        let policy = &self.policy;
        let published = contain("ask the policy", || policy.shared_state()).and_then(|state| {
            let news = state.filter(|state| state != turns.lock.state());
            news.map_or(Ok(()), |state| turns.lock.write_state(&state))
        });
        if let Err(error) = published {
            self.warn(error);
        }
    }

    /// Closes the lock file; the next turn opens it anew.
    pub(super) fn leave(&mut self) {
        if let Some(turns) = &mut self.turns {
            turns.lock.close();
        }
    }

    fn begin_turn(&mut self) -> Result<()> {
        let Some(turns) = self.turns.as_mut().filter(|turns| !turns.lock.is_locked()) else {
            return Ok(());
        };
        turns.lock.lock()?;
        self.file.look_again();
        self.adopt_state();
        Ok(())
    }

    fn end_turn(&mut self) {
        if let Some(turns) = &mut self.turns {
            turns.lock.unlock();
        }
    }

    /// Hands over to the policy what another process has put into the lock file. Text that is not to
    /// its liking is replaced.
    fn adopt_state(&mut self) {
        let Some(turns) = self.turns.as_mut().filter(|turns| turns.has_state) else { return };
        let policy = &mut self.policy;
        let adopted = match turns.lock.changed_state() {
            Ok(None) => return,
            Ok(Some(state)) => contain("tell the policy", || policy.adopt_state(state)),
            Err(error) => Err(error),
        };
        match adopted {
            Ok(()) => self.publish_state(),
            Err(error) => self.warn(error),
        }
    }
}
