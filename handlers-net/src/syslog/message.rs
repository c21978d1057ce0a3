//! From a record to the bytes that are sent.

use std::fmt::{self, Write};

use handlers_core::{HandlerBase, Record, Result};

use super::facility::Facility;
use super::format::Format;
use super::framing::Framing;
use super::priority::Priority;
use super::priority_map::{LevelNames, PriorityMap};

/// How a handler writes its messages.
pub(super) struct MessageSettings {
    pub(super) facility: Facility,
    pub(super) priorities: Box<dyn PriorityMap>,
    pub(super) ident: String,
    pub(super) append_nul: bool,
    pub(super) format: Format,
    /// None until it is known whether the peer takes a stream.
    pub(super) framing: Option<Framing>,
    pub(super) max_size: Option<usize>,
}

impl MessageSettings {
    /// Python's (NET-46, NET-56).
    pub(super) fn new() -> Self {
        Self {
            facility: Facility::default(),
            priorities: Box::new(LevelNames::default()),
            ident: String::new(),
            append_nul: true,
            format: Format::default(),
            framing: None,
            max_size: None,
        }
    }

    /// Writes the frame for a record into `out`, which is empty; says where it begins.
    pub(super) fn write(
        &self,
        base: &HandlerBase,
        record: &Record<'_>,
        out: &mut String,
    ) -> Result<usize> {
        let framing = self.framing.unwrap_or(Framing::Bare);
        framing.begin(out);
        let begin = out.len();
        let severity = self.priorities.severity(record.level_name());
        // Writing to a `String` does not fail.
        let _ = write!(out, "<{}>", Priority::new(self.facility, severity));
        self.format.write_header(record, out);
        let text = out.len();
        out.push_str(&self.ident);
        base.format(record, out)?;
        self.format.escape(framing).apply(out, text);
        self.format.finish(text, out);
        // NET-55. A frame that says where it ends needs no NUL.
        let nul = if self.append_nul && self.format.is_python() && framing == Framing::Bare {
            "\0"
        } else {
            ""
        };
        if let Some(size) = self.max_size {
            truncate(out, text, begin.saturating_add(size).saturating_sub(nul.len()));
        }
        out.push_str(nul);
        Ok(framing.end(out))
    }
}

impl fmt::Debug for MessageSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageSettings")
            .field("facility", &self.facility)
            .field("ident", &self.ident)
            .field("append_nul", &self.append_nul)
            .field("format", &self.format)
            .field("framing", &self.framing)
            .field("max_size", &self.max_size)
            .finish_non_exhaustive()
    }
}

/// Cuts the text that begins at `start` so that `out` ends at `limit` with the mark. What stands
/// before the text is never cut: half a header is none.
fn truncate(out: &mut String, start: usize, limit: usize) {
    if out.len() <= limit.max(start) {
        return;
    }
    let mut end = limit.saturating_sub(TRUNCATION_MARK.len()).max(start);
    while !out.is_char_boundary(end) {
        end -= 1;
    }
    out.truncate(end);
    out.push_str(TRUNCATION_MARK);
}

/// What a text ends with that had to be cut.
const TRUNCATION_MARK: &str = "[...]";

#[cfg(test)]
mod tests {
    use handlers_core::{Level, TimeZone, Value};

    use super::*;
    use crate::syslog::{Rfc3164, Rfc5424, Severity};

    fn record(message: &str) -> Record<'static> {
        Record::from_attributes([
            ("levelname".to_owned(), Value::from("INFO")),
            ("msg".to_owned(), Value::from(message.to_owned())),
            ("created".to_owned(), Value::from(1_711_846_799.5)),
            ("process".to_owned(), Value::from(7)),
        ])
    }

    fn written(settings: &MessageSettings, message: &str) -> String {
        let mut out = String::new();
        let start = settings
            .write(&HandlerBase::new(), &record(message), &mut out)
            .expect("a message without arguments can be formatted");
        out[start..].to_owned()
    }

    fn rfc5424() -> Rfc5424 {
        Rfc5424::new().host_name("h").app_name("a").time_zone(TimeZone::utc())
    }

    const HEADER: &str = "<14>1 2024-03-31T00:59:59.500000Z h a 7 - -";

    // NET-55, NET-56.
    #[test]
    fn pythons_form_is_priority_ident_text_and_nul() {
        let mut settings = MessageSettings::new();
        assert_eq!(written(&settings, "hello"), "<14>hello\0");
        assert_eq!(written(&settings, "a\nb\0c"), "<14>a\nb\0c\0");
        settings.ident = "häm-".to_owned();
        settings.facility = Facility::LOCAL7;
        settings.priorities = Box::new(|_: &str| Severity::Debug);
        assert_eq!(written(&settings, "späm"), "<191>häm-späm\0");
        settings.append_nul = false;
        assert_eq!(written(&settings, ""), "<191>häm-");
    }

    #[test]
    fn a_frame_that_says_where_it_ends_has_no_nul() {
        let mut settings = MessageSettings::new();
        settings.framing = Some(Framing::OctetCounting);
        assert_eq!(written(&settings, "a\nb\0<0>c"), "12 <14>a\nb\0<0>c");
        settings.framing = Some(Framing::NonTransparent);
        assert_eq!(written(&settings, "a\nb\0\r\x1b<0>c"), "<14>a\\nb\\x00\\r\x1b<0>c\n");
    }

    #[test]
    fn the_rfcs_forms_have_a_header_and_one_line() {
        let mut settings = MessageSettings::new();
        settings.format = rfc5424().into();
        assert_eq!(written(&settings, "a\n<0>b"), format!("{HEADER} a\\n<0>b"));
        assert_eq!(written(&settings, ""), HEADER);
        assert_eq!(written(&settings, "ä\r"), format!("{HEADER} \u{feff}ä\\r"));
        settings.format = Rfc3164::new().host_name("h").tag("t").time_zone(TimeZone::utc()).into();
        assert_eq!(written(&settings, "a\nb"), "<14>Mar 31 00:59:59 h t[7]: a\\nb");
    }

    #[test]
    fn lines_are_kept_where_they_are_asked_for_and_can_be_told_apart() {
        let mut settings = MessageSettings::new();
        settings.format = rfc5424().multiline(true).into();
        settings.framing = Some(Framing::OctetCounting);
        assert_eq!(written(&settings, "a\nb"), format!("{} {HEADER} a\nb", HEADER.len() + 4));
        settings.framing = Some(Framing::NonTransparent);
        assert_eq!(written(&settings, "a\nb"), format!("{HEADER} a\\nb\n"));
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_between_characters_and_marked() {
        let mut settings = MessageSettings::new();
        settings.max_size = Some(15);
        assert_eq!(written(&settings, "0123456789"), "<14>0123456789\0");
        assert_eq!(written(&settings, "0123456789a"), "<14>01234[...]\0");
        assert_eq!(written(&settings, "0123ä6789a"), "<14>0123[...]\0");
        settings.framing = Some(Framing::OctetCounting);
        assert_eq!(written(&settings, "0123456789ab"), "15 <14>012345[...]");
        settings.max_size = Some(2);
        assert_eq!(written(&settings, "0123456789ab"), "9 <14>[...]");
        settings.max_size = Some(usize::MAX);
        assert_eq!(written(&settings, "0123456789ab"), "16 <14>0123456789ab");
    }

    #[test]
    fn a_header_is_never_cut() {
        let mut settings = MessageSettings::new();
        settings.format = rfc5424().into();
        settings.max_size = Some(10);
        assert_eq!(written(&settings, "text"), format!("{HEADER} [...]"));
        assert_eq!(written(&settings, ""), HEADER);
    }

    #[test]
    fn a_text_that_cannot_be_made_is_an_error() {
        let record =
            Record::builder().level(Level::INFO).template("%d", [Value::from("x")]).build();
        let error = MessageSettings::new()
            .write(&HandlerBase::new(), &record, &mut String::new())
            .unwrap_err();
        assert_eq!(error.to_string(), "%d format: a real number is required, not str");
    }
}
