//! `RotatingFileHandler` and `TimedRotatingFileHandler`.

use handlers_core::{Error, ErrorKind, Handler, Result, Value};
use handlers_file::rolling::When;
use handlers_file::{
    FileHandler, RotatingFileHandler, TimedRotatingFileHandler, TimedRotatingFileHandlerBuilder,
};

use super::settings::{FileSettings, with_settings};
use crate::argument::Argument;
use crate::registry::{Arguments, Parameters, Prepared, Registry, Sharing};

pub(super) fn add(registry: Registry) -> Registry {
    let by_size = Parameters::new()
        .required("filename")
        .optional("mode")
        .optional("maxBytes")
        .optional("backupCount")
        .optional("encoding")
        .optional("delay")
        .optional("errors");
    let by_time = periods(Parameters::new().required("filename")).optional("errors");
    registry
        .handler("logging.handlers.RotatingFileHandler", by_size, rotating_file_handler)
        .handler("logging.handlers.TimedRotatingFileHandler", by_time, timed_rotating_file_handler)
}

/// The parameters of a timed rotation behind the file name, but for the last.
pub(super) fn periods(parameters: Parameters) -> Parameters {
    let names = ["when", "interval", "backupCount", "encoding", "delay", "utc", "atTime"];
    names.into_iter().fold(parameters, Parameters::optional)
}

/// FILE-34: with a size, the file is opened for appending, whatever the mode says.
fn rotating_file_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let max_bytes = arguments.limit("maxBytes")?.unwrap_or(0);
    let file = FileSettings::read(arguments, max_bytes > 0)?;
    let backup_count = backup_count(arguments)?;
    let rolls = max_bytes > 0 && backup_count > 0;
    let sharing = if rolls { Sharing::Moves } else { Sharing::Stays };
    let prepared = file.prepare(sharing, move |file| {
        let builder = RotatingFileHandler::builder(&file.path);
        let builder = builder.max_bytes(max_bytes).backup_count(backup_count);
        with_settings!(builder, file).build()
    });
    // FILE-48.
    Ok(if max_bytes > 0 && !rolls {
        prepared.warn("maxBytes", "without `backupCount` the file is never put aside and grows on")
    } else {
        prepared
    })
}

fn timed_rotating_file_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let file = FileSettings::read(arguments, true)?;
    let periods = match Periods::read(arguments) {
        Ok(periods) => periods,
        Err(error) => return Ok(opened_in_vain(file, arguments, error)),
    };
    let remark = periods.remark();
    let prepared = file.prepare(Sharing::Moves, move |file| {
        let builder = TimedRotatingFileHandler::builder(&file.path);
        with_settings!(periods.set(builder), file).build()
    });
    Ok(match remark {
        Some(remark) => prepared.warn("atTime", remark),
        None => prepared,
    })
}

/// FILE-64: Python finds out once the file is open.
fn opened_in_vain(
    file: FileSettings,
    arguments: &Arguments,
    error: Error,
) -> Prepared<dyn Handler> {
    let name = arguments.blamed().map_or("when", |(name, _)| name).to_owned();
    let doubt = error.clone();
    let prepared = file.prepare(Sharing::Moves, move |file| {
        let builder = FileHandler::builder(&file.path);
        with_settings!(builder, file).build()?;
        Err::<FileHandler, _>(error)
    });
    prepared.doubt(&name, doubt)
}

/// Below zero is as zero (FILE-48, FILE-103).
pub(super) fn backup_count(arguments: &mut Arguments) -> Result<u32> {
    let count = arguments.integer("backupCount")?.unwrap_or(0).max(0);
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// When a file is put aside, and how many are kept (FILE-54).
pub(super) struct Periods {
    when: When,
    interval: i64,
    backup_count: u32,
    utc: bool,
    has_idle_time: bool,
}

impl Periods {
    pub(super) fn read(arguments: &mut Arguments) -> Result<Self> {
        let when = when(arguments)?;
        let interval = arguments.integer("interval")?.unwrap_or(1);
        let backup_count = backup_count(arguments)?;
        let utc = arguments.flag("utc").unwrap_or(false);
        let has_idle_time = has_idle_time(arguments, when)?;
        Ok(Self { when, interval, backup_count, utc, has_idle_time })
    }

    pub(super) fn set(
        &self,
        builder: TimedRotatingFileHandlerBuilder,
    ) -> TimedRotatingFileHandlerBuilder {
        let builder = builder.when(self.when).interval(self.interval);
        builder.backup_count(self.backup_count).utc(self.utc)
    }

    /// What is to be said about `atTime`.
    pub(super) fn remark(&self) -> Option<String> {
        let when = self.when;
        self.has_idle_time.then(|| format!("`atTime` has no effect with `when: {when}`"))
    }
}

/// FILE-55, FILE-62 to FILE-64.
fn when(arguments: &mut Arguments) -> Result<When> {
    match arguments.take("when") {
        None => Ok(When::Hours),
        Some(Argument::Value(Value::Str(name))) => {
            name.parse().map_err(|error| arguments.blame("when", error))
        }
        Some(other) => {
            let message = format!("`when` must be text, not {}", other.kind());
            Err(arguments.refuse("when", ErrorKind::Attribute, message))
        }
    }
}

/// Whether there is an `atTime` that nobody looks at (FILE-70). One that is looked at must be a
/// `datetime.time`.
fn has_idle_time(arguments: &mut Arguments, when: When) -> Result<bool> {
    match arguments.take("atTime") {
        None | Some(Argument::Value(Value::None)) => Ok(false),
        Some(_) if matches!(when, When::Midnight | When::Weekday(_)) => {
            let message = "`atTime` must be a datetime.time, which neither YAML nor JSON has";
            Err(arguments.refuse("atTime", ErrorKind::Attribute, message))
        }
        Some(_) => Ok(true),
    }
}
