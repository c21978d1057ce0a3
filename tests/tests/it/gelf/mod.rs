//! GELF, received by a server that is not ours.

mod batches;
mod config;
mod faults;
mod http;
mod promises;
mod server;
mod tls;

use std::time::Duration;

use handlers_core::{Error, Handler, Level, Record, Value};
use handlers_gelf::{Compression, GelfTcpHandler, GelfUdpHandler};
use serde_json::json;

use server::Server;

/// Time enough for a slow machine.
const LONG: Duration = Duration::from_secs(60);

fn text(message: impl Into<String>) -> Record<'static> {
    Record::builder().message(message.into()).build()
}

/// Text that no compressor makes much smaller.
fn noise(length: usize) -> String {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'!' + u8::try_from((state >> 24) % 90).expect("it is less than 90"))
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn a_message_by_tcp_has_all_of_the_record() {
    let server = Server::tcp(0);
    let builder = GelfTcpHandler::builder("127.0.0.1", server.port()).timeout(LONG);
    let handler = builder.build().unwrap();
    let context = Value::Dict(vec![
        ("shard".into(), 3.into()),
        ("tags".into(), Value::List(vec!["a".into(), "b\0".into()])),
    ]);
    let record = Record::builder()
        .name("app.db")
        .level(Level::ERROR)
        .location(Some("/srv/app/main.py"), 42, Some("run"))
        .message("one\ntwo\0three \u{1f600}\u{2028}")
        .field("user name", "Zo\u{eb}")
        .and_then(|builder| builder.field("context", context))
        .and_then(|builder| builder.field("id", 7))
        .and_then(|builder| builder.field("cached", true))
        .unwrap()
        .build();
    handler.handle(&record);
    let mut message = server.message();
    let sent = message["timestamp"].take().as_f64().expect("a time is a number");
    // The reader of JSON rounds the last bit as it likes.
    assert!((sent - record.created().created()).abs() < 1e-6, "{sent}");
    assert!(message["host"].take().is_string());
    let expected = json!({
        "version": "1.1", "host": null, "timestamp": null, "level": 3,
        "short_message": "one\ntwo\0three \u{1f600}\u{2028}",
        "_logger": "app.db", "_file": "/srv/app/main.py", "_line": 42, "_function": "run",
        "_user_name": "Zo\u{eb}", "_context_shard": 3, "_context_tags_0": "a",
        "_context_tags_1": "b\0", "_cached": "true",
    });
    assert_eq!(message, expected);
}

#[test]
fn ten_thousand_messages_by_tcp_come_in_order() {
    let server = Server::tcp(0);
    let builder = GelfTcpHandler::builder("127.0.0.1", server.port()).timeout(LONG);
    let handler = builder.build().unwrap();
    for number in 0..10_000 {
        handler.handle(&text(format!("message {number}")));
    }
    for number in 0..10_000 {
        assert_eq!(server.message()["short_message"], format!("message {number}"));
    }
    assert_eq!((handler.counters().sent, handler.counters().dropped), (10_000, 0));
}

#[test]
fn long_messages_by_udp_come_in_chunks() {
    let server = Server::udp();
    for compression in [Compression::Zlib, Compression::Gzip] {
        let builder = GelfUdpHandler::builder("127.0.0.1", server.port());
        let handler = builder.compression(compression).timeout(LONG).build().unwrap();
        // One after the other: nobody promises that a datagram arrives.
        for length in [1, 1000, 1420, 2000, 20_000, 100_000] {
            let message = noise(length);
            handler.handle(&text(&*message));
            assert_eq!(server.texts(1), [message]);
        }
        assert_eq!((handler.counters().sent, handler.counters().dropped), (6, 0));
    }
}

#[test]
fn a_message_of_too_many_chunks_is_dropped_counted_and_reported() {
    let server = Server::udp();
    let (send, errors) = std::sync::mpsc::channel();
    let handler = GelfUdpHandler::builder("127.0.0.1", server.port())
        .timeout(LONG)
        .error_hook(move |_: &Record<'_>, error: &Error| {
            let _ = send.send(error.to_string());
        })
        .build()
        .unwrap();
    handler.handle(&text(noise(300_000)));
    handler.handle(&text("the next one"));
    assert_eq!(server.texts(1), ["the next one"]);
    assert_eq!((handler.counters().sent, handler.counters().dropped), (1, 1));
    assert_eq!(handler.base().counters().failed, 1);
    assert_eq!(errors.try_iter().count(), 1);
}

// GELF-58.
#[test]
fn a_message_of_too_many_chunks_is_shortened_where_that_is_asked_for() {
    let server = Server::udp();
    let (send, errors) = std::sync::mpsc::channel();
    let handler = GelfUdpHandler::builder("127.0.0.1", server.port())
        .timeout(LONG)
        .truncate(true)
        .error_hook(move |_: &Record<'_>, error: &Error| {
            let _ = send.send(error.to_string());
        })
        .build()
        .unwrap();
    let whole = noise(300_000);
    handler.handle(&text(&*whole));
    let message = server.message();
    let kept = message["short_message"].as_str().expect("a message has a text");
    assert!(kept.len() > 100_000 && whole.starts_with(kept), "{}", kept.len());
    assert_eq!(message["_chunk_overflow"], 1);
    assert_eq!((handler.counters().sent, handler.counters().dropped), (1, 0));
    assert_eq!(errors.recv().unwrap(), "a message of more than 128 chunks was shortened");
}
