//! A record's line between the formatter and the file.

use handlers_core::{Error, Handler, Level, Record, Result, Timestamp, with_line_buffer};

use super::{Combiner, Target};

/// One formatted record, terminator included, with what a rollover is decided by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    pub(crate) text: &'a str,
    pub(crate) level: Level,
    pub(crate) created: Timestamp,
}

/// What became of a line.
#[derive(Debug, Clone, Default)]
pub(crate) enum Fate {
    #[default]
    Written,
    /// Let go without a word, as Python does.
    Dropped,
    Failed(Error),
}

/// What became of a line, and what went wrong on the way without harm to it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    pub(crate) fate: Fate,
    pub(crate) warning: Option<Error>,
}

impl Outcome {
    pub(crate) fn failed(error: Error) -> Self {
        Self { fate: Fate::Failed(error), warning: None }
    }

    pub(crate) fn is_written(&self) -> bool {
        matches!((&self.fate, &self.warning), (Fate::Written, None))
    }
}

/// `Handler::emit` for all handlers that write lines.
#[inline]
pub(crate) fn emit<S: Target>(
    handler: &impl Handler,
    output: &Combiner<S>,
    terminator: &str,
    record: &Record<'_>,
) -> Result<()> {
    with_line_buffer(|text| {
        handler.base().format(record, text)?;
        text.push_str(terminator);
        let (level, created) = (record.level(), record.created());
        let outcome = output.submit(Line { text, level, created });
        match outcome.fate {
            Fate::Written => {}
            Fate::Dropped => handler.base().count_dropped(1),
            // One report for a record: that it is lost is the news.
            Fate::Failed(error) => return Err(error),
        }
        if let Some(warning) = &outcome.warning {
            handler.handle_error(record, warning);
        }
        Ok(())
    })
}
