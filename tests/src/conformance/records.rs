//! Records and levels: small tables.

use handlers_core::{
    Error, Fields, Filter, Level, NameFilter, Record, Value, Verdict, get_level_name,
};
use serde_json::{Value as Json, json};

use super::case::{Case, Results, Skip, ok_or_error, results};
use super::values;

/// `msg % args`, and what becomes of the arguments of the call.
pub(super) fn get_message(case: &Case<'_>) -> Result<Results, Skip> {
    let msg = values::read(case.need("msg")?)?;
    let record =
        Record::builder().template(msg, values::read_all(case.list("call_args")?)?).build();
    let mut results = ok_or_error(record.message().map(|text| json!(text)));
    results.insert("stored_args".to_owned(), values::write(&record.args())?);
    Ok(results)
}

/// `getLevelName` and the check of a level.
pub(super) fn levels(case: &Case<'_>) -> Result<Results, Skip> {
    let value = values::read(case.need("x")?)?;
    let checked = match Level::from_value(&value) {
        Ok(level) => Ok(values::write(&in_type_of(&value, level))?),
        Err(error) => Err(error),
    };
    Ok(results([
        ("getLevelName", values::write(&get_level_name(&value))?),
        ("checkLevel", Json::Object(ok_or_error(checked))),
    ]))
}

/// The file name and the module that a path gives, or no path.
pub(super) fn paths(case: &Case<'_>) -> Result<Results, Skip> {
    let record = Record::builder().location(case.optional_text("pathname")?, 1, None).build();
    let attribute = |name| {
        let value = Fields::get(&record, name);
        json!(value.as_ref().and_then(Value::as_str))
    };
    Ok(results([("filename", attribute("filename")), ("module", attribute("module"))]))
}

/// Whether a filter by name lets a record pass.
pub(super) fn filter_name(case: &Case<'_>) -> Result<Results, Skip> {
    let filter = NameFilter::new(case.text("filter")?);
    let record = Record::builder().name(case.text("record_name")?).build();
    Ok(results([("ok", json!(matches!(filter.filter(&record), Verdict::Keep)))]))
}

/// A level is a number here; Python gives `True` back where it was given `True`.
fn in_type_of(value: &Value<'_>, level: Level) -> Value<'static> {
    match value {
        Value::Bool(_) => Value::Bool(level.number() != 0),
        _ => Value::from(level.number()),
    }
}

/// The kind of error that Python calls `name`.
pub(super) fn error(name: &str, message: &str) -> Result<Error, Skip> {
    use handlers_core::ErrorKind::{
        Attribute, Encode, Index, Io, Key, Lookup, Overflow, Runtime, Type, Value,
    };
    let kinds =
        [Attribute, Encode, Index, Io, Key, Lookup, Overflow, Runtime, Type, Value].into_iter();
    let mut errors = kinds.map(|kind| Error::new(kind, message.to_owned()));
    let found = errors.find(|error| error.python_name() == name);
    found.ok_or_else(|| Skip::unknown("exception", name))
}
