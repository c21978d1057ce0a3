//! A connection, or its absence, with back-off.

use std::time::Instant;

use ::redis::{Cmd, Value};
use handlers_core::fork_generation;

use super::connection::Connection;
use super::fault::Fault;
use super::lookup::Lookup;
use super::settings::Settings;
use crate::retry::Retry;

/// The way of one end of a queue to its server. A connection is made when it is needed and due.
#[derive(Debug, Default)]
pub(super) struct Link {
    connection: Option<Connection>,
    lookup: Lookup,
    retry: Retry,
    /// How many connections were made.
    made: u64,
    /// The process that made the last one.
    process: u64,
}

impl Link {
    /// What the server answers to a command.
    ///
    /// Whatever fails on a new connection, and whatever takes too long, begins a wait during which
    /// nothing is tried. A connection that breaks after it has served does not: the next call makes
    /// another at once, as Python's `SocketHandler` does (NET-13).
    pub(super) fn call(
        &mut self,
        settings: &Settings,
        command: &Cmd,
        deadline: Instant,
    ) -> Result<Value, Fault> {
        let answer = self.open(settings, deadline)?.call(command, deadline);
        self.note(settings, &answer);
        answer
    }

    /// The connection, made now if there is none and it is time.
    fn open(&mut self, settings: &Settings, deadline: Instant) -> Result<&mut Connection, Fault> {
        // After a fork it is the parent's: two would read each other's answers.
        let process = fork_generation();
        let connection = match self.connection.take() {
            Some(connection) if self.process == process => connection,
            _ if self.retry.is_early(Instant::now()) => return Err(Fault::Away),
            _ => match Connection::open(settings, &mut self.lookup, deadline) {
                Ok(connection) => {
                    (self.made, self.process) = (self.made + 1, process);
                    connection
                }
                Err(fault) => {
                    // The clock is read now: the wait counts from the end of the attempt.
                    self.retry.failed(&settings.backoff, Instant::now());
                    return Err(fault);
                }
            },
        };
        Ok(self.connection.insert(connection))
    }

    fn note(&mut self, settings: &Settings, answer: &Result<Value, Fault>) {
        match answer {
            // Another server has taken its place: its name is looked up anew.
            Err(fault) if fault.is("READONLY") => self.give_up(settings),
            Ok(_) | Err(Fault::Away | Fault::Refused { .. }) => self.retry.succeeded(),
            Err(fault) if fault.is_stale() => self.connection = None,
            Err(_) => self.give_up(settings),
        }
    }

    /// Connects if there is no connection, and tells which one it is: another number for each.
    pub(super) fn connect(&mut self, settings: &Settings, deadline: Instant) -> Result<u64, Fault> {
        self.open(settings, deadline)?;
        Ok(self.made)
    }

    /// Closes the connection, and begins a wait: what the server says is of no use.
    pub(super) fn give_up(&mut self, settings: &Settings) {
        if self.connection.take().is_some() {
            self.retry.failed(&settings.backoff, Instant::now());
        }
    }

    /// Before which time nothing is tried.
    pub(super) fn due(&self) -> Option<Instant> {
        self.retry.due()
    }
}
