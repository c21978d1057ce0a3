//! What a parser of others makes of our messages.

use handlers_core::{Handler, Level, Record, TimeZone, Timestamp};
use handlers_net::SysLogHandler;
use handlers_net::syslog::{Element, Facility, Format, Rfc3164, Rfc5424};
use syslog_loose::{
    ProcId, Protocol, SyslogFacility, SyslogSeverity, Variant, parse_message_with_year_exact,
};

use super::inbox::Inbox;
use super::sample::rfc5424;

fn sent(format: impl Into<Format>, message: &str) -> String {
    let inbox = Inbox::udp("127.0.0.1:0");
    let builder = SysLogHandler::builder(("127.0.0.1", inbox.port())).facility(Facility::LOCAL3);
    let handler = builder.format(format).build().expect("nothing has to be found");
    let record = Record::builder()
        .name("app.db")
        .level(Level::WARNING)
        .created(Timestamp::from_nanos(1_711_846_799_123_456_789))
        .message(message)
        .field("user", "ann \"the\" \\ ]")
        .expect("the name is free")
        .field("count", 3)
        .expect("the name is free");
    handler.handle(&record.build());
    String::from_utf8(inbox.datagram()).expect("messages are text")
}

#[test]
fn rfc_5424_is_understood() {
    let text = sent(rfc5424(), "disk is full");
    let message = parse_message_with_year_exact(&text, |_| 2024, Variant::RFC5424).unwrap();
    assert_eq!(message.protocol, Protocol::RFC5424(1));
    assert_eq!(message.facility, Some(SyslogFacility::LOG_LOCAL3));
    assert_eq!(message.severity, Some(SyslogSeverity::SEV_WARNING));
    let time = message.timestamp.expect("there is a time");
    assert_eq!(time.to_rfc3339(), "2024-03-31T01:59:59.123457+01:00");
    assert_eq!((message.hostname, message.appname), (Some("web-1"), Some("shop")));
    assert_eq!(message.procid, Some(ProcId::PID(4321)));
    assert_eq!(message.msgid, Some("ORDER"));
    let [element] = &*message.structured_data else { panic!("{text}") };
    let fields = [("user", r#"ann \"the\" \\ \]"#), ("count", "3"), ("logger", "app.db")];
    assert_eq!((element.id, &*element.params), ("app@32473", &fields[..]));
    assert_eq!(message.msg, "disk is full");
}

#[test]
fn rfc_3164_is_understood() {
    let format = Rfc3164::new().host_name("web-1").tag("shop").time_zone(TimeZone::utc());
    let text = sent(format, "disk is full");
    let message = parse_message_with_year_exact(&text, |_| 2024, Variant::RFC3164).unwrap();
    assert_eq!(message.facility, Some(SyslogFacility::LOG_LOCAL3));
    assert_eq!(message.severity, Some(SyslogSeverity::SEV_WARNING));
    assert_eq!((message.hostname, message.appname), (Some("web-1"), Some("shop")));
    let process = i32::try_from(std::process::id()).unwrap();
    assert_eq!(message.procid, Some(ProcId::PID(process)));
    assert_eq!(message.msg, "disk is full");
}

#[test]
fn every_nasty_field_leaves_a_message_that_is_understood() {
    let nasty =
        ["", " ", "\"", "]", "\\", "=", "[x@1 a=\"b\"]", "\n<0>x", "\0", "é\u{2028}", "- -"];
    for text in nasty {
        let element = Element::new("a@1").unwrap().constant("v", text).constant(text, "w");
        let format = Rfc5424::new().host_name(text).app_name(text).proc_id(text).msg_id(text);
        let sent = sent(format.element(element).unwrap(), text);
        let parsed = parse_message_with_year_exact(&sent, |_| 2024, Variant::RFC5424);
        let message = parsed.unwrap_or_else(|error| panic!("{error:?}: {sent:?}"));
        let [element] = &*message.structured_data else { panic!("{sent:?}: {message:?}") };
        assert_eq!(element.params.len(), 2, "{sent:?}");
        assert_eq!(element.params[1].1, "w", "{sent:?}");
    }
}
