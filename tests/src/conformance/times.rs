//! The time of a record: its numbers, and its text in all zones.

use handlers_core::{TimeText, TimeZone, Timestamp};
use serde_json::{Value as Json, json};

use super::case::{Case, Results, Skip, ok_or_error, results};
use super::values::float_text;

/// `Formatter.formatTime`.
pub(super) fn asctime(case: &Case<'_>) -> Result<Results, Skip> {
    let system = zone(case.text("tz")?)?;
    let shown = match case.text("converter")? {
        "localtime" => system.clone(),
        "gmtime" => TimeZone::utc(),
        other => return Err(Skip::unknown("converter", other)),
    };
    let mut time =
        TimeText::new().zone(shown).system_zone(system).date_format(case.optional_text("datefmt")?);
    if let Some(format) = case.optional_text("default_time_format")? {
        time = time.default_time_format(format);
    }
    // Here null is not the same as nothing: it leaves the milliseconds out (CORE-105).
    if case.has("default_msec_format") {
        time = time.default_msec_format(case.optional_text("default_msec_format")?);
    }
    let mut out = String::new();
    let result = time.write(case.float("created")?, case.float("msecs")?, &mut out);
    Ok(ok_or_error(result.map(|()| json!(out))))
}

/// From the clock's nanoseconds to the three numbers of a record.
pub(super) fn record_time(case: &Case<'_>) -> Result<Results, Skip> {
    let time = |key| case.large_integer(key).map(Timestamp::from_nanos);
    let (now, start) = (time("time_ns")?, time("start_ns")?);
    let numbers: [(&str, Json); 3] = [
        ("created", float_text(now.created())),
        ("msecs", float_text(now.msecs())),
        ("relativeCreated", float_text(now.relative_to(start))),
    ];
    Ok(results(numbers))
}

/// A zone that this machine may lack.
pub(super) fn zone(name: &str) -> Result<TimeZone, Skip> {
    TimeZone::named(name).map_err(|_| Skip::unknown("time zone", name))
}
