//! A log file that asks its policy before each line.

use handlers_core::{Error, Result, contain};

use super::files::{Hooks, Rollover};
use super::policy::{FileStatus, LineStatus, RolloverPolicy};
use crate::log_file::LogFile;
use crate::mode::OpenMode;
use crate::output::{Line, Outcome, Sink};

/// The state of a [`RollingHandler`](super::RollingHandler).
#[derive(Debug)]
pub(crate) struct RollingFile<P> {
    pub(super) file: LogFile,
    policy: P,
    hooks: Hooks,
    mode: OpenMode,
    /// A panic of the policy or of the namer that is still to be reported.
    panic: Option<Error>,
}

impl<P: RolloverPolicy> RollingFile<P> {
    pub(super) fn new(file: LogFile, policy: P, hooks: Hooks, mode: OpenMode) -> Self {
        Self { file, policy, hooks, mode, panic: None }
    }

    /// FILE-36: the file is opened even if it is not put aside.
    pub(super) fn should_rollover(&mut self, line: &Line<'_>) -> Result<bool> {
        if !self.file.is_open() {
            self.file.open()?;
        }
        Ok(self.is_due(line))
    }

    /// Puts the file aside and opens the path anew, unless that is delayed (FILE-44 to FILE-49).
    pub(super) fn roll(&mut self) -> Result<()> {
        self.put_aside(!self.file.delay())
    }

    /// The old file is let go only once the new one is open. Until then every step can be undone, and
    /// if one fails the handler goes on with the file it has.
    fn put_aside(&mut self, open: bool) -> Result<()> {
        // A full disk may have room once the oldest backup is gone; but a rotator of the program's
        // is given a whole file.
        if self.file.is_open()
            && let Err(error) = self.file.write_out()
            && self.hooks.rotator.is_some()
        {
            return Err(error);
        }
        let path = self.file.path().to_owned();
        let mut files = Rollover::new(&path, &self.hooks);
        let policy = &mut self.policy;
        let moved = contain("rotate the log file", || policy.rollover(&mut files)).flatten();
        self.panic = files.take_panic().or_else(|| self.panic.take());
        let done = moved.and_then(|()| self.file.change(open.then_some(&self.mode)));
        if done.is_err() {
            files.undo();
            if !path.exists() {
                // Somebody has taken the file away, perhaps the rotator: there must be one to write.
                let _ = self.file.reopen(&OpenMode::APPEND);
            }
        }
        done.map_err(|error| error.context(format!("rotate the log file {}", path.display())))
    }

    fn is_due(&mut self, line: &Line<'_>) -> bool {
        let position = self.file.position();
        let file = FileStatus { path: self.file.path(), position };
        let Line { characters, level, created, .. } = *line;
        let policy = &mut self.policy;
        let line = LineStatus { characters, level, created };
        // A policy that panics has no say.
        contain("ask the policy", || policy.should_rollover(&file, &line)).unwrap_or_else(|panic| {
            self.panic = Some(panic);
            false
        })
    }
}

impl<P: RolloverPolicy> Sink for RollingFile<P> {
    /// FILE-27: ask, roll, write. An error of the first two is reported; the line is written all the
    /// same, where CPython loses it (FILE-28).
    fn append(&mut self, line: &Line<'_>) -> Outcome {
        let failure = match self.should_rollover(line) {
            // There is a line to be written: the file is opened now, delayed or not.
            Ok(true) => self.put_aside(true).err(),
            Ok(false) => None,
            Err(error) => return Outcome::failed(error),
        };
        Outcome { warning: failure.or_else(|| self.panic.take()), ..self.file.append(line) }
    }

    fn commit(&mut self) -> Result<()> {
        self.file.commit()
    }

    fn appended(&self) -> u64 {
        self.file.appended()
    }

    fn written(&self) -> u64 {
        self.file.written()
    }
}
