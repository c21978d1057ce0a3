//! The classes of handlers-core.

use handlers_core::{
    Error, ErrorKind, Filter, Formatter, Handler, NameFilter, NullHandler, PatternFormatter,
    Result, Style, TimeText, Value,
};

use crate::argument::{Argument, kind_of};
use crate::registry::{Arguments, Parameters, Prepared, Registry};

pub(super) fn add(registry: Registry) -> Registry {
    let handler = || Parameters::new().optional("level").owned_by("Handler");
    let formatter = Parameters::new()
        .optional("fmt")
        .optional("datefmt")
        .optional("style")
        .optional("validate")
        .keyword("defaults");
    registry
        .filter("logging.Filter", Parameters::new().optional("name"), name_filter)
        .formatter("logging.Formatter", formatter, pattern_formatter)
        .formatter("logging.BufferingFormatter", Parameters::new().optional("linefmt"), batches)
        .handler("logging.Handler", handler(), base)
        .handler("logging.NullHandler", handler(), |_| {
            Ok(Prepared::handler(|| Ok(NullHandler::new())))
        })
}

fn name_filter(arguments: &mut Arguments) -> Result<Prepared<dyn Filter>> {
    let name = match arguments.take("name") {
        None => String::new(),
        Some(Argument::Value(Value::Str(name))) => name.into_owned(),
        Some(other) => return Err(arguments.wrong("name", "text", &other)),
    };
    Ok(Prepared::filter(move || Ok(NameFilter::new(name))))
}

/// CONF-18 to CONF-24. Python looks at the style first, then at the format.
fn pattern_formatter(arguments: &mut Arguments) -> Result<Prepared<dyn Formatter>> {
    let style = style(arguments)?;
    let mut builder = PatternFormatter::builder().style(style).time(time(arguments)?);
    if let Some(format) = text_if_true(arguments, "fmt")? {
        builder = builder.format(format);
    }
    // Python fails at the first record, at the latest.
    if let Some(format) = text_if_true(arguments, "datefmt")? {
        builder = builder.date_format(format);
    }
    if let Some(validate) = arguments.flag("validate") {
        builder = builder.validate(validate);
    }
    let formatter = builder.defaults(defaults(arguments)?).build();
    let formatter = formatter.map_err(|error| arguments.blame("fmt", error))?;
    Ok(Prepared::formatter(move || Ok(formatter)))
}

/// CORE-88.
fn style(arguments: &mut Arguments) -> Result<Style> {
    let style = match arguments.take("style") {
        None => return Ok(Style::Percent),
        Some(Argument::Value(Value::Str(text))) => text.parse(),
        // Python looks it up in a dictionary.
        Some(Argument::Value(Value::List(_) | Value::Dict(_))) => {
            Err(Error::new(ErrorKind::Type, "`style` must be text"))
        }
        Some(_) => "".parse(),
    };
    style.map_err(|error| arguments.blame("style", error))
}

/// The formats of the time, which Python's `Formatter` has as attributes (CORE-105, CORE-106).
fn time(arguments: &mut Arguments) -> Result<TimeText> {
    let mut time = TimeText::new();
    if let Some(format) = arguments.text_attribute("default_time_format")? {
        time = time.default_time_format(&format);
    }
    match arguments.attribute("default_msec_format") {
        None => {}
        Some(Value::Str(format)) => time = time.default_msec_format(Some(&format)),
        Some(other) if !other.is_truthy() => time = time.default_msec_format(None),
        Some(other) => {
            let message = format!("`default_msec_format` must be text, not {}", kind_of(&other));
            return Err(arguments.refuse(".", ErrorKind::Type, message));
        }
    }
    Ok(time)
}

/// What is not true is as nothing.
fn text_if_true(arguments: &mut Arguments, name: &str) -> Result<Option<String>> {
    match arguments.take(name) {
        Some(Argument::Value(Value::Str(text))) => Ok(Some(text.into_owned())),
        Some(other) if other.is_true() => Err(arguments.wrong(name, "text", &other)),
        _ => Ok(None),
    }
}

/// Keys that are no text cannot be named in a format.
fn defaults(arguments: &mut Arguments) -> Result<Vec<(String, Value<'static>)>> {
    match arguments.value("defaults")? {
        Some(Value::Dict(entries)) => {
            let named = entries.into_iter().filter_map(|(key, value)| match key {
                Value::Str(name) => Some((name.into_owned(), value)),
                _ => None,
            });
            Ok(named.collect())
        }
        Some(value) if value.is_truthy() => {
            Err(arguments.wrong("defaults", "a mapping", &value.into()))
        }
        _ => Ok(Vec::new()),
    }
}

/// Python makes one, which then fails with every record.
fn batches(arguments: &mut Arguments) -> Result<Prepared<dyn Formatter>> {
    let message = "logging.BufferingFormatter formats batches, and handlers have single records";
    Err(arguments.refuse("()", ErrorKind::Type, message))
}

/// Python makes one, which then fails with every record.
fn base(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let message = "logging.Handler takes no records; only classes made of it do";
    Err(arguments.refuse("class", ErrorKind::Type, message))
}
