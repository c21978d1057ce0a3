//! The message of a record, with its arguments merged in.

use std::borrow::Cow;

use handlers_core::{Fields, Record, Result, Value, with_line_buffer};

/// Lends the message.
///
/// # Errors
///
/// The arguments do not fit it, or those of `work`.
pub(super) fn with<R>(record: &Record<'_>, work: impl FnOnce(&str) -> Result<R>) -> Result<R> {
    match record.as_text() {
        Some(text) => work(text),
        None => with_line_buffer(|message| {
            record.write_message(message)?;
            work(message)
        }),
    }
}

/// The message formatted once more, with the attributes of the record; none if that fails, or
/// changes nothing (GELF-24).
pub(super) fn formatted_again(record: &Record<'_>, message: &str) -> Option<String> {
    if !message.contains('%') {
        return None;
    }
    let template = Record::builder().template(message.to_owned(), [record.to_dict().into_owned()]);
    template.build().message().ok().map(Cow::into_owned)
}

/// The value of an attribute; `None` if the record has none of that name.
pub(super) fn attribute<'r>(record: &'r Record<'_>, name: &str) -> Value<'r> {
    Fields::get(record, name).unwrap_or_default()
}
