//! The handler for HTTP.

use handlers_core::Result;
use handlers_net::{DatagramHandler, LinkCounters};

use super::builder::GelfHttpHandlerBuilder;
use crate::forward::forwarded_handler;

/// Posts each record as a GELF message to a server, over HTTP or HTTPS: graypy's `GELFHTTPHandler`.
///
/// A message is sent when the server has answered that it has it, with any status from 200 to 299;
/// Graylog says 202. Every other answer is a refusal, and an error with the status in it. The
/// connection is kept for the next message. The messages are a
/// [`GelfFormatter`](crate::GelfFormatter)'s unless another formatter is set.
///
/// # When a message does not arrive
///
/// | what happens | without a [`backlog`](GelfHttpHandlerBuilder::backlog) | with one |
/// |---|---|---|
/// | the server cannot be reached | lost, an error | kept, and tried when the [`Backoff`] says so |
/// | 408, 429, 502, 503, 504 | lost, an error | the same |
/// | another status, such as 404 | lost, an error | lost, an error |
/// | the connection breaks, or time is up, before the answer | lost, an error | kept, and sent again |
///
/// In the last case nobody knows whether the server has the message. With a backlog it may come
/// twice, without one it may come though it is counted as dropped. No message is sent twice without
/// a backlog.
///
/// Each logging call waits for the answer, but no longer than the
/// [`timeout`](GelfHttpHandlerBuilder::timeout). To go on meanwhile, put a `QueueHandler` of
/// handlers-queue before it.
///
/// [`Backoff`]: handlers_net::Backoff
///
/// # Examples
///
/// ```
/// use handlers_core::{get_logger, warning};
/// use handlers_gelf::GelfHttpHandler;
/// use std::io::{Read, Write};
/// use std::net::TcpListener;
/// use std::sync::Arc;
///
/// let server = TcpListener::bind("127.0.0.1:0").unwrap();
/// let port = server.local_addr().unwrap().port();
/// let serving = std::thread::spawn(move || {
///     let mut request = vec![0; 65536];
///     let mut connection = server.accept().unwrap().0;
///     let length = connection.read(&mut request).unwrap();
///     connection.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").unwrap();
///     String::from_utf8_lossy(&request[..length]).into_owned()
/// });
///
/// let handler = Arc::new(GelfHttpHandler::new("127.0.0.1", port)?);
/// let app = get_logger("app");
/// app.add_handler(Arc::clone(&handler) as _);
/// warning!(app, "disk {} is {} % full", "sda", 91);
/// assert_eq!(handler.counters().sent, 1);
/// assert!(serving.join().unwrap().starts_with("POST /gelf HTTP/1.1\r\n"));
/// # Ok::<(), handlers_core::Error>(())
/// ```
pub struct GelfHttpHandler {
    /// One request for each record, where others send one datagram.
    requests: DatagramHandler,
}

impl GelfHttpHandler {
    /// Makes a handler for the server at `host` and `port`, with all defaults. No connection is
    /// made yet.
    ///
    /// # Errors
    ///
    /// Those of [`GelfHttpHandlerBuilder::build`].
    pub fn new(host: &str, port: u16) -> Result<Self> {
        Self::builder(host, port).build()
    }

    /// Begins a handler for the server at `host` and `port`.
    ///
    /// | setting | default |
    /// |---|---|
    /// | [`level`](GelfHttpHandlerBuilder::level) | `NOTSET`: every record |
    /// | [`formatter`](GelfHttpHandlerBuilder::formatter) | a [`GelfFormatter`](crate::GelfFormatter) |
    /// | [`filter`](GelfHttpHandlerBuilder::filter) | none |
    /// | [`name`](GelfHttpHandlerBuilder::name) | none |
    /// | [`error_hook`](GelfHttpHandlerBuilder::error_hook) | Python's report on standard error |
    /// | [`path`](GelfHttpHandlerBuilder::path) | `/gelf` |
    /// | [`compression`](GelfHttpHandlerBuilder::compression) | [`Compression::Zlib`](crate::Compression::Zlib) |
    /// | [`header`](GelfHttpHandlerBuilder::header) | `Content-Type`, and `Content-Encoding` where it is compressed |
    /// | [`basic_auth`](GelfHttpHandlerBuilder::basic_auth) | none |
    /// | [`retried`](GelfHttpHandlerBuilder::retried) | 408, 429, 502, 503, 504 |
    /// | `tls`, `cert_reqs`, `ca_certs`, `client_certificate`, `server_name`, with the feature `tls` | plain HTTP |
    /// | [`timeout`](GelfHttpHandlerBuilder::timeout) | 5 s for a record in all |
    /// | [`connect_timeout`](GelfHttpHandlerBuilder::connect_timeout) | none but the former |
    /// | [`keepalive`](GelfHttpHandlerBuilder::keepalive) | none |
    /// | [`backoff`](GelfHttpHandlerBuilder::backoff) | 1 s, doubled up to 30 s |
    /// | [`backlog`](GelfHttpHandlerBuilder::backlog) | none: what cannot be sent is an error |
    /// | [`close_on_error`](GelfHttpHandlerBuilder::close_on_error) | `false` |
    /// | [`connector`](GelfHttpHandlerBuilder::connector) | made of the settings above |
    /// | [`clock`](GelfHttpHandlerBuilder::clock) | the system's |
    pub fn builder(host: &str, port: u16) -> GelfHttpHandlerBuilder {
        GelfHttpHandlerBuilder::new(host, port)
    }

    pub(super) fn from_requests(requests: DatagramHandler) -> Self {
        Self { requests }
    }

    /// The URL as errors name it, such as `http://localhost:12203/gelf`.
    pub fn peer(&self) -> &str {
        self.requests.peer()
    }

    /// What became of the records so far. One is sent when the server has said that it has it.
    pub fn counters(&self) -> LinkCounters {
        self.requests.counters()
    }

    /// Whether there is a connection, as far as is known.
    pub fn is_connected(&self) -> bool {
        self.requests.is_connected()
    }
}

forwarded_handler!(GelfHttpHandler, requests);
