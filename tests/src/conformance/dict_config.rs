//! `dictConfig`: from a configuration to a tree of loggers, or to an error.

use std::error::Error as StdError;
use std::path::Path;
use std::sync::Arc;

use handlers_config::document::{Format, read};
use handlers_config::{Config, Configured};
use handlers_core::{Error, Handler, Level, Manager, NullHandler, clear_handlers};
use serde_json::{Value as Json, json};

use super::case::{Case, Object, Results, Skip, results, text};
use super::dict_state::State;
use super::scratch::Scratch;

/// A configuration, in a tree where loggers exist already or another configuration came first.
pub(super) fn configure(case: &Case<'_>) -> Result<Results, Skip> {
    let scratch = Scratch::new().map_err(|error| Skip::new(error.to_string()))?;
    clear_handlers();
    let manager = Manager::new();
    let existing = case.nested("existing")?;
    for (name, settings) in existing.fields {
        set_up(&manager, name, &Case::of(settings, case.shared)?)?;
    }
    let mut kept = Vec::new();
    if let Some(first) = case.get("first_config") {
        kept.push(apply(first, &scratch, &manager).map_err(|error| Skip::new(error.to_string()))?);
    }
    let applied = apply(case.need("config")?, &scratch, &manager);
    let state = |key| {
        let state = State { manager: &manager, directory: scratch.path(), expected: case.get(key) };
        Ok::<Json, Skip>(Json::Object(state.seen()?))
    };
    let mut all = Results::new();
    match applied {
        Ok(configured) => {
            kept.push(configured);
            all.extend(results([("state", state("state")?)]));
        }
        Err(error) if is_later(&error) => return Err(Skip::new(said_last(&error))),
        Err(error) => all.extend(results([("error_chain", chain(&error, case)?)])),
    }
    if case.has("state_after") {
        all.extend(results([("state_after", state("state_after")?)]));
    }
    Ok(all)
}

fn apply(config: &Json, scratch: &Scratch, manager: &Manager) -> Result<Configured, Error> {
    let mut config = config.clone();
    place_files(&mut config, scratch.path());
    let document = read(config.to_string().as_bytes(), Some(Format::Json))?;
    let config = Config::from_node(document);
    let problems = config.check();
    let applied = config.apply_to(manager);
    // What a check has nothing against can be applied, and the other way round. The handlers that
    // there are, which is what an incremental configuration is about, it does not know.
    let wrong =
        problems.iter().find(|problem| problem.severity == handlers_config::Severity::Error);
    match (&applied, wrong) {
        (Ok(_), Some(problem)) => panic!("the check found: {problem}"),
        (Err(error), None) if !error.to_string().starts_with("No handler found") => {
            panic!("the check found nothing, and then: {error:?}")
        }
        _ => applied,
    }
}

/// Files go to the directory of the case.
fn place_files(config: &mut Json, directory: &Path) {
    let Some(Json::Object(handlers)) = config.get_mut("handlers") else { return };
    for handler in handlers.values_mut() {
        if let Some(Json::String(name)) = handler.get_mut("filename") {
            *name = directory.join(&*name).display().to_string();
        }
    }
}

fn set_up(manager: &Manager, name: &str, settings: &Case<'_>) -> Result<(), Skip> {
    settings.only(&["level", "propagate", "disabled", "handlers"])?;
    let logger = manager.get_logger(name);
    if let Some(level) = settings.optional_text("level")? {
        logger.set_level(level.parse::<Level>().map_err(|error| Skip::new(error.to_string()))?);
    }
    logger.set_propagate(settings.flag_or("propagate", true)?);
    logger.set_disabled(settings.flag_or("disabled", false)?);
    if settings.has("handlers") {
        for name in settings.list("handlers")? {
            let handler: Arc<dyn Handler> = Arc::new(NullHandler::new());
            handler.base().set_name(Some(text(name)?));
            logger.add_handler(handler);
        }
    }
    Ok(())
}

/// The errors from the outside in. Of texts that are about Python itself, which only need the same
/// kind, the expected ones are put in.
fn chain(outer: &Error, case: &Case<'_>) -> Result<Json, Skip> {
    let expected = if case.has("error_chain") { case.list("error_chain")? } else { &[] };
    let mut chain = Vec::new();
    let mut next: Option<&(dyn StdError + 'static)> = Some(outer);
    while let Some(error) = next.and_then(|next| next.downcast_ref::<Error>()) {
        let here = expected.get(chain.len()).and_then(Json::as_array).map(Vec::as_slice);
        let said = error.to_string();
        let said = match here {
            Some([Json::String(kind), Json::String(text)])
                if *kind == error.python_name() && is_about_python(kind, text, &said) =>
            {
                text.clone()
            }
            _ => said,
        };
        chain.push(json!([error.python_name(), said]));
        // What the system said is part of Python's error.
        next = if error.python_name().ends_with("Error") { error.source() } else { None };
    }
    Ok(json!(chain))
}

fn is_about_python(kind: &str, expected: &str, said: &str) -> bool {
    let resolves = |text: &str| text.split_once(": ").map(|(what, _)| what.to_owned());
    match kind {
        "ValueError" if expected.starts_with("Cannot resolve") => {
            resolves(expected) == resolves(said)
        }
        "ValueError" => false,
        _ => true,
    }
}

/// Whether the error is that of a class which is not built yet.
fn is_later(error: &Error) -> bool {
    said_last(error).contains("is not there yet")
}

fn said_last(error: &Error) -> String {
    let mut last: &(dyn StdError + 'static) = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

/// CONF-17: whether a configuration fails that may have made handlers by then.
pub(super) fn fails_with_handlers(case: &Case<'_>) -> bool {
    let Some(config) = case.get("config") else { return false };
    let is_one = config.get("version").is_some_and(|version| version.as_f64() == Some(1.0));
    let is_true = config.get("version") == Some(&json!(true));
    let nothing = [json!(null), json!(false), json!(0), json!("")];
    let is_full = config.get("incremental").is_none_or(|value| nothing.contains(value));
    case.has("error_chain") && case.has("state_after") && (is_one || is_true) && is_full
}

/// In Python they live as long as the exception, whose traceback holds them.
pub(super) fn expect_no_handlers_of_a_failed_configuration(case: &mut Object) {
    let names = |config: Option<&Json>| -> Vec<String> {
        let handlers = config.and_then(|config| config.get("handlers")).and_then(Json::as_object);
        handlers.map(|handlers| handlers.keys().cloned().collect()).unwrap_or_default()
    };
    let made = names(case.get("config"));
    let Some(Json::Object(state)) = case.get_mut("state_after") else { return };
    let loggers = state.get("loggers").and_then(Json::as_object);
    let loggers: Vec<&Json> = loggers.map(|l| l.values().collect()).unwrap_or_default();
    let mut alive: Vec<Json> = loggers
        .into_iter()
        .chain(state.get("root"))
        .filter_map(|logger| logger.get("handlers")?.as_array().cloned())
        .flatten()
        .collect();
    // A handler keeps the one behind it.
    for handler in state.get("handlers").and_then(Json::as_object).into_iter().flatten() {
        if alive.contains(&json!(handler.0)) {
            alive.extend(handler.1.get("target").cloned());
        }
    }
    let gone: Vec<Json> =
        made.into_iter().map(Json::from).filter(|name| !alive.contains(name)).collect();
    if let Some(Json::Array(registered)) = state.get_mut("registered_names") {
        registered.retain(|name| !gone.contains(name));
    }
    if let Some(Json::Object(handlers)) = state.get_mut("handlers") {
        handlers.retain(|name, _| !gone.contains(&json!(name)));
    }
}
