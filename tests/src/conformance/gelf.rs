//! What the packages logging-gelf and graypy make of a record, bug for bug.

use std::sync::Arc;

use handlers_config::Config;
use handlers_config::document::{Format, read};
use handlers_core::{
    Error, Formatter, Handler, Manager, ManualClock, PatternFormatter, Record, Timestamp, Value,
};
use handlers_gelf::{Framing, GelfSchema, GelfTcpHandler, GraypyFormatter, LoggingGelfFormatter};
use serde_json::{Value as Json, json};

use super::case::{Case, Object, Results, Skip, list, results, text};
use super::gelf_ports;
use super::scripted::Recorder;
use super::values::{self, to_hex};

/// One record, or what is said of a class.
pub(super) fn record(case: &Case<'_>) -> Result<Results, Skip> {
    match case.text("lib")? {
        "logging-gelf" => logging_gelf(case),
        "graypy" => graypy(case),
        other => Err(Skip::unknown("package", other)),
    }
}

fn logging_gelf(case: &Case<'_>) -> Result<Results, Skip> {
    let record = Record::from_attributes(attributes(case)?);
    let formatter = LoggingGelfFormatter::builder()
        .host(host(case)?)
        .schema(schema(case.text("schema")?)?)
        .null_character(case.flag_or("null_character", false)?)
        .exclude_patterns(texts(case, "exclude_patterns")?)
        .clock(ManualClock::new(Timestamp::from_seconds(NOW)))
        .quirks(true)
        .build()
        .map_err(|error| Skip::new(error.to_string()))?;
    let mut text = String::new();
    if let Err(error) = formatter.format(&record, &mut text) {
        return Ok(failed(&error));
    }
    let mut results = results([("formatted", json!(text))]);
    if case.has("wire_hex") {
        results.insert("wire_hex".to_owned(), json!(to_hex(&sent(formatter, &record)?)));
    }
    if case.has("record_gains") {
        let text = record.exception_text().map(|text| json!({"t": "str", "v": text}));
        let gains: Object = text.into_iter().map(|text| ("exc_text".to_owned(), text)).collect();
        results.insert("record_gains".to_owned(), Json::Object(gains));
    }
    Ok(results)
}

fn graypy(case: &Case<'_>) -> Result<Results, Skip> {
    if !case.has("kwargs") {
        return constructor(case.text("name")?);
    }
    let options = case.nested("kwargs")?;
    options.only(&[
        "compress",
        "debugging_fields",
        "extra_fields",
        "facility",
        "fqdn",
        "level_names",
        "localname",
    ])?;
    let record = Record::from_attributes(attributes(case)?);
    let host = match options.optional_text("localname")? {
        Some(name) => name,
        None if options.flag_or("fqdn", false)? => "fqdn.example",
        None => host(case)?,
    };
    let mut builder = GraypyFormatter::builder()
        .host(host)
        .debugging_fields(options.flag_or("debugging_fields", true)?)
        .extra_fields(options.flag_or("extra_fields", true)?)
        .level_names(options.flag_or("level_names", false)?)
        .quirks(true);
    if let Some(facility) = options.optional_text("facility")? {
        builder = builder.facility(facility);
    }
    if let Some(format) = case.optional_text("format")? {
        let message = PatternFormatter::new(format).map_err(|e| Skip::new(e.to_string()))?;
        builder = builder.message(Arc::new(message));
    }
    let mut json = String::new();
    Ok(match builder.build().format(&record, &mut json) {
        Ok(()) => results([("json", json!(json))]),
        Err(error) => failed(&error),
    })
}

/// A case that says no more than its name: what the class of a handler refuses, or does by default.
fn constructor(name: &str) -> Result<Results, Skip> {
    let handler = match name {
        "ports" => return gelf_ports::defaults(),
        "fqdn_and_localname" => {
            json!({"class": "graypy.GELFUDPHandler", "fqdn": true, "localname": "x"})
        }
        "tls_validate_without_ca" => json!({"class": "graypy.GELFTLSHandler", "validate": true}),
        "tls_keyfile_without_cert" => json!({"class": "graypy.GELFTLSHandler", "keyfile": "key"}),
        other => return Err(Skip::unknown("case", other)),
    };
    let mut config = json!({"version": 1, "handlers": {"h": handler}});
    config["handlers"]["h"]["host"] = json!("localhost");
    let document = read(config.to_string().as_bytes(), Some(Format::Json));
    let config = document.map(Config::from_node).map_err(|error| Skip::new(error.to_string()))?;
    match config.apply_to(&Manager::new()) {
        Ok(_) => Ok(Results::new()),
        Err(error) => {
            let cause = std::error::Error::source(&error);
            let cause = cause.and_then(|cause| cause.downcast_ref::<Error>());
            Ok(failed(cause.unwrap_or(&error)))
        }
    }
}

/// What the handler for TCP sends (GELF-18).
fn sent(formatter: LoggingGelfFormatter, record: &Record<'_>) -> Result<Vec<u8>, Skip> {
    let recorder = Recorder::default();
    let handler = GelfTcpHandler::builder("the recorder", 0)
        .connector(recorder.clone())
        .framing(Framing::Newline)
        .formatter(formatter)
        .build()
        .map_err(|error| Skip::new(error.to_string()))?;
    handler.handle(record);
    Ok(recorder.take().concat())
}

/// Drops what is left on a record by the package's formatter only.
pub(super) fn expect_no_traces_of_a_formatter(fields: &mut Object) {
    let message = fields.get("formatted").and_then(Json::as_str).unwrap_or_default();
    let sent: Json = serde_json::from_str(message.trim_end_matches('\0')).unwrap_or_default();
    // What was empty is not sent.
    let nothing = json!("");
    let is_sent = |field: &str, left: &Json| left["v"] == *sent.get(field).unwrap_or(&nothing);
    if let Some(Json::Object(gains)) = fields.get_mut("record_gains") {
        gains.retain(|name, left| match name.as_str() {
            "message" => !is_sent("short_message", left),
            "full_message" => !is_sent("full_message", left),
            _ => true,
        });
    }
}

pub(super) fn has_traces_of_a_formatter(case: &Case<'_>) -> bool {
    case.has("record_gains")
}

fn failed(error: &Error) -> Results {
    results([("error", json!([error.python_name(), error.to_string()]))])
}

fn host<'a>(case: &Case<'a>) -> Result<&'a str, Skip> {
    text(case.shared.get("hostname").ok_or_else(|| Skip::new("no host name"))?)
}

fn texts(case: &Case<'_>, key: &str) -> Result<Vec<String>, Skip> {
    let Some(items) = case.get(key) else { return Ok(Vec::new()) };
    list(items)?.iter().map(|item| Ok(text(item)?.to_owned())).collect()
}

/// `GelfSchema`, or `UserSchema(user:String,count:Integer)`. Where only the name is given it is the
/// schema of the other cases.
fn schema(text: &str) -> Result<GelfSchema, Skip> {
    let schema = GelfSchema::new();
    let fields = match text {
        "GelfSchema" => return Ok(schema),
        "UserSchema" => "user:String,count:Integer,ctx:Raw,tags:Raw",
        _ => text
            .strip_prefix("UserSchema(")
            .and_then(|fields| fields.strip_suffix(')'))
            .ok_or_else(|| Skip::unknown("schema", text))?,
    };
    fields.split(',').try_fold(schema, |schema, field| match field.split_once(':') {
        Some((name, "String")) => Ok(schema.string(name)),
        Some((name, "Integer")) => Ok(schema.integer(name)),
        Some((name, "Raw")) => Ok(schema.raw(name)),
        _ => Err(Skip::unknown("field", field)),
    })
}

type Attributes = Vec<(String, Value<'static>)>;

/// The record of the file, with what a case changes.
fn attributes(case: &Case<'_>) -> Result<Attributes, Skip> {
    let base = case.shared.get("base_record").ok_or_else(|| Skip::new("no base record"))?;
    let mut attributes = read_pairs(list(base)?)?;
    match case.get("overrides") {
        Some(pairs) => attributes.extend(read_pairs(list(pairs)?)?),
        None => attributes.extend(extras(case)?),
    }
    Ok(attributes)
}

/// Some cases do not say which extra fields the record has; their names do.
fn extras(case: &Case<'_>) -> Result<Attributes, Skip> {
    let fields = match case.text("name")? {
        "exclude_patterns" => json!({
            "user": "bob", "count": 3, "ctx": {"a": 1, "b": {"c": "x"}}, "tags": ["t1", "t2"],
        }),
        "StringJSONEncoder" => json!({
            "user": "b", "ctx": {"a": [1]}, "tags": (0..25).collect::<Vec<_>>(),
        }),
        "formatter_sets_short_message" => json!({}),
        other => return Err(Skip::unknown("case", other)),
    };
    let fields = fields.as_object().into_iter().flatten();
    fields.map(|(name, value)| Ok((name.clone(), values::plain(value)?))).collect()
}

fn read_pairs(pairs: &[Json]) -> Result<Attributes, Skip> {
    let pair = |pair: &Json| match list(pair)? {
        [name, value] => Ok((text(name)?.to_owned(), values::read(&qualified(value))?)),
        _ => Err(Skip::new("no pair of a name and a value")),
    };
    pairs.iter().map(pair).collect()
}

/// This file has the names of classes without their modules.
fn qualified(value: &Json) -> Json {
    let mut value = value.clone();
    let class = value.get("type").and_then(Json::as_str).filter(|class| !class.contains('.'));
    let module = match class {
        None => return value,
        Some("date" | "datetime" | "time" | "timedelta" | "timezone") => "datetime",
        Some("Decimal") => "decimal",
        Some("Fraction") => "fractions",
        Some("UUID") => "uuid",
        Some(_) => "builtins",
    };
    let class = format!("{module}.{}", class.unwrap_or_default());
    if let Some(fields) = value.as_object_mut() {
        fields.insert("type".to_owned(), json!(class));
    }
    value
}

/// What the clock shows.
const NOW: f64 = 1_700_000_000.25;
