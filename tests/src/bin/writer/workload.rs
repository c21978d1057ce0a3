//! The records, and the account of what became of them.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use handlers_core::{
    Error, Handler, Level, ManualClock, Record, Timestamp, get_logger, info, shutdown,
};
use serde_json::json;

use crate::handlers::{self, Made};
use crate::options::Options;

/// Logs everything, and gives the line of JSON.
pub(crate) fn run(options: &Options) -> Result<String, String> {
    let clock = ManualClock::new(time_of(options, options.start));
    let Made { handler, settle } = handlers::make(options, &clock)?;
    let errors = Errors::default();
    if !options.report {
        handler.base().set_error_hook(Some(Arc::new(errors.hook())));
    }
    let each_settles: &dyn Fn() = if options.settle { &*settle } else { &|| () };
    let unacknowledged = log(options, &handler, &clock, each_settles)?;
    settle();
    let left = if options.abandon { handler.pending() } else { shutdown(TIMEOUT).left() };
    let counters = handler.base().counters();
    let summary = json!({
        "n": options.n,
        "errors": &*errors.lock(),
        "unacked": unacknowledged,
        "emitted": counters.emitted,
        "dropped": counters.dropped,
        "failed": counters.failed,
        "left": left,
    });
    Ok(format!("{summary}\n"))
}

fn log(
    options: &Options,
    handler: &Arc<dyn Handler>,
    clock: &ManualClock,
    settle: &dyn Fn(),
) -> Result<u32, String> {
    let logger = get_logger("writer");
    logger.set_level(Level::DEBUG);
    logger.set_propagate(false);
    logger.add_handler(Arc::clone(handler));

    let mut acknowledged = options.ack.as_deref().map(open).transpose()?;
    let padding = "x".repeat(options.pad);
    let mut unacknowledged = 0;
    settle();
    for number in options.start..options.start.saturating_add(options.n) {
        if options.pause_at.contains(&number) {
            pause(number)?;
        }
        clock.set(time_of(options, number));
        let before = lost(&**handler);
        info!(logger, "{} seq={number:08} {padding}", options.tag);
        if lost(&**handler) > before {
            unacknowledged += 1;
        } else if let Some(file) = &mut acknowledged {
            file.write_all(format!("{number}\n").as_bytes()).map_err(|error| error.to_string())?;
        }
        settle();
    }
    Ok(unacknowledged)
}

/// When the record of that number is logged, for a clock that counts records.
fn time_of(options: &Options, number: u32) -> Timestamp {
    Timestamp::from_seconds(1e9 + f64::from(number) + f64::from(options.ahead))
}

/// How many records the handler says did not get where they should.
fn lost(handler: &dyn Handler) -> u64 {
    let counters = handler.base().counters();
    counters.dropped + counters.failed
}

fn open(path: &str) -> Result<File, String> {
    let opened = OpenOptions::new().append(true).create(true).open(path);
    opened.map_err(|error| format!("{path}: {error}"))
}

fn pause(number: u32) -> Result<(), String> {
    let mut stdout = io::stdout().lock();
    let said = writeln!(stdout, "paused {number}").and_then(|()| stdout.flush());
    let heard = said.and_then(|()| io::stdin().read_line(&mut String::new()));
    heard.map(drop).map_err(|error| format!("nobody to wait for: {error}"))
}

/// How often each error was reported: by the name of Python's exception and the system's number.
#[derive(Clone, Default)]
struct Errors(Arc<Mutex<BTreeMap<String, u32>>>);

impl Errors {
    fn hook(&self) -> impl Fn(&Record<'_>, &Error) + Send + Sync + 'static {
        let errors = self.clone();
        move |_: &Record<'_>, error: &Error| {
            let number = system_error(error).map(|number| number.to_string()).unwrap_or_default();
            let name = format!("{}:{number}", error.python_name());
            *errors.lock().entry(name).or_default() += 1;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn system_error(error: &Error) -> Option<i32> {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return error.raw_os_error();
        }
        cause = error.source();
    }
    None
}

/// Far more than a shutdown takes.
const TIMEOUT: Duration = Duration::from_secs(30);
