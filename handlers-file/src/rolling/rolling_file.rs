//! A log file that asks its policy before each line.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use handlers_core::{Error, Result, contain};

use super::caps::Caps;
use super::compress::{Compressor, Finished, Housekeeper, Settled};
use super::files::Rollover;
use super::options::RollingOptions;
use super::policy::{FileStatus, LineStatus, RolloverPolicy};
use super::shared::Turns;
use super::size::is_special;
use crate::log_file::LogFile;
use crate::mode::OpenMode;
use crate::output::{Combiner, Line, Outcome, Target};

/// The state of a [`RollingHandler`](super::RollingHandler).
#[derive(Debug)]
pub(crate) struct RollingFile<P> {
    pub(super) file: LogFile,
    pub(super) policy: P,
    options: RollingOptions,
    mode: OpenMode,
    compressor: Option<Compressor>,
    /// What went wrong and stopped nothing, to be reported with the lines that come.
    warnings: VecDeque<Error>,
    /// The file is shared with other processes.
    pub(super) turns: Option<Turns>,
    /// Until so many bytes were ever appended there is nothing to be done but to append them.
    quiet_until: u64,
}

impl<P: RolloverPolicy> RollingFile<P> {
    pub(super) fn new(file: LogFile, policy: P, options: RollingOptions, mode: OpenMode) -> Self {
        let compression = options.compression;
        let compressor = compression.map(|compression| Compressor::new(file.path(), compression));
        let turns = options.shared.then(|| Turns::new(&file));
        Self {
            file,
            policy,
            options,
            mode,
            compressor,
            warnings: VecDeque::new(),
            turns,
            quiet_until: 0,
        }
    }

    /// Starts the policy. A shared file is opened before, unless the first record is to do so.
    pub(super) fn start(&mut self) -> Result<()> {
        self.in_turn(|rolling| {
            if rolling.turns.is_some() {
                rolling.file.open_now()?;
            }
            let (policy, path) = (&mut rolling.policy, rolling.file.path());
            if let Err(panic) = contain("start the policy", || policy.start(path)) {
                rolling.warn(panic);
            }
            rolling.agree();
            Ok(())
        })
    }

    /// FILE-36: the file is opened even if it is not put aside. If it does not exist, the policy is
    /// asked first: the empty file would become a backup (FILE-96).
    pub(super) fn should_rollover(&mut self, line: &Line<'_>) -> Result<bool> {
        let is_missing = !self.file.is_open() && !self.file.path().exists();
        if is_missing && self.is_due(line) {
            return Ok(true);
        }
        self.file.make_ready()?;
        Ok(!is_missing && self.is_due(line))
    }

    /// Puts the file aside and opens the path anew, unless that is delayed (FILE-44 to FILE-49). What
    /// is no file stays as it is.
    pub(super) fn roll(&mut self) -> Result<()> {
        self.in_turn(|rolling| {
            if rolling.turns.is_some() && rolling.file.is_open() {
                rolling.file.make_ready()?;
            }
            // FILE-41: a device or a pipe is not renamed, and Python should not do so on demand.
            if is_special(rolling.file.path()) {
                return Ok(());
            }
            rolling.put_aside(!rolling.file.delay())
        })?;
        // There is no record to report it with.
        self.warnings.pop_front().map_or(Ok(()), Err)
    }

    /// Writes everything that is on its way.
    pub(super) fn flush(&mut self) -> Result<()> {
        if self.turns.is_some() { self.flush_in_turn() } else { self.file.write_out() }
    }

    /// Writes what is on its way and closes the file, whether that went well or not (FILE-11).
    pub(super) fn close(&mut self) -> Result<()> {
        self.quiet_until = 0;
        if self.turns.is_none() {
            return self.file.close();
        }
        let flushed = if self.file.is_open() { self.flush_in_turn() } else { Ok(()) };
        let closed = self.file.close();
        self.leave();
        flushed.and(closed)
    }

    pub(super) fn policy(&self) -> &P {
        &self.policy
    }

    pub(super) fn compressor(&self) -> Option<&Compressor> {
        self.compressor.as_ref()
    }

    /// Something is to be reported that stopped nothing. Of a flood the first are enough.
    pub(super) fn warn(&mut self, warning: Error) {
        self.quiet_until = 0;
        if self.warnings.len() < MOST_WARNINGS {
            self.warnings.push_back(warning);
        }
    }

    /// The old file is let go only once the new one is open. Until then every step can be undone, and
    /// if one fails the handler goes on with the file it has.
    fn put_aside(&mut self, open: bool) -> Result<()> {
        self.quiet_until = 0;
        let path = self.file.path().to_owned();
        let rolled = self.try_put_aside(&path, open);
        self.publish_state();
        if rolled.is_err() && !path.exists() {
            // Somebody has taken the file away, perhaps the rotator: there must be one to write.
            let _ = self.file.reopen(&OpenMode::APPEND);
        }
        rolled.map_err(|error| error.context(format!("rotate the log file {}", path.display())))
    }

    fn try_put_aside(&mut self, path: &Path, open: bool) -> Result<()> {
        // A full disk may have room once the oldest backup is gone; but a rotator of the program's
        // is given a whole file.
        if self.file.is_open()
            && let Err(error) = self.file.write_out()
            && self.options.rotator.is_some()
        {
            return Err(error);
        }
        let mut files = Rollover::new(path, &self.options);
        let policy = &mut self.policy;
        let moved = contain("rotate the log file", || policy.rollover(&mut files)).flatten();
        let done = moved.and_then(|()| self.file.change(open.then_some(&self.mode)));
        if done.is_ok() {
            let finished = contain("finish the rollover", || {
                policy.finish();
                expire(policy, &self.options.caps, &mut files)
            });
            if let Err(error) = finished.flatten() {
                files.warn(error);
            }
            files.finish();
        } else {
            files.undo();
        }
        for warning in files.into_warnings() {
            self.warn(warning);
        }
        if done.is_ok()
            && let Some(Err(error)) = self.compressor.as_ref().map(Compressor::wake)
        {
            self.warn(error);
        }
        done
    }

    fn backups(&self) -> Result<Vec<PathBuf>> {
        let files = Rollover::new(self.file.path(), &self.options);
        contain("look for backups", || self.policy.backups(&files)).flatten()
    }

    /// A backup was compressed, so there may be room for others, or for more of them.
    fn settle(&mut self, finished: &Finished<'_>) -> Result<Settled> {
        let settled = finished.publish(|| self.backups())?;
        let mut files = Rollover::new(self.file.path(), &self.options);
        let policy = &self.policy;
        let expired =
            contain("remove old backups", || expire(policy, &self.options.caps, &mut files));
        if let Err(error) = expired.flatten() {
            files.warn(error);
        }
        files.finish();
        for warning in files.into_warnings() {
            self.warn(warning);
        }
        Ok(settled)
    }

    fn is_due(&mut self, line: &Line<'_>) -> bool {
        // One more for a line end that is none.
        let is_quiet = self.file.ends_before(self.policy.min_size(), line.text.len() + 1);
        !is_quiet && self.ask(line)
    }

    fn ask(&mut self, line: &Line<'_>) -> bool {
        let file = FileStatus::of(&self.file);
        let Line { text, level, created } = *line;
        let text = text.strip_suffix(self.file.terminator()).unwrap_or(text);
        let policy = &mut self.policy;
        let line = LineStatus { text, level, created };
        // A policy that panics has no say.
        contain("ask the policy", || policy.should_rollover(&file, &line)).unwrap_or_else(|panic| {
            self.warn(panic);
            false
        })
    }

    /// FILE-27: ask, roll, write. An error of the first two is reported; the line is written all the
    /// same, where CPython loses it (FILE-28).
    pub(super) fn append_line(&mut self, line: &Line<'_>) -> Outcome {
        match self.should_rollover(line) {
            Ok(false) => {}
            // There is a line to be written: the file is opened now, delayed or not.
            Ok(true) => {
                if let Err(error) = self.put_aside(true) {
                    if !self.file.has_name() {
                        return Outcome::failed(error);
                    }
                    self.warn(error);
                }
            }
            Err(error) => return Outcome::failed(error),
        }
        let outcome = self.file.append(line);
        match self.warnings.pop_front() {
            None => outcome,
            warning => Outcome { warning, ..outcome },
        }
    }

    #[inline(never)]
    fn append_with_care(&mut self, line: &Line<'_>) -> Outcome {
        if self.turns.is_some() {
            return self.append_in_turn(line);
        }
        let outcome = self.append_line(line);
        let is_quiet = self.warnings.is_empty();
        self.quiet_until = if is_quiet { self.file.far_until(self.policy.min_size()) } else { 0 };
        outcome
    }
}

impl<P: RolloverPolicy> Target for RollingFile<P> {
    #[inline]
    fn append(&mut self, line: &Line<'_>) -> Outcome {
        if self.file.appended().saturating_add(line.text.len() as u64) < self.quiet_until {
            return self.file.append(line);
        }
        self.append_with_care(line)
    }

    #[inline]
    fn commit(&mut self) -> Result<()> {
        if self.turns.is_some() { self.commit_in_turn() } else { self.file.commit() }
    }

    fn flush_held(&mut self) {
        if let Err(error) = self.flush() {
            self.warn(error);
        }
    }

    fn appended(&self) -> u64 {
        self.file.appended()
    }

    fn written(&self) -> u64 {
        self.file.written()
    }
}

impl<P: RolloverPolicy> Housekeeper for Combiner<RollingFile<P>> {
    fn backups(&self) -> Result<Vec<PathBuf>> {
        self.with(|rolling| rolling.in_turn(|rolling| rolling.backups()))
    }

    fn settle(&self, finished: &Finished<'_>) -> Result<Settled> {
        self.with(|rolling| rolling.in_turn(|rolling| rolling.settle(finished)))
    }

    fn report(&self, error: Error) {
        self.with(|rolling| rolling.warn(error));
    }
}

/// Condemns the backups that are beyond the caps.
fn expire<P: RolloverPolicy>(policy: &P, caps: &Caps, files: &mut Rollover<'_>) -> Result<()> {
    if !caps.is_unlimited() {
        for backup in caps.expired(policy.backups(files)?, SystemTime::now()) {
            files.remove_when_done(backup);
        }
    }
    Ok(())
}

/// How many warnings wait for a line to be reported with.
const MOST_WARNINGS: usize = 16;
