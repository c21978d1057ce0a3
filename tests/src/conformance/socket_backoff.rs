//! Scenarios about a peer that comes and goes.

use std::io;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use handlers_core::Timestamp;
use handlers_core::{Error, Handler, HandlerBase, ManualClock, Record, Result as HandlerResult};
use handlers_net::transport::{Connect, Transport};
use handlers_net::{Backoff, SocketHandler};
use serde_json::{Value as Json, json};

use super::case::{Case, Results, Skip, results};

/// One scenario: at each step the clock is set, the peer told what to do, and a record emitted.
pub(super) fn scenario(case: &Case<'_>) -> Result<Results, Skip> {
    let (script, clock) = (Script::default(), ManualClock::new(Timestamp::UNIX_EPOCH));
    let handler = SocketHandler::builder("the connector knows", 0)
        .connector(script.clone())
        .clock(clock.clone())
        .backoff(backoff(&case.nested("attrs")?)?)
        // What the peer does is scripted: nothing waits, however slow the machine is.
        .timeout(Duration::from_secs(3600))
        .encoder(|_: &HandlerBase, _: &Record<'_>, out: &mut Vec<u8>| {
            out.push(b'.');
            Ok(())
        })
        .build()
        .map_err(|error| Skip::new(error.to_string()))?;
    let mut steps = Vec::new();
    for step in case.list("steps")? {
        let step = Case::of(step, case.shared)?;
        step.only(&STEP)?;
        clock.set(Timestamp::from_seconds(number(&step, "clock")?));
        script.set(succeeds(&step, "connect")?, succeeds(&step, "send")?);
        handler.handle(&Record::builder().message("a record").build());
        steps.push(json!({
            "clock": step.need("clock")?,
            "connect": step.need("connect")?,
            "send": step.need("send")?,
            "events": script.take_events(),
            "connected": handler.is_connected(),
            "retry_time": handler.retry_time(),
            "retry_period": handler.retry_period(),
        }));
    }
    Ok(results([("steps", Json::Array(steps))]))
}

const STEP: [&str; 7] =
    ["clock", "connect", "send", "events", "connected", "retry_time", "retry_period"];

fn backoff(attrs: &Case<'_>) -> Result<Backoff, Skip> {
    attrs.only(&["retryStart", "retryFactor", "retryMax"])?;
    let or = |key, default: f64| if attrs.has(key) { number(attrs, key) } else { Ok(default) };
    let duration = |key, default: Duration| {
        Duration::try_from_secs_f64(or(key, default.as_secs_f64())?)
            .map_err(|_| Skip::new(format!("`{key}` is no time that can be waited for")))
    };
    let python = Backoff::default();
    let start = duration("retryStart", python.start())?;
    let max = duration("retryMax", python.max())?;
    Ok(Backoff::new(start, or("retryFactor", python.factor())?, max))
}

fn number(case: &Case<'_>, key: &str) -> Result<f64, Skip> {
    case.need(key)?.as_f64().ok_or_else(|| Skip::new(format!("`{key}` is no number")))
}

fn succeeds(step: &Case<'_>, key: &str) -> Result<bool, Skip> {
    match step.text(key)? {
        "ok" => Ok(true),
        "fail" => Ok(false),
        other => Err(Skip::unknown(key, other)),
    }
}

/// A peer that follows a script, and its own transport. Clones are the same one.
#[derive(Debug, Clone, Default)]
struct Script {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    connects: bool,
    sends: bool,
    events: Vec<&'static str>,
}

impl Script {
    fn set(&self, connects: bool, sends: bool) {
        let mut state = self.state();
        (state.connects, state.sends) = (connects, sends);
    }

    fn take_events(&self) -> Vec<&'static str> {
        mem::take(&mut self.state().events)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connect for Script {
    fn connect(&self, _: Instant) -> HandlerResult<Box<dyn Transport>> {
        let mut state = self.state();
        state.events.push("connect");
        if state.connects {
            Ok(Box::new(Connection(self.clone())))
        } else {
            Err(Error::io("connect", io::ErrorKind::ConnectionRefused.into()))
        }
    }

    fn peer(&self) -> String {
        "the scripted peer".to_owned()
    }
}

/// A connection, which tells when it is closed.
#[derive(Debug)]
struct Connection(Script);

impl Transport for Connection {
    fn send(&mut self, _: &[u8], _: Instant) -> io::Result<()> {
        let mut state = self.0.state();
        if !state.sends {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        state.events.push("sent");
        Ok(())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.state().events.push("closed");
    }
}
