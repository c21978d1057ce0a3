//! `handlers check`: what is wrong with a configuration, and where.

use std::process::ExitCode;

use handlers_config::{LoggerOutline, Outline};
use handlers_core::{Result, Value};
use serde_json::{Map, Value as Json, json};

use crate::arguments::{CheckArguments, OutputFormat};
use crate::output::print;
use crate::problems::Finding;
use crate::render::{GREEN, Shown};
use crate::source;

pub(crate) fn check(arguments: &CheckArguments) -> Result<ExitCode> {
    let file = source::name(&arguments.config);
    let checked = match source::read(&arguments.config) {
        Ok(config) => Checked { findings: Finding::all(&config), outline: Some(config.outline()) },
        Err(error) => match Finding::of_text(&error) {
            Some(finding) => Checked { findings: vec![finding], outline: None },
            None => return Err(error),
        },
    };
    print(&match arguments.format {
        OutputFormat::Json => checked.document(&file),
        OutputFormat::Text => checked.report(&file),
    })?;
    Ok(if checked.errors() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What a check gives. There is no outline of a text that is not well formed.
struct Checked {
    findings: Vec<Finding>,
    outline: Option<Outline>,
}

impl Checked {
    fn errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.is_error).count()
    }

    fn report(&self, file: &str) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            text.push_str(&Shown { file, finding }.to_string());
            text.push('\n');
        }
        let warnings = count(self.findings.len() - self.errors(), "warning");
        let summary = match &self.outline {
            Some(outline) if self.errors() == 0 => {
                let handlers = count(outline.handlers.len(), "handler");
                let loggers = count(outline.loggers.len() + 1, "logger");
                format!("{GREEN}ok{GREEN:#}: {handlers}, {loggers}, {warnings}\n")
            }
            _ => format!("{}, {warnings}\n", count(self.errors(), "error")),
        };
        text.push_str(&summary);
        text
    }

    /// The tree and the problems as JSON, for other programs.
    fn document(&self, file: &str) -> String {
        let finding = |finding: &Finding| {
            json!({
                "severity": if finding.is_error { "error" } else { "warning" },
                "path": finding.path,
                "line": finding.position.map(|position| position.line),
                "column": finding.position.map(|position| position.column),
                "message": finding.message,
                "help": finding.help,
            })
        };
        let document = json!({
            "config": file,
            "ok": self.errors() == 0,
            "problems": self.findings.iter().map(finding).collect::<Vec<_>>(),
            "tree": self.outline.as_ref().map(tree),
        });
        format!("{document:#}\n")
    }
}

fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

fn tree(outline: &Outline) -> Json {
    let formatters = outline.formatters.iter().map(|formatter| {
        let about = json!({
            "class": formatter.class,
            "format": formatter.format,
            "datefmt": formatter.datefmt,
            "style": formatter.style,
        });
        (formatter.name.clone(), about)
    });
    let filters = outline.filters.iter().map(|filter| {
        (filter.name.clone(), json!({ "class": filter.class, "logger": filter.logger }))
    });
    let handlers = outline.handlers.iter().map(|handler| {
        let arguments = handler.arguments.iter().map(|(name, value)| (name.clone(), json(value)));
        let about = json!({
            "class": handler.class,
            "level": handler.level,
            "formatter": handler.formatter,
            "filters": handler.filters,
            "targets": handler.targets,
            "arguments": arguments.collect::<Map<_, _>>(),
        });
        (handler.name.clone(), about)
    });
    let loggers = outline.loggers.iter().map(|logger| (logger.name.clone(), self::logger(logger)));
    json!({
        "incremental": outline.incremental,
        "disable_existing_loggers": outline.disable_existing_loggers,
        "formatters": formatters.collect::<Map<_, _>>(),
        "filters": filters.collect::<Map<_, _>>(),
        "handlers": handlers.collect::<Map<_, _>>(),
        "root": logger(&outline.root),
        "loggers": loggers.collect::<Map<_, _>>(),
    })
}

fn logger(logger: &LoggerOutline) -> Json {
    json!({
        "level": logger.level,
        "effective_level": logger.effective_level,
        "propagate": logger.propagate,
        "handlers": logger.handlers,
        "filters": logger.filters,
    })
}

/// A value of a configuration as JSON; what JSON cannot say becomes its text.
fn json(value: &Value<'_>) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Int(number) => {
            number.to_i64().map_or_else(|| Json::String(number.to_string()), Json::from)
        }
        Value::Float(number) => serde_json::Number::from_f64(*number)
            .map_or_else(|| Json::String(value.to_string()), Json::Number),
        Value::List(items) | Value::Tuple(items) => items.iter().map(json).collect(),
        Value::Dict(entries) => {
            entries.iter().map(|(key, value)| (key.to_string(), json(value))).collect()
        }
        other => Json::String(other.to_string()),
    }
}
