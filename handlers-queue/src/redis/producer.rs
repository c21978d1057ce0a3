//! The end of a queue that puts.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ::redis::{Cmd, cmd};
use handlers_core::Result;
use parking_lot::{Mutex, MutexGuard};

use super::fault::Fault;
use super::link::Link;
use super::settings::Settings;
use crate::notice;

/// Sends records to the stream, one after the other.
#[derive(Debug)]
pub(super) struct Producer {
    state: Mutex<State>,
    /// Whether the last attempt was a failure.
    away: AtomicBool,
    /// Nanoseconds after `begin` before which nothing is tried.
    due: AtomicU64,
    begin: Instant,
}

#[derive(Debug, Default)]
struct State {
    link: Link,
    /// A record of which the server has not said whether it has it. It is sent again first, since
    /// twice is better than not at all.
    held: Option<Vec<u8>>,
    /// How many of the records that were given up the stream has been told of.
    told: u64,
}

impl Producer {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::default(),
            away: AtomicBool::new(false),
            due: AtomicU64::new(0),
            begin: Instant::now(),
        }
    }

    /// Whether it would be of no use to try now.
    pub(super) fn is_away(&self) -> bool {
        self.away.load(Ordering::Relaxed)
            && nanos(self.begin.elapsed()) < self.due.load(Ordering::Relaxed)
    }

    /// Adds a record to the stream, after the news that `dropped` were given up, if it is news.
    ///
    /// # Errors
    ///
    /// The server does not have the record.
    pub(super) fn put(
        &self,
        settings: &Settings,
        record: Vec<u8>,
        dropped: Option<u64>,
        deadline: Instant,
    ) -> Result<(), Fault> {
        let mut state = self.lock(deadline)?;
        let outcome = state.put(settings, record, dropped, deadline);
        self.note(state.link.due());
        outcome
    }

    /// While the server is away one thread tries whether it is back; the others do not wait for that.
    fn lock(&self, deadline: Instant) -> Result<MutexGuard<'_, State>, Fault> {
        if self.away.load(Ordering::Relaxed) {
            return self.state.try_lock().ok_or(Fault::Away);
        }
        let state = self.state.try_lock_until(deadline).ok_or_else(Fault::timeout)?;
        if self.is_away() { Err(Fault::Away) } else { Ok(state) }
    }

    fn note(&self, due: Option<Instant>) {
        if let Some(due) = due {
            self.due.store(nanos(due - self.begin), Ordering::Relaxed);
        }
        self.away.store(due.is_some(), Ordering::Relaxed);
    }
}

impl State {
    fn put(
        &mut self,
        settings: &Settings,
        record: Vec<u8>,
        dropped: Option<u64>,
        deadline: Instant,
    ) -> Result<(), Fault> {
        if let Some(held) = self.held.take() {
            let outcome = self.add(settings, &held, deadline);
            if outcome.is_err() {
                self.held = Some(held);
            }
            outcome?;
        }
        self.tell(settings, dropped, deadline)?;
        self.add_or_hold(settings, record, deadline)
    }

    /// Adds a record that says how many were given up, if there are any of which none has.
    fn tell(
        &mut self,
        settings: &Settings,
        dropped: Option<u64>,
        deadline: Instant,
    ) -> Result<(), Fault> {
        let Some(dropped) = dropped.filter(|dropped| *dropped > self.told) else { return Ok(()) };
        let mut notice = Vec::new();
        // A record of text has nothing that could not be written.
        let _ = notice::of_dropped(dropped - self.told).write_json(&mut notice);
        self.add_or_hold(settings, notice, deadline)?;
        self.told = dropped;
        if self.held.is_some() { Err(Fault::Away) } else { Ok(()) }
    }

    /// Adds a record, or keeps it if nobody knows whether it was added.
    fn add_or_hold(
        &mut self,
        settings: &Settings,
        record: Vec<u8>,
        deadline: Instant,
    ) -> Result<(), Fault> {
        match self.add(settings, &record, deadline) {
            Err(fault) if fault.is_open() => {
                self.held = Some(record);
                Ok(())
            }
            outcome => outcome,
        }
    }

    fn add(&mut self, settings: &Settings, record: &[u8], deadline: Instant) -> Result<(), Fault> {
        let command = add_command(settings, record);
        let outcome = self.link.call(settings, &command, deadline);
        let first = match outcome {
            Err(fault) if fault.is_stale() => fault,
            outcome => return outcome.map(drop),
        };
        // The server may have been restarted.
        match self.link.call(settings, &command, deadline) {
            // What the first attempt has done is still not known.
            Err(_) if first.is_open() => Err(first),
            outcome => outcome.map(drop),
        }
    }
}

fn add_command(settings: &Settings, record: &[u8]) -> Cmd {
    let mut command = cmd("XADD");
    command.arg(&settings.key);
    if let Some(max_len) = settings.max_len {
        // Whole nodes of the stream are removed, which costs the server next to nothing.
        command.arg("MAXLEN").arg("~").arg(max_len);
    }
    command.arg("*").arg(FIELD).arg(record);
    command
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The one field of an entry of the stream.
pub(super) const FIELD: &str = "record";
