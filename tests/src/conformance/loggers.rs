//! The tree of loggers, and the way of a record through it.

use std::sync::{Arc, Mutex, PoisonError};

use handlers_core::{Filter, Handler, Level, Logger, Manager, NameFilter, TreeEntry};
use serde_json::{Value as Json, json};

use super::case::{Case, Object, Results, Skip, integer, list, results, text};
use super::probe::{Probe, Step};
use super::process::with_standard_error;

/// `getLogger` and `getChild`.
pub(super) fn get_logger(case: &Case<'_>) -> Result<Results, Skip> {
    let manager = Manager::new();
    let named = |key| {
        Ok(case.optional_text(key)?.map_or_else(|| manager.root(), |n| manager.get_logger(n)))
    };
    let logger = match (case.has("getLogger"), case.has("getChild")) {
        (true, false) => named("getLogger")?,
        (false, true) => named("base")?.child(case.text("getChild")?),
        _ => return Err(Skip::new("neither `getLogger` nor `getChild`")),
    };
    Ok(results([("is_root", json!(logger.is_root())), ("name", json!(logger.name()))]))
}

/// Loggers that are made one after the other, and the tree that comes of it.
pub(super) fn tree(case: &Case<'_>) -> Result<Results, Skip> {
    let manager = Manager::new();
    for step in case.list("set_levels_in_order")? {
        let [name, level] = list(step)? else { return Err(Skip::new("no name and level")) };
        manager.get_logger(text(name)?).set_level(Level::new(integer(level)?));
    }
    let mut entries = Object::new();
    for entry in manager.entries() {
        let (name, shown) = match &entry {
            TreeEntry::Logger(logger) => (logger.name().to_owned(), place(logger)),
            TreeEntry::Placeholder(name) => (name.clone(), json!("placeholder")),
            _ => return Err(Skip::new("a new kind of entry")),
        };
        entries.insert(name, shown);
    }
    let children = children(&manager.root());
    Ok(results([("result", Json::Object(entries)), ("root_children", children)]))
}

fn place(logger: &Logger) -> Json {
    json!({
        "parent": parent(logger),
        "effective": logger.effective_level().number(),
        "children": children(logger),
    })
}

fn children(logger: &Logger) -> Json {
    logger.children().iter().map(|child| json!(child.name())).collect()
}

fn parent(logger: &Logger) -> Json {
    json!(logger.parent().map(|parent| parent.name().to_owned()))
}

/// Records that are logged in a tree, and who receives them.
pub(super) fn dispatch(case: &Case<'_>) -> Result<Results, Skip> {
    let manager = Manager::new();
    let received: Received = Arc::default();
    let mut loggers: Vec<(&str, Logger)> = Vec::new();
    for (name, settings) in case.nested("tree")?.fields {
        let logger = logger(&manager, name);
        set_up(&logger, &Case::of(settings, case.shared)?, &received)?;
        loggers.push((name, logger));
    }
    manager.disable(Level::new(case.integer_or("disable", 0)?));

    let (logged, stderr) = with_standard_error(|| log_all(case, &manager, &mut loggers));
    let enabled = logged?;
    let seen = loggers.iter().map(|(name, logger)| ((*name).to_owned(), seen(logger)));
    let seen = Json::Object(seen.collect());
    let received = received.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(results([
        ("enabled", json!(enabled)),
        ("received", json!(received)),
        ("stderr", json!(stderr)),
        ("loggers", seen),
    ]))
}

/// Label of the handler, logger, level and message of each record that arrived.
type Received = Arc<Mutex<Vec<Json>>>;

fn logger(manager: &Manager, name: &str) -> Logger {
    if name == "<root>" { manager.root() } else { manager.get_logger(name) }
}

fn set_up(logger: &Logger, settings: &Case<'_>, received: &Received) -> Result<(), Skip> {
    let known = ["level", "propagate", "disabled", "handlers", "filters", "handler_filters"];
    settings.only(&known)?;
    if settings.has("level") {
        logger.set_level(Level::new(settings.integer("level")?));
    }
    // What is not said stays as it is: the root may be set up once more under its alias.
    logger.set_propagate(settings.flag_or("propagate", logger.propagate())?);
    logger.set_disabled(settings.flag_or("disabled", logger.disabled())?);
    for filter in name_filters(settings, "filters")? {
        logger.add_filter(filter);
    }
    let handler_filters = settings.nested("handler_filters")?;
    for (label, level) in settings.nested("handlers")?.fields {
        let handler = receiver(label, received);
        handler.base().set_level(Level::new(integer(level)?));
        for filter in name_filters(&handler_filters, label)? {
            handler.base().add_filter(filter);
        }
        logger.add_handler(Arc::new(handler));
    }
    Ok(())
}

fn name_filters(case: &Case<'_>, key: &str) -> Result<Vec<Arc<dyn Filter>>, Skip> {
    let names = if case.has(key) { case.list(key)? } else { &[] };
    let filter = |name| Ok(Arc::new(NameFilter::new(text(name)?)) as Arc<dyn Filter>);
    names.iter().map(filter).collect()
}

fn receiver(label: &str, received: &Received) -> Probe {
    let (label, received) = (label.to_owned(), Arc::clone(received));
    Probe::new(move |step| {
        if let Step::Emit(record) = step {
            let (name, level, message) = (record.name(), record.level(), record.message()?);
            let seen = json!([label, name, level.number(), message]);
            received.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
        }
        Ok(())
    })
}

/// Logs what the case says; `loggers` grows by those that were not set up.
fn log_all<'a>(
    case: &Case<'a>,
    manager: &Manager,
    loggers: &mut Vec<(&'a str, Logger)>,
) -> Result<Vec<bool>, Skip> {
    let mut enabled = Vec::new();
    for log in case.list("logs")? {
        let [name, level] = list(log)? else { return Err(Skip::new("no name and level")) };
        let (name, level) = (text(name)?, Level::new(integer(level)?));
        let logger = logger(manager, name);
        enabled.push(logger.is_enabled_for(level));
        logger.log(level, format_args!("m{}", level.number()));
        if !loggers.iter().any(|(known, _)| *known == name) {
            loggers.push((name, logger));
        }
    }
    Ok(enabled)
}

fn seen(logger: &Logger) -> Json {
    json!({
        "effective": logger.effective_level().number(),
        "hasHandlers": logger.has_handlers(),
        "parent": parent(logger),
    })
}
