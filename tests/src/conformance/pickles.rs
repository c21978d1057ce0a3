//! What `SocketHandler` sends: frames with pickles.

use handlers_core::{HandlerBase, Object, PatternFormatter, Record, Value};
use handlers_net::{Encode, Pickle};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

use super::case::{Case, Object as Fields, Results, Skip, list, ok_or_error, results, text};
use super::unpickle::unpickle;
use super::values;

/// The frame of a record, what a receiver finds in it, and what becomes of the record.
pub(super) fn make(case: &Case<'_>) -> Result<Results, Skip> {
    match case.get("attrs") {
        Some(attributes) => {
            let attributes = read_attributes(attributes)?;
            if case.has("exc_text_from_formatter") {
                of_exception(case, attributes)
            } else {
                of_record(case, attributes)
            }
        }
        None if case.has("note") => of_large_text(case.text("note")?),
        None => failure(case.text("name")?),
    }
}

fn of_record(case: &Case<'_>, attributes: Vec<(String, Value<'static>)>) -> Result<Results, Skip> {
    let known: Vec<_> = attributes.iter().map(|(_, value)| value.clone()).collect();
    let record = Record::from_attributes(attributes);
    let frame = encode(&HandlerBase::new(), &record)?;
    let mut results = frame_results(&frame, &known)?;
    results.insert("record_after".to_owned(), write_attributes(record.attributes())?);
    if !case.has("hex") {
        results.retain(|name, _| !matches!(name.as_str(), "hex" | "len"));
    }
    Ok(results)
}

/// The formatter has to put the text of the exception on the record.
fn of_exception(
    case: &Case<'_>,
    mut attributes: Vec<(String, Value<'static>)>,
) -> Result<Results, Skip> {
    let error = Value::Tuple(vec![Value::None, Value::from("boom"), Value::None]);
    attributes.push(("exc_info".to_owned(), error));
    let record = Record::from_attributes(attributes);
    let text = case.text("exc_text_from_formatter")?.to_owned();
    let formatter = PatternFormatter::builder()
        .format(case.optional_text("formatter")?.unwrap_or_default())
        .exception(move |_| text.clone());
    let formatter = match case.optional_text("datefmt")? {
        Some(format) => formatter.date_format(format),
        None => formatter,
    };
    let handler = HandlerBase::new();
    handler.set_formatter(Some(Arc::new(formatter.build().map_err(|e| Skip::new(e.to_string()))?)));
    let mut results = frame_results(&encode(&handler, &record)?, &[])?;
    let names: Vec<&str> = record.attributes().map(|(name, _)| name).collect();
    results.extend([
        ("record_after_keys".to_owned(), json!(names)),
        ("record_after_msg".to_owned(), json!(record.msg().as_str())),
        ("record_after_args".to_owned(), values::write(&record.args())?),
        ("record_after_exc_info_is_set".to_owned(), json!(record.exception().is_some())),
    ]);
    Ok(results)
}

/// `same as 'plain' with msg = 'y'*70000`.
fn of_large_text(note: &str) -> Result<Results, Skip> {
    let unknown = || Skip::unknown("note", note);
    let text = note.strip_prefix("same as 'plain' with msg = '").ok_or_else(unknown)?;
    let (text, count) = text.split_once("'*").ok_or_else(unknown)?;
    let message = text.repeat(count.parse().map_err(|_| unknown())?);
    let frame = encode(&HandlerBase::new(), &plain([("msg", Value::from(message))]))?;
    let digest = values::to_hex(&Sha256::digest(&frame));
    Ok(results([
        ("hex", Json::Null),
        ("decoded", Json::Null),
        ("record_after", Json::Null),
        ("len", json!(frame.len())),
        ("sha256", json!(digest)),
    ]))
}

/// A case that says no more than its name: the error is all that matters.
fn failure(name: &str) -> Result<Results, Skip> {
    let record = match name.strip_prefix("unpicklable_") {
        Some(class @ ("lock" | "RLock")) => {
            let shown = format!("<unlocked {class} object>");
            plain([("x", Object::opaque("_thread", class.to_owned(), shown).into())])
        }
        Some(_) => return Err(Skip::unknown("object", name)),
        None if name == "bad_format_args" => {
            let args = Value::Tuple(vec![Value::from("x")]);
            plain([("msg", Value::from("%d")), ("args", args)])
        }
        None => return Err(Skip::unknown("failure", name)),
    };
    let encoded = Pickle::new().encode(&HandlerBase::new(), &record, &mut Vec::new());
    Ok(ok_or_error(encoded.map(|()| Json::Null)))
}

/// Drops what is left on a record by Python's formatter only.
pub(super) fn expect_no_traces_of_a_formatter(fields: &mut Fields) {
    fields.remove("record_after_message");
    if let Some(Json::Array(names)) = fields.get_mut("record_after_keys") {
        names.retain(|name| !matches!(name.as_str(), Some("message" | "asctime")));
    }
}

pub(super) fn has_traces_of_a_formatter(case: &Case<'_>) -> bool {
    case.has("record_after_message")
}

/// Drops the bytes, and leaves what they stand for.
pub(super) fn expect_only_the_values(fields: &mut Fields) {
    for name in ["hex", "len", "dis"] {
        fields.remove(name);
    }
}

/// Whether CPython refers back to a text or a container.
pub(super) fn refers_to_an_object_by_accident(case: &Case<'_>) -> bool {
    let frame = case.text("hex").ok().and_then(|digits| values::from_hex(digits).ok());
    let pickle = frame.as_deref().and_then(|frame| frame.get(4..));
    pickle.and_then(unpickle).is_some_and(|unpickled| unpickled.shares)
}

fn encode(handler: &HandlerBase, record: &Record<'_>) -> Result<Vec<u8>, Skip> {
    let mut frame = Vec::new();
    let encoded = Pickle::new().encode(handler, record, &mut frame);
    encoded.map_err(|error| Skip::new(error.to_string()))?;
    Ok(frame)
}

/// `known` are the values that were sent, objects among them, which have a text.
fn frame_results(frame: &[u8], known: &[Value<'static>]) -> Result<Results, Skip> {
    let unpickled = frame.get(4..).and_then(unpickle);
    let Some(Value::Dict(decoded)) = unpickled.map(|unpickled| unpickled.value) else {
        return Err(Skip::new("a pickle that is not read"));
    };
    let decoded: Vec<_> = decoded
        .into_iter()
        .map(|(name, value)| (name.to_string(), texts_of(value, known)))
        .collect();
    let decoded = decoded.iter().map(|(name, value)| (name.as_str(), value.clone()));
    Ok(results([
        ("hex", json!(values::to_hex(frame))),
        ("len", json!(frame.len())),
        ("decoded", write_attributes(decoded)?),
    ]))
}

/// Puts the objects that are known in the place of equal ones, of which there are recipes only.
fn texts_of(value: Value<'static>, known: &[Value<'static>]) -> Value<'static> {
    let all = |items: Vec<Value<'static>>| items.into_iter().map(|item| texts_of(item, known));
    match value {
        Value::Tuple(items) => Value::Tuple(all(items).collect()),
        Value::List(items) => Value::List(all(items).collect()),
        Value::Dict(entries) => {
            let (keys, items): (Vec<_>, Vec<_>) = entries.into_iter().unzip();
            Value::Dict(all(keys).zip(all(items)).collect())
        }
        Value::Object(object) => find(&object, known).unwrap_or(Value::Object(object)),
        plain => plain,
    }
}

fn find(object: &Object, known: &[Value<'static>]) -> Option<Value<'static>> {
    known.iter().find_map(|value| match value {
        Value::Object(same) if **same == *object => Some(value.clone()),
        Value::Tuple(items) | Value::List(items) => find(object, items),
        Value::Dict(entries) => entries.iter().find_map(|(key, value)| {
            find(object, std::slice::from_ref(key))
                .or_else(|| find(object, std::slice::from_ref(value)))
        }),
        _ => None,
    })
}

/// Reads `[[name, typed value], …]`.
pub(super) fn read_attributes(attributes: &Json) -> Result<Vec<(String, Value<'static>)>, Skip> {
    let pair = |pair: &Json| match list(pair)? {
        [name, value] => Ok((text(name)?.to_owned(), values::read(value)?)),
        _ => Err(Skip::new("no pair")),
    };
    list(attributes)?.iter().map(pair).collect()
}

/// Writes `[[name, typed value], …]`.
pub(super) fn write_attributes<'v>(
    attributes: impl Iterator<Item = (&'v str, Value<'v>)>,
) -> Result<Json, Skip> {
    let pair = |(name, value): (&str, Value<'_>)| Ok(json!([name, values::write(&value)?]));
    attributes.map(pair).collect::<Result<Vec<_>, _>>().map(Json::from)
}

/// The record that the cases have in common, with some attributes changed.
pub(super) fn plain<N: Into<String>>(
    changes: impl IntoIterator<Item = (N, Value<'static>)>,
) -> Record<'static> {
    let attributes = [
        ("name", Value::from("app.net")),
        ("msg", Value::from("hello")),
        ("args", Value::Tuple(Vec::new())),
        ("levelname", Value::from("INFO")),
        ("levelno", Value::from(20)),
        ("pathname", Value::from("/srv/app/main.py")),
        ("filename", Value::from("main.py")),
        ("module", Value::from("main")),
        ("exc_info", Value::None),
        ("exc_text", Value::None),
        ("stack_info", Value::None),
        ("lineno", Value::from(42)),
        ("funcName", Value::from("run")),
        ("created", Value::from(1_711_846_799.5)),
        ("msecs", Value::from(500.0)),
        ("relativeCreated", Value::from(1234.5)),
        ("thread", Value::from(140_245_678_901_248_u64)),
        ("threadName", Value::from("MainThread")),
        ("processName", Value::from("MainProcess")),
        ("process", Value::from(4321)),
        ("taskName", Value::None),
    ];
    let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value));
    Record::from_attributes(
        attributes.chain(changes.into_iter().map(|(n, value)| (n.into(), value))),
    )
}
