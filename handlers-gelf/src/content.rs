//! What the text of a message is made by.

use handlers_core::{HandlerBase, Record, Result};

use crate::formatter::GraypyFormatter;

/// Makes the text of a message.
#[derive(Debug, Clone, Default)]
pub(crate) enum Content {
    /// The formatter of the handler makes all of it.
    #[default]
    Formatter,
    /// As the handlers of graypy: the formatter of the handler, if it has one, makes the text of
    /// `short_message` (GELF-47).
    Graypy(Box<GraypyFormatter>),
}

impl Content {
    pub(crate) fn write(
        &self,
        handler: &HandlerBase,
        record: &Record<'_>,
        out: &mut String,
    ) -> Result<()> {
        match self {
            Self::Formatter => handler.format(record, out),
            Self::Graypy(formatter) => formatter.format_for(handler, record, out),
        }
    }

    /// Whether the handler needs a formatter.
    pub(crate) fn needs_formatter(&self) -> bool {
        matches!(self, Self::Formatter)
    }
}
