//! `logging.shutdown`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use handlers_core::{Error, ErrorKind, Handler, Result as HandlerResult, register_handler};
use serde_json::{Value as Json, json};

use super::case::{Case, Object, Results, Skip, integer, results};
use super::probe::{Probe, Step};
use super::process::with_raise_exceptions;
use super::records;

/// Handlers that are shut down, one of which may fail. Only what was asked of them counts: that a
/// lock is taken and given back is not seen here.
pub(super) fn shutdown(case: &Case<'_>) -> Result<Results, Skip> {
    let failure = failure(case)?;
    let calls: Calls = Arc::default();
    let numbers = case.list("handlers_created")?.iter().map(integer);
    let numbers: Vec<i64> = numbers.collect::<Result<_, _>>()?;
    let handlers: Vec<Arc<dyn Handler>> =
        numbers.into_iter().map(|number| member(number, failure.as_ref(), &calls)).collect();
    handlers.iter().for_each(register_handler);
    with_raise_exceptions(case.flag_or("raiseExceptions", true)?, || {
        handlers_core::shutdown(Duration::from_secs(60))
    });
    let calls = calls.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(results([("calls", json!(calls)), ("propagated", Json::Null)]))
}

/// CORE-167: whether CPython raises the error, and so leaves the other handlers as they are.
pub(super) fn is_propagated_by_python(case: &Case<'_>) -> bool {
    let error = case.text("exception").and_then(|name| records::error(name, ""));
    let is_ignored = |error: Error| matches!(error.kind(), ErrorKind::Io | ErrorKind::Value);
    case.flag_or("raiseExceptions", true) == Ok(true) && error.is_ok_and(|error| !is_ignored(error))
}

/// As the crates have it: an error of any kind ends the turn of its handler alone.
pub(super) fn expect_all_handlers_to_have_their_turn(case: &mut Object) {
    let number = |key: &str| case.get(key).and_then(Json::as_i64);
    let failing = number("failing_handler");
    let fails_at = case.get("fail_at").and_then(Json::as_str).unwrap_or_default().to_owned();
    let created =
        case.get("handlers_created").and_then(Json::as_array).cloned().unwrap_or_default();
    let mut calls = Vec::new();
    for handler in created.iter().rev() {
        for step in ["flush", "close"] {
            calls.push(json!([handler, step]));
            if handler.as_i64() == failing && step == fails_at {
                break;
            }
        }
    }
    case.insert("calls".to_owned(), json!(calls));
    case.insert("propagated".to_owned(), Json::Null);
}

/// Takes the steps out that are not seen.
pub(super) fn expect_no_locks(case: &mut Object) {
    let is_seen = |call: &Json| !matches!(call[1].as_str(), Some("acquire" | "release"));
    if let Some(calls) = case.get_mut("calls").and_then(Json::as_array_mut) {
        calls.retain(is_seen);
    }
}

/// The number of the handler and the name of the step.
type Calls = Arc<Mutex<Vec<Json>>>;

struct Failure {
    handler: i64,
    step: &'static str,
    error: Error,
}

fn failure(case: &Case<'_>) -> Result<Option<Failure>, Skip> {
    let step = match case.optional_text("fail_at")? {
        None => return Ok(None),
        Some("flush") => "flush",
        Some("close") => "close",
        Some(other) => return Err(Skip::unknown("step", other)),
    };
    let error = records::error(case.text("exception")?, "deliberate")?;
    Ok(Some(Failure { handler: case.integer("failing_handler")?, step, error }))
}

fn member(number: i64, failure: Option<&Failure>, calls: &Calls) -> Arc<dyn Handler> {
    let failure = failure.filter(|failure| failure.handler == number);
    let failure = failure.map(|failure| (failure.step, failure.error.clone()));
    let calls = Arc::clone(calls);
    Arc::new(Probe::new(move |step| -> HandlerResult<()> {
        let name = match step {
            Step::Close => "close",
            Step::Emit(_) => "emit",
            Step::Flush => "flush",
        };
        calls.lock().unwrap_or_else(PoisonError::into_inner).push(json!([number, name]));
        match &failure {
            Some((at, error)) if *at == name => Err(error.clone()),
            _ => Ok(()),
        }
    }))
}
