//! Python's `Formatter`: a format string with the fields of a record in it.

use std::fmt;
use std::sync::Arc;

use super::view::View;
use super::{Formatter, push_trailers};
use crate::context;
use crate::error::Result;
use crate::record::{Exception, Record};
use crate::style::{self, Compiled, Piece, Style};
use crate::time::TimeText;
use crate::value::Value;

/// Formats records by a pattern: Python's `Formatter`.
///
/// # Differences from Python
///
/// Hooks that Python lets one override are set on the builder: the time by
/// [`time`](PatternFormatterBuilder::time), the text of an exception by
/// [`exception`](PatternFormatterBuilder::exception).
///
/// # Examples
///
/// ```
/// use handlers_core::{Formatter, Level, PatternFormatter, Record};
///
/// let formatter = PatternFormatter::new("%(levelname)-8s %(name)s: %(message)s")?;
/// let record = Record::builder().name("app").level(Level::INFO).message("ready").build();
/// let mut line = String::new();
/// formatter.format(&record, &mut line)?;
/// assert_eq!(line, "INFO     app: ready");
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub struct PatternFormatter {
    style: Style,
    format: String,
    date_format: Option<String>,
    compiled: Compiled,
    steps: Vec<Step>,
    /// Set if the format may show the time (CORE-101).
    time: Option<TimeText>,
    /// Whether a step wants the time as a value, not just written.
    time_is_value: bool,
    defaults: Vec<(String, Value<'static>)>,
    exception: Option<Arc<ExceptionFormat>>,
}

type ExceptionFormat = dyn Fn(&Exception) -> String + Send + Sync;

/// One piece of a pattern. The fields that most patterns have are written straight; the rest goes
/// through the style's own rules.
enum Step {
    Literal(String),
    Message,
    LevelName(usize),
    Name(usize),
    Time,
    General(usize),
}

impl Step {
    fn new(index: usize, piece: Piece<'_>) -> Self {
        match piece {
            Piece::Literal(text) => Self::Literal(text.to_owned()),
            Piece::Plain("message") => Self::Message,
            Piece::Plain("asctime") => Self::Time,
            Piece::Plain("levelname") => Self::LevelName(index),
            Piece::Plain("name") => Self::Name(index),
            Piece::Plain(_) | Piece::Complex => Self::General(index),
        }
    }
}

impl PatternFormatter {
    /// Makes a formatter of a `%` style format, with all defaults.
    ///
    /// # Errors
    ///
    /// Those of [`PatternFormatterBuilder::build`].
    pub fn new(format: &str) -> Result<Self> {
        Self::builder().format(format).build()
    }

    /// Begins a formatter.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`format`](PatternFormatterBuilder::format) | the bare message |
    /// | [`style`](PatternFormatterBuilder::style) | [`Style::Percent`] |
    /// | [`date_format`](PatternFormatterBuilder::date_format) | none: `2024-03-31 01:59:59,057` |
    /// | [`validate`](PatternFormatterBuilder::validate) | `true` |
    /// | [`defaults`](PatternFormatterBuilder::defaults) | none |
    /// | [`time`](PatternFormatterBuilder::time) | local time |
    /// | [`exception`](PatternFormatterBuilder::exception) | the chain of causes |
    pub fn builder() -> PatternFormatterBuilder {
        PatternFormatterBuilder {
            format: String::new(),
            style: Style::default(),
            date_format: None,
            validate: true,
            defaults: Vec::new(),
            time: TimeText::new(),
            exception: None,
        }
    }

    /// The format string in force.
    pub fn format_string(&self) -> &str {
        &self.format
    }

    /// The date format, if one was set.
    pub fn date_format(&self) -> Option<&str> {
        self.date_format.as_deref()
    }

    /// The style.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Whether the time is worked out for each record (CORE-101).
    pub fn uses_time(&self) -> bool {
        self.time.is_some()
    }

    /// Appends the line alone, without exception and stack.
    fn write_line(&self, record: &Record<'_>, message: &str, out: &mut String) -> Result<()> {
        match &self.time {
            Some(time) if self.time_is_value => context::with(|context| {
                context.asctime.lend(|asctime| {
                    write_time(time, record, asctime)?;
                    self.write_steps(record, message, Some(asctime), out)
                })
            }),
            _ => self.write_steps(record, message, None, out),
        }
    }

    fn write_steps(
        &self,
        record: &Record<'_>,
        message: &str,
        asctime: Option<&str>,
        out: &mut String,
    ) -> Result<()> {
        let plain = record.is_plain();
        for step in &self.steps {
            let text = match step {
                Step::Literal(text) => text,
                Step::Message => message,
                Step::LevelName(_) if plain => record.level_name(),
                Step::Name(_) if plain => record.name(),
                Step::Time => match (asctime, &self.time) {
                    (Some(asctime), _) => asctime,
                    (None, Some(time)) => {
                        write_time(time, record, out)?;
                        continue;
                    }
                    (None, None) => continue,
                },
                Step::LevelName(piece) | Step::Name(piece) | Step::General(piece) => {
                    self.write_piece(*piece, record, message, asctime, out)?;
                    continue;
                }
            };
            out.push_str(text);
        }
        Ok(())
    }

    /// Apart, so that the loop over the plain fields stays small.
    #[inline(never)]
    fn write_piece(
        &self,
        piece: usize,
        record: &Record<'_>,
        message: &str,
        asctime: Option<&str>,
        out: &mut String,
    ) -> Result<()> {
        let view = View { record, message, asctime, defaults: &self.defaults };
        self.compiled.write_piece(piece, &view, out)
    }

    #[cold]
    fn format_whole(&self, record: &Record<'_>, out: &mut String) -> Result<()> {
        self.write_line(record, &record.message()?, out)?;
        push_trailers(record, out, |exception| match &self.exception {
            Some(format) => format(exception),
            None => exception.to_string(),
        });
        Ok(())
    }
}

impl Formatter for PatternFormatter {
    /// CORE-102: message, time, line, exception, stack.
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<()> {
        match record.as_text() {
            Some(text) if !record.has_trailers() => self.write_line(record, text, out),
            _ => self.format_whole(record, out),
        }
    }

    fn format_time(&self, record: &Record<'_>, out: &mut String) -> Result<bool> {
        self.time.as_ref().map_or(Ok(false), |time| write_time(time, record, out).map(|()| true))
    }

    fn label(&self) -> String {
        self.format.clone()
    }
}

impl fmt::Debug for PatternFormatter {
    /// CORE-114.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Formatter ({})>", self.format)
    }
}

fn write_time(time: &TimeText, record: &Record<'_>, out: &mut String) -> Result<()> {
    if record.is_plain() {
        return time.write_timestamp(record.created(), out);
    }
    time.write(record.created_seconds(), record.msecs_attribute(), out)
}

/// Builds a [`PatternFormatter`].
#[must_use = "call `build` to get the formatter"]
pub struct PatternFormatterBuilder {
    format: String,
    style: Style,
    date_format: Option<String>,
    validate: bool,
    defaults: Vec<(String, Value<'static>)>,
    time: TimeText,
    exception: Option<Arc<ExceptionFormat>>,
}

impl PatternFormatterBuilder {
    /// Sets the format string. Optional; the empty one is the bare message (CORE-89).
    pub fn format(mut self, format: impl Into<String>) -> Self {
        self.format = format.into();
        self
    }

    /// Sets the style of the format string. Optional; `%` by default.
    pub fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// Sets the format of the time for [`strftime`](crate::strftime); milliseconds are shown only
    /// without one (CORE-104). Optional.
    pub fn date_format(mut self, format: impl Into<String>) -> Self {
        self.date_format = Some(format.into());
        self
    }

    /// Sets whether the format string is checked when the formatter is built. Optional; it is by
    /// default (CORE-90).
    pub fn validate(mut self, validate: bool) -> Self {
        self.validate = validate;
        self
    }

    /// Sets values for fields that a record may lack (CORE-99). Optional; none by default.
    pub fn defaults<N: Into<String>>(
        mut self,
        defaults: impl IntoIterator<Item = (N, Value<'static>)>,
    ) -> Self {
        self.defaults = defaults.into_iter().map(|(name, value)| (name.into(), value)).collect();
        self
    }

    /// Sets how the time is written: zone, format without a date format, milliseconds. Optional;
    /// local time as Python writes it by default.
    pub fn time(mut self, time: TimeText) -> Self {
        self.time = time;
        self
    }

    /// Sets the text that an exception becomes: Python's `formatException`. Optional. Of several
    /// formatters that see a record the first one's text serves all (CORE-109).
    pub fn exception(
        mut self,
        format: impl Fn(&Exception) -> String + Send + Sync + 'static,
    ) -> Self {
        self.exception = Some(Arc::new(format));
        self
    }

    /// Finishes the formatter.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`](crate::ErrorKind::Value) if the format string does not pass the checks
    /// of its style (CORE-91 to CORE-94), unless they are switched off.
    pub fn build(self) -> Result<PatternFormatter> {
        let format = match self.format {
            format if format.is_empty() => self.style.default_format().to_owned(),
            format => format,
        };
        if self.validate {
            style::validate(self.style, &format)?;
        }
        let time = match &self.date_format {
            Some(date_format) => self.time.date_format(Some(date_format)),
            None => self.time,
        };
        let time = style::uses_time(self.style, &format).then_some(time);
        let compiled = Compiled::new(self.style, &format);
        let steps: Vec<Step> =
            compiled.pieces().enumerate().map(|(index, piece)| Step::new(index, piece)).collect();
        let written = steps.iter().filter(|step| matches!(step, Step::Time)).count();
        let time_is_value = time.is_some() && format.matches("asctime").count() > written;
        Ok(PatternFormatter {
            style: self.style,
            format,
            date_format: self.date_format,
            compiled,
            steps,
            time,
            time_is_value,
            defaults: self.defaults,
            exception: self.exception,
        })
    }
}

impl fmt::Debug for PatternFormatterBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PatternFormatterBuilder")
            .field("format", &self.format)
            .field("style", &self.style)
            .field("date_format", &self.date_format)
            .field("validate", &self.validate)
            .field("defaults", &self.defaults)
            .field("time", &self.time)
            .finish_non_exhaustive()
    }
}
