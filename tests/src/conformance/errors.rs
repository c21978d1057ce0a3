//! The report that a handler writes about a record that it could not emit.

use std::io;

use handlers_core::{Error, Handler, Record, Value};
use handlers_file::StreamHandler;
use serde_json::{Value as Json, json};

use super::case::{Case, Results, Skip, results};
use super::literal;
use super::probe::Probe;
use super::process::{with_raise_exceptions, with_standard_error, without_standard_error};
use super::records;

/// `Handler.handleError`.
///
/// Two inputs are not written down and follow from the results. If nothing is wrong with the message
/// the stream failed, with the error that is reported. If there is no report, though reports are
/// wanted, there was no standard error: nothing else keeps it back (CORE-79).
pub(super) fn report(case: &Case<'_>) -> Result<Results, Skip> {
    let raise = case.flag_or("raiseExceptions", true)?;
    let record = record(case)?;
    let handler: Box<dyn Handler> = match record.message() {
        Ok(_) => Box::new(failing(stream_error(case)?)),
        Err(_) => Box::new(StreamHandler::new(io::sink())),
    };
    let is_absent = raise && case.get("empty") == Some(&json!(true));
    let handle = || with_raise_exceptions(raise, || handler.handle(&record));
    let text = if is_absent {
        without_standard_error(handle);
        String::new()
    } else {
        with_standard_error(handle).1
    };
    Ok(seen(&text))
}

fn record(case: &Case<'_>) -> Result<Record<'static>, Skip> {
    let Some(Value::Tuple(args)) = literal::parse(case.text("args")?) else {
        return Err(Skip::new("arguments that are no tuple of literals"));
    };
    let builder = Record::builder().template(case.text("msg")?.to_owned(), args);
    Ok(builder.location(Some("app.py"), 7, Some("work")).build())
}

fn failing(error: Error) -> Probe {
    Probe::new(move |_| Err(error.clone()))
}

fn stream_error(case: &Case<'_>) -> Result<Error, Skip> {
    let line = case.optional_text("exception_line")?.unwrap_or("RuntimeError: nobody is told");
    let (name, message) = line.split_once(": ").unwrap_or((line, ""));
    records::error(name, message)
}

fn seen(text: &str) -> Results {
    let lines: Vec<&str> = text.split('\n').collect();
    let call_stack = lines.iter().position(|line| *line == "Call stack:");
    let exception = call_stack.and_then(|at| at.checked_sub(1)).map(|at| lines[at]);
    let tail: Json = lines[lines.len().saturating_sub(3)..].iter().copied().collect();
    results([
        ("call", json!({"ok": null})),
        ("first_line", json!(lines[0])),
        ("traceback_header", json!(lines.get(1))),
        ("exception_line", json!(exception)),
        ("has_call_stack", json!(call_stack.is_some())),
        ("tail", tail),
        ("empty", json!(text.is_empty())),
    ])
}
