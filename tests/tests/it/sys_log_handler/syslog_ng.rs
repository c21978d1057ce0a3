//! syslog-ng takes RFC 5424 with counted messages over TCP.

use std::time::Duration;

use handlers_core::{Handler, Level, Record, TimeZone, Timestamp};
use handlers_net::SysLogHandler;
use handlers_net::syslog::{Element, Facility, Rfc5424, SocketType};
use handlers_tests::test_dir;
use serde_json::json;

use super::daemon::{Daemon, free_tcp_port};

#[test]
fn every_field_comes_through() {
    let dir = test_dir!();
    let port = free_tcp_port();
    let daemon = Daemon::syslog_ng(&dir, port);
    let element = Element::new("app@32473").unwrap().extras().attribute_as("logger", "name");
    let format = Rfc5424::new()
        .host_name("web-1")
        .app_name("shop")
        .proc_id("4321")
        .msg_id("ORDER")
        .time_zone(TimeZone::named("Europe/Paris").unwrap())
        .element(element)
        .unwrap();
    let send = |format: Rfc5424, text: &str| {
        let handler = SysLogHandler::builder(("127.0.0.1", port))
            .socket_type(SocketType::Stream)
            .facility(Facility::LOCAL3)
            .timeout(Duration::from_secs(30))
            .format(format)
            .build()
            .unwrap();
        let record = Record::builder()
            .name("app.db")
            .level(Level::WARNING)
            .created(Timestamp::from_nanos(1_711_846_799_123_456_000))
            .message(text)
            .field("user", "ann")
            .unwrap();
        handler.handle(&record.build());
        handler.handle(&Record::builder().level(Level::ERROR).message("next").build());
        assert_eq!(handler.base().counters().failed, 0);
    };
    let nasty = "sp\u{e4}m\n<0>forged\n12 <0>b";
    send(format.clone(), nasty);
    let seen = daemon.messages(2);
    let expected = |text: &str| {
        json!({
            "pri": 156,
            "time": "2024-03-31T01:59:59.123456+01:00",
            "host": "web-1",
            "app": "shop",
            "proc": "4321",
            "msgid": "ORDER",
            "sd": "[app@32473 user=\"ann\" logger=\"app.db\"]",
            "msg": text,
        })
    };
    assert_eq!(seen[0], expected("sp\u{e4}m\\n<0>forged\\n12 <0>b"));
    assert_eq!((&seen[1]["msg"], &seen[1]["pri"]), (&json!("next"), &json!(155)));
    // It takes lines for what they are: the length in front says where a message ends.
    send(format.multiline(true), nasty);
    let seen = daemon.messages(4);
    assert_eq!(seen[2], expected(nasty));
    assert_eq!(seen[3]["msg"], "next");
}
