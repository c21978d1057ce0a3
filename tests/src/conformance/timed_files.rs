//! Scenarios about timed handlers: the clock is moved on, a record is written, and the files are
//! looked at.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use handlers_core::{Error, Handler, ManualClock, Record};
use handlers_file::TimedRotatingFileHandler;
use serde_json::{Value as Json, json};

use super::case::{Case, Object, Results, Skip, integer, results, text};
use super::file_hooks::namer;
use super::scratch::Scratch;
use super::timed::{BASE, at_time, did, seconds, system_time};
use super::timed_model::{self, Taken};
use super::times::zone;

/// One scenario.
pub(super) fn scenario(case: &Case<'_>) -> Result<Results, Skip> {
    let scratch = did(Scratch::new())?;
    set_up(case, scratch.path())?;
    let clock = ManualClock::new(seconds(case.integer("start")?));
    let errors: Arc<Mutex<Vec<&'static str>>> = Arc::default();
    let reported = Arc::clone(&errors);
    let hook = move |_: &Record<'_>, error: &Error| {
        reported.lock().unwrap_or_else(PoisonError::into_inner).push(error.python_name());
    };
    let path = scratch.path().join(BASE);
    let handler = open(case, &path, &clock)?.error_hook(hook).build();
    let handler = handler.map_err(|error| Skip::new(error.to_string()))?;

    let mut steps =
        vec![json!({"clock": case.integer("start")?, "rollover_at": handler.rollover_at()})];
    for time in case.list("emits")? {
        let time = integer(time)?;
        clock.set(seconds(time));
        handler.handle(&Record::builder().message(format!("at {time}")).build());
        let files = listing(scratch.path())?;
        steps.push(json!({"clock": time, "rollover_at": handler.rollover_at(), "files": files}));
    }
    let errors = errors.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(results([("steps", json!(steps)), ("errors", json!(errors))]))
}

/// FILE-90: a time that has come and does not go by.
pub(super) fn gets_stuck(case: &Case<'_>) -> bool {
    let Ok(steps) = case.list("steps") else { return false };
    steps.iter().skip(1).any(|step| {
        let field = |key| step.get(key).and_then(Json::as_i64);
        field("clock") >= field("rollover_at") && field("rollover_at").is_some()
    })
}

/// FILE-89: the deadline is missed with an error, and the file is put aside with the next one.
///
/// What is expected instead is worked out by a model of the rules, if that explains what CPython did.
pub(super) fn expect_the_next_deadline(case: &mut Object) {
    let nothing = Object::new();
    let given = Case::new(case, &nothing);
    let Ok(stuck) = timed_model::play(&given, Taken::Waits) else { return };
    let Ok(expected) = timed_model::play(&given, Taken::Misses) else { return };
    if stuck.iter().all(|(key, value)| case.get(key) == Some(value)) {
        case.extend(expected);
    }
}

fn set_up(case: &Case<'_>, directory: &Path) -> Result<(), Skip> {
    for (name, content) in case.nested("pre")?.fields {
        did(fs::write(directory.join(name), text(content)?))?;
    }
    if case.has_file_before() {
        let path = directory.join(BASE);
        did(fs::write(&path, "old\n"))?;
        let modified = case.need("premtime")?.as_f64().ok_or_else(|| Skip::new("no time"))?;
        let file = File::options().append(true).open(path);
        did(file.and_then(|file| file.set_modified(system_time(modified))))?;
    } else if !case.flag_or("delay", false)? {
        return Err(Skip::new("a file that is made now has the time of now"));
    }
    Ok(())
}

impl Case<'_> {
    /// Whether there is a log file before there is a handler.
    pub(super) fn has_file_before(&self) -> bool {
        self.get("premtime").is_some()
    }
}

fn open(
    case: &Case<'_>,
    path: &Path,
    clock: &ManualClock,
) -> Result<handlers_file::TimedRotatingFileHandlerBuilder, Skip> {
    let backup_count = u32::try_from(case.integer("backup_count")?)
        .map_err(|_| Skip::new("a number of backups that is not one of 32 bits"))?;
    let mut builder = TimedRotatingFileHandler::builder(path)
        .when_name(case.text("when")?)
        .interval(case.integer("interval")?)
        .backup_count(backup_count)
        .utc(case.flag_or("utc", false)?)
        .time_zone(zone(case.text("tz")?)?)
        .delay(case.flag_or("delay", false)?)
        .clock(clock.clone());
    if let Some(time) = at_time(case)? {
        builder = builder.at_time(time);
    }
    if let Some(namer) = namer(case.optional_text("namer")?)? {
        builder = builder.namer(namer);
    }
    Ok(builder)
}

/// The lines of each file.
fn listing(directory: &Path) -> Result<BTreeMap<String, Vec<String>>, Skip> {
    let mut files = BTreeMap::new();
    for entry in did(fs::read_dir(directory))? {
        let entry = did(entry)?;
        let content = did(fs::read_to_string(entry.path()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        files.insert(name, content.lines().map(str::to_owned).collect());
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::case::object;

    /// Every day at midnight, with something in the way of the first backup.
    fn stuck() -> Object {
        let files = |base: &[&str]| json!({"app.log": base, "app.log.1970-01-01": ["x"]});
        object(json!({
            "tz": "UTC", "when": "MIDNIGHT", "interval": 1, "backup_count": 0, "delay": true,
            "pre": {"app.log.1970-01-01": "x\n"}, "start": 5, "emits": [86_405, 172_805],
            "steps": [
                {"clock": 5, "rollover_at": 86_400},
                {"clock": 86_405, "rollover_at": 86_400, "files": files(&["at 86405"])},
                {"clock": 172_805, "rollover_at": 86_400, "files": files(&["at 86405", "at 172805"])},
            ],
            "errors": [],
        }))
    }

    #[test]
    fn a_missed_deadline_is_an_error_and_the_next_one_is_kept() {
        let mut case = stuck();
        let nothing = Object::new();
        assert!(gets_stuck(&Case::new(&case, &nothing)));
        expect_the_next_deadline(&mut case);
        let last = json!({
            "clock": 172_805,
            "rollover_at": 259_200,
            "files": {
                "app.log": ["at 172805"],
                "app.log.1970-01-01": ["x"],
                "app.log.1970-01-02": ["at 86405"],
            },
        });
        assert_eq!(case["steps"][2], last);
        assert_eq!(case["errors"], json!(["FileExistsError"]));
    }

    #[test]
    fn what_the_model_does_not_explain_stays_as_it_is() {
        let mut case = stuck();
        case["steps"][1]["files"]["app.log"] = json!(["something else"]);
        let before = case.clone();
        expect_the_next_deadline(&mut case);
        assert_eq!(case, before);
    }
}
