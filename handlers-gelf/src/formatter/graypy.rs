//! What the Python package graypy sends.

use std::sync::Arc;

use handlers_core::{
    Formatter, HandlerBase, Record, Result, Value, get_level_name, with_line_buffer,
};

use super::host::{host_name, qualified_host_name};
use super::json::{Foreign, Style};
use super::message::{self, attribute};
use super::payload::Payload;
use super::{PLACEHOLDER, level, names};

/// Makes GELF messages as the handlers of the Python package graypy do.
///
/// For services that move from Python and keep their streams and searches: the fields, their names
/// and their order are the package's. Fields of a record are sent as they are, mappings and lists
/// too, which Graylog keeps as text. [`GelfFormatter`](crate::GelfFormatter) is the better choice
/// for everybody else.
///
/// # Differences from Python
///
/// Where the package sends what it should not, this formatter does not, unless
/// [`quirks`](GraypyFormatterBuilder::quirks) are asked for:
///
/// | what | the package | here |
/// |---|---|---|
/// | `version` | `1.0` (GELF-47) | `1.1` (GELF-63) |
/// | an empty message | an empty `short_message` | `-` |
/// | fields without a value, `_stack_info` and `_taskName` above all | `null` (GELF-53) | left out |
/// | infinity, and what is no number | no JSON (GELF-54) | text |
/// | a name that GELF does not allow | is sent | `_` for what is not allowed |
///
/// # Examples
///
/// ```
/// use handlers_core::{Formatter, Record};
/// use handlers_gelf::GraypyFormatter;
///
/// let formatter = GraypyFormatter::builder().host("web1").debugging_fields(false).build();
/// let record = Record::builder().name("app").message("ready").field("user", "ann")?.build();
/// let mut text = String::new();
/// formatter.format(&record, &mut text)?;
/// assert!(text.starts_with(r#"{"version":"1.1","host":"web1","short_message":"ready""#));
/// assert!(text.ends_with(r#""facility":"app","_user":"ann"}"#));
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Clone)]
pub struct GraypyFormatter {
    host: String,
    facility: Option<String>,
    groups: Groups,
    quirks: bool,
    message: Option<Arc<dyn Formatter>>,
}

/// Which fields are sent beyond those that every message has.
#[derive(Debug, Clone, Copy)]
struct Groups {
    debugging_fields: bool,
    extra_fields: bool,
    level_names: bool,
}

/// Builds a [`GraypyFormatter`].
#[derive(Debug, Clone)]
#[must_use = "call `build` to get the formatter"]
pub struct GraypyFormatterBuilder {
    formatter: GraypyFormatter,
}

impl GraypyFormatter {
    /// Begins a formatter.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`host`](GraypyFormatterBuilder::host) | the name of the machine |
    /// | [`facility`](GraypyFormatterBuilder::facility) | the name of the logger |
    /// | [`debugging_fields`](GraypyFormatterBuilder::debugging_fields) | `true` |
    /// | [`extra_fields`](GraypyFormatterBuilder::extra_fields) | `true` |
    /// | [`level_names`](GraypyFormatterBuilder::level_names) | `false` |
    /// | [`message`](GraypyFormatterBuilder::message) | the bare message |
    /// | [`quirks`](GraypyFormatterBuilder::quirks) | `false` |
    pub fn builder() -> GraypyFormatterBuilder {
        GraypyFormatterBuilder {
            formatter: Self {
                host: host_name(),
                facility: None,
                groups: Groups { debugging_fields: true, extra_fields: true, level_names: false },
                quirks: false,
                message: None,
            },
        }
    }

    /// Makes the message that a handler of graypy's sends, whose formatter makes the text in it.
    pub(crate) fn format_for(
        &self,
        handler: &HandlerBase,
        record: &Record<'_>,
        out: &mut String,
    ) -> Result<()> {
        if handler.formatter().is_none() {
            return self.format(record, out);
        }
        with_line_buffer(|text| {
            handler.format(record, text)?;
            self.write(record, text, out)
        })
    }

    fn write(&self, record: &Record<'_>, message: &str, out: &mut String) -> Result<()> {
        let foreign = if self.quirks { Foreign::GraypyExactly } else { Foreign::Graypy };
        let mut payload = Payload::new(out, Style::compact(foreign));
        payload.text("version", if self.quirks { "1.0" } else { "1.1" });
        payload.text("host", &self.host);
        let is_refused = message.is_empty() && !self.quirks;
        payload.text("short_message", if is_refused { PLACEHOLDER } else { message });
        payload.value("timestamp", &attribute(record, "created"))?;
        payload.value("level", &syslog_level(record))?;
        self.add(&mut payload, "facility", &attribute(record, "name"))?;
        if let Some(text) = record.exception_text_or_init(ToString::to_string) {
            payload.text("full_message", text);
        }
        if self.groups.level_names {
            let number = Value::from(record.level().number());
            payload.value("level_name", &get_level_name(&number))?;
        }
        if let Some(facility) = &self.facility {
            payload.text("facility", facility);
            self.add(&mut payload, "_logger", &attribute(record, "name"))?;
        }
        if self.groups.debugging_fields {
            self.add_debugging_fields(&mut payload, record)?;
        }
        if self.groups.extra_fields {
            self.add_extra_fields(&mut payload, record)?;
        }
        payload.finish()
    }

    /// GELF-52.
    fn add_debugging_fields(&self, payload: &mut Payload<'_>, record: &Record<'_>) -> Result<()> {
        for (name, attribute_name) in DEBUGGING_FIELDS {
            self.add(payload, name, &attribute(record, attribute_name))?;
        }
        match attribute(record, "processName") {
            Value::None => Ok(()),
            name => self.add(payload, "_process_name", &name),
        }
    }

    /// GELF-53.
    fn add_extra_fields(&self, payload: &mut Payload<'_>, record: &Record<'_>) -> Result<()> {
        with_line_buffer(|field| {
            for (name, value) in record.attributes() {
                if !SKIPPED.contains(&name) && !name.starts_with('_') {
                    field.clear();
                    field.push('_');
                    field.push_str(name);
                    self.add(payload, field, &value)?;
                }
            }
            Ok(())
        })
    }

    fn add(&self, payload: &mut Payload<'_>, name: &str, value: &Value<'_>) -> Result<()> {
        match value {
            value if self.quirks => payload.value(name, value),
            Value::None => Ok(()),
            value => names::add(payload, name, value),
        }
    }
}

impl Formatter for GraypyFormatter {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<()> {
        match &self.message {
            None => message::with(record, |message| self.write(record, message, out)),
            Some(formatter) => with_line_buffer(|text| {
                formatter.format(record, text)?;
                self.write(record, text, out)
            }),
        }
    }

    fn label(&self) -> String {
        "graypy".to_owned()
    }
}

/// Numbers that are none of Python's go as they are (GELF-47).
fn syslog_level(record: &Record<'_>) -> Value<'static> {
    let level = record.level();
    level::of_known(level).map_or_else(|| level.number().into(), Value::from)
}

const DEBUGGING_FIELDS: [(&str, &str); 5] = [
    ("file", "pathname"),
    ("line", "lineno"),
    ("_function", "funcName"),
    ("_pid", "process"),
    ("_thread_name", "threadName"),
];

/// The attributes that graypy knows of, and does not send as extra fields.
const SKIPPED: [&str; 22] = [
    "args",
    "asctime",
    "created",
    "exc_info",
    "exc_text",
    "filename",
    "funcName",
    "id",
    "levelname",
    "levelno",
    "lineno",
    "message",
    "module",
    "msecs",
    "msg",
    "name",
    "pathname",
    "process",
    "processName",
    "relativeCreated",
    "thread",
    "threadName",
];

impl std::fmt::Debug for GraypyFormatter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GraypyFormatter").field("host", &self.host).finish_non_exhaustive()
    }
}

impl GraypyFormatterBuilder {
    /// Sets the name of the machine: graypy's `localname`. Optional; the system's name for it by
    /// default.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.formatter.host = host.into();
        self
    }

    /// Sets the name of the machine to the one with its domain, as far as `/etc/hosts` knows it:
    /// graypy's `fqdn`. Python asks the name service, too.
    pub fn fqdn(self) -> Self {
        self.host(qualified_host_name())
    }

    /// Sets what messages have in `facility`; the name of the logger is sent as `_logger` then
    /// (GELF-51). Optional; the name of the logger by default.
    pub fn facility(mut self, facility: impl Into<String>) -> Self {
        self.formatter.facility = Some(facility.into());
        self
    }

    /// Sets whether messages have the file, line, function, process and thread of a record
    /// (GELF-52). Optional; they do by default.
    pub fn debugging_fields(mut self, debugging_fields: bool) -> Self {
        self.formatter.groups.debugging_fields = debugging_fields;
        self
    }

    /// Sets whether messages have the fields of a record (GELF-53). Optional; they do by default.
    pub fn extra_fields(mut self, extra_fields: bool) -> Self {
        self.formatter.groups.extra_fields = extra_fields;
        self
    }

    /// Sets whether messages have the name of the level in `level_name` (GELF-50). Optional; they do
    /// not by default.
    pub fn level_names(mut self, level_names: bool) -> Self {
        self.formatter.groups.level_names = level_names;
        self
    }

    /// Sets what makes the text of `short_message`: the formatter that a graypy handler has.
    /// Optional; the bare message by default.
    pub fn message(mut self, formatter: Arc<dyn Formatter>) -> Self {
        self.formatter.message = Some(formatter);
        self
    }

    /// Sets whether the messages are the package's bug for bug. Optional; not by default.
    pub fn quirks(mut self, quirks: bool) -> Self {
        self.formatter.quirks = quirks;
        self
    }

    /// Makes the formatter.
    pub fn build(self) -> GraypyFormatter {
        self.formatter
    }
}
