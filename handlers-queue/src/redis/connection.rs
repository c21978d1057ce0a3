//! One connection to a server, which answers one command after the other.

use std::fmt;
use std::io;
use std::time::Instant;

use ::redis::{Cmd, Parser, Value, cmd};

use super::fault::Fault;
use super::lookup::Lookup;
use super::settings::Settings;
use super::transport::Transport;

/// A connection that is logged in and has its database selected.
pub(super) struct Connection {
    transport: Transport,
    parser: Parser,
    /// Whether it has answered a command of its user's.
    used: bool,
}

impl Connection {
    pub(super) fn open(
        settings: &Settings,
        lookup: &mut Lookup,
        deadline: Instant,
    ) -> Result<Self, Fault> {
        let transport = Transport::connect(settings, lookup, deadline);
        let transport =
            transport.map_err(|error| Fault::Broken { error, sent: false, used: false })?;
        let mut connection = Self { transport, parser: Parser::new(), used: false };
        connection.prepare(settings, deadline).map_err(Fault::before_the_command)?;
        Ok(connection)
    }

    /// What the server answers to a command.
    pub(super) fn call(&mut self, command: &Cmd, deadline: Instant) -> Result<Value, Fault> {
        let answer = self.answer(command, deadline)?;
        self.used = true;
        refuse(&answer, Fault::refused)?;
        Ok(answer)
    }

    fn prepare(&mut self, settings: &Settings, deadline: Instant) -> Result<(), Fault> {
        self.log_in(settings, deadline)?;
        if settings.db != 0 {
            let answer = self.answer(cmd("SELECT").arg(settings.db), deadline)?;
            refuse(&answer, Fault::refused)?;
        }
        // The system connects to a server that hangs, too. Whatever it answers, it is there: a record
        // that is sent to one that is not might be there later, and again.
        self.answer(&cmd("PING"), deadline).map(drop)
    }

    fn log_in(&mut self, settings: &Settings, deadline: Instant) -> Result<(), Fault> {
        let Some(password) = &settings.password else { return Ok(()) };
        let mut command = cmd("AUTH");
        if let Some(username) = &settings.username {
            command.arg(username);
        }
        let answer = self.answer(command.arg(password), deadline)?;
        refuse(&answer, Fault::refused_password)
    }

    fn answer(&mut self, command: &Cmd, deadline: Instant) -> Result<Value, Fault> {
        let sent = self.transport.send(&command.get_packed_command(), deadline);
        sent.map_err(|error| Fault::Broken { error, sent: false, used: self.used })?;
        let mut reader = self.transport.reader(deadline);
        self.parser.parse_value(&mut reader).map_err(|error| {
            let failure = reader.into_failure();
            let error = failure.unwrap_or_else(|| io::Error::other(error));
            Fault::Broken { error, sent: true, used: self.used }
        })
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("transport", &self.transport).finish_non_exhaustive()
    }
}

fn refuse(
    answer: &Value,
    refused: impl FnOnce(&::redis::ServerError) -> Fault,
) -> Result<(), Fault> {
    match answer {
        Value::ServerError(error) => Err(refused(error)),
        _ => Ok(()),
    }
}
