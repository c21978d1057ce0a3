//! rsyslogd takes what we send, by every way.

use std::fs;
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use handlers_core::{Handler, TimeZone};
use handlers_net::syslog::{Bom, Facility, Format, Framing, Rfc3164, SocketType};
use handlers_net::transport::{Tcp, Tls};
use handlers_net::{SysLogHandler, SysLogHandlerBuilder};
use handlers_tests::support::{Dir, free_port, wait_until};
use handlers_tests::test_dir;
use serde_json::json;

use super::daemon::{Daemon, is_bound};
use super::sample::{assert_whole, record, rfc5424};

const PATIENCE: Duration = Duration::from_secs(30);

fn send(builder: SysLogHandlerBuilder, messages: &[&str]) {
    let builder = builder.facility(Facility::LOCAL3).timeout(PATIENCE);
    let handler = builder.build().expect("the daemon is there");
    for message in messages {
        handler.handle(&record(message));
    }
    assert_eq!(handler.base().counters().failed, 0);
}

fn by_udp(dir: &Dir) -> (Daemon, u16) {
    let port = free_port();
    let input = format!(
        "module(load=\"imudp\")\ninput(type=\"imudp\" address=\"127.0.0.1\" port=\"{port}\")"
    );
    (Daemon::rsyslog(dir, &input, || is_bound(port)), port)
}

fn by_tcp(dir: &Dir, module: &str) -> (Daemon, u16) {
    let file = dir.join("port");
    let input = format!(
        "{module}\ninput(type=\"imtcp\" address=\"127.0.0.1\" port=\"0\" \
         listenPortFileName=\"{}\")",
        file.display()
    );
    let port = || fs::read_to_string(&file).ok()?.trim().parse().ok();
    // It writes down the port before it listens.
    let listens = |port: u16| TcpStream::connect(("127.0.0.1", port)).is_ok();
    let daemon = Daemon::rsyslog(dir, &input, || port().is_some_and(listens));
    (daemon, port().expect("it was there"))
}

#[test]
fn pythons_form_by_udp() {
    let dir = test_dir!();
    let (daemon, port) = by_udp(&dir);
    // rsyslog takes the first words for a host and a tag, as it does with CPython's messages.
    send(SysLogHandler::builder(("127.0.0.1", port)).ident("host shop: "), &["sp\u{e4}m"]);
    let message = daemon.message();
    assert_eq!((&message["pri"], &message["app"]), (&json!(156), &json!("shop")));
    assert_eq!(message["raw"], "<156>host shop: sp\u{e4}m");
}

#[test]
fn rfc_5424_by_udp() {
    let dir = test_dir!();
    let (daemon, port) = by_udp(&dir);
    let builder = SysLogHandler::builder(("127.0.0.1", port));
    send(builder.format(rfc5424()), &["a\n<0>forged"]);
    assert_whole(&daemon.message(), "a\\n<0>forged");
}

#[test]
fn rfc_5424_by_a_path() {
    let dir = test_dir!();
    let path = dir.join("log");
    let input = format!(
        "module(load=\"imuxsock\" sysSock.use=\"off\")\n\
         input(type=\"imuxsock\" socket=\"{}\" useSpecialParser=\"off\" parseHostname=\"on\" \
         ignoreTimestamp=\"off\")",
        path.display()
    );
    let daemon = Daemon::rsyslog(&dir, &input, || path.exists());
    send(SysLogHandler::builder(&*path).format(rfc5424().bom(Bom::Never)), &["sp\u{e4}m"]);
    assert_whole(&daemon.message(), "sp\u{e4}m");
}

#[test]
fn counted_messages_by_tcp_cannot_forge_others() {
    let dir = test_dir!();
    let (daemon, port) = by_tcp(&dir, "module(load=\"imtcp\")");
    let builder = || {
        let builder = SysLogHandler::builder(("127.0.0.1", port));
        builder.socket_type(SocketType::Stream)
    };
    let nasty = "a\n<0>forged\n12 <0>b\0<0>c";
    send(builder().format(rfc5424()), &[nasty, "next"]);
    let seen = daemon.messages(2);
    assert_whole(&seen[0], "a\\n<0>forged\\n12 <0>b\\x00<0>c");
    assert_whole(&seen[1], "next");
    send(builder().format(rfc5424().multiline(true)), &[nasty]);
    // rsyslog writes what is no character of a line as `#` and its number.
    assert_whole(&daemon.messages(3)[2], "a#012<0>forged#01212 <0>b#000<0>c");
    send(builder().framing(Framing::OctetCounting), &[nasty]);
    assert_eq!(daemon.messages(4)[3]["raw"], "<156>a#012<0>forged#01212 <0>b#000<0>c");
}

#[test]
fn lines_by_tcp() {
    let dir = test_dir!();
    let (daemon, port) = by_tcp(&dir, "module(load=\"imtcp\")");
    let builder = SysLogHandler::builder(("127.0.0.1", port)).socket_type(SocketType::Stream);
    let builder = builder.format(rfc5424().multiline(true)).framing(Framing::NonTransparent);
    send(builder, &["a\n<0>forged", "next"]);
    let seen = daemon.messages(2);
    assert_whole(&seen[0], "a\\n<0>forged");
    assert_whole(&seen[1], "next");
}

#[test]
fn rfc_3164_by_tcp() {
    let dir = test_dir!();
    let (daemon, port) = by_tcp(&dir, "module(load=\"imtcp\")");
    let builder = SysLogHandler::builder(("127.0.0.1", port)).socket_type(SocketType::Stream);
    let format = Rfc3164::new().host_name("web-1").tag("shop").time_zone(TimeZone::local());
    send(builder.format(format), &["a\n<0>forged"]);
    let message = daemon.message();
    let seen = ["host", "app", "proc", "msg"].map(|field| message[field].as_str().unwrap());
    let process = std::process::id().to_string();
    assert_eq!(seen, ["web-1", "shop", &process, " a\\n<0>forged"]);
    assert_eq!(message["pri"], 156);
}

#[test]
fn a_burst_of_ten_thousand_by_tcp_is_whole_and_in_order() {
    let dir = test_dir!();
    let (daemon, port) = by_tcp(&dir, "module(load=\"imtcp\")");
    let builder = SysLogHandler::builder(("127.0.0.1", port)).socket_type(SocketType::Stream);
    let texts: Vec<String> = (0..10_000).map(|number| format!("record {number}")).collect();
    let messages: Vec<&str> = texts.iter().map(String::as_str).collect();
    send(builder.format(rfc5424()), &messages);
    for (message, text) in daemon.messages(texts.len()).iter().zip(&texts) {
        assert_eq!(message["msg"], json!(text));
    }
}

// RFC 5425.
#[test]
fn rfc_5424_by_tls() {
    let dir = test_dir!();
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .args(["-nodes", "-days", "30", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem"])
        .args(["-out", "certificate.pem"])
        .current_dir(dir.path())
        .output()
        .expect("the tests need openssl");
    assert!(made.status.success(), "{}", made.stderr.escape_ascii());
    let module = format!(
        "global(defaultNetstreamDriver=\"ossl\" defaultNetstreamDriverCAFile=\"{0}\" \
         defaultNetstreamDriverCertFile=\"{0}\" defaultNetstreamDriverKeyFile=\"{1}\")\n\
         module(load=\"imtcp\" streamDriver.name=\"ossl\" streamDriver.mode=\"1\" \
         streamDriver.authMode=\"anon\")",
        dir.join("certificate.pem").display(),
        dir.join("key.pem").display()
    );
    let (daemon, port) = by_tcp(&dir, &module);
    let tls = || Tls::builder(Tcp::new("localhost", port));
    let trusting = tls().ca_file(dir.join("certificate.pem")).build().unwrap();
    let builder = || SysLogHandler::builder(("localhost", port));
    send(builder().tls(trusting.clone()).format(rfc5424()), &["a\n<0>forged", "next"]);
    let seen = daemon.messages(2);
    assert_whole(&seen[0], "a\\n<0>forged");
    assert_whole(&seen[1], "next");
    // Python's form is counted too: over TLS there is no other.
    send(builder().tls(trusting), &["host shop: a\n<0>forged"]);
    assert_eq!(daemon.messages(3)[2]["raw"], "<156>host shop: a#012<0>forged");

    let distrusting = tls().build();
    if let Ok(distrusting) = distrusting {
        let refused = builder().tls(distrusting).timeout(PATIENCE).build().unwrap_err();
        assert_eq!(refused.kind(), handlers_core::ErrorKind::Io, "{refused:?}");
    }
}

// FAULTS B9.
#[test]
fn a_daemon_that_is_killed_and_started_gets_what_follows() {
    let dir = test_dir!();
    let port = free_port();
    let start = |name: &str| {
        let dir_of_run = dir.join(name);
        fs::create_dir_all(&dir_of_run).unwrap();
        let input = format!(
            "module(load=\"imtcp\")\ninput(type=\"imtcp\" address=\"127.0.0.1\" port=\"{port}\")"
        );
        let is_ready = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        fs::rename(dir.join("output"), dir_of_run.join("output")).ok();
        Daemon::rsyslog(&dir, &input, is_ready)
    };
    let daemon = start("first");
    let handler = SysLogHandler::builder(("127.0.0.1", port))
        .socket_type(SocketType::Stream)
        .format(Format::from(rfc5424()))
        .facility(Facility::LOCAL3)
        .timeout(PATIENCE)
        .build()
        .unwrap();
    handler.handle(&record("before"));
    assert_whole(&daemon.message(), "before");
    drop(daemon);
    let daemon = start("second");
    for number in 0..300 {
        handler.handle(&record(&number.to_string()));
    }
    for (number, message) in daemon.messages(300).iter().enumerate() {
        assert_whole(message, &number.to_string());
    }
    wait_until("nothing is lost", || handler.base().counters().failed == 0);
    assert_eq!((handler.counters().sent, handler.counters().reconnects), (301, 1));
}
