//! What becomes of a signal: nothing may be lost by it.

use std::convert::Infallible;
use std::fs::{self, File};
use std::io::{self, PipeReader, Read};
use std::os::fd::AsFd;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use handlers_config::Configured;
use handlers_core::{Error, Result, shutdown};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, Signal, getpgrp, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::{flag, low_level};

use super::account;
use crate::output::complain;
use crate::render::Failure;

/// Lets a signal end the input and not the process, so that what was read is logged first.
///
/// The second signal ends the process at once.
#[derive(Debug)]
pub(super) struct Termination {
    received: Arc<AtomicI32>,
    /// Hangs up when a signal comes.
    woken: PipeReader,
    /// Hangs up when the input is done with.
    reading: mpsc::Sender<Infallible>,
}

impl Termination {
    /// Listens from now on. `timeout` is what the handlers are given to finish.
    pub(super) fn watch(timeout: Duration) -> Result<Self> {
        let again = Arc::new(AtomicBool::new(false));
        for signal in wanted() {
            flag::register_conditional_default(signal, Arc::clone(&again))
                .map_err(cannot_listen)?;
        }
        let mut signals = listen(wanted())?;
        let (woken, wake) = io::pipe().map_err(cannot_listen)?;
        let (reading, done) = mpsc::channel();
        let received = Arc::new(AtomicI32::new(0));
        let note = Arc::clone(&received);
        spawn(move || {
            let Some(signal) = signals.forever().next() else { return };
            again.store(true, Ordering::Relaxed);
            note.store(signal, Ordering::Relaxed);
            drop(wake);
            if let Err(RecvTimeoutError::Timeout) = done.recv_timeout(timeout / 2) {
                // A handler does not come back. What others hold may still be saved.
                account::tell(&shutdown(timeout / 2));
                end(signal);
            }
        })?;
        Ok(Self { received, woken, reading })
    }

    /// Standard input, which ends where a signal comes.
    pub(super) fn standard_input(&self) -> Result<impl Read> {
        // Not `Stdin`, which has a buffer of its own that `poll` knows nothing of.
        let source = io::stdin().as_fd().try_clone_to_owned();
        let source = source.map_err(|error| Error::io("open standard input", error))?;
        Ok(Input { source: File::from(source), woken: &self.woken, within_line: false })
    }

    /// Says that the input is done with, and which signal ended it, if one did.
    pub(super) fn settle(self) -> Option<i32> {
        drop(self.reading);
        let signal = self.received.load(Ordering::Relaxed);
        (signal != 0).then_some(signal)
    }
}

/// Ends as the signal would have ended the process.
#[expect(clippy::exit, reason = "whoever waits for the process is to see the signal")]
pub(super) fn end(signal: i32) {
    let _ = low_level::emulate_default_handler(signal);
    std::process::exit(128 + signal);
}

/// A source that ends when somebody hangs up, with the line that was being read if the rest of it is
/// there.
struct Input<'a> {
    source: File,
    woken: &'a PipeReader,
    within_line: bool,
}

impl Read for Input<'_> {
    fn read(&mut self, mut buffer: &mut [u8]) -> io::Result<usize> {
        let mut ready =
            [PollFd::new(&self.woken, PollFlags::IN), PollFd::new(&self.source, PollFlags::IN)];
        // A signal interrupts this, and std's readers then read again.
        poll(&mut ready, None)?;
        let [woken, readable] = ready.map(|one| !one.revents().is_empty());
        if woken {
            if !self.within_line || !readable {
                return Ok(0);
            }
            let most = buffer.len().min(1);
            buffer = &mut buffer[..most];
        }
        let count = self.source.read(buffer)?;
        self.within_line = buffer[..count].last().is_some_and(|last| *last != b'\n');
        Ok(count)
    }
}

/// Puts log files aside when SIGHUP comes.
#[derive(Debug)]
#[must_use]
pub(super) struct Rollovers {
    handle: Option<Handle>,
    /// Handlers that only other handlers know live as long as this.
    _configured: Configured,
}

impl Rollovers {
    /// Listens from now on, unless the program was started to ignore the signal.
    ///
    /// It has a thread of its own: one that waits for a handler must not keep the program from
    /// hearing that it is to end.
    pub(super) fn watch(configured: Configured) -> Result<Self> {
        let handle =
            if is_ignored(SIGHUP) { None } else { Some(roll_over_on_hangup(&configured)?) };
        Ok(Self { handle, _configured: configured })
    }

    /// Stops. From now on the signal has no effect.
    pub(super) fn stop(&self) {
        if let Some(handle) = &self.handle {
            handle.close();
        }
    }
}

fn roll_over_on_hangup(configured: &Configured) -> Result<Handle> {
    let mut signals = listen([SIGHUP])?;
    let (handle, configured) = (signals.handle(), configured.clone());
    spawn(move || {
        for _ in signals.forever() {
            for (name, error) in configured.roll_over() {
                let error = error.context(format!("roll over the handler {name}"));
                complain(&Failure(&error));
            }
        }
    })?;
    Ok(handle)
}

/// Keeps signals for a command that is about to start.
#[derive(Debug)]
#[must_use]
pub(super) struct Forwarding {
    handle: Handle,
    command: mpsc::Sender<Pid>,
    thread: JoinHandle<()>,
}

impl Forwarding {
    /// Listens from now on: what comes before the command is there is not lost.
    pub(super) fn prepare() -> Result<Self> {
        let mut signals = listen(wanted())?;
        let handle = signals.handle();
        let (command, started) = mpsc::channel();
        let thread = spawn(move || {
            let Ok(command) = started.recv() else { return };
            let to_hand_on = signals.forever().filter(|signal| !reached_all(*signal));
            for signal in to_hand_on.filter_map(Signal::from_named_raw) {
                let _ = kill_process(command, signal);
            }
        })?;
        Ok(Self { handle, command, thread })
    }

    /// Hands the signals on to the command, which decides what they mean; its end is then ours.
    pub(super) fn to(&self, command: &Child) {
        let command = i32::try_from(command.id()).ok().and_then(Pid::from_raw);
        let _ = command.map(|command| self.command.send(command));
    }

    /// Stops, since the command has ended.
    pub(super) fn stop(self) {
        self.handle.close();
        drop(self.command);
        let _ = self.thread.join();
    }
}

/// What Ctrl-C sends goes to all processes in the foreground, the command among them: twice would
/// mean more to it than once.
fn reached_all(signal: i32) -> bool {
    let in_foreground = |terminal| rustix::termios::tcgetpgrp(terminal).ok() == Some(getpgrp());
    signal == SIGINT && File::open("/dev/tty").is_ok_and(in_foreground)
}

fn listen(signals: impl IntoIterator<Item = i32>) -> Result<Signals> {
    Signals::new(signals).map_err(cannot_listen)
}

fn cannot_listen(error: io::Error) -> Error {
    Error::io("listen for signals", error)
}

/// The signals that end a program, but for those that it was started to ignore.
fn wanted() -> Vec<i32> {
    [SIGINT, SIGTERM].into_iter().filter(|signal| !is_ignored(*signal)).collect()
}

/// Whether the program was started to ignore a signal, as `nohup` does it, where the system tells it
/// without unsafe code.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let bits = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let bits = bits.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok());
    bits.unwrap_or_default() & (1 << (signal - 1)) != 0
}

fn spawn(work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    let spawned = thread::Builder::new().name("signals".to_owned()).spawn(work);
    spawned.map_err(|error| Error::io("start the thread for signals", error))
}
