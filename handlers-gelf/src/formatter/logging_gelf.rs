//! What the Python package logging-gelf sends.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use handlers_core::{
    Clock, Fields, Formatter, Record, Result, SystemClock, Value, with_line_buffer,
};

use super::exclude::Exclusions;
use super::host::host_name;
use super::json::{Foreign, Style};
use super::message::{self, attribute};
use super::payload::Payload;
use super::schema::{Declared, GelfSchema};
use super::{PLACEHOLDER, flatten, level, names};

/// Makes GELF messages as the Python package logging-gelf does: its `GELFFormatter`.
///
/// For services that move from Python and keep their streams and searches: the fields, their names
/// and their order are the package's, extra fields are sent only if the [`GelfSchema`] declares them
/// (GELF-37), mappings and lists become several fields (GELF-38, GELF-39). [`GelfFormatter`] is the
/// better choice for everybody else.
///
/// [`GelfFormatter`]: crate::GelfFormatter
///
/// # Differences from Python
///
/// Where the package sends what it should not, this formatter does not, unless
/// [`quirks`](LoggingGelfFormatterBuilder::quirks) are asked for:
///
/// | record | the package | here |
/// |---|---|---|
/// | a message with `%(name)s` or `%%` in it, after its arguments were merged | is formatted once more, with the record's attributes (GELF-24) | is left alone |
/// | two fields side by side that one pattern excludes | one is sent (GELF-29) | none is sent |
/// | an empty message | no `short_message` (GELF-40) | `-` |
/// | a field `id`, a name that GELF does not allow | is sent, and refused by the server (GELF-43) | is left out; `_` for what is not allowed |
/// | bytes, or another object without JSON | an error | its `str` |
/// | infinity, and what is no number | no JSON | text |
///
/// # Examples
///
/// ```
/// use handlers_core::{Formatter, Record, Value};
/// use handlers_gelf::{GelfSchema, LoggingGelfFormatter};
///
/// let formatter = LoggingGelfFormatter::builder()
///     .host("web1")
///     .schema(GelfSchema::new().string("user").raw("context"))
///     .build()?;
/// let context = Value::Dict(vec![("shard".into(), 3.into())]);
/// let record = Record::builder()
///     .message("ready")
///     .field("user", "ann")?
///     .field("context", context)?
///     .build();
/// let mut text = String::new();
/// formatter.format(&record, &mut text)?;
/// assert!(text.starts_with(r#"{"version": "1.1", "host": "web1", "short_message": "ready""#));
/// assert!(text.ends_with(r#""_user": "ann", "_context_shard": 3}"#));
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Clone)]
pub struct LoggingGelfFormatter {
    host: String,
    schema: GelfSchema,
    null_character: bool,
    exclusions: Exclusions,
    quirks: bool,
    clock: Arc<dyn Clock>,
}

/// Builds a [`LoggingGelfFormatter`].
#[derive(Debug, Clone)]
#[must_use = "call `build` to get the formatter"]
pub struct LoggingGelfFormatterBuilder {
    host: Option<String>,
    schema: GelfSchema,
    null_character: bool,
    exclude_patterns: Vec<String>,
    quirks: bool,
    clock: Arc<dyn Clock>,
}

impl LoggingGelfFormatter {
    /// Begins a formatter.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`host`](LoggingGelfFormatterBuilder::host) | the name of the machine, as it is when the formatter is built |
    /// | [`schema`](LoggingGelfFormatterBuilder::schema) | no extra fields |
    /// | [`null_character`](LoggingGelfFormatterBuilder::null_character) | `false` |
    /// | [`exclude_patterns`](LoggingGelfFormatterBuilder::exclude_patterns) | none |
    /// | [`quirks`](LoggingGelfFormatterBuilder::quirks) | `false` |
    /// | [`clock`](LoggingGelfFormatterBuilder::clock) | the system's |
    pub fn builder() -> LoggingGelfFormatterBuilder {
        LoggingGelfFormatterBuilder {
            host: None,
            schema: GelfSchema::new(),
            null_character: false,
            exclude_patterns: Vec::new(),
            quirks: false,
            clock: Arc::new(SystemClock),
        }
    }

    fn write(&self, record: &Record<'_>, message: &str, out: &mut String) -> Result<()> {
        let foreign = if self.quirks { Foreign::Refuse } else { Foreign::Text };
        let mut payload = Payload::new(out, Style::spaced(foreign));
        payload.text("version", "1.1");
        add_text(&mut payload, "host", &self.host);
        if message.is_empty() && !self.quirks {
            payload.text("short_message", PLACEHOLDER);
        }
        add_text(&mut payload, "short_message", message);
        with_line_buffer(|full| {
            write_full_message(record, message, full);
            add_text(&mut payload, "full_message", full);
        });
        payload.value("timestamp", &self.timestamp(record))?;
        payload.value("level", &level::of_known(record.level()).unwrap_or(1).into())?;
        for declared in self.schema.fields() {
            self.declared(&mut payload, record, declared)?;
        }
        if self.quirks {
            self.exclusions.apply_overlooking(&mut payload);
        } else {
            self.exclusions.apply(&mut payload);
        }
        payload.finish()
    }

    /// GELF-35.
    fn timestamp<'r>(&self, record: &'r Record<'_>) -> Value<'r> {
        let created = attribute(record, "created");
        if created.is_truthy() {
            return created;
        }
        let now = self.clock.now();
        let seconds = u64::try_from(now.as_seconds()).unwrap_or_default();
        let nanos = u32::try_from(now.as_nanos().rem_euclid(1_000_000_000)).unwrap_or_default();
        Value::Float(Duration::new(seconds, nanos).as_secs_f64())
    }

    /// Adds a field of the schema, if the record has it (GELF-41).
    fn declared(
        &self,
        payload: &mut Payload<'_>,
        record: &Record<'_>,
        declared: &Declared,
    ) -> Result<()> {
        match Fields::get(record, &declared.attribute) {
            Some(value) => self.leaves(payload, &declared.field, &declared.convert(value)?),
            None => Ok(()),
        }
    }

    /// Adds what a value holds, but for what is empty (GELF-38 to GELF-40).
    fn leaves(&self, payload: &mut Payload<'_>, name: &str, value: &Value<'_>) -> Result<()> {
        flatten::leaves(name, value, |name, leaf| match leaf {
            leaf if is_empty(leaf) => {
                // An earlier field of the name is gone too: emptiness is looked at in the end.
                payload.remove(name);
                Ok(())
            }
            leaf if self.quirks => payload.value_or_refuse(name, leaf),
            leaf => names::add(payload, name, leaf),
        })
    }
}

impl Formatter for LoggingGelfFormatter {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<()> {
        if self.quirks {
            let message = record.message()?;
            // The message may name the text of the exception (GELF-24, GELF-26).
            record.exception_text_or_init(ToString::to_string);
            let formatted = message::formatted_again(record, &message);
            self.write(record, formatted.as_deref().unwrap_or(&message), out)?;
        } else {
            message::with(record, |message| self.write(record, message, out))?;
        }
        if self.null_character {
            out.push('\0');
        }
        Ok(())
    }

    fn label(&self) -> String {
        "logging_gelf.formatters.GELFFormatter".to_owned()
    }
}

/// GELF-27: a line end stands between the message and the traceback, and another before it.
fn write_full_message(record: &Record<'_>, message: &str, out: &mut String) {
    let exception = record.exception_text_or_init(ToString::to_string);
    let stack = record.stack_info().unwrap_or_default();
    if exception.is_none() && stack.is_empty() {
        return;
    }
    out.push_str(message);
    out.push('\n');
    let start = out.len();
    if let Some(text) = exception {
        if !message.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(text);
    }
    if !stack.is_empty() {
        if !out[start..].ends_with('\n') {
            out.push('\n');
        }
        out.push_str(stack);
    }
}

/// Adds text, unless it is empty (GELF-40).
fn add_text(payload: &mut Payload<'_>, name: &str, text: &str) {
    if !text.is_empty() {
        payload.text(name, text);
    }
}

fn is_empty(leaf: &Value<'_>) -> bool {
    match leaf {
        Value::None => true,
        Value::Str(text) => text.is_empty(),
        _ => false,
    }
}

impl fmt::Debug for LoggingGelfFormatter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoggingGelfFormatter")
            .field("host", &self.host)
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}

impl LoggingGelfFormatterBuilder {
    /// Sets the name of the machine. Optional; the system's name for it by default.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// Sets which extra fields are sent. Optional; none by default.
    pub fn schema(mut self, schema: GelfSchema) -> Self {
        self.schema = schema;
        self
    }

    /// Sets whether a message ends in a NUL (GELF-31). Optional; not by default.
    pub fn null_character(mut self, ends_in_null: bool) -> Self {
        self.null_character = ends_in_null;
        self
    }

    /// Sets which fields are left out: those whose names begin with `_` and something that matches
    /// one of these regular expressions. Optional; none by default.
    ///
    /// The expressions are those of [`regex_lite`]: Python's but for lookaround and references
    /// back, with which matching could take for ever.
    pub fn exclude_patterns<P: Into<String>>(
        mut self,
        patterns: impl IntoIterator<Item = P>,
    ) -> Self {
        self.exclude_patterns = patterns.into_iter().map(Into::into).collect();
        self
    }

    /// Sets whether the messages are the package's bug for bug. Optional; not by default.
    pub fn quirks(mut self, quirks: bool) -> Self {
        self.quirks = quirks;
        self
    }

    /// Sets the clock that a record without a time of its own has its time from (GELF-35).
    /// Optional; the system's by default.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Makes the formatter.
    ///
    /// # Errors
    ///
    /// A pattern cannot be read.
    pub fn build(self) -> Result<LoggingGelfFormatter> {
        Ok(LoggingGelfFormatter {
            host: self.host.unwrap_or_else(host_name),
            schema: self.schema,
            null_character: self.null_character,
            exclusions: Exclusions::new(&self.exclude_patterns)?,
            quirks: self.quirks,
            clock: self.clock,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is sent of a record, without quirks and with them.
    fn both(record: &Record<'_>, schema: &GelfSchema) -> [String; 2] {
        [false, true].map(|quirks| {
            let builder = LoggingGelfFormatter::builder().host("h").schema(schema.clone());
            let formatter = builder.quirks(quirks).exclude_patterns(["x"]).build().unwrap();
            let mut text = String::new();
            formatter.format(record, &mut text).unwrap();
            text
        })
    }

    fn has(texts: &[String; 2]) -> impl Fn(&str) -> [bool; 2] {
        |part| texts.each_ref().map(|text| text.contains(part))
    }

    // GELF-24, GELF-29, GELF-40, GELF-43.
    #[test]
    fn what_the_package_does_wrong_is_opt_in() {
        let schema = GelfSchema::new().raw("x").integer("id");
        let list = Value::List(vec![1.into(), 2.into()]);
        let record = Record::builder().name("app").message("by %(name)s").field("x", list).unwrap();
        let texts = both(&record.field("id", 7).unwrap().build(), &schema);
        let has_part = has(&texts);
        assert_eq!(has_part(r#""by %(name)s""#), [true, false]);
        assert_eq!(has_part(r#""by app""#), [false, true]);
        assert_eq!(has_part("_x_1"), [false, true]);
        assert_eq!(has_part("_id"), [false, true]);
        let texts = both(&Record::builder().message("").build(), &schema);
        assert_eq!(has(&texts)("short_message"), [true, false]);
    }

    // GELF-37, GELF-41.
    #[test]
    fn only_declared_fields_are_sent() {
        let schema = GelfSchema::new().string("user").integer("count");
        let record = Record::builder().field("count", "12").unwrap().field("other", 1).unwrap();
        for text in both(&record.build(), &schema) {
            assert!(text.ends_with(r#", "_count": 12}"#), "{text}");
        }
    }
}
