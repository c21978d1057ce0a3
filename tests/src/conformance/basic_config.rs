//! `basicConfig`, by its keywords.

use std::any::Any;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use handlers_config::{Argument, Stream, basic_config_to};
use handlers_core::{Error, ErrorKind, Handler, Manager, NullHandler, PatternFormatter};
use handlers_file::encoding::Encoding;
use handlers_file::{FileHandler, StandardStream, StreamHandler};
use serde_json::{Value as Json, json};

use super::case::{Case, Object, Results, Skip, results};
use super::scratch::Scratch;
use super::values;

/// One call, on the root logger of a tree of its own.
pub(super) fn configure(case: &Case<'_>) -> Result<Results, Skip> {
    let call = Call::make(case)?;
    let handlers = call.handlers.iter().map(|h| seen(&**h)).collect::<Result<Vec<_>, _>>()?;
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
    fn make(case: &Case<'_>) -> Result<Self, Skip> {
        let scratch = Scratch::new().map_err(|error| Skip::new(error.to_string()))?;
        let manager = Manager::new();
        let root = manager.root();
        if case.flag_or("preexisting_root_handler", false)? {
            root.add_handler(Arc::new(NullHandler::new()));
        }
        let given = case.nested("kwargs")?;
        let argument = |(name, value): (&String, &Json)| {
            Ok((name.clone(), argument(name, value, scratch.path())?))
        };
        let arguments = given.fields.iter().map(argument).collect::<Result<Vec<_>, Skip>>()?;
        let error = basic_config_to(&manager, arguments).err();
        let level = root.level().number();
        Ok(Self { error, level, handlers: root.handlers(), _scratch: scratch })
    }
}

/// A keyword, with its stand-ins for what JSON cannot say. Files are made in `directory`.
fn argument(name: &str, given: &Json, directory: &Path) -> Result<Argument, Skip> {
    match (name, given) {
        ("stream", Json::String(name)) if name == "S" => {
            Ok(Argument::Stream(Stream::new(io::sink())))
        }
        ("stream", Json::String(other)) => Err(Skip::unknown("stream", other)),
        ("handlers", Json::String(name)) if name == "H" => Ok(Argument::Handlers(handlers()?)),
        ("handlers", Json::String(other)) => Err(Skip::unknown("handlers", other)),
        ("handlers", Json::Array(some)) if !some.is_empty() => {
            Err(Skip::unknown("handlers", given))
        }
        ("filename", Json::String(name)) if !name.is_empty() => {
            Ok(Argument::from(directory.join(name).to_string_lossy().into_owned()))
        }
        _ => values::plain(given).map(Argument::Value),
    }
}

/// Two handlers, the second of which has a formatter.
fn handlers() -> Result<Vec<Arc<dyn Handler>>, Skip> {
    let own = PatternFormatter::new("own %(message)s");
    let own = own.map_err(|error| Skip::new(error.to_string()))?;
    let plain = StreamHandler::new(io::sink());
    let formatted = StreamHandler::builder(io::sink()).formatter(own).build();
    Ok(vec![Arc::new(plain), Arc::new(formatted)])
}

/// A handler as the vectors show it.
fn seen(handler: &dyn Handler) -> Result<Json, Skip> {
    let any: &dyn Any = handler;
    let mut seen = json!({"mode": null, "encoding": null, "errors": null});
    let class = if any.is::<NullHandler>() {
        "NullHandler"
    } else if any.is::<StreamHandler<StandardStream>>()
        || any.is::<StreamHandler<Box<dyn Write + Send>>>()
        || any.is::<StreamHandler<io::Sink>>()
    {
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
    let formatter = handler.base().formatter();
    seen["fmt"] = json!(formatter.as_ref().map(|formatter| formatter.label()));
    let any = formatter.as_deref().map(|formatter| formatter as &dyn Any);
    let pattern = any.and_then(|any| any.downcast_ref::<PatternFormatter>());
    seen["datefmt"] = json!(pattern.and_then(PatternFormatter::date_format));
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
