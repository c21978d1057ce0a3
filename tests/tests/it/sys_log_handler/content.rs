//! What is in a message, and what it cannot do there.

use handlers_core::{Exception, Handler, Level, Record};
use handlers_net::SysLogHandler;
use handlers_net::syslog::{Element, Facility, Format, Framing, Rfc3164, Rfc5424, SocketType};
use handlers_tests::support::wait_for;

use super::error;
use super::inbox::Inbox;
use super::promises::counted;

const NASTY: &str = "a\n<0>forged\r\n\0<0>again\x1b[2J\u{85}\u{2028}5 <0>x\u{1F600}";

// FAULTS C10: byte for byte, as in CPython.
#[test]
fn pythons_form_takes_every_character() {
    let inbox = Inbox::udp("127.0.0.1:0");
    let handler = SysLogHandler::new(("127.0.0.1", inbox.port())).unwrap();
    error(&handler, NASTY);
    assert_eq!(inbox.datagram(), format!("<11>{NASTY}\0").into_bytes());
}

// FAULTS B9, C10: in CPython this message forges a second one, of the facility of the kernel.
#[test]
fn a_counted_message_is_one_whatever_is_in_it() {
    for format in [Format::Python, Rfc5424::new().into(), Rfc3164::new().into()] {
        let inbox = Inbox::tcp("127.0.0.1:0");
        let builder = SysLogHandler::builder(("127.0.0.1", inbox.port()));
        let builder = builder.socket_type(SocketType::Stream).framing(Framing::OctetCounting);
        let handler = builder.format(format).build().unwrap();
        error(&handler, NASTY);
        error(&handler, "next");
        let texts = wait_for("two messages", || {
            let bytes = inbox.streams().concat();
            (bytes.windows(4).any(|part| part == b"next")).then(|| counted(&bytes))
        });
        assert_eq!(texts.len(), 2, "{texts:?}");
        assert!(texts[1].ends_with("next"), "{texts:?}");
    }
}

#[test]
fn the_forms_of_the_rfcs_are_one_line_by_every_way() {
    let formats: [Format; 2] = [Rfc5424::new().into(), Rfc3164::new().into()];
    for format in formats {
        let inbox = Inbox::udp("127.0.0.1:0");
        let handler = SysLogHandler::builder(("127.0.0.1", inbox.port()));
        let handler = handler.format(format).build().unwrap();
        error(&handler, NASTY);
        let text = String::from_utf8(inbox.datagram()).unwrap();
        let end = "a\\n<0>forged\\r\\n\\x00<0>again\\x1b[2J\\x85\\u20285 <0>x\u{1F600}";
        assert!(text.ends_with(end), "{text}");
        assert_eq!(text.chars().filter(|character| character.is_control()).count(), 0);
    }
}

#[test]
fn fields_cannot_leave_their_places() {
    let inbox = Inbox::udp("127.0.0.1:0");
    let element = Element::new("request@32473").unwrap().extras().attribute("name");
    let format = Rfc5424::new()
        .host_name("a host\n<0>")
        .app_name("x".repeat(100))
        .proc_id("")
        .msg_id_attribute("event")
        .element(element)
        .unwrap();
    let handler = SysLogHandler::builder(("127.0.0.1", inbox.port())).format(format);
    let record = Record::builder()
        .name("db\"]")
        .level(Level::ERROR)
        .message("m")
        .field("event", "LOG IN")
        .unwrap()
        .field("bad name=\"]", "line\nbreak\\")
        .unwrap();
    handler.build().unwrap().handle(&record.build());
    let text = String::from_utf8(inbox.datagram()).unwrap();
    let rest = text.splitn(3, ' ').nth(2).unwrap();
    let expected = format!(
        "a_host_<0> {} - LOG_IN [request@32473 event=\"LOG IN\" bad_name___=\"line\\\\nbreak\\\\\" \
         name=\"db\\\"\\]\"] m",
        "x".repeat(48)
    );
    assert_eq!(rest, expected);
}

#[test]
fn the_rfcs_know_no_facility_beyond_23() {
    let builder = || SysLogHandler::builder(("127.0.0.1", 9)).facility(Facility::new(24));
    assert!(builder().build().is_ok());
    let error = builder().format(Rfc5424::new()).build().unwrap_err();
    assert_eq!(error.to_string(), "there is no facility 24 in the RFCs of syslog");
}

// NET-57: though CPython's own comment says otherwise.
#[test]
fn an_exception_is_a_part_of_the_message() {
    let inbox = Inbox::udp("127.0.0.1:0");
    let handler = SysLogHandler::new(("127.0.0.1", inbox.port())).unwrap();
    let failure = std::io::Error::other("disk on fire");
    let record = Record::builder()
        .level(Level::ERROR)
        .message("m")
        .exception(Exception::new(&failure))
        .build();
    handler.handle(&record);
    let text = String::from_utf8(inbox.datagram()).unwrap();
    assert!(text.starts_with("<11>m\n") && text.contains("disk on fire"), "{text}");
}
