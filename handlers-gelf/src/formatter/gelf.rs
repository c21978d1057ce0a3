//! GELF 1.1, as its description has it.

use std::fmt;

use handlers_core::{Formatter, Record, Result, Value, with_line_buffer, write_json_text};

use super::exclude::Exclusions;
use super::host::host_name;
use super::json::{Foreign, Style};
use super::message::{self, attribute};
use super::payload::Payload;
use super::{PLACEHOLDER, flatten, level, names};

/// Makes a GELF 1.1 message of a record, one line of JSON.
///
/// | field | what it has |
/// |---|---|
/// | `version` | `1.1` |
/// | `host` | the name of the machine |
/// | `short_message` | the message; `-` if it is empty, which servers refuse (GELF-65) |
/// | `full_message` | the message with the exception and the stack, if there is one of them |
/// | `timestamp` | seconds since 1970 |
/// | `level` | syslog's number: 2 for `CRITICAL`, 3, 4, 6, and 7 for `DEBUG` (GELF-8); other levels have that of the level below them |
/// | `_logger`, `_file`, `_line`, `_function` | where the record comes from, unless [`origin`](GelfFormatterBuilder::origin) is off |
/// | `_…` | the fields of the formatter, then those of the record |
///
/// Fields hold text or numbers (GELF-5). Mappings and lists become several fields (`_user_name`,
/// `_tags_0`), lists of 20 items and more one text; booleans are `true` and `false`, as text; bytes,
/// other objects, infinity and what is no number are text as Python's `str` gives it; `None` and
/// empty text are left out. What
/// GELF does not allow in a name becomes `_`, and a field `id`, which servers refuse, is left out
/// (GELF-6, GELF-7).
///
/// All that is not ASCII, and every control character, is escaped: no message can end a frame.
///
/// # Examples
///
/// ```
/// use handlers_core::{Formatter, Record};
/// use handlers_gelf::GelfFormatter;
///
/// let formatter = GelfFormatter::builder().host("web1").field("environment", "live").build()?;
/// let record = Record::builder().message("two\nlines").field("user", "ann")?.build();
/// let mut text = String::new();
/// formatter.format(&record, &mut text)?;
/// assert!(text.starts_with(r#"{"version": "1.1", "host": "web1", "short_message": "two\nlines""#));
/// assert!(text.ends_with(r#""_environment": "live", "_user": "ann"}"#));
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Clone)]
pub struct GelfFormatter {
    host: String,
    origin: bool,
    fields: Vec<(String, Value<'static>)>,
    exclusions: Exclusions,
}

/// Builds a [`GelfFormatter`].
#[derive(Debug, Clone)]
#[must_use = "call `build` to get the formatter"]
pub struct GelfFormatterBuilder {
    host: Option<String>,
    origin: bool,
    fields: Vec<(String, Value<'static>)>,
    exclude_patterns: Vec<String>,
}

impl GelfFormatter {
    /// Makes a formatter with all defaults.
    pub fn new() -> Self {
        Self {
            host: host_name(),
            origin: true,
            fields: Vec::new(),
            exclusions: Exclusions::default(),
        }
    }

    /// Begins a formatter.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`host`](GelfFormatterBuilder::host) | the name of the machine, as it is when the formatter is built |
    /// | [`origin`](GelfFormatterBuilder::origin) | `true` |
    /// | [`field`](GelfFormatterBuilder::field) | none |
    /// | [`exclude_patterns`](GelfFormatterBuilder::exclude_patterns) | none |
    pub fn builder() -> GelfFormatterBuilder {
        GelfFormatterBuilder {
            host: None,
            origin: true,
            fields: Vec::new(),
            exclude_patterns: Vec::new(),
        }
    }

    fn write(&self, record: &Record<'_>, message: &str, out: &mut String) -> Result<()> {
        self.write_own_fields(record, message, out)?;
        let mut payload = Payload::behind_others(out, STYLE);
        if self.origin {
            for (name, attribute_name) in ORIGIN {
                add(&mut payload, name, &attribute(record, attribute_name))?;
            }
        }
        for (name, value) in &self.fields {
            add(&mut payload, name, value)?;
        }
        for (name, value) in record.extra() {
            with_line_buffer(|field| {
                field.push('_');
                field.push_str(name);
                add(&mut payload, field, &value)
            })?;
        }
        self.exclusions.apply(&mut payload);
        payload.finish()
    }

    /// Writes the fields of GELF itself. Nothing excludes them, and no other field has such a name.
    fn write_own_fields(&self, record: &Record<'_>, message: &str, out: &mut String) -> Result<()> {
        out.push_str(r#"{"version": "1.1", "host": "#);
        write_json_text(&self.host, out);
        out.push_str(r#", "short_message": "#);
        write_json_text(if message.is_empty() { PLACEHOLDER } else { message }, out);
        write_full_message(record, message, out);
        write_timestamp(record, out)?;
        out.push_str(r#", "level": "#);
        out.push(char::from(b'0' + level::of_any(record.level())));
        Ok(())
    }
}

impl Default for GelfFormatter {
    fn default() -> Self {
        Self::new()
    }
}

impl Formatter for GelfFormatter {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<()> {
        message::with(record, |message| self.write(record, message, out))
    }

    fn label(&self) -> String {
        "GelfFormatter".to_owned()
    }
}

impl fmt::Debug for GelfFormatter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GelfFormatter").field("host", &self.host).finish_non_exhaustive()
    }
}

/// What Python's own formatter would show of a record that has more than a message.
fn write_full_message(record: &Record<'_>, message: &str, out: &mut String) {
    let exception = record.exception_text_or_init(ToString::to_string);
    if exception.is_none() && record.stack_info().is_none() {
        return;
    }
    with_line_buffer(|full| {
        full.push_str(message);
        for text in exception.into_iter().chain(record.stack_info()) {
            if !full.is_empty() && !full.ends_with('\n') {
                full.push('\n');
            }
            full.push_str(text);
        }
        out.push_str(r#", "full_message": "#);
        write_json_text(full, out);
    });
}

/// The time, unless it is none: servers then take their own.
fn write_timestamp(record: &Record<'_>, out: &mut String) -> Result<()> {
    match attribute(record, "created") {
        Value::Float(seconds) if !seconds.is_finite() => Ok(()),
        created @ (Value::Float(_) | Value::Int(_)) => {
            out.push_str(r#", "timestamp": "#);
            STYLE.write(&created, out)
        }
        _ => Ok(()),
    }
}

/// Adds what a value holds, as fields that servers take.
fn add(payload: &mut Payload<'_>, name: &str, value: &Value<'_>) -> Result<()> {
    flatten::leaves(name, value, |name, leaf| match leaf {
        Value::None => Ok(()),
        Value::Str(text) if text.is_empty() => Ok(()),
        Value::Bool(truth) => {
            names::add(payload, name, &Value::from(if *truth { "true" } else { "false" }))
        }
        leaf => names::add(payload, name, leaf),
    })
}

const STYLE: Style = Style::spaced(Foreign::Text);

const ORIGIN: [(&str, &str); 4] =
    [("_logger", "name"), ("_file", "pathname"), ("_line", "lineno"), ("_function", "funcName")];

impl GelfFormatterBuilder {
    /// Sets the name of the machine. Optional; the system's name for it by default.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// Sets whether messages say which logger, file, line and function they come from. Optional;
    /// they do by default.
    pub fn origin(mut self, origin: bool) -> Self {
        self.origin = origin;
        self
    }

    /// Adds a field that each message has, such as the name of the service. Its name is given
    /// without the `_` before it. A record's own field of the same name holds instead.
    pub fn field(mut self, name: &str, value: impl Into<Value<'static>>) -> Self {
        self.fields.push((format!("_{name}"), value.into()));
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

    /// Makes the formatter.
    ///
    /// # Errors
    ///
    /// A pattern cannot be read.
    pub fn build(self) -> Result<GelfFormatter> {
        Ok(GelfFormatter {
            host: self.host.unwrap_or_else(host_name),
            origin: self.origin,
            fields: self.fields,
            exclusions: Exclusions::new(&self.exclude_patterns)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use handlers_core::{Error, ErrorKind, Exception, Level, Object, RecordBuilder, Timestamp};

    use super::*;

    fn formatted(formatter: &GelfFormatter, record: &Record<'_>) -> String {
        let mut text = String::from("before");
        formatter.format(record, &mut text).unwrap();
        text.split_off("before".len())
    }

    fn bare() -> GelfFormatter {
        GelfFormatter::builder().host("h").origin(false).build().unwrap()
    }

    fn record() -> RecordBuilder {
        Record::builder().created(Timestamp::from_seconds(1.5)).message("m")
    }

    /// What stands behind the fields that every message of `record` has.
    fn rest(formatter: &GelfFormatter, record: &Record<'_>) -> String {
        let text = formatted(formatter, record);
        let start =
            r#"{"version": "1.1", "host": "h", "short_message": "m", "timestamp": 1.5, "level": "#;
        text.strip_prefix(start).unwrap_or_else(|| panic!("{text}"))[1..].to_owned()
    }

    // GELF-5, GELF-6, GELF-7, GELF-38 to GELF-40.
    #[test]
    fn fields_are_what_servers_take() {
        let fields = [
            ("a", Value::from(1)),
            ("id", 2.into()),
            ("my name é", "x".into()),
            ("yes", true.into()),
            ("nothing", Value::None),
            ("empty", "".into()),
            ("inf", f64::INFINITY.into()),
            ("bytes", b"\xff".into()),
            ("when", Object::timedelta(1, 0, 0).unwrap().into()),
            ("list", Value::List(vec![1.into(), Value::List(vec![]), 2.into()])),
            ("long", Value::List(vec![0.into(); 20])),
            ("map", Value::Dict(vec![("k".into(), Value::Tuple(vec!["v".into()]))])),
        ];
        let record = fields
            .into_iter()
            .fold(record(), |builder, (name, value)| builder.field(name, value).unwrap());
        let zeros = ["0"; 20].join(", ");
        let expected = format!(
            r#", "_a": 1, "_my_name__": "x", "_yes": "true", "_inf": "inf", "_bytes": "b'\\xff'", "_when": "1 day, 0:00:00", "_list_0": 1, "_list_2": 2, "_long": "[{zeros}]", "_map_k_0": "v"}}"#
        );
        assert_eq!(rest(&bare(), &record.build()), expected);
    }

    // GELF-8.
    #[test]
    fn every_level_has_a_number_of_syslogs() {
        for (level, number) in [(0, 7), (10, 7), (19, 7), (25, 6), (30, 4), (45, 3), (99, 2)] {
            let text = formatted(&bare(), &record().level(Level::new(level)).build());
            assert!(text.ends_with(&format!(r#""level": {number}}}"#)), "{text}");
        }
    }

    // GELF-65.
    #[test]
    fn no_message_is_empty() {
        let text = formatted(&bare(), &record().message("").build());
        assert!(text.contains(r#""short_message": "-""#), "{text}");
    }

    #[test]
    fn a_message_is_never_a_template() {
        let text = formatted(&bare(), &record().message("${jndi:x} {0} %(name)s 50%%").build());
        assert!(text.contains(r#""${jndi:x} {0} %(name)s 50%%""#), "{text}");
    }

    #[test]
    fn the_exception_is_in_the_full_message() {
        let error = Error::new(ErrorKind::Value, "no");
        let record = record().exception(Exception::new(&error)).build();
        let text = formatted(&bare(), &record);
        assert!(
            text.contains(r#""full_message": "m\n"#) && text.contains(r#"no", "timestamp""#),
            "{text}"
        );
    }

    #[test]
    fn a_time_that_is_none_is_left_out() {
        let attributes = [("msg", Value::from("m")), ("created", f64::NAN.into())];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value));
        let text = formatted(&bare(), &Record::from_attributes(attributes));
        assert!(!text.contains("timestamp"), "{text}");
    }

    #[test]
    fn a_field_of_the_record_holds_instead_of_the_formatters() {
        let formatter = GelfFormatter::builder().host("h").origin(false);
        let formatter = formatter.field("a", "general").field("b", 1).build().unwrap();
        let record = record().field("a", "its own").unwrap().build();
        assert_eq!(rest(&formatter, &record), r#", "_a": "its own", "_b": 1}"#);
    }

    // GELF-29, GELF-30.
    #[test]
    fn fields_that_match_are_left_out_and_those_of_gelf_are_not() {
        let formatter = GelfFormatter::builder().host("h").origin(false);
        let formatter = formatter.exclude_patterns(["tags", "x|host|level"]).build().unwrap();
        let tags = Value::List(vec!["a".into(), "b".into(), "c".into()]);
        let record = record().field("tags", tags).unwrap().field("kept", 1).unwrap().build();
        assert_eq!(rest(&formatter, &record), r#", "_kept": 1}"#);
        let error = GelfFormatter::builder().exclude_patterns(["("]).build().unwrap_err();
        assert_eq!(error.to_string(), "read the pattern '('");
    }

    #[test]
    fn depth_ends_in_text() {
        let nested = (1..200).fold(Value::from(1), |inner, _| Value::List(vec![inner]));
        let text = rest(&bare(), &record().field("deep", nested).unwrap().build());
        assert!(text.starts_with(r#", "_deep_0_0"#) && text.ends_with(r#"]"}"#), "{text}");
    }

    #[test]
    fn arguments_that_do_not_fit_leave_nothing_behind() {
        let record = record().template("%d", ["x".into()]).build();
        let mut text = String::from("before");
        assert_eq!(bare().format(&record, &mut text).unwrap_err().kind(), ErrorKind::Type);
        assert_eq!(text, "before");
    }
}
