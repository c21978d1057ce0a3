//! Timed rotation: deadlines and the names of backups.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use handlers_core::{Handler, ManualClock, Record, Timestamp};
use handlers_file::TimedRotatingFileHandler;
use handlers_file::rolling::{Retention, TimeOfDay, When};
use serde_json::json;

use super::case::{Case, Results, Skip, list, results};
use super::scratch::Scratch;
use super::times::zone;

/// One deadline, and a rollover at another time.
pub(super) fn rollover(case: &Case<'_>) -> Result<Results, Skip> {
    let stage = Stage::new(case)?;
    did(fs::write(&stage.path, ""))?;
    let rollover_at = stage.handler.rollover_at();
    stage.clock.set(moment(case, "roll_now")?);
    let rolled = stage.handler.do_rollover();
    let suffix = rolled.map_or_else(|error| Ok(error.to_string()), |()| stage.take_backup())?;
    Ok(results([
        ("rollover_at", json!(rollover_at)),
        ("suffix_name", json!(suffix)),
        ("after_rollover_at", json!(stage.handler.rollover_at())),
    ]))
}

/// Several deadlines, with a record at each of them. Backups do not stay: periods of the same name
/// are another subject.
pub(super) fn chain(case: &Case<'_>) -> Result<Results, Skip> {
    let stage = Stage::new(case)?;
    did(fs::write(&stage.path, ""))?;
    let mut steps = Vec::new();
    for _ in list(case.need("steps")?)? {
        let rollover_at = stage.handler.rollover_at();
        stage.clock.set(seconds(rollover_at));
        stage.handler.handle(&Record::builder().message("").build());
        steps.push(json!({"rollover_at": rollover_at, "suffix_name": stage.take_backup()?}));
    }
    Ok(results([("steps", json!(steps))]))
}

/// A file that is there already.
pub(super) fn existing_file(case: &Case<'_>) -> Result<Results, Skip> {
    let scratch = did(Scratch::new())?;
    let path = scratch.path().join(BASE);
    let modified = system_time(number(case, "mtime")?);
    did(File::create(&path).and_then(|file| file.set_modified(modified)))?;
    let stage = Stage::with_file(case, scratch)?;
    let record = Record::builder().message("").build();
    let should = stage.handler.should_rollover(&record);
    let mut seen = results([
        ("rollover_at", json!(stage.handler.rollover_at())),
        (
            "should_rollover",
            should.as_ref().map_or_else(|error| json!(error.to_string()), |b| json!(b)),
        ),
    ]);
    if should.is_ok_and(|should| should) {
        stage.handler.handle(&record);
        seen.insert("suffix_name".to_owned(), json!(stage.take_backup()?));
        seen.insert("after_rollover_at".to_owned(), json!(stage.handler.rollover_at()));
    }
    Ok(seen)
}

/// Names of periods, good and bad.
pub(super) fn names(case: &Case<'_>) -> Result<Results, Skip> {
    let scratch = did(Scratch::new())?;
    let builder = TimedRotatingFileHandler::builder(scratch.path().join(BASE));
    match builder.when_name(case.text("when")?).delay(true).build() {
        Err(error) => Ok(results([
            ("ok", json!(false)),
            ("error", json!(error.python_name())),
            ("message", json!(error.to_string())),
        ])),
        Ok(handler) => Ok(results([
            ("ok", json!(true)),
            ("stored_when", json!(handler.when().name())),
            ("interval_seconds", json!(handler.interval())),
            ("suffix", json!(handler.suffix())),
            ("ext_match", json!(confirmed(handler.when(), case.text("ext_match")?)?)),
        ])),
    }
}

/// The pattern, if backups are known by it: what it matches, and not what is nearly that.
fn confirmed(when: When, pattern: &str) -> Result<String, Skip> {
    let date = pattern.strip_prefix(r"(?<!\d)").and_then(|rest| rest.strip_suffix(r"(?!\d)"));
    let date = date.ok_or_else(|| Skip::unknown("pattern", pattern))?;
    let date = date.replace(r"\d{4}", "2016").replace(r"\d{2}", "05");
    if date.contains(['\\', '{', '(', '[']) {
        return Err(Skip::unknown("pattern", pattern));
    }
    let base = PathBuf::from("/logs").join(BASE);
    let retention = Retention::new(&base, when);
    let is_date = |date: &str| !retention.backups([format!("{BASE}.{date}")]).is_empty();
    let mut others = vec![format!("{date}0"), format!("0{date}"), String::new()];
    for at in 0..date.len() {
        for other in ["", "x", "-", "_", "0"].iter().filter(|other| **other != &date[at..=at]) {
            let changed = format!("{}{other}{}", &date[..at], &date[at + 1..]);
            others.extend((!date_like(&changed, &date)).then_some(changed));
        }
    }
    let wrong = others.into_iter().find(|other| is_date(other));
    let wrong = if is_date(&date) { wrong } else { Some(date) };
    Ok(wrong.map_or_else(|| pattern.to_owned(), |wrong| format!("wrong about {wrong}")))
}

/// Whether digits stand where they stand in the date, and nothing else differs.
fn date_like(text: &str, date: &str) -> bool {
    let shape = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "0");
    shape(text) == shape(date)
}

/// A handler in a directory of its own, with a clock that is set by hand.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) scratch: Scratch,
    pub(super) path: PathBuf,
    pub(super) clock: ManualClock,
    pub(super) handler: TimedRotatingFileHandler,
}

impl Stage {
    /// The file is not there yet, so that it has no time.
    fn new(case: &Case<'_>) -> Result<Self, Skip> {
        Self::with_file(case, did(Scratch::new())?)
    }

    fn with_file(case: &Case<'_>, scratch: Scratch) -> Result<Self, Skip> {
        let path = scratch.path().join(BASE);
        let clock = ManualClock::new(moment(case, "now")?);
        let mut builder = TimedRotatingFileHandler::builder(&path)
            .when_name(case.text("when")?)
            .interval(case.integer("interval")?)
            .utc(case.flag_or("utc", false)?)
            .time_zone(zone(case.text("tz")?)?)
            .clock(clock.clone())
            .delay(true);
        if let Some(time) = at_time(case)? {
            builder = builder.at_time(time);
        }
        let handler = builder.build().map_err(|error| Skip::new(error.to_string()))?;
        Ok(Self { scratch, path, clock, handler })
    }

    /// Removes the backup; gives what stands behind the name of the file in its name.
    fn take_backup(&self) -> Result<String, Skip> {
        let entries = did(fs::read_dir(self.scratch.path()))?;
        let names: Vec<OsString> = entries.flatten().map(|entry| entry.file_name()).collect();
        let names = names.iter().map(|name| name.to_string_lossy().into_owned());
        let backups: Vec<String> = names.filter(|name| name != BASE).collect();
        for backup in &backups {
            did(fs::remove_file(self.scratch.path().join(backup)))?;
        }
        let suffixes = backups.iter().map(|name| name.trim_start_matches(BASE));
        Ok(suffixes.map(|suffix| suffix.trim_start_matches('.')).collect::<Vec<_>>().join(" "))
    }
}

pub(super) fn at_time(case: &Case<'_>) -> Result<Option<TimeOfDay>, Skip> {
    let time = case.optional_text("at_time")?.map(str::parse);
    time.transpose().map_err(|error: handlers_core::Error| Skip::new(error.to_string()))
}

/// A time in whole seconds or not.
fn moment(case: &Case<'_>, key: &str) -> Result<Timestamp, Skip> {
    number(case, key).map(Timestamp::from_seconds)
}

fn number(case: &Case<'_>, key: &str) -> Result<f64, Skip> {
    let number = case.need(key)?;
    number.as_f64().ok_or_else(|| Skip::new(format!("`{key}` is no number")))
}

pub(super) fn seconds(time: i64) -> Timestamp {
    Timestamp::from_nanos(i128::from(time) * 1_000_000_000)
}

pub(super) fn system_time(seconds: f64) -> SystemTime {
    let distance = Duration::from_secs_f64(seconds.abs());
    let epoch = SystemTime::UNIX_EPOCH;
    if seconds < 0.0 { epoch - distance } else { epoch + distance }
}

/// What a case needs could not be set up.
pub(super) fn did<T>(result: io::Result<T>) -> Result<T, Skip> {
    result.map_err(|error| Skip::new(error.to_string()))
}

pub(super) const BASE: &str = "app.log";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_backups_are_not_known_by_is_not_confirmed() {
        let hours = r"(?<!\d)\d{4}-\d{2}-\d{2}_\d{2}(?!\d)";
        assert_eq!(confirmed(When::Hours, hours), Ok(hours.to_owned()));
        assert_eq!(confirmed(When::Days, hours), Ok("wrong about 2016-05-05_05".to_owned()));
        assert!(confirmed(When::Hours, r"^\d{4}").is_err());
        assert!(confirmed(When::Hours, r"(?<!\d)\w+(?!\d)").is_err());
    }

    #[test]
    fn a_time_of_the_system_may_be_before_the_epoch() {
        let before = SystemTime::UNIX_EPOCH - Duration::from_millis(1500);
        assert_eq!(system_time(-1.5), before);
    }
}
