//! Several records as one text.

use std::fmt;
use std::sync::Arc;

use super::{Formatter, format_default};
use crate::error::Result;
use crate::record::Record;

/// Formats a batch of records: header, lines, footer, with nothing between them: Python's
/// `BufferingFormatter`.
///
/// # Examples
///
/// ```
/// use handlers_core::{BufferingFormatter, PatternFormatter, Record};
///
/// let formatter = BufferingFormatter::new()
///     .line_formatter(PatternFormatter::new("%(message)s\n")?)
///     .header(|records: &[Record<'_>]| format!("{} records\n", records.len()));
/// let records = [Record::builder().message("one").build()];
/// let mut text = String::new();
/// formatter.format(&records, &mut text)?;
/// assert_eq!(text, "1 records\none\n");
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct BufferingFormatter {
    line: Option<Arc<dyn Formatter>>,
    header: Option<Arc<Frame>>,
    footer: Option<Arc<Frame>>,
}

/// Text around a batch, made from the batch.
type Frame = dyn Fn(&[Record<'_>]) -> String + Send + Sync;

impl BufferingFormatter {
    /// Makes a formatter whose lines are bare messages, without header and footer (CORE-117).
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the formatter of each record.
    pub fn line_formatter(mut self, formatter: impl Formatter + 'static) -> Self {
        self.line = Some(Arc::new(formatter));
        self
    }

    /// Sets what stands in front of the lines.
    pub fn header(
        mut self,
        header: impl Fn(&[Record<'_>]) -> String + Send + Sync + 'static,
    ) -> Self {
        self.header = Some(Arc::new(header));
        self
    }

    /// Sets what stands behind the lines.
    pub fn footer(
        mut self,
        footer: impl Fn(&[Record<'_>]) -> String + Send + Sync + 'static,
    ) -> Self {
        self.footer = Some(Arc::new(footer));
        self
    }

    /// Appends the text of `records` to `out`; nothing for no records (CORE-116).
    ///
    /// # Errors
    ///
    /// Those of the line formatter.
    pub fn format(&self, records: &[Record<'_>], out: &mut String) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        if let Some(header) = &self.header {
            out.push_str(&header(records));
        }
        for record in records {
            match &self.line {
                Some(line) => line.format(record, out)?,
                None => format_default(record, out)?,
            }
        }
        if let Some(footer) = &self.footer {
            out.push_str(&footer(records));
        }
        Ok(())
    }
}

impl fmt::Debug for BufferingFormatter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.as_deref().map(Formatter::label);
        f.debug_struct("BufferingFormatter").field("line", &line).finish_non_exhaustive()
    }
}
