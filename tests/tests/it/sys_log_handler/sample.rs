//! What is sent to daemons and parsers of others, and how it should come out.

use handlers_core::{Level, Record, TimeZone, Timestamp};
use handlers_net::syslog::{Element, Rfc5424};
use serde_json::{Value as Json, json};

/// A form in which no field is left to the system.
pub(super) fn rfc5424() -> Rfc5424 {
    let element = Element::new("app@32473")
        .expect("the name is valid")
        .extras()
        .attribute_as("logger", "name");
    Rfc5424::new()
        .host_name("web-1")
        .app_name("shop")
        .proc_id("4321")
        .msg_id("ORDER")
        .time_zone(TimeZone::named("Europe/Paris").expect("the zone is known"))
        .element(element)
        .expect("it is the only one")
}

/// A record with a field for the element of [`rfc5424`].
pub(super) fn record(message: &str) -> Record<'static> {
    Record::builder()
        .name("app.db")
        .level(Level::WARNING)
        .created(Timestamp::from_nanos(1_711_846_799_123_456_000))
        .message(message)
        .field("user", "ann \"]\\")
        .expect("the name is free")
        .build()
}

/// Asserts that a daemon has made this of a [`record`] of the facility `LOCAL3`, in the form of
/// [`rfc5424`].
pub(super) fn assert_whole(seen: &Json, text: &str) {
    let mut seen = seen.clone();
    let raw = seen.as_object_mut().expect("a line is an object").remove("raw");
    let expected = json!({
        "pri": 156,
        "time": "2024-03-31T01:59:59.123456+01:00",
        "host": "web-1",
        "app": "shop",
        "proc": "4321",
        "msgid": "ORDER",
        "sd": r#"[app@32473 user="ann \"\]\\" logger="app.db"]"#,
        "msg": text,
    });
    assert_eq!(seen, expected, "{raw:?}");
}
