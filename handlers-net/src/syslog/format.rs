//! The forms that a message can have.

use handlers_core::Record;

use super::escape::Escape;
use super::framing::Framing;
use super::rfc3164::Rfc3164;
use super::rfc5424::Rfc5424;

/// The form of the messages of a [`SysLogHandler`](crate::SysLogHandler).
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Format {
    /// What Python sends: the priority and the text, without time, host or program (NET-55).
    #[default]
    Python,
    /// RFC 3164, with time, host and program.
    Rfc3164(Rfc3164),
    /// RFC 5424, with all of that, a year, and structured data. Boxed, since it is large.
    Rfc5424(Box<Rfc5424>),
}

impl Format {
    /// How messages are framed in a stream, unless the user says otherwise.
    pub(super) fn framing(&self) -> Framing {
        match self {
            Self::Python => Framing::Bare,
            Self::Rfc3164(_) | Self::Rfc5424(_) => Framing::OctetCounting,
        }
    }

    /// What must not be in a message of this form in such a frame.
    pub(super) fn escape(&self, framing: Framing) -> Escape {
        let is_multiline = match self {
            Self::Python => true,
            Self::Rfc3164(format) => format.is_multiline(),
            Self::Rfc5424(format) => format.is_multiline(),
        };
        match framing {
            _ if !is_multiline => Escape::Controls,
            Framing::NonTransparent => Escape::Delimiters,
            Framing::Bare | Framing::OctetCounting => Escape::Nothing,
        }
    }

    /// Whether a NUL may follow the message.
    pub(super) fn is_python(&self) -> bool {
        matches!(self, Self::Python)
    }

    /// Appends what stands between the priority and the message.
    pub(super) fn write_header(&self, record: &Record<'_>, out: &mut String) {
        match self {
            Self::Python => {}
            Self::Rfc3164(format) => format.write_header(record, out),
            Self::Rfc5424(format) => format.write_header(record, out),
        }
    }

    /// Finishes the message that begins at `start`.
    pub(super) fn finish(&self, start: usize, out: &mut String) {
        if let Self::Rfc5424(format) = self {
            format.finish(start, out);
        }
    }
}

impl From<Rfc3164> for Format {
    fn from(format: Rfc3164) -> Self {
        Self::Rfc3164(format)
    }
}

impl From<Rfc5424> for Format {
    fn from(format: Rfc5424) -> Self {
        Self::Rfc5424(Box::new(format))
    }
}
