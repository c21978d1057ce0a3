//! Formatters: from a record to the text of it.

mod buffering;
mod pattern;
mod view;

use std::any::Any;
use std::sync::Arc;

pub use buffering::BufferingFormatter;
pub use pattern::{PatternFormatter, PatternFormatterBuilder};

use crate::error::Result;
use crate::record::Record;

/// Makes text of a record: the role of Python's `Formatter`.
///
/// Closures of the same shape are formatters. A formatter runs outside every lock, from many threads
/// at a time; a panic in it is contained and reported.
///
/// # Examples
///
/// ```
/// use handlers_core::{Handler, NullHandler, Record};
/// use std::sync::Arc;
///
/// let shout = |record: &Record<'_>, out: &mut String| {
///     out.push_str(&record.message()?.to_uppercase());
///     Ok(())
/// };
/// let handler = NullHandler::new();
/// handler.base().set_formatter(Some(Arc::new(shout)));
///
/// let mut line = String::new();
/// handler.base().format(&Record::builder().message("help").build(), &mut line)?;
/// assert_eq!(line, "HELP");
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub trait Formatter: Any + Send + Sync {
    /// Appends the text of `record` to `out`, without a line end.
    ///
    /// # Errors
    ///
    /// The record cannot be shown in this format; `out` may then hold a part of the text.
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<()>;

    /// Appends the time of `record` as this format shows it, and says whether it shows any: Python's
    /// `formatTime`, where `usesTime` holds. For those who send along what Python's formatter leaves
    /// on a record.
    ///
    /// # Errors
    ///
    /// The time cannot be shown; `out` may then hold a part of the text.
    fn format_time(&self, _record: &Record<'_>, _out: &mut String) -> Result<bool> {
        Ok(false)
    }

    /// The format in listings of the logger tree.
    fn label(&self) -> String {
        "<closure>".to_owned()
    }
}

impl<F> Formatter for F
where
    F: Fn(&Record<'_>, &mut String) -> Result<()> + Send + Sync + 'static,
{
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<()> {
        self(record, out)
    }
}

impl<F: Formatter + ?Sized> Formatter for Arc<F> {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<()> {
        (**self).format(record, out)
    }

    fn format_time(&self, record: &Record<'_>, out: &mut String) -> Result<bool> {
        (**self).format_time(record, out)
    }

    fn label(&self) -> String {
        (**self).label()
    }
}

/// What a handler without a formatter writes: Python's `Formatter()` (CORE-71).
pub(crate) fn format_default(record: &Record<'_>, out: &mut String) -> Result<()> {
    record.write_message(out)?;
    push_trailers(record, out, ToString::to_string);
    Ok(())
}

/// Appends the text of the exception and that of the stack, each on a line of its own (CORE-109 to
/// CORE-113).
fn push_trailers(
    record: &Record<'_>,
    out: &mut String,
    format_exception: impl Fn(&crate::Exception) -> String,
) {
    // CORE-111: the text is taken as it is. CPython's own ends in a line end that it takes away
    // again; ours does not.
    let exception = record.exception_text_or_init(format_exception);
    for text in exception.into_iter().chain(record.stack_info()) {
        if text.is_empty() {
            continue;
        }
        if !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(text);
    }
}
