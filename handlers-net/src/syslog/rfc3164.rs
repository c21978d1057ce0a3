//! RFC 3164: what syslog daemons wrote before it was a standard.

use handlers_core::{Record, TimeZone};

use super::clock_text::push_rfc3164;
use super::header;
use super::setters::header_setters;

/// The form of messages that RFC 3164 describes: `<14>Mar 31 01:59:59 web-1 shop[4321]: message`.
///
/// | setting | default |
/// |---|---|
/// | [`host_name`](Self::host_name) | the name of the machine, without its domain |
/// | [`tag`](Self::tag) | the name that the program was called by |
/// | [`process`](Self::process) | `true`: the number of the process after the tag |
/// | [`time_zone`](Self::time_zone) | [`TimeZone::local`] |
/// | [`multiline`](Self::multiline) | `false` |
///
/// # Examples
///
/// ```
/// use handlers_net::syslog::Rfc3164;
///
/// let format = Rfc3164::new().tag("shop").process(false);
/// # let _ = format;
/// ```
#[derive(Debug, Clone)]
#[must_use = "a format does nothing until a handler is given it"]
pub struct Rfc3164 {
    host_name: String,
    tag: String,
    process: bool,
    zone: TimeZone,
    multiline: bool,
}

impl Rfc3164 {
    /// Makes the form with all defaults.
    pub fn new() -> Self {
        let host_name = header::host_name();
        Self {
            host_name: host_name.split('.').next().unwrap_or_default().to_owned(),
            tag: header::program_name(),
            process: true,
            zone: TimeZone::local(),
            multiline: false,
        }
    }

    header_setters!();

    /// Sets TAG, the name of the program, of which 32 characters are sent at most. Optional; the
    /// name that it was called by by default.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = tag.into();
        self
    }

    /// Sets whether the number of the record's process stands behind the tag. Optional; it does by
    /// default.
    pub fn process(mut self, process: bool) -> Self {
        self.process = process;
        self
    }

    /// Appends all that stands between the priority and the message.
    pub(super) fn write_header(&self, record: &Record<'_>, out: &mut String) {
        push_rfc3164(record.created(), &self.zone, out);
        out.push(' ');
        header::push(&self.host_name, 255, out);
        out.push(' ');
        // Section 4.1.3: the first character that is not alphanumeric ends the tag; hyphens and the
        // like are in the tags of most daemons all the same.
        let is_tag = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        header::push_with(&self.tag, 32, is_tag, out);
        if let Some(process) = record.process().filter(|_| self.process) {
            out.push('[');
            handlers_core::Value::from(process).write_str(out);
            out.push(']');
        }
        out.push_str(": ");
    }
}

impl Default for Rfc3164 {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use handlers_core::Value;

    use super::*;

    #[test]
    fn time_host_and_tag_stand_before_the_message() {
        let record = Record::from_attributes([
            ("created".to_owned(), Value::from(1_711_846_799.5)),
            ("process".to_owned(), Value::from(4321)),
        ]);
        let format = Rfc3164::new().host_name("web 1").tag("my:shop").time_zone(TimeZone::utc());
        let header = |format: &Rfc3164| {
            let mut out = String::new();
            format.write_header(&record, &mut out);
            out
        };
        assert_eq!(header(&format), "Mar 31 00:59:59 web_1 my_shop[4321]: ");
        assert_eq!(header(&format.process(false)), "Mar 31 00:59:59 web_1 my_shop: ");
    }
}
