//! The attributes of a record, as they go over the wire.

use std::mem;

use handlers_core::{HandlerBase, Record, Result, Value, with_line_buffer};

/// Calls `take` with each attribute that Python's `makePickle` sends, in its order: the message
/// merged, without arguments and exception, for which there is the text (NET-17, NET-18).
///
/// # Errors
///
/// Those of the formatter, if there is an exception; of merging the message; of `take`.
pub(super) fn for_each(
    handler: &HandlerBase,
    record: &Record<'_>,
    mut take: impl FnMut(&str, &Value<'_>) -> Result<()>,
) -> Result<()> {
    let asctime = match record.exception() {
        Some(_) => format_for_exception(handler, record)?,
        None => None,
    };
    match record.as_text() {
        Some(text) => each(record, text, asctime, &mut take),
        None => with_line_buffer(|message| {
            record.write_message(message)?;
            each(record, message, asctime, &mut take)
        }),
    }
}

fn each(
    record: &Record<'_>,
    message: &str,
    asctime: Option<String>,
    take: &mut impl FnMut(&str, &Value<'_>) -> Result<()>,
) -> Result<()> {
    let mut asctime = asctime.map(Value::from);
    // From within: a loop would ask at each step which part of the iterator it is in.
    record.attributes().try_for_each(|(name, value)| match name {
        "msg" => take(name, &Value::from(message)),
        "args" | "exc_info" => take(name, &Value::None),
        "message" => Ok(()),
        "asctime" => take(name, &mem::take(&mut asctime).unwrap_or(value)),
        _ => take(name, &value),
    })?;
    asctime.map_or(Ok(()), |asctime| take("asctime", &asctime))
}

/// Lets the formatter put the text of the exception on the record (NET-17). What it leaves there in
/// Python besides is the time, if its format shows it.
#[cold]
fn format_for_exception(handler: &HandlerBase, record: &Record<'_>) -> Result<Option<String>> {
    with_line_buffer(|line| handler.format(record, line))?;
    let Some(formatter) = handler.formatter() else { return Ok(None) };
    let mut asctime = String::new();
    Ok(formatter.format_time(record, &mut asctime)?.then_some(asctime))
}
