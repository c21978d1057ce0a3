//! `basicConfig`, by its keywords.

use std::any::Any;
use std::io;
use std::sync::Arc;

use handlers_core::{
    Error, ErrorKind, Handler, Manager, NullHandler, PatternFormatter, Record, StderrHandler,
    TimeText, Timestamp,
};
use handlers_file::encoding::Encoding;
use handlers_file::{FileHandler, StreamHandler};
use serde_json::{Value as Json, json};

use super::case::{Case, Object, Results, Skip, results};
use super::kwargs::{Keyword, Keywords, basic_config};
use super::scratch::Scratch;
use super::values;

/// One call, on the root logger of a tree of its own.
pub(super) fn configure(case: &Case<'_>) -> Result<Results, Skip> {
    let given = case.nested("kwargs")?;
    let call = Call::make(case, keywords(&given)?)?;
    let mut handlers = call.handlers.iter().map(|h| seen(&**h)).collect::<Result<Vec<_>, _>>()?;
    for (handler, format) in handlers.iter_mut().zip(date_formats(case, &given)?) {
        handler["datefmt"] = format;
    }
    Ok(results([
        ("error", call.error.as_ref().map_or(Json::Null, shown)),
        ("root_level", json!(call.level)),
        ("handlers", json!(handlers)),
    ]))
}

/// What the system says of a file is in the cause of an error, and its number with it.
fn shown(error: &Error) -> Json {
    let message = (error.kind() != ErrorKind::Io).then(|| error.to_string());
    json!([error.python_name(), message])
}

/// A call of `basicConfig` and what came of it.
struct Call {
    error: Option<Error>,
    level: i64,
    handlers: Vec<Arc<dyn Handler>>,
    _scratch: Scratch,
}

impl Call {
    fn make(case: &Case<'_>, keywords: Keywords) -> Result<Self, Skip> {
        let scratch = Scratch::new().map_err(|error| Skip::new(error.to_string()))?;
        let manager = Manager::new();
        let root = manager.root();
        if case.flag_or("preexisting_root_handler", false)? {
            root.add_handler(Arc::new(NullHandler::new()));
        }
        let error = basic_config(keywords, scratch.path(), &manager).err();
        let level = root.level().number();
        Ok(Self { error, level, handlers: root.handlers(), _scratch: scratch })
    }
}

/// The date format of each handler. A formatter does not tell it, so the call is made once more with
/// a format that shows the time, and what the handlers show is compared with what is to be seen.
fn date_formats(case: &Case<'_>, given: &Case<'_>) -> Result<Vec<Json>, Skip> {
    let mut keywords = keywords(given)?;
    let wanted = keywords.datefmt.clone();
    let time = match keywords.style.as_deref() {
        Some("{") => "{asctime}",
        Some("$") => "$asctime",
        _ => "%(asctime)s",
    };
    keywords.format = Keyword::Value(time.to_owned());
    let record = Record::builder().created(Timestamp::from_seconds(1_711_846_799.5)).build();
    let by_default = time_text(&record, None)?;
    let as_wanted = time_text(&record, wanted.as_deref())?;
    let shown = |handler: &Arc<dyn Handler>| {
        let label = handler.base().formatter().map(|formatter| formatter.label());
        if label.as_deref() != Some(time) {
            return Ok(Json::Null);
        }
        let mut text = String::new();
        let formatted = handler.base().format(&record, &mut text);
        formatted.map_err(|error| Skip::new(error.to_string()))?;
        Ok(match &wanted {
            Some(format) if text == as_wanted => json!(format),
            _ if text == by_default => Json::Null,
            _ => json!(text),
        })
    };
    Call::make(case, keywords)?.handlers.iter().map(shown).collect()
}

fn time_text(record: &Record<'_>, format: Option<&str>) -> Result<String, Skip> {
    let mut text = String::new();
    let time = TimeText::new().date_format(format);
    let written = time.write(record.created().created(), record.msecs(), &mut text);
    written.map_err(|error| Skip::new(error.to_string()))?;
    Ok(text)
}

fn keywords(given: &Case<'_>) -> Result<Keywords, Skip> {
    let owned = |key| Ok(given.optional_text(key)?.map(str::to_owned));
    Ok(Keywords {
        names: given.fields.keys().cloned().collect(),
        force: given.flag_or("force", false)?,
        encoding: owned("encoding")?,
        errors: keyword(given, "errors", owned("errors")?),
        handlers: given.get("handlers").map(handlers).transpose()?,
        stream: keyword(given, "stream", stream(given)?),
        filename: keyword(given, "filename", owned("filename")?),
        filemode: owned("filemode")?,
        datefmt: owned("datefmt")?,
        style: owned("style")?,
        format: keyword(given, "format", owned("format")?),
        level: given.get("level").map(values::plain).transpose()?,
    })
}

fn keyword<T>(given: &Case<'_>, key: &str, value: Option<T>) -> Keyword<T> {
    match value {
        Some(value) => Keyword::Value(value),
        None if given.has(key) => Keyword::Nothing,
        None => Keyword::Absent,
    }
}

/// `"S"` is a stream in memory.
fn stream(given: &Case<'_>) -> Result<Option<Arc<dyn Handler>>, Skip> {
    match given.optional_text("stream")? {
        None => Ok(None),
        Some("S") => Ok(Some(Arc::new(StreamHandler::new(io::sink())))),
        Some(other) => Err(Skip::unknown("stream", other)),
    }
}

/// `"H"` is two handlers, the second of which has a formatter.
fn handlers(given: &Json) -> Result<Vec<Arc<dyn Handler>>, Skip> {
    match given {
        Json::Array(none) if none.is_empty() => Ok(Vec::new()),
        Json::String(name) if name == "H" => {
            let own = PatternFormatter::new("own %(message)s");
            let own = own.map_err(|error| Skip::new(error.to_string()))?;
            let plain = StreamHandler::new(io::sink());
            let formatted = StreamHandler::builder(io::sink()).formatter(own).build();
            Ok(vec![Arc::new(plain), Arc::new(formatted)])
        }
        other => Err(Skip::unknown("handlers", other)),
    }
}

/// A handler as the vectors show it.
fn seen(handler: &dyn Handler) -> Result<Json, Skip> {
    let any: &dyn Any = handler;
    let mut seen = json!({"mode": null, "encoding": null, "errors": null});
    let class = if any.is::<NullHandler>() {
        "NullHandler"
    } else if any.is::<StderrHandler>() || any.is::<StreamHandler<io::Sink>>() {
        "StreamHandler"
    } else if let Some(file) = any.downcast_ref::<FileHandler>() {
        seen["mode"] = json!(file.mode().as_str());
        seen["encoding"] = json!(file.encoding().map(Encoding::name));
        seen["errors"] = errors(file);
        "FileHandler"
    } else {
        return Err(Skip::new("a handler of an unknown class"));
    };
    seen["class"] = json!(class);
    seen["fmt"] = json!(handler.base().formatter().map(|formatter| formatter.label()));
    Ok(seen)
}

/// Python knows no error handler for bytes, and none is `strict` (FILE-4).
fn errors(file: &FileHandler) -> Json {
    let name = file.errors().name();
    if file.encoding().is_none() || name == "strict" { Json::Null } else { json!(name) }
}

/// FILE-4: whether a handler is expected that names `strict`.
pub(super) fn names_strict_errors(case: &Case<'_>) -> bool {
    let strict = |handler: &Json| handler.get("errors") == Some(&json!("strict"));
    case.list("handlers").is_ok_and(|handlers| handlers.iter().any(strict))
}

pub(super) fn expect_no_name_for_strict_errors(case: &mut Object) {
    let Some(Json::Array(handlers)) = case.get_mut("handlers") else { return };
    for errors in handlers.iter_mut().filter_map(|handler| handler.get_mut("errors")) {
        if errors == "strict" {
            *errors = Json::Null;
        }
    }
}

/// FILE-6: whether the error is one of the system's, which CPython shows by its number.
pub(super) fn shows_an_error_of_the_system(case: &Case<'_>) -> bool {
    let message = case.get("error").and_then(|error| error.get(1)).and_then(Json::as_str);
    message.is_some_and(|message| message.starts_with("[Errno "))
}

pub(super) fn expect_no_words_of_the_system(case: &mut Object) {
    case["error"][1] = Json::Null;
}

/// CORE-10: whether a truth value is expected as a level.
pub(super) fn has_a_boolean_level(case: &Case<'_>) -> bool {
    case.get("root_level").is_some_and(Json::is_boolean)
}

pub(super) fn expect_the_number_of_a_boolean(case: &mut Object) {
    let level = case["root_level"].as_bool().map(i64::from);
    case["root_level"] = json!(level);
}
