//! The end of a queue that waits for records: a consumer of a group.

use std::collections::{HashSet, VecDeque};
use std::mem;
use std::time::{Duration, Instant};

use ::redis::{Cmd, Value, cmd};
use handlers_core::{Error, ErrorKind, Record, Result};

use super::entry::{self, Entry, Id};
use super::fault::Fault;
use super::link::Link;
use super::producer::FIELD;
use super::settings::Settings;

/// Takes entries from the stream in the name of its group, a batch at a time.
#[derive(Debug, Default)]
pub(super) struct Consumer {
    link: Link,
    /// The connection on which the group is known to be there.
    prepared: u64,
    source: Source,
    /// When those that others have left are looked for.
    claim: Claim,
    /// Taken, and not yet handed out.
    ready: VecDeque<(Id, Record<'static>)>,
    /// Handed out, and not yet acknowledged.
    handed: Vec<Id>,
    /// What was wrong with entries of the last batch.
    complaint: Option<Error>,
    /// How many entries could not be read, and how many the stream did not have any more.
    pub(super) unreadable: u64,
    pub(super) gone: u64,
}

/// Where the next entries come from.
#[derive(Debug, Clone, Copy)]
enum Source {
    /// What this consumer was given before and has not acknowledged, after that entry.
    Own(Id),
    /// What nobody was given yet.
    New,
}

#[derive(Debug)]
struct Claim {
    due: Option<Instant>,
    cursor: Id,
}

impl Consumer {
    /// The next record that was taken already.
    ///
    /// # Errors
    ///
    /// Entries that came with it cannot be read; each is told of once.
    pub(super) fn next(&mut self) -> Result<Option<Record<'static>>> {
        if let Some(complaint) = self.complaint.take() {
            return Err(complaint);
        }
        let Some((id, record)) = self.ready.pop_front() else { return Ok(None) };
        self.handed.push(id);
        Ok(Some(record))
    }

    /// Takes some entries if there are any; waits for new ones for `wait`, which may be zero. Tells
    /// whether it has come to the new ones.
    pub(super) fn fetch(&mut self, settings: &Settings, wait: Duration) -> Result<bool, Fault> {
        let outcome = self.try_fetch(settings, wait);
        match &outcome {
            // Somebody has removed the stream, and with it the group.
            Err(fault) if fault.is("NOGROUP") || fault.is("UNBLOCKED") => {
                self.prepared = 0;
                return Ok(true);
            }
            Err(_) => self.link.give_up(settings),
            Ok(_) => {}
        }
        outcome
    }

    /// Tells the server that everything handed out is done.
    pub(super) fn acknowledge(&mut self, settings: &Settings) -> Result<(), Fault> {
        while !self.handed.is_empty() {
            let count = self.handed.len().min(MOST_AT_ONCE);
            let done: Vec<Id> = self.handed[..count].to_vec();
            match self.finish(settings, &done) {
                // The server may have been restarted.
                Err(fault) if fault.is_stale() => self.finish(settings, &done)?,
                outcome => outcome?,
            }
            self.handed.drain(..count);
        }
        Ok(())
    }

    /// Before which time nothing is tried.
    pub(super) fn due(&self) -> Option<Instant> {
        self.link.due()
    }

    fn try_fetch(&mut self, settings: &Settings, wait: Duration) -> Result<bool, Fault> {
        self.prepare(settings)?;
        if let Source::Own(after) = self.source {
            self.fetch_own(settings, after)?;
            return Ok(false);
        }
        if self.claim.is_due() {
            self.fetch_abandoned(settings)?;
            return Ok(false);
        }
        let answer = self.call(settings, &read_command(settings, None, wait), wait)?;
        let entries = entry::of_read(answer).ok_or_else(Fault::nonsense)?;
        self.keep(settings, entries)?;
        Ok(true)
    }

    /// Makes the group, once for each connection: the server may be another than before. What it
    /// gave over the last connection may not have arrived.
    fn prepare(&mut self, settings: &Settings) -> Result<(), Fault> {
        let connection = self.link.connect(settings, Instant::now() + settings.timeout)?;
        if connection == self.prepared {
            return Ok(());
        }
        let mut command = cmd("XGROUP");
        // From the beginning: what was put before there was a listener is for it, too.
        command.arg("CREATE").arg(&settings.key).arg(&settings.group).arg("0").arg("MKSTREAM");
        match self.call(settings, &command, Duration::ZERO) {
            Err(fault) if !fault.is("BUSYGROUP") => return Err(fault),
            _ => {}
        }
        self.prepared = connection;
        self.source = Source::Own(Id::ZERO);
        Ok(())
    }

    fn fetch_own(&mut self, settings: &Settings, after: Id) -> Result<(), Fault> {
        let command = read_command(settings, Some(after), Duration::ZERO);
        let answer = self.call(settings, &command, Duration::ZERO)?;
        let entries = entry::of_read(answer).ok_or_else(Fault::nonsense)?;
        self.source = entries.last().map_or(Source::New, |last| Source::Own(last.id));
        self.keep_unknown(settings, entries)
    }

    /// Takes over what another consumer has had for too long.
    fn fetch_abandoned(&mut self, settings: &Settings) -> Result<(), Fault> {
        let answer =
            self.call(settings, &claim_command(settings, self.claim.cursor), Duration::ZERO)?;
        let (cursor, entries, gone) = entry::of_claim(answer).ok_or_else(Fault::nonsense)?;
        self.gone += gone;
        self.claim.go_on(cursor, settings.claim_after);
        self.keep_unknown(settings, entries)
    }

    /// Keeps the entries that are not here already, still to be handled or acknowledged.
    fn keep_unknown(&mut self, settings: &Settings, mut entries: Vec<Entry>) -> Result<(), Fault> {
        let known: HashSet<Id> =
            self.ready.iter().map(|(id, _)| *id).chain(self.handed.iter().copied()).collect();
        entries.retain(|entry| !known.contains(&entry.id));
        self.keep(settings, entries)
    }

    fn keep(&mut self, settings: &Settings, entries: Vec<Entry>) -> Result<(), Fault> {
        let (mut gone, mut bad) = (Vec::new(), Vec::new());
        for mut entry in entries {
            if entry.fields.is_none() {
                gone.push(entry.id);
                continue;
            }
            match read(&mut entry) {
                Ok(record) => self.ready.push_back((entry.id, record)),
                Err(unread) => bad.push((entry.id, unread)),
            }
        }
        if !gone.is_empty() {
            self.finish(settings, &gone)?;
            self.gone += gone.len() as u64;
        }
        if bad.is_empty() { Ok(()) } else { self.put_aside(settings, bad) }
    }

    /// Gets entries that cannot be read out of the way, and remembers to tell of them.
    fn put_aside(&mut self, settings: &Settings, bad: Vec<(Id, Unread)>) -> Result<(), Fault> {
        if let Some(key) = &settings.dead_letters {
            for (id, unread) in &bad {
                let command = dead_letter_command(settings, key, *id, &unread.bytes);
                self.call(settings, &command, Duration::ZERO)?;
            }
        }
        let ids: Vec<Id> = bad.iter().map(|(id, _)| *id).collect();
        self.finish(settings, &ids)?;
        self.unreadable += ids.len() as u64;
        if let Some((id, unread)) = bad.into_iter().next() {
            let (count, stream) = (ids.len(), settings.stream());
            let text = format!("read {count} entries of {stream}, the first of them {id}");
            self.complaint = Some(Error::with_source(ErrorKind::Value, text, unread.error));
        }
        Ok(())
    }

    /// Tells the server that it may forget that these entries were given.
    fn finish(&mut self, settings: &Settings, ids: &[Id]) -> Result<(), Fault> {
        let acknowledge = with_ids(cmd("XACK").arg(&settings.key).arg(&settings.group), ids);
        self.call(settings, &acknowledge, Duration::ZERO)?;
        if settings.delete {
            let delete = with_ids(cmd("XDEL").arg(&settings.key), ids);
            self.call(settings, &delete, Duration::ZERO)?;
        }
        Ok(())
    }

    /// What the server answers, which may take `wait` longer than other commands.
    fn call(&mut self, settings: &Settings, command: &Cmd, wait: Duration) -> Result<Value, Fault> {
        self.link.call(settings, command, Instant::now() + settings.timeout + wait)
    }
}

impl Default for Source {
    fn default() -> Self {
        Self::Own(Id::ZERO)
    }
}

impl Default for Claim {
    fn default() -> Self {
        Self { due: None, cursor: Id::ZERO }
    }
}

impl Claim {
    fn is_due(&self) -> bool {
        self.due.is_none_or(|due| Instant::now() >= due)
    }

    /// Goes on at once where there may be more, and else after half of the time that others have.
    fn go_on(&mut self, cursor: Id, claim_after: Duration) {
        self.cursor = cursor;
        if cursor == Id::ZERO {
            let pause = (claim_after / 2).clamp(LEAST_PAUSE, LONGEST_PAUSE);
            self.due = Some(Instant::now() + pause);
        }
    }
}

/// An entry that is no record of ours.
#[derive(Debug)]
struct Unread {
    bytes: Vec<u8>,
    error: Error,
}

fn read(entry: &mut Entry) -> Result<Record<'static>, Unread> {
    let Some(bytes) = entry.take(FIELD) else {
        let error = Error::new(ErrorKind::Key, "the entry has no field 'record'");
        return Err(Unread { bytes: Vec::new(), error });
    };
    Record::from_json(&bytes).map_err(|error| Unread { bytes, error })
}

/// `XREADGROUP`: what the consumer has after an entry, or what is new, which may be waited for.
fn read_command(settings: &Settings, own: Option<Id>, wait: Duration) -> Cmd {
    let mut command = cmd("XREADGROUP");
    command.arg("GROUP").arg(&settings.group).arg(&settings.consumer).arg("COUNT").arg(BATCH);
    let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    // Zero would mean for ever.
    if wait > 0 {
        command.arg("BLOCK").arg(wait);
    }
    command.arg("STREAMS").arg(&settings.key);
    match own {
        Some(after) => command.arg(after.to_string()),
        None => command.arg(">"),
    };
    command
}

fn claim_command(settings: &Settings, cursor: Id) -> Cmd {
    let idle = u64::try_from(settings.claim_after.as_millis()).unwrap_or(u64::MAX);
    let mut command = cmd("XAUTOCLAIM");
    command.arg(&settings.key).arg(&settings.group).arg(&settings.consumer).arg(idle);
    command.arg(cursor.to_string()).arg("COUNT").arg(BATCH);
    command
}

fn dead_letter_command(settings: &Settings, key: &str, id: Id, bytes: &[u8]) -> Cmd {
    let mut command = cmd("XADD");
    command.arg(key);
    if let Some(max_len) = settings.max_len {
        command.arg("MAXLEN").arg("~").arg(max_len);
    }
    command.arg("*").arg("entry").arg(id.to_string()).arg(FIELD).arg(bytes);
    command
}

fn with_ids(command: &mut Cmd, ids: &[Id]) -> Cmd {
    for id in ids {
        command.arg(id.to_string());
    }
    mem::take(command)
}

/// How many entries are taken at once. Those of a listener that dies wait until it is back.
const BATCH: usize = 128;

const MOST_AT_ONCE: usize = 1000;

const LEAST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
