//! Syslog: the small tables, and what arrives of a record.

use std::error::Error as StdError;
use std::io;
use std::net::UdpSocket;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use handlers_core::{Error, Handler, Record, Value};
use handlers_net::syslog::{Facility, LevelNames, Priority, PriorityMap, Severity};
use handlers_net::{SysLogHandler, SysLogHandlerBuilder};
use serde_json::{Value as Json, json};

use super::case::{Case, Results, Skip, integer, list, results, text};
use super::values::{self, to_hex};

/// `mapPriority`.
pub(super) fn map_priority(case: &Case<'_>) -> Result<Results, Skip> {
    // A level whose name is `None` has no name in Rust.
    let name = case.optional_text("levelname")?.unwrap_or_default();
    Ok(results([("mapped", json!(LevelNames::default().severity(name).name()))]))
}

/// `encodePriority`, of names and numbers.
pub(super) fn encode_priority(case: &Case<'_>) -> Result<Results, Skip> {
    let facility = facility(case.need("facility")?)?;
    let severity = match case.need("priority")? {
        Json::String(name) => name.parse().map(Severity::number),
        other => Ok(number(other)?),
    };
    // As Python does, the facility first.
    let encoded = facility
        .and_then(|facility| Ok(Priority::from_numbers(facility.number(), severity?).number()));
    Ok(match encoded {
        Ok(number) => results([("encoded", json!(number))]),
        Err(error) => {
            results([("error", json!(error.python_name())), ("message", json!(error.to_string()))])
        }
    })
}

/// One record by UDP.
pub(super) fn datagram(case: &Case<'_>) -> Result<Results, Skip> {
    let receiver = set_up(UdpSocket::bind("127.0.0.1:0"))?;
    set_up(receiver.set_read_timeout(Some(PATIENCE)))?;
    let port = set_up(receiver.local_addr())?.port();
    let facility = match facility(case.need("facility")?)? {
        Ok(facility) => facility,
        Err(error) => return Ok(results([("error", shown(&error))])),
    };
    let errors = Errors::default();
    let builder = SysLogHandler::builder(("127.0.0.1", port)).facility(facility);
    let builder = builder.ident(case.optional_text("ident")?.unwrap_or_default());
    let handler = build(builder.append_nul(case.flag_or("append_nul", true)?), &errors)?;
    handler.handle(&record(case)?);
    if let Some(error) = errors.take().into_iter().next() {
        return Ok(results([("error", error)]));
    }
    let mut buffer = vec![0; 1 << 16];
    let length = receiver.recv(&mut buffer).map_err(|_| Skip::new("no datagram came"))?;
    Ok(results([("datagram", json!(to_hex(&buffer[..length])))]))
}

fn facility(value: &Json) -> Result<Result<Facility, Error>, Skip> {
    match value {
        Json::String(name) => Ok(name.parse()),
        other => Ok(Ok(Facility::new(number(other)?))),
    }
}

fn number(value: &Json) -> Result<i32, Skip> {
    integer(value)?.try_into().map_err(|_| Skip::new("a number of more than 32 bits"))
}

/// The record that the file has for all of its cases, with what a case changes.
fn record(case: &Case<'_>) -> Result<Record<'static>, Skip> {
    let mut attributes = base_attributes(case)?;
    for name in ["levelno", "levelname"] {
        if let Some(value) = case.get(name) {
            attributes.push((name.to_owned(), values::plain(value)?));
        }
    }
    match case.get("record_overrides") {
        None => {}
        Some(Json::String(repeated)) => attributes.extend(long_message(repeated)?),
        Some(pairs) => attributes.extend(read_pairs(list(pairs)?)?),
    }
    Ok(Record::from_attributes(attributes))
}

/// The record of the file, with another message.
pub(super) fn plain_record(
    case: &Case<'_>,
    message: Option<&str>,
) -> Result<Record<'static>, Skip> {
    let mut attributes = base_attributes(case)?;
    if let Some(message) = message {
        attributes.push(("msg".to_owned(), Value::from(message.to_owned())));
        attributes.push(("args".to_owned(), Value::Tuple(Vec::new())));
    }
    Ok(Record::from_attributes(attributes))
}

type Attributes = Vec<(String, Value<'static>)>;

fn base_attributes(case: &Case<'_>) -> Result<Attributes, Skip> {
    let base = case.shared.get("base_record").ok_or_else(|| Skip::new("no base record"))?;
    read_pairs(list(base)?)
}

fn read_pairs(pairs: &[Json]) -> Result<Attributes, Skip> {
    let pair = |pair: &Json| match list(pair)? {
        [name, value] => Ok((text(name)?.to_owned(), values::read(value)?)),
        _ => Err(Skip::new("no pair of a name and a value")),
    };
    pairs.iter().map(pair).collect()
}

/// `msg=z*70000`.
fn long_message(text: &str) -> Result<Attributes, Skip> {
    let (unit, count) = text
        .strip_prefix("msg=")
        .and_then(|rest| rest.split_once('*'))
        .ok_or_else(|| Skip::unknown("change to the record", text))?;
    let count: usize = count.parse().map_err(|_| Skip::unknown("count", count))?;
    Ok(vec![
        ("msg".to_owned(), Value::from(unit.repeat(count))),
        ("args".to_owned(), Value::Tuple(Vec::new())),
    ])
}

/// The errors that a handler has reported, as the file shows them.
#[derive(Debug, Clone, Default)]
pub(super) struct Errors(Arc<Mutex<Vec<Json>>>);

impl Errors {
    pub(super) fn take(&self) -> Vec<Json> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Makes a handler whose errors are kept.
pub(super) fn build(builder: SysLogHandlerBuilder, errors: &Errors) -> Result<SysLogHandler, Skip> {
    let kept = Arc::clone(&errors.0);
    let hook = move |_: &Record<'_>, error: &Error| {
        kept.lock().unwrap_or_else(PoisonError::into_inner).push(shown(error));
    };
    let built = builder.error_hook(hook).timeout(PATIENCE).build();
    built.map_err(|error| Skip::new(format!("the handler cannot be made: {error}")))
}

/// Name and text of an error. Errors of the system have the system's words for their cause, which
/// is what Python shows.
pub(super) fn shown(error: &Error) -> Json {
    let first: &(dyn StdError + 'static) = error;
    let mut chain = std::iter::successors(Some(first), |&error| error.source());
    let cause = chain.find_map(|error| error.downcast_ref::<io::Error>());
    let code = cause.and_then(|cause| Some((cause.raw_os_error()?, cause.to_string())));
    let text = match code {
        None => error.to_string(),
        Some((number, words)) => {
            let words = words.strip_suffix(&format!(" (os error {number})")).unwrap_or(&words);
            format!("[Errno {number}] {words}")
        }
    };
    json!([error.python_name(), text])
}

/// A step of the scenario itself that cannot be done says nothing about the handler.
pub(super) fn set_up<T>(result: io::Result<T>) -> Result<T, Skip> {
    result.map_err(|error| Skip::new(format!("the scenario cannot be set up: {error}")))
}

/// Longer than anything takes on a slow machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use super::super::document::Document;
    use super::*;

    fn shared(name: &str) -> BTreeMap<String, Json> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/syslog.json");
        let text = fs::read_to_string(path).expect("the file is there");
        let document = Document::parse(&text).expect("it is JSON");
        let table = document.shared[name].as_object().expect("there is such a table");
        table.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    #[test]
    fn the_names_of_facilities_are_pythons() {
        let ours =
            Facility::names().map(|(name, facility)| (name.to_owned(), json!(facility.number())));
        assert_eq!(ours.collect::<BTreeMap<_, _>>(), shared("facility_names"));
    }

    #[test]
    fn the_names_of_severities_are_pythons() {
        let ours =
            Severity::names().map(|(name, severity)| (name.to_owned(), json!(severity.number())));
        assert_eq!(ours.collect::<BTreeMap<_, _>>(), shared("priority_names"));
    }

    #[test]
    fn the_table_of_levels_is_pythons() {
        let map = LevelNames::default();
        let ours = map.iter().map(|(name, severity)| (name.to_owned(), json!(severity.name())));
        assert_eq!(ours.collect::<BTreeMap<_, _>>(), shared("priority_map"));
    }

    #[test]
    fn every_constant_of_pythons_is_there() {
        let facilities = [
            ("KERN", Facility::KERN),
            ("USER", Facility::USER),
            ("MAIL", Facility::MAIL),
            ("DAEMON", Facility::DAEMON),
            ("AUTH", Facility::AUTH),
            ("SYSLOG", Facility::SYSLOG),
            ("LPR", Facility::LPR),
            ("NEWS", Facility::NEWS),
            ("UUCP", Facility::UUCP),
            ("CRON", Facility::CRON),
            ("AUTHPRIV", Facility::AUTHPRIV),
            ("FTP", Facility::FTP),
            ("NTP", Facility::NTP),
            ("SECURITY", Facility::SECURITY),
            ("CONSOLE", Facility::CONSOLE),
            ("SOLCRON", Facility::SOLCRON),
            ("LOCAL0", Facility::LOCAL0),
            ("LOCAL1", Facility::LOCAL1),
            ("LOCAL2", Facility::LOCAL2),
            ("LOCAL3", Facility::LOCAL3),
            ("LOCAL4", Facility::LOCAL4),
            ("LOCAL5", Facility::LOCAL5),
            ("LOCAL6", Facility::LOCAL6),
            ("LOCAL7", Facility::LOCAL7),
        ];
        let severities = [
            ("EMERG", Severity::Emergency),
            ("ALERT", Severity::Alert),
            ("CRIT", Severity::Critical),
            ("ERR", Severity::Error),
            ("WARNING", Severity::Warning),
            ("NOTICE", Severity::Notice),
            ("INFO", Severity::Info),
            ("DEBUG", Severity::Debug),
        ];
        let facilities = facilities.map(|(name, facility)| (name, facility.number()));
        let severities = severities.map(|(name, severity)| (name, severity.number()));
        let ours = facilities.into_iter().chain(severities);
        let ours = ours.map(|(name, number)| (format!("LOG_{name}"), json!(number)));
        assert_eq!(ours.collect::<BTreeMap<_, _>>(), shared("constants"));
    }
}
