//! What is told of an error in a handler, and to whom.

use std::error::Error as StdError;
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Error;
use crate::record::Record;
use crate::standard_error;

/// Is told of the records that a handler could not emit. Closures are error hooks.
///
/// It runs on the thread that logs, outside the handler's lock. What it logs itself goes nowhere,
/// since the thread is inside a handler; a panic in it is caught.
///
/// # Examples
///
/// ```
/// use handlers_core::{Error, Handler, NullHandler, Record};
/// use std::sync::Arc;
///
/// let handler = NullHandler::new();
/// handler.base().set_error_hook(Some(Arc::new(|record: &Record<'_>, error: &Error| {
///     let _ = (record.name(), error.kind()); // count it, or tell a monitor
/// })));
/// ```
pub trait ErrorHook: Send + Sync {
    /// Takes notice that `record` was lost, or not written whole, because of `error`.
    fn on_error(&self, record: &Record<'_>, error: &Error);
}

impl<F: Fn(&Record<'_>, &Error) + Send + Sync> ErrorHook for F {
    fn on_error(&self, record: &Record<'_>, error: &Error) {
        self(record, error);
    }
}

/// Whether errors of handlers are reported on standard error: Python's `raiseExceptions`.
pub fn raise_exceptions() -> bool {
    RAISE_EXCEPTIONS.load(Ordering::Relaxed)
}

/// Sets whether errors are reported on standard error; they are by default (CORE-83). Error hooks
/// are told in any case.
pub fn set_raise_exceptions(report: bool) {
    RAISE_EXCEPTIONS.store(report, Ordering::Relaxed);
}

static RAISE_EXCEPTIONS: AtomicBool = AtomicBool::new(true);

/// CORE-79.
pub(crate) fn to_standard_error(record: &Record<'_>, error: &Error) {
    if raise_exceptions() && standard_error::exists() {
        standard_error::write_standard_error(&text(record, error));
    }
}

/// CORE-80. Rust knows no call stack of the logging call but its place.
fn text(record: &Record<'_>, error: &Error) -> String {
    let mut out = String::from("--- Logging error ---\nTraceback (most recent call last):\n");
    push_chain(error, &mut out);
    let (path, line) = (record.pathname(), record.line_number());
    let _ = match record.function() {
        Some(function) if record.has_location() => {
            writeln!(out, "Call stack:\n  File \"{path}\", line {line}, in {function}")
        }
        _ => writeln!(out, "Logged from file {}, line {line}", record.filename()),
    };
    let _ = writeln!(out, "Message: {}\nArguments: {}", record.msg().repr(), record.args());
    out
}

/// The causes first, as Python prints them.
fn push_chain(error: &Error, out: &mut String) {
    let first: &(dyn StdError + 'static) = error;
    let chain = std::iter::successors(Some(first), |&error| error.source()).take(MAX_CHAIN);
    let chain: Vec<_> = chain.collect();
    for (depth, error) in chain.iter().enumerate().rev() {
        let _ = match error.downcast_ref::<Error>() {
            Some(error) => writeln!(out, "{}: {error}", error.python_name()),
            None => writeln!(out, "{error}"),
        };
        if depth > 0 {
            out.push_str(
                "\nThe above exception was the direct cause of the following exception:\n\n",
            );
        }
    }
}

/// An error that is its own source must not hang the program.
const MAX_CHAIN: usize = 64;
