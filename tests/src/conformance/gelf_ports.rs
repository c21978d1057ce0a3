//! Where graypy's handlers send, and under which headers.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use handlers_config::Config;
use handlers_config::document::{Format, read};
use handlers_core::{Handler, Manager, Record, Result};
use handlers_gelf::{
    Compression, GelfHttpHandler, GelfTcpHandler, GelfUdpHandler, LAN_CHUNK, WAN_CHUNK,
};
use handlers_net::transport::{Connect, Transport};
use serde_json::{Value as Json, json};

use super::case::{Case, Object, Results, Skip, results};

/// What the handlers do that are told no more than a host.
pub(super) fn defaults() -> Result<Results, Skip> {
    let udp = configured("UDP", |handler: &GelfUdpHandler| handler.datagrams().peer().to_owned())?;
    let tcp = configured("TCP", |handler: &GelfTcpHandler| handler.socket().peer().to_owned())?;
    let tls = configured("TLS", |handler: &GelfTcpHandler| handler.socket().peer().to_owned())?;
    let http = configured("HTTP", |handler: &GelfHttpHandler| handler.peer().to_owned())?;
    let (place, path) = http
        .strip_prefix("http://")
        .and_then(|rest| rest.find('/').map(|slash| rest.split_at(slash)))
        .ok_or_else(|| Skip::new(format!("{http} is no URL")))?;
    Ok(results([
        ("udp", port(&udp)),
        ("tcp", port(&tcp)),
        ("tls", port(&tls)),
        ("http", port(place)),
        ("http_path", json!(path)),
        ("http_headers", headers(Compression::Zlib)?),
        ("http_headers_uncompressed", headers(Compression::None)?),
        ("chunk_default", json!(WAN_CHUNK.get())),
        ("wan", json!(WAN_CHUNK.get())),
        ("lan", json!(LAN_CHUNK.get())),
    ]))
}

pub(super) fn has_headers(case: &Case<'_>) -> bool {
    case.has("http_headers")
}

/// A body is called what it is, and that it is JSON is said.
pub(super) fn expect_headers_that_are_true(fields: &mut Object) {
    let kind = "application/json";
    let coded = json!({"Content-Encoding": "deflate", "Content-Type": kind});
    fields.insert("http_headers".to_owned(), coded);
    fields.insert("http_headers_uncompressed".to_owned(), json!({"Content-Type": kind}));
}

fn configured<H: Handler>(kind: &str, look: impl FnOnce(&H) -> String) -> Result<String, Skip> {
    let mut handler = json!({"class": format!("graypy.GELF{kind}Handler"), "host": "localhost"});
    if kind == "TLS" {
        // Whom the system trusts does not matter here.
        handler["validate"] = json!(false);
    }
    let root = json!({"handlers": ["h"]});
    let config = json!({"version": 1, "handlers": {"h": handler}, "root": root}).to_string();
    let manager = Manager::new();
    let document = read(config.as_bytes(), Some(Format::Json));
    let applied = document.and_then(|node| Config::from_node(node).apply_to(&manager));
    let _configured = applied.map_err(|error| Skip::new(error.to_string()))?;
    let handlers = manager.root().handlers();
    let handler: Option<&dyn std::any::Any> = handlers.first().map(|handler| &**handler as _);
    let handler = handler.and_then(|handler| handler.downcast_ref());
    handler.map(look).ok_or_else(|| Skip::new("the class is of another handler"))
}

fn port(peer: &str) -> Json {
    json!(peer.rsplit(':').next().and_then(|port| port.parse::<u16>().ok()))
}

/// The headers of a request, but for those that every request has.
fn headers(compression: Compression) -> Result<Json, Skip> {
    let server = Server::default();
    let handler = GelfHttpHandler::builder("localhost", 80)
        .connector(server.clone())
        .compression(compression)
        .build()
        .map_err(|error| Skip::new(error.to_string()))?;
    handler.handle(&Record::builder().message("ready").build());
    let head = std::mem::take(&mut *server.head.lock().unwrap_or_else(PoisonError::into_inner));
    let lines = head.split("\r\n").filter_map(|line| line.split_once(": "));
    let own = lines.filter(|(name, _)| !["host", "content-length"].contains(name));
    Ok(own.map(|(name, value)| (canonical(name), json!(value))).collect())
}

/// The usual form of a name, whose case does not matter.
fn canonical(name: &str) -> String {
    let upper = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('-').map(upper).collect::<Vec<_>>().join("-")
}

/// Keeps the head of the last request.
#[derive(Debug, Clone, Default)]
struct Server {
    head: Arc<Mutex<String>>,
}

impl Connect for Server {
    fn connect(&self, _: Instant) -> Result<Box<dyn Transport>> {
        Ok(Box::new(self.clone()))
    }

    fn peer(&self) -> String {
        "the server".to_owned()
    }
}

impl Transport for Server {
    fn send(&mut self, bytes: &[u8], _: Instant) -> io::Result<()> {
        let text = String::from_utf8_lossy(bytes);
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        head.clone_into(&mut self.head.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], _: Instant) -> io::Result<usize> {
        let answer = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
        buffer[..answer.len()].copy_from_slice(answer);
        Ok(answer.len())
    }
}
