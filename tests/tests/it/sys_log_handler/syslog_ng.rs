//! syslog-ng takes RFC 5424 with counted messages over TCP.

use std::time::Duration;

use handlers_core::{Handler, Level, Record};
use handlers_net::SysLogHandler;
use handlers_net::syslog::{Facility, Rfc5424, SocketType};
use handlers_tests::support::free_port;
use handlers_tests::test_dir;
use serde_json::json;

use super::daemon::Daemon;
use super::sample::{assert_whole, record, rfc5424};

#[test]
fn every_field_comes_through() {
    let dir = test_dir!();
    let port = free_port();
    let daemon = Daemon::syslog_ng(&dir, port);
    let send = |format: Rfc5424, text: &str| {
        let handler = SysLogHandler::builder(("127.0.0.1", port))
            .socket_type(SocketType::Stream)
            .facility(Facility::LOCAL3)
            .timeout(Duration::from_secs(30))
            .format(format)
            .build()
            .unwrap();
        handler.handle(&record(text));
        handler.handle(&Record::builder().level(Level::ERROR).message("next").build());
        assert_eq!(handler.base().counters().failed, 0);
    };
    let nasty = "sp\u{e4}m\n<0>forged\n12 <0>b";
    send(rfc5424(), nasty);
    let seen = daemon.messages(2);
    assert_whole(&seen[0], "sp\u{e4}m\\n<0>forged\\n12 <0>b");
    assert_eq!((&seen[1]["msg"], &seen[1]["pri"]), (&json!("next"), &json!(155)));
    // It takes lines for what they are: the length in front says where a message ends.
    send(rfc5424().multiline(true), nasty);
    let seen = daemon.messages(4);
    assert_whole(&seen[2], nasty);
    assert_eq!(seen[3]["msg"], "next");
}
