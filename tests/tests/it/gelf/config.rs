//! The classes of logging-gelf and graypy in a configuration.

use std::io::Read;
use std::net::{TcpListener, UdpSocket};
use std::time::Duration;

use handlers_config::document::{Format, read};
use handlers_config::{Config, Configured};
use handlers_core::{Error, Manager, warning};
use serde_json::{Value as Json, json};

use super::server::Server;

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

// GELF-61.
#[test]
fn graypy_posts_what_it_is_told_to_where_it_is_told_to() {
    let server = Server::http(0, &[]);
    for class in ["graypy.GELFHTTPHandler", "graypy.handler.GELFHTTPHandler"] {
        let handler = json!({
            "class": class, "formatter": "short", "host": "127.0.0.1", "port": server.port(),
            "path": "/gelf/in", "timeout": 30.5, "facility": "web", "localname": "web1",
        });
        let manager = Manager::new();
        let _configured = apply(&config(&handler), &manager).unwrap();
        warning!(manager.get_logger("app"), "ready");
        let request = server.message();
        assert_eq!((&request["path"], &request["honest"]), (&json!("/gelf/in"), &json!(true)));
        assert_eq!(request["headers"]["content-encoding"], "deflate");
        let message: Json = serde_json::from_str(request["text"].as_str().unwrap()).unwrap();
        let fields = ["short_message", "host", "facility", "_logger"].map(|name| &message[name]);
        assert_eq!(fields, ["WARNING ready", "web1", "web", "app"]);
    }
    let mut handler = json!({"class": "graypy.GELFHTTPHandler", "host": "127.0.0.1"});
    handler["port"] = json!(server.port());
    handler["compress"] = json!(false);
    handler["timeout"] = Json::Null;
    let manager = Manager::new();
    let _configured = apply(&config(&handler), &manager).unwrap();
    warning!(manager.get_logger("app"), "ready");
    let request = server.message();
    assert_eq!(
        (&request["path"], &request["headers"]["content-encoding"]),
        (&json!("/gelf"), &Json::Null)
    );
}

#[test]
fn what_a_class_does_not_know_is_an_error_that_names_it() {
    for (class, unknown) in [
        ("graypy.GELFHTTPHandler", "use_tls"),
        ("graypy.GELFTCPHandler", "compress"),
        ("graypy.GELFTLSHandler", "compress"),
        ("graypy.GELFUDPHandler", "path"),
        ("logging_gelf.handlers.GELFTCPSocketHandler", "facility"),
        ("logging_gelf.handlers.GELFUDPSocketHandler", "use_tls"),
    ] {
        let handler = json!({"class": class, "host": "127.0.0.1", "port": 12201, unknown: 1});
        let error = apply(&config(&handler), &Manager::new()).unwrap_err();
        let text = cause(&error);
        assert!(text.contains(&format!("unexpected keyword argument '{unknown}'")), "{text}");
    }
}

// GELF-56, GELF-59, GELF-60.
#[test]
fn arguments_may_be_left_out() {
    for class in
        ["graypy.GELFTCPHandler", "graypy.handler.GELFUDPHandler", "graypy.GELFHTTPHandler"]
    {
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
        (
            json!({"class": "graypy.GELFHTTPHandler", "host": "h", "timeout": -1}),
            "Timeout value out of range",
        ),
        (
            json!({"class": "graypy.GELFHTTPHandler", "host": "h", "path": "gelf"}),
            "the path \"gelf\" does not begin with a slash",
        ),
    ] {
        let error = apply(&config(&handler), &Manager::new()).unwrap_err();
        assert_eq!(cause(&error), expected);
    }
}

// GELF-22, GELF-56: they are classes of Python's, which a program adds by itself.
#[test]
fn a_schema_an_encoder_or_a_chunker_is_an_error_that_names_it() {
    let refused = |formatter: Json, handler: Json| {
        let mut config = config(&handler);
        config["formatters"]["gelf"] = formatter;
        let error = apply(&config, &Manager::new()).unwrap_err();
        (error.to_string(), cause(&error))
    };
    let class = "logging_gelf.formatters.GELFFormatter";
    let handler = json!({"class": "graypy.GELFUDPHandler", "host": "h"});
    for (option, value, expected) in [
        ("schema", "app.Schema", "`schema` is a class of Python's: leave it out"),
        ("JSONEncoder", "app.Encoder", "`JSONEncoder` is a class of Python's: leave it out"),
        ("schema", "ext://app.Schema", "Cannot resolve 'app.Schema': No module named 'app'"),
        ("exclude_patterns", "user", "`exclude_patterns` must be a list"),
    ] {
        let (error, cause) = refused(json!({"()": class, option: value}), handler.clone());
        assert_eq!(error, "Unable to configure formatter 'gelf'");
        assert!(cause.starts_with(expected), "{cause}");
    }
    let mut handler = handler;
    handler["gelf_chunker"] = json!("graypy.handler.GELFTruncatingChunker");
    let (error, cause) = refused(json!({"()": class}), handler);
    assert_eq!(error, "Unable to configure handler 'h'");
    assert!(cause.starts_with("`gelf_chunker` is a class of Python's: leave it out"));
}
