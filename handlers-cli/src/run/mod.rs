//! `handlers run`: lines in, records out.

mod account;
mod child;
mod detect;
mod feed;
mod lines;
#[cfg(not(unix))]
mod no_signals;
#[cfg(unix)]
mod signals;

use std::process::ExitCode;
use std::time::Duration;

use handlers_config::{Config, Configured};
use handlers_core::{Error, ErrorKind, Result, get_logger, shutdown};

use crate::arguments::RunArguments;
use crate::output::complain;
use crate::problems::Finding;
use crate::render::{Failure, Shown};
use feed::Feed;
#[cfg(not(unix))]
use no_signals as signals;
use signals::{Rollovers, Termination};

pub(crate) fn run(arguments: &RunArguments) -> Result<ExitCode> {
    let rollovers = Rollovers::watch(configure(arguments)?)?;
    let feed = Feed::new(get_logger(&arguments.logger), arguments.level, arguments.detect_level);
    match arguments.command.split_first() {
        Some((program, rest)) => {
            let status = child::run(program, rest, &feed, arguments.stderr_level);
            rollovers.stop();
            Ok(finish(status, arguments.timeout))
        }
        None => pour_standard_input(&feed, &rollovers, arguments.timeout),
    }
}

/// Looks for errors before anything is built: half a configuration would truncate files already.
fn configure(arguments: &RunArguments) -> Result<Configured> {
    let file = arguments.config.display().to_string();
    let config = match Config::read(&arguments.config) {
        Ok(config) => config,
        Err(error) => return Err(refuse(&file, &[Finding::of_text(&error).ok_or(error)?])),
    };
    let errors = Finding::errors(&config);
    if !errors.is_empty() {
        return Err(refuse(&file, &errors));
    }
    let applied = config.apply();
    let configured =
        applied.map_err(|error| error.context(format!("apply the configuration {file}")))?;
    // Python's loader leaves this to the program, and here that is this one (CONF-54). At the end
    // `shutdown` waits for what is queued.
    for listening in configured.start_listeners()? {
        listening.detach();
    }
    Ok(configured)
}

fn refuse(file: &str, errors: &[Finding]) -> Error {
    for finding in errors {
        complain(&Shown { file, finding });
    }
    Error::new(ErrorKind::Value, format!("nothing was run, because of the errors in {file}"))
}

fn pour_standard_input(feed: &Feed, rollovers: &Rollovers, timeout: Duration) -> Result<ExitCode> {
    let termination = Termination::watch(timeout)?;
    let input = termination.standard_input()?;
    let poured = feed.pour(input, "<stdin>", feed.level);
    let signal = termination.settle();
    rollovers.stop();
    let status = finish(poured.map(|()| ExitCode::SUCCESS), timeout);
    if let Some(signal) = signal {
        signals::end(signal);
    }
    Ok(status)
}

/// Flushes and closes the handlers, whatever happened, and says what went wrong.
fn finish(outcome: Result<ExitCode>, timeout: Duration) -> ExitCode {
    let all_is_well = account::tell(&shutdown(timeout));
    let status = outcome.unwrap_or_else(|error| {
        complain(&Failure(&error));
        ExitCode::FAILURE
    });
    if status == ExitCode::SUCCESS && !all_is_well { ExitCode::FAILURE } else { status }
}
