//! Where there are no signals.

#![expect(
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "they fail, and look at themselves, where there are signals"
)]

use std::convert::Infallible;
use std::io::{self, Read};
use std::process::Child;
use std::time::Duration;

use handlers_config::Configured;
use handlers_core::Result;

/// Nothing ends the input here but its end.
#[derive(Debug)]
pub(super) struct Termination;

impl Termination {
    pub(super) fn watch(_timeout: Duration) -> Result<Self> {
        Ok(Self)
    }

    pub(super) fn standard_input(&self) -> Result<impl Read> {
        Ok(io::stdin().lock())
    }

    pub(super) fn settle(self) -> Option<Infallible> {
        None
    }
}

pub(super) fn end(signal: Infallible) {
    match signal {}
}

/// Nothing asks for a rollover here.
#[derive(Debug)]
#[must_use]
pub(super) struct Rollovers {
    /// Handlers that only other handlers know live as long as this.
    _configured: Configured,
}

impl Rollovers {
    pub(super) fn watch(configured: Configured) -> Result<Self> {
        Ok(Self { _configured: configured })
    }

    pub(super) fn stop(&self) {}
}

/// Nothing is handed on here.
#[derive(Debug)]
#[must_use]
pub(super) struct Forwarding;

impl Forwarding {
    pub(super) fn prepare() -> Result<Self> {
        Ok(Self)
    }

    pub(super) fn to(&self, _command: &Child) {}

    pub(super) fn stop(self) {}
}
