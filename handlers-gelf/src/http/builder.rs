//! The settings of the handler for HTTP.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use handlers_core::{Error, ErrorKind, Handler, Result};
use handlers_net::transport::{Connect, Http, Keepalive, Tcp};
use handlers_net::{DatagramHandler, DatagramHandlerBuilder};

use super::body::Body;
use super::handler::GelfHttpHandler;
use crate::compression::Compression;
use crate::content::Content;
use crate::formatter::{GelfFormatter, GraypyFormatter};
use crate::forward::forwarded_setters;
#[cfg(feature = "tls")]
use crate::tls::{TlsSettings, tls_setters};

/// Builds a [`GelfHttpHandler`].
#[must_use = "call `build` to make the handler"]
pub struct GelfHttpHandlerBuilder {
    requests: DatagramHandlerBuilder,
    body: Body,
    /// The host and the port, as a URL has them.
    place: String,
    path: String,
    headers: Vec<(String, String)>,
    credentials: Option<(String, String)>,
    retried: Option<Vec<u16>>,
    tcp: Tcp,
    #[cfg(feature = "tls")]
    tls: TlsSettings,
    connector: Option<Arc<dyn Connect>>,
}

impl GelfHttpHandlerBuilder {
    pub(super) fn new(host: &str, port: u16) -> Self {
        let is_v6 = host.contains(':');
        Self {
            requests: DatagramHandler::builder(host, port).timeout(TIMEOUT),
            body: Body::default(),
            place: if is_v6 { format!("[{host}]:{port}") } else { format!("{host}:{port}") },
            path: "/gelf".to_owned(),
            headers: Vec::new(),
            credentials: None,
            retried: None,
            // The end of a long body does not wait until the server has acknowledged its beginning.
            tcp: Tcp::new(host, port).nodelay(true),
            #[cfg(feature = "tls")]
            tls: TlsSettings::default(),
            connector: None,
        }
    }

    forwarded_setters!(requests, "five seconds (GELF-61)");
    #[cfg(feature = "tls")]
    tls_setters!();

    /// Sets where messages go at the server. Optional; `/gelf` by default.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Sets a header of every request, in the place of one of the same name. Optional;
    /// `Content-Type` and, for messages that are compressed, `Content-Encoding` are there by default.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the name and the password that the server asks for. Optional. Only TLS keeps them secret.
    pub fn basic_auth(mut self, name: impl Into<String>, password: impl Into<String>) -> Self {
        self.credentials = Some((name.into(), password.into()));
        self
    }

    /// Sets with which answers the server means that it may take the same message later. With a
    /// backlog it is then sent again; with every other answer but success it is lost. Optional; 408,
    /// 429, 502, 503 and 504 by default.
    pub fn retried(mut self, statuses: &[u16]) -> Self {
        self.retried = Some(statuses.to_vec());
        self
    }

    /// Sends what the handlers of graypy send: `formatter` makes the messages, and the formatter of
    /// the handler, if it gets one, the text in them (GELF-47). Optional.
    pub fn graypy(mut self, formatter: GraypyFormatter) -> Self {
        self.body.content = Content::Graypy(Box::new(formatter));
        self
    }

    /// Sets how messages are compressed. Optional; as zlib does by default.
    ///
    /// What waits in a spool is compressed as it was when it came there: the program that sends it
    /// must have the same setting.
    pub fn compression(mut self, compression: Compression) -> Self {
        self.body.compression = compression;
        self
    }

    /// Sets how long connecting may take, the lookup of the host included. Optional; by default as
    /// long as the logging call that connects may take.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.tcp = self.tcp.connect_timeout(timeout);
        self
    }

    /// Sets when a connection on which nothing happens is probed. Optional; it is not by default,
    /// since no message is believed to be sent before the server has said so.
    pub fn keepalive(mut self, keepalive: Keepalive) -> Self {
        self.tcp = self.tcp.keepalive(keepalive);
        self
    }

    /// Sets what makes the connections, in the place of all that is set about TCP and TLS. Optional.
    pub fn connector(mut self, connector: impl Connect) -> Self {
        self.connector = Some(Arc::new(connector));
        self
    }

    /// Makes the handler. No connection is made.
    ///
    /// # Errors
    ///
    /// The path does not begin with `/`, the host, the path, a header or a name is none that HTTP
    /// allows, the spool of the backlog cannot be opened, or somebody else uses it. With TLS also what
    /// is wrong with the certificates.
    pub fn build(mut self) -> Result<GelfHttpHandler> {
        let needs_formatter = self.body.content.needs_formatter();
        let http = self.http()?;
        let requests = self.requests.encoder(self.body).connector(http).build()?;
        if needs_formatter && requests.base().formatter().is_none() {
            requests.base().set_formatter(Some(Arc::new(GelfFormatter::new())));
        }
        Ok(GelfHttpHandler::from_requests(requests))
    }

    fn http(&mut self) -> Result<Http> {
        let url = self.url()?;
        let mut http = Http::post(self.connect()?, &url)?.header("Content-Type", JSON)?;
        if let Some(coding) = self.body.compression.content_coding() {
            http = http.header("Content-Encoding", coding)?;
        }
        if let Some((name, password)) = &self.credentials {
            http = http.basic_auth(name, password)?;
        }
        if let Some(statuses) = &self.retried {
            http = http.retried(statuses);
        }
        let mut headers = self.headers.iter();
        headers.try_fold(http, |http, (name, value)| http.header(name, value))
    }

    #[cfg_attr(
        not(feature = "tls"),
        expect(clippy::unnecessary_wraps, reason = "certificates may be wrong")
    )]
    fn connect(&mut self) -> Result<Arc<dyn Connect>> {
        if let Some(connector) = self.connector.take() {
            return Ok(connector);
        }
        #[cfg(feature = "tls")]
        return std::mem::take(&mut self.tls).apply_to(self.tcp.clone());
        #[cfg(not(feature = "tls"))]
        Ok(Arc::new(self.tcp.clone()))
    }

    fn url(&self) -> Result<String> {
        let Self { place, path, .. } = self;
        if !path.starts_with('/') {
            let text = format!("the path {path:?} does not begin with a slash");
            return Err(Error::new(ErrorKind::Value, text));
        }
        #[cfg(feature = "tls")]
        let is_encrypted = self.tls.is_on;
        #[cfg(not(feature = "tls"))]
        let is_encrypted = false;
        let scheme = if is_encrypted { "https" } else { "http" };
        Ok(format!("{scheme}://{place}{path}"))
    }
}

impl fmt::Debug for GelfHttpHandlerBuilder {
    /// Without headers and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GelfHttpHandlerBuilder")
            .field("requests", &self.requests)
            .field("body", &self.body)
            .field("place", &self.place)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// GELF-61.
const TIMEOUT: Duration = Duration::from_secs(5);

const JSON: &str = "application/json";
