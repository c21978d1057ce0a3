//! What a configuration makes, as data.

use handlers_core::{Level, Value};

use crate::argument::Argument;
use crate::dict::{Content, Id, Item, MAX_LEVELS, Object, Reader, Store};

/// What a configuration makes, as data: to be shown, or compared.
///
/// Everything is as the configuration has it, with references followed, and as far as it can be
/// understood: parts that cannot are left out. Objects come in the order of the document.
///
/// # Examples
///
/// ```
/// use handlers_config::Config;
///
/// let text = "{version: 1, loggers: {app: {level: INFO}, app.db: {propagate: no}}}";
/// let outline = Config::parse(text, None)?.outline();
/// assert_eq!(outline.root.effective_level, "WARNING");
/// assert_eq!(outline.loggers[1].name, "app.db");
/// assert_eq!(outline.loggers[1].effective_level, "INFO");
/// assert!(!outline.loggers[1].propagate);
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Outline {
    /// The formatters.
    pub formatters: Vec<FormatterOutline>,
    /// The filters.
    pub filters: Vec<FilterOutline>,
    /// The handlers.
    pub handlers: Vec<HandlerOutline>,
    /// The root logger.
    pub root: LoggerOutline,
    /// All other loggers that are named.
    pub loggers: Vec<LoggerOutline>,
    /// Whether only levels of what is there are changed.
    pub incremental: bool,
    /// Whether loggers that exist and are not named are disabled.
    pub disable_existing_loggers: bool,
}

/// A formatter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FormatterOutline {
    /// The name that handlers use.
    pub name: String,
    /// The dotted name of its class.
    pub class: String,
    /// The format string.
    pub format: Option<String>,
    /// The format of the time.
    pub datefmt: Option<String>,
    /// The style of the format string.
    pub style: String,
}

/// A filter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FilterOutline {
    /// The name that handlers and loggers use.
    pub name: String,
    /// The dotted name of its class.
    pub class: String,
    /// The logger whose records pass, if the class is Python's own.
    pub logger: Option<String>,
}

/// A handler.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HandlerOutline {
    /// The name that loggers use.
    pub name: String,
    /// The dotted name of its class.
    pub class: String,
    /// Its level, if it has one.
    pub level: Option<String>,
    /// The name of its formatter.
    pub formatter: Option<String>,
    /// The names of its filters.
    pub filters: Vec<String>,
    /// The names of the handlers behind it.
    pub targets: Vec<String>,
    /// What else is said about it. Credentials are left out.
    pub arguments: Vec<(String, Value<'static>)>,
}

/// A logger.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggerOutline {
    /// Its whole name.
    pub name: String,
    /// The level set on it, if there is one.
    pub level: Option<String>,
    /// The level in force in a program that sets no others.
    pub effective_level: String,
    /// Whether records go on to the handlers above.
    pub propagate: bool,
    /// The names of its handlers.
    pub handlers: Vec<String>,
    /// The names of its filters.
    pub filters: Vec<String>,
}

impl Outline {
    pub(crate) fn of(mut reader: Reader<'_>) -> Self {
        let mut root = logger(&mut reader, "root", None);
        root.level = Some(Level::WARNING.to_string());
        let mut loggers = Vec::new();
        for (name, config) in section(&mut reader, "loggers") {
            // CONF-64.
            if matches!(name.as_str(), "" | "root") {
                overlay(&mut root, logger(&mut reader, "root", Some(config)));
            } else if name.matches('.').count() <= MAX_LEVELS {
                loggers.push(logger(&mut reader, &name, Some(config)));
            }
        }
        let config = get(&mut reader, Store::ROOT, "root");
        if let Some(config) = config.filter(|config| reader.store.is_true(*config)) {
            overlay(&mut root, logger(&mut reader, "root", Some(config)));
        }
        inherit_levels(&mut root, &mut loggers);
        let flag = |reader: &mut Reader<'_>, key, default| {
            get(reader, Store::ROOT, key).map_or(default, |id| reader.store.is_true(id))
        };
        Self {
            formatters: each(&mut reader, "formatters", formatter),
            filters: each(&mut reader, "filters", filter),
            handlers: each(&mut reader, "handlers", handler),
            root,
            loggers,
            incremental: flag(&mut reader, "incremental", false),
            disable_existing_loggers: flag(&mut reader, "disable_existing_loggers", true),
        }
    }
}

fn formatter(reader: &mut Reader<'_>, name: &str, config: Id) -> FormatterOutline {
    let is_custom = reader.store.get(config, "()").is_some();
    let class = class(reader, config, "logging.Formatter");
    let format = shown(reader, config, "format");
    let format = if is_custom { format.or_else(|| shown(reader, config, "fmt")) } else { format };
    FormatterOutline {
        name: name.to_owned(),
        class,
        format,
        datefmt: shown(reader, config, "datefmt"),
        style: shown(reader, config, "style").unwrap_or_else(|| "%".to_owned()),
    }
}

fn filter(reader: &mut Reader<'_>, name: &str, config: Id) -> FilterOutline {
    let mut class = "logging.Filter".to_owned();
    if reader.store.get(config, "()").is_some() {
        class = self::class(reader, config, "");
    }
    let logger = shown(reader, config, "name").or_else(|| Some(String::new()));
    let logger = logger.filter(|_| class == "logging.Filter");
    FilterOutline { name: name.to_owned(), class, logger }
}

fn handler(reader: &mut Reader<'_>, name: &str, config: Id) -> HandlerOutline {
    let mut targets = names(reader, config, "target");
    targets.extend(names(reader, config, "handlers"));
    HandlerOutline {
        name: name.to_owned(),
        class: class(reader, config, ""),
        level: level(reader, config),
        formatter: shown(reader, config, "formatter").filter(|name| !name.is_empty()),
        filters: names(reader, config, "filters"),
        targets,
        arguments: arguments(reader, config),
    }
}

fn logger(reader: &mut Reader<'_>, name: &str, config: Option<Id>) -> LoggerOutline {
    let mut outline = LoggerOutline {
        name: name.to_owned(),
        level: None,
        effective_level: String::new(),
        propagate: true,
        handlers: Vec::new(),
        filters: Vec::new(),
    };
    if let Some(config) = config {
        outline.level = level(reader, config);
        outline.handlers = names(reader, config, "handlers");
        outline.filters = names(reader, config, "filters");
        let propagate = get(reader, config, "propagate").filter(|id| !reader.store.is_null(*id));
        outline.propagate = propagate.is_none_or(|id| reader.store.is_true(id));
    }
    outline
}

/// Puts what a second configuration of the root logger says over the first.
fn overlay(root: &mut LoggerOutline, over: LoggerOutline) {
    root.level = over.level.or_else(|| root.level.take());
    root.handlers = over.handlers;
    root.filters.extend(over.filters);
    root.propagate = over.propagate;
}

/// CORE-140.
fn inherit_levels(root: &mut LoggerOutline, loggers: &mut [LoggerOutline]) {
    let is_set = |level: &String| level != "NOTSET";
    let set: std::collections::BTreeMap<String, String> = loggers
        .iter()
        .filter_map(|logger| Some((logger.name.clone(), logger.level.clone().filter(is_set)?)))
        .collect();
    root.effective_level = root.level.clone().unwrap_or_default();
    for logger in loggers {
        let mut name = Some(logger.name.as_str());
        let mut found = None;
        while let Some(here) = name.filter(|_| found.is_none()) {
            found = set.get(here);
            name = here.rsplit_once('.').map(|(above, _)| above);
        }
        logger.effective_level = found.unwrap_or(&root.effective_level).clone();
    }
}

fn each<T>(
    reader: &mut Reader<'_>,
    key: &str,
    outline: fn(&mut Reader<'_>, &str, Id) -> T,
) -> Vec<T> {
    let objects = section(reader, key);
    objects.into_iter().map(|(name, config)| outline(reader, &name, config)).collect()
}

fn section(reader: &mut Reader<'_>, key: &str) -> Vec<(String, Id)> {
    let Some(section) = get(reader, Store::ROOT, key) else { return Vec::new() };
    let keys = reader.store.keys(section);
    let object = |name: Item| {
        let id = reader.index(section, &name.value).ok()?;
        Some((name.text(), id))
    };
    keys.into_iter().filter_map(object).collect()
}

fn get(reader: &mut Reader<'_>, map: Id, key: &str) -> Option<Id> {
    reader.get(map, key).ok()?
}

/// The name of the class of an object, or what a formatter without one gets.
fn class(reader: &mut Reader<'_>, config: Id, default: &str) -> String {
    let id = ["()", "class"].into_iter().find_map(|key| get(reader, config, key));
    match id.map(|id| reader.store.content(id)) {
        Some(Content::Object(Object::Named(name, _))) => name.to_string(),
        Some(Content::Plain(Value::Str(name))) => name.to_string(),
        _ => default.to_owned(),
    }
}

/// A value as text; none if it is not there, or null.
fn shown(reader: &mut Reader<'_>, config: Id, key: &str) -> Option<String> {
    let id = get(reader, config, key).filter(|id| !reader.store.is_null(*id))?;
    Some(reader.store.value(id).to_string())
}

fn level(reader: &mut Reader<'_>, config: Id) -> Option<String> {
    let id = get(reader, config, "level").filter(|id| !reader.store.is_null(*id))?;
    let value = reader.store.value(id);
    let level = Level::from_value(&value).map(|level| level.to_string());
    Some(level.unwrap_or_else(|_| value.to_string()))
}

/// Names under a key: one, or a list.
fn names(reader: &mut Reader<'_>, config: Id, key: &str) -> Vec<String> {
    let Some(id) = get(reader, config, key) else { return Vec::new() };
    match reader.store.value(id) {
        Value::List(items) | Value::Tuple(items) => items.iter().map(ToString::to_string).collect(),
        Value::None => Vec::new(),
        other => vec![other.to_string()],
    }
}

/// Everything about a handler that has no field of its own.
fn arguments(reader: &mut Reader<'_>, config: Id) -> Vec<(String, Value<'static>)> {
    let keys = reader.store.keys(config);
    let mut arguments = Vec::new();
    for key in keys {
        let name = key.text();
        if HANDLER_KEYS.contains(&name.as_str()) {
            continue;
        }
        let Ok(id) = reader.index(config, &key.value) else { continue };
        let value = match reader.argument(id) {
            _ if SECRETS.contains(&name.as_str()) => Value::from("***"),
            Argument::Value(value) => value,
            // What a reference leads to is shown as the reference.
            _ => match reader.store.get(config, &name) {
                Some(raw) => reader.store.value(raw),
                None => Value::None,
            },
        };
        arguments.push((name, value));
    }
    arguments
}

const HANDLER_KEYS: [&str; 7] =
    ["()", "class", "filters", "formatter", "handlers", "level", "target"];

const SECRETS: [&str; 2] = ["credentials", "password"];
