//! RFC 5424: a header with everything in it, structured data, and the message.

use handlers_core::{Error, ErrorKind, Record, Result, TimeZone};

use super::clock_text::push_rfc5424;
use super::element::Element;
use super::header::{self, HeaderField};
use super::setters::header_setters;

/// The form of messages that RFC 5424 describes.
///
/// | setting | default |
/// |---|---|
/// | [`host_name`](Self::host_name) | the name of the machine |
/// | [`app_name`](Self::app_name) | the name that the program was called by |
/// | [`proc_id`](Self::proc_id) | the number of the process |
/// | [`msg_id`](Self::msg_id), [`msg_id_attribute`](Self::msg_id_attribute) | none |
/// | [`element`](Self::element) | none |
/// | [`time_zone`](Self::time_zone) | [`TimeZone::local`] |
/// | [`bom`](Self::bom) | [`Bom::NonAscii`] |
/// | [`multiline`](Self::multiline) | `false` |
///
/// In a field of the header `_` stands for what is not printable ASCII; a field that is longer than
/// the RFC allows is cut off.
///
/// Characters in the message that end a line somewhere, or move the cursor of a terminal, are
/// written as in Python's `repr`: whatever a program logs, it is one line wherever it arrives.
///
/// # Examples
///
/// ```
/// use handlers_net::syslog::{Element, Rfc5424};
///
/// let format = Rfc5424::new()
///     .app_name("shop")
///     .msg_id_attribute("event")
///     .element(Element::new("request@32473")?.extras())?;
/// # let _ = format;
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a format does nothing until a handler is given it"]
pub struct Rfc5424 {
    host_name: String,
    app_name: String,
    proc_id: HeaderField,
    msg_id: HeaderField,
    elements: Vec<Element>,
    zone: TimeZone,
    bom: Bom,
    multiline: bool,
}

/// Whether a message begins with a byte order mark, which tells the receiver that it is UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Bom {
    /// Always, as the RFC would have it for all UTF-8.
    Always,
    /// Never, against the letter of the RFC, for receivers that show it.
    Never,
    /// If there is more in the message than ASCII, which is the same in all encodings.
    #[default]
    NonAscii,
}

impl Rfc5424 {
    /// Makes the form with all defaults.
    pub fn new() -> Self {
        Self {
            host_name: header::host_name(),
            app_name: header::program_name(),
            proc_id: HeaderField::Attribute("process".to_owned()),
            msg_id: HeaderField::Text(String::new()),
            elements: Vec::new(),
            zone: TimeZone::local(),
            bom: Bom::default(),
            multiline: false,
        }
    }

    header_setters!();

    /// Sets APP-NAME, of which 48 characters are sent at most. Optional; the name that the program
    /// was called by by default.
    pub fn app_name(mut self, name: impl Into<String>) -> Self {
        self.app_name = name.into();
        self
    }

    /// Sets PROCID, of which 128 characters are sent at most. Optional; the number of the record's
    /// process by default.
    pub fn proc_id(mut self, id: impl Into<String>) -> Self {
        self.proc_id = HeaderField::Text(id.into());
        self
    }

    /// Sets MSGID, the kind of the message, for all messages; 32 characters are sent at most.
    /// Optional; none by default.
    pub fn msg_id(mut self, id: impl Into<String>) -> Self {
        self.msg_id = HeaderField::Text(id.into());
        self
    }

    /// Takes MSGID from the record: from one of Python's attributes, or a field of the call.
    pub fn msg_id_attribute(mut self, name: impl Into<String>) -> Self {
        self.msg_id = HeaderField::Attribute(name.into());
        self
    }

    /// Adds an element of structured data. Optional; none by default.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`] if there is one of that name already: the RFC forbids a second.
    pub fn element(mut self, element: Element) -> Result<Self> {
        if self.elements.iter().any(|known| known.id() == element.id()) {
            let message = format!("two elements of structured data are called {}", element.id());
            return Err(Error::new(ErrorKind::Value, message));
        }
        self.elements.push(element);
        Ok(self)
    }

    /// Sets when a message begins with a byte order mark. Optional; if it is not ASCII by default.
    pub fn bom(mut self, bom: Bom) -> Self {
        self.bom = bom;
        self
    }

    /// Appends all that stands between the priority and the message, a space at its end.
    pub(super) fn write_header(&self, record: &Record<'_>, out: &mut String) {
        out.push_str("1 ");
        push_rfc5424(record.created(), &self.zone, out);
        out.push(' ');
        header::push(&self.host_name, 255, out);
        out.push(' ');
        header::push(&self.app_name, 48, out);
        out.push(' ');
        self.proc_id.write(record, 128, out);
        out.push(' ');
        self.msg_id.write(record, 32, out);
        out.push(' ');
        let mut is_nil = true;
        for element in &self.elements {
            is_nil &= !element.write(record, out);
        }
        out.push_str(if is_nil { "- " } else { " " });
    }

    /// Finishes a message that begins at `start`: puts the mark before it, or takes the space away if
    /// it is empty.
    pub(super) fn finish(&self, start: usize, out: &mut String) {
        let text = &out[start..];
        if text.is_empty() {
            out.truncate(start - 1);
            return;
        }
        let is_marked = match self.bom {
            Bom::Always => true,
            Bom::Never => false,
            Bom::NonAscii => !text.is_ascii(),
        };
        if is_marked {
            out.insert(start, '\u{feff}');
        }
    }
}

impl Default for Rfc5424 {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use handlers_core::{Level, Value};

    use super::*;

    fn record() -> Record<'static> {
        Record::from_attributes([
            ("name".to_owned(), Value::from("app.net")),
            ("levelno".to_owned(), Value::from(20)),
            ("created".to_owned(), Value::from(1_711_846_799.5)),
            ("process".to_owned(), Value::from(4321)),
        ])
    }

    fn format() -> Rfc5424 {
        Rfc5424::new().host_name("web-1").app_name("shop").time_zone(TimeZone::utc())
    }

    fn header(format: &Rfc5424) -> String {
        let mut out = String::new();
        format.write_header(&record(), &mut out);
        out
    }

    fn finished(format: &Rfc5424, text: &str) -> String {
        let mut out = format!("- {text}");
        format.finish(2, &mut out);
        out
    }

    #[test]
    fn the_header_has_all_its_fields() {
        assert_eq!(header(&format()), "1 2024-03-31T00:59:59.500000Z web-1 shop 4321 - - ");
        let element = Element::new("meta").expect("the name is valid").attribute("name");
        let format = format().proc_id("p 1").msg_id_attribute("levelno");
        let format = format.element(element).expect("it is the only one");
        let expected = "1 2024-03-31T00:59:59.500000Z web-1 shop p_1 20 [meta name=\"app.net\"] ";
        assert_eq!(header(&format), expected);
    }

    #[test]
    fn an_element_without_fields_is_left_out_and_a_second_of_the_name_refused() {
        let element = Element::new("a@1").expect("the name is valid");
        let format = format().element(element.clone().extras()).expect("it is the only one");
        assert!(header(&format).ends_with(" - - "), "{}", header(&format));
        assert_eq!(format.element(element).unwrap_err().kind(), ErrorKind::Value);
    }

    #[test]
    fn a_message_that_is_not_ascii_is_marked() {
        assert_eq!(finished(&format(), "plain"), "- plain");
        assert_eq!(finished(&format(), "späm"), "- \u{feff}späm");
        assert_eq!(finished(&format().bom(Bom::Always), "plain"), "- \u{feff}plain");
        assert_eq!(finished(&format().bom(Bom::Never), "späm"), "- späm");
    }

    #[test]
    fn an_empty_message_has_not_even_a_space_before_it() {
        assert_eq!(finished(&format().bom(Bom::Always), ""), "-");
    }

    #[test]
    fn the_names_of_host_and_program_are_found() {
        let record = Record::builder().level(Level::INFO).build();
        let mut out = String::new();
        Rfc5424::new().write_header(&record, &mut out);
        let fields: Vec<&str> = out.split(' ').collect();
        assert!(fields[2] != "-" && fields[3].starts_with("handlers_net"), "{out}");
        assert_eq!(fields[4], std::process::id().to_string());
    }
}
