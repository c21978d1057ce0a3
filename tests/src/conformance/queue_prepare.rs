//! What a record becomes before it is queued.

use std::borrow::Cow;
use std::sync::Arc;

use handlers_core::{Fields, Formatter, HandlerBase, PatternFormatter, Record, TimeText, Value};
use handlers_queue::{FormatMessage, Prepare};
use serde_json::{Value as Json, json};

use super::case::{Case, Object, Results, Skip, list, results};
use super::pickles::{plain, read_attributes, write_attributes};
use super::times;

/// The record that is queued, what later formatters make of it, and what is left on the one that was
/// logged.
pub(super) fn prepare(case: &Case<'_>) -> Result<Results, Skip> {
    let record = record(case)?;
    let handler = HandlerBase::new();
    if let Some(formatter) = formatter(case)? {
        handler.set_formatter(Some(Arc::new(formatter)));
    }
    let queued = match FormatMessage::default().prepare(&handler, &record) {
        Ok(queued) => queued,
        Err(error) => {
            return Ok(results([("error", json!([error.python_name(), error.to_string()]))]));
        }
    };
    let again = |format: &str| -> Result<String, Skip> {
        let formatter = PatternFormatter::builder().format(format).build();
        let mut text = String::new();
        let result = formatter.and_then(|formatter| formatter.format(&queued, &mut text));
        result.map(|()| text).map_err(|error| Skip::new(error.to_string()))
    };
    let message = queued.message().map_err(|error| Skip::new(error.to_string()))?;
    Ok(results([
        ("prepared_getMessage", json!(message)),
        ("reformatted_default", json!(again("")?)),
        ("reformatted_levelname", json!(again("%(levelname)s|%(message)s")?)),
        ("prepared", write_record(&queued)?),
        ("same_object", json!(false)),
        ("original_after", write_record(&record)?),
    ]))
}

/// Takes back what Python's formatter leaves on the record that was logged.
pub(super) fn expect_no_traces_of_a_formatter(fields: &mut Object) {
    let given = fields.get("overrides").and_then(Json::as_array).cloned().unwrap_or_default();
    let merged = fields.get("original_after").and_then(merged_message);
    let is_left = |pair: &Json, trace: &str| {
        pair[0] == trace && (trace != "message" || pair[1]["v"].as_str() == merged.as_deref())
    };
    let Some(Json::Array(attributes)) = fields.get_mut("original_after") else { return };
    // CORE-109: an empty text is not kept.
    let has_empty = given.iter().any(|pair| pair[0] == "exc_text" && pair[1]["v"] == "");
    let empty =
        attributes.iter_mut().find(|pair| **pair == json!(["exc_text", {"t": "str", "v": ""}]));
    if let Some(pair) = empty.filter(|_| !has_empty) {
        *pair = json!(["exc_text", {"t": "none"}]);
    }
    for trace in ["message", "asctime"] {
        match given.iter().rev().find(|pair| pair[0] == trace) {
            Some(given) => {
                if let Some(pair) = attributes.iter_mut().find(|pair| is_left(pair, trace)) {
                    pair.clone_from(given);
                }
            }
            None => attributes.retain(|pair| !is_left(pair, trace)),
        }
    }
}

/// What Python's `getMessage` gives for a record with these attributes.
fn merged_message(attributes: &Json) -> Option<String> {
    let of_message = |pair: &&Json| pair[0] == "msg" || pair[0] == "args";
    let attributes: Vec<Json> = attributes.as_array()?.iter().filter(of_message).cloned().collect();
    let record = Record::from_attributes(read_attributes(&attributes.into()).ok()?);
    record.message().ok().map(Cow::into_owned)
}

pub(super) fn has_traces_of_a_formatter(case: &Case<'_>) -> bool {
    case.has("original_after")
}

/// The record of all cases, with what this one changes.
fn record(case: &Case<'_>) -> Result<Record<'static>, Skip> {
    let overrides = read_attributes(case.need("overrides")?)?;
    let overrides = overrides.iter().map(|(name, value)| (name.as_str(), value.clone()));
    let args = Value::Tuple(vec![Value::from("world")]);
    let own = [
        ("name", Value::from("app.q")),
        ("msg", Value::from("hello %s")),
        ("args", args),
        ("thread", Value::from(1402)),
    ];
    let error = exception(case)?.map(|(error, _)| {
        ("exc_info", Value::Tuple(vec![Value::None, Value::from(error.to_owned()), Value::None]))
    });
    Ok(plain(own.into_iter().chain(overrides).chain(error)))
}

fn formatter(case: &Case<'_>) -> Result<Option<PatternFormatter>, Skip> {
    let (format, exception) = (case.optional_text("format")?, exception(case)?);
    if format.is_none() && exception.is_none() {
        return Ok(None);
    }
    let zone = times::zone("UTC")?;
    let mut builder = PatternFormatter::builder()
        .format(format.unwrap_or_default())
        .time(TimeText::new().zone(zone.clone()).system_zone(zone));
    if let Some((_, text)) = exception {
        let text = text.to_owned();
        builder = builder.exception(move |_| text.clone());
    }
    builder.build().map(Some).map_err(|error| Skip::new(error.to_string()))
}

/// `ValueError: boom formatted as 'text'`.
fn exception<'a>(case: &Case<'a>) -> Result<Option<(&'a str, &'a str)>, Skip> {
    let Some(given) = case.optional_text("exc_info")? else { return Ok(None) };
    let parts = given.split_once(" formatted as '");
    let parts = parts.and_then(|(error, text)| Some((error, text.strip_suffix('\'')?)));
    parts.map(Some).ok_or_else(|| Skip::unknown("exc_info", given))
}

/// Every attribute; of an exception, whether there is one.
fn write_record(record: &Record<'_>) -> Result<Json, Skip> {
    let mut attributes = write_attributes(record.attributes())?;
    let is_set = Fields::get(record, "exc_info").is_some_and(|value| value.is_truthy());
    for pair in attributes.as_array_mut().into_iter().flatten() {
        if is_set && list(pair)?.first().is_some_and(|name| name == "exc_info") {
            *pair = json!(["exc_info", {"t": "set"}]);
        }
    }
    Ok(attributes)
}
