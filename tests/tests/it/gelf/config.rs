//! The classes of logging-gelf and graypy in a configuration.

use std::io::Read;
use std::net::{TcpListener, UdpSocket};
use std::time::Duration;

use handlers_config::document::{Format, read};
use handlers_config::{Config, Configured};
use handlers_core::{Error, Manager, warning};
use serde_json::{Value as Json, json};

fn apply(config: &Json, manager: &Manager) -> Result<Configured, Error> {
    let document = read(config.to_string().as_bytes(), Some(Format::Json)).expect("it is JSON");
    Config::from_node(document).apply_to(manager)
}

fn config(handler: &Json) -> Json {
    json!({
        "version": 1,
        "formatters": {
            "gelf": {"()": "logging_gelf.formatters.GELFFormatter", "null_character": true},
            "short": {"format": "%(levelname)s %(message)s"},
        },
        "handlers": {"h": handler},
        "root": {"level": "INFO", "handlers": ["h"]},
    })
}

fn cause(error: &Error) -> String {
    let cause = std::error::Error::source(error).expect("the error says which handler it is about");
    cause.to_string()
}

// GELF-19.
#[test]
fn logging_gelf_sends_messages_and_line_ends() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let handler = json!({
        "class": "logging_gelf.handlers.GELFTCPSocketHandler", "formatter": "gelf",
        "host": "127.0.0.1", "port": port,
    });
    let manager = Manager::new();
    let configured = apply(&config(&handler), &manager).unwrap();
    warning!(manager.get_logger("app"), "ready");
    drop(configured);
    drop(manager);
    let mut connection = server.accept().unwrap().0;
    connection.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut received = Vec::new();
    while !received.ends_with(b"\n") {
        let mut byte = [0];
        connection.read_exact(&mut byte).unwrap();
        received.extend(byte);
    }
    let text = String::from_utf8(received).unwrap();
    let message: Json = serde_json::from_str(text.strip_suffix("\0\n").unwrap()).unwrap();
    assert_eq!((&message["short_message"], &message["level"]), (&json!("ready"), &json!(4)));
}

// GELF-47, GELF-56.
#[test]
fn graypy_has_the_text_of_its_formatter_in_the_message() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    server.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let handler = json!({
        "class": "graypy.GELFUDPHandler", "formatter": "short", "host": "127.0.0.1",
        "port": server.local_addr().unwrap().port(), "compress": false, "facility": "web",
        "debugging_fields": false, "localname": "web1",
    });
    let manager = Manager::new();
    let _configured = apply(&config(&handler), &manager).unwrap();
    warning!(manager.get_logger("app"), user = "ann"; "ready");
    let mut datagram = [0; 8192];
    let length = server.recv(&mut datagram).unwrap();
    let mut message: Json = serde_json::from_slice(&datagram[..length]).unwrap();
    assert!(message["timestamp"].take().is_f64());
    let expected = json!({
        "version": "1.1", "host": "web1", "short_message": "WARNING ready", "timestamp": null,
        "level": 4, "facility": "web", "_logger": "app", "_user": "ann",
    });
    assert_eq!(message, expected);
}

// GELF-56, GELF-59, GELF-60.
#[test]
fn arguments_may_be_left_out() {
    for class in ["graypy.GELFTCPHandler", "graypy.handler.GELFUDPHandler"] {
        let handler = json!({"class": class, "host": "127.0.0.1"});
        assert!(apply(&config(&handler), &Manager::new()).is_ok());
    }
}

#[test]
fn what_python_refuses_is_refused() {
    for (handler, expected) in [
        (
            json!({"class": "graypy.GELFTLSHandler", "host": "h", "ca_certs": "no-such-file"}),
            "read the certificates in no-such-file",
        ),
        (
            json!({"class": "graypy.GELFTCPHandler", "host": "h", "fqdn": true, "localname": "x"}),
            "cannot specify 'fqdn' and 'localname' arguments together",
        ),
    ] {
        let error = apply(&config(&handler), &Manager::new()).unwrap_err();
        assert_eq!(cause(&error), expected);
    }
}
