//! GELF over HTTP.

mod faults;
mod graypy;
mod nginx;
mod recursion;
mod tls;

use std::sync::mpsc::{self, Receiver};

use handlers_core::{Error, Handler, Record};
use handlers_gelf::{Compression, GelfHttpHandler, GelfHttpHandlerBuilder};
use serde_json::{Value as Json, json};

use super::server::Server;
use super::{LONG, noise, text};
use crate::transport;

/// A handler for a server of this host, and what it reports.
fn handler(
    port: u16,
    set: impl FnOnce(GelfHttpHandlerBuilder) -> GelfHttpHandlerBuilder,
) -> (GelfHttpHandler, Receiver<String>) {
    let (send, errors) = mpsc::channel();
    let builder = GelfHttpHandler::builder("127.0.0.1", port).timeout(LONG);
    let builder = builder.error_hook(move |_: &Record<'_>, error: &Error| {
        let _ = send.send(transport::text(error));
    });
    (set(builder).build().expect("the settings are good"), errors)
}

fn counts(handler: &GelfHttpHandler) -> [u64; 4] {
    let counters = handler.counters();
    [counters.sent, counters.dropped, counters.queued, counters.reconnects]
}

#[test]
fn a_server_gets_the_message_however_it_is_compressed() {
    let server = Server::http(0, &[]);
    for (compression, coding) in [
        (Compression::Zlib, json!("deflate")),
        (Compression::Gzip, json!("gzip")),
        (Compression::None, Json::Null),
    ] {
        let (handler, _) = handler(server.port(), |builder| builder.compression(compression));
        for length in [0, 1, 10_000, 1_000_000] {
            let message = noise(length);
            handler.handle(&text(&*message));
            let request = server.message();
            let expected = if length == 0 { "-" } else { &message };
            assert_eq!(request["short_message"], expected);
            let (path, headers) = (&request["path"], &request["headers"]);
            assert_eq!((path, &request["honest"]), (&json!("/gelf"), &json!(true)));
            assert_eq!(headers["content-encoding"], coding);
            assert_eq!(headers["content-type"], "application/json");
            assert_eq!(headers["host"], format!("127.0.0.1:{}", server.port()));
            assert_eq!(headers.as_object().unwrap().len(), if coding.is_null() { 3 } else { 4 });
        }
        assert_eq!(counts(&handler), [4, 0, 0, 0]);
    }
}

#[test]
fn path_headers_and_password_reach_the_server() {
    let server = Server::http(0, &[]);
    let (handler, errors) = handler(server.port(), |builder| {
        builder
            .path("/gelf/in?source=web")
            .header("X-Source", "web 1")
            .header("Content-Type", "application/gelf")
            .basic_auth("Aladdin", "open sesame")
    });
    handler.handle(&text("ready"));
    let request = server.message();
    let headers = &request["headers"];
    assert_eq!(request["path"], "/gelf/in?source=web");
    assert_eq!(
        (&headers["x-source"], &headers["content-type"]),
        (&json!("web 1"), &json!("application/gelf"))
    );
    assert_eq!(headers["authorization"], "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assert_eq!((counts(&handler), errors.try_iter().count()), ([1, 0, 0, 0], 0));
    assert_eq!(handler.peer(), format!("http://127.0.0.1:{}/gelf/in", server.port()));
}

#[test]
fn one_connection_serves_until_the_server_closes_it() {
    let server = Server::http(0, &[]);
    let (kept, _) = handler(server.port(), |builder| builder);
    for _ in 0..100 {
        kept.handle(&text("ready"));
        assert_eq!(server.message()["connection"], 1);
    }
    assert!(kept.is_connected());
    let (closed, _) = handler(server.port(), |builder| builder.path("/close"));
    for number in 0..10 {
        closed.handle(&text("ready"));
        assert_eq!(server.message()["connection"], 2 + number);
    }
    assert_eq!((counts(&kept), counts(&closed)), ([100, 0, 0, 0], [10, 0, 0, 9]));
}

#[test]
fn every_refusal_is_counted_and_reported_with_its_status() {
    let server = Server::http(0, &[]);
    for (status, reason) in [
        (301, "Moved Permanently"),
        (400, "Bad Request"),
        (404, "Not Found"),
        (429, "Too Many Requests"),
        (500, "Internal Server Error"),
        (503, "Service Unavailable"),
    ] {
        let (handler, errors) =
            handler(server.port(), |builder| builder.path(format!("/{status}")));
        handler.handle(&text("one"));
        handler.handle(&text("two"));
        assert_eq!(server.texts(2), ["one", "two"], "each is sent once");
        let url = format!("http://127.0.0.1:{}/{status}", server.port());
        let expected = format!("send to {url}: the server answered {status} {reason}");
        assert_eq!(errors.try_iter().collect::<Vec<_>>(), [&*expected, &expected]);
        assert_eq!(counts(&handler), [0, 2, 0, 0], "the connection is kept");
        assert_eq!(handler.base().counters().failed, 2);
    }
}

#[test]
fn what_http_does_not_allow_is_an_error_when_the_handler_is_built() {
    let builder = || GelfHttpHandler::builder("localhost", 12203);
    for (builder, expected) in [
        (builder().path("gelf"), "the path \"gelf\" does not begin with a slash"),
        (builder().path("/ge lf"), "use a URL for requests: it is none"),
        (
            GelfHttpHandler::builder("web:secret@host", 80),
            "use a URL for requests: a name and a password do not belong into it",
        ),
        (builder().header("a b", "c"), "\"a b\" with this value is no header of a request"),
        (builder().basic_auth("a:b", "c"), "a name that is sent with a password has a colon"),
    ] {
        assert_eq!(transport::text(&builder.build().unwrap_err()), expected);
    }
    assert_eq!(builder().build().unwrap().peer(), "http://localhost:12203/gelf");
    let v6 = GelfHttpHandler::builder("::1", 12203).build().unwrap();
    assert_eq!(v6.peer(), "http://[::1]:12203/gelf");
}
