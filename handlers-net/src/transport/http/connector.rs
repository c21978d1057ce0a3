//! The settings of requests.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use handlers_core::{Error, ErrorKind, Result};
use ureq_proto::http::header::{self, HeaderName, HeaderValue};
use ureq_proto::http::{Request, Uri};

use super::exchange::Requests;
use super::status::RETRIED;
use crate::transport::{Connect, Transport};

/// Posts each frame to a URL, over the connections of another connector.
///
/// A frame is sent when the server has answered that it has it, with any status from 200 to 299. The
/// connection is kept for the next one, unless the server says otherwise. Redirects are not
/// followed: they are refusals as every other status is.
///
/// | setting | default |
/// |---|---|
/// | [`header`](Self::header) | those that HTTP needs, no others |
/// | [`basic_auth`](Self::basic_auth) | none |
/// | [`retried`](Self::retried) | 408, 429, 502, 503, 504 |
///
/// A frame whose answer does not come, since the connection breaks or time is up, may have reached the
/// server or not. A handler with a backlog sends it again: it then comes twice rather than never.
/// Other handlers report it as lost.
///
/// # Examples
///
/// ```
/// use handlers_net::transport::{Connect, Http, Tcp};
///
/// let http = Http::post(Tcp::new("logs.example.com", 8080), "http://logs.example.com:8080/in")?
///     .header("Content-Type", "application/json")?
///     .basic_auth("web", "secret")?;
/// assert_eq!(http.peer(), "http://logs.example.com:8080/in");
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "nothing is sent until somebody connects"]
pub struct Http {
    connector: Arc<dyn Connect>,
    request: Request<()>,
    retried: Arc<[u16]>,
}

impl Http {
    /// Makes the settings for requests to `url`, which go over the connections of `connector`: a
    /// [`Tcp`](super::super::Tcp) if it begins with `http:`, and a `Tls` if it begins with `https:`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`] if `url` is none, if it is neither of HTTP nor of HTTPS, or if it has a
    /// name or a password, which are for [`basic_auth`](Self::basic_auth).
    pub fn post(connector: impl Connect, url: &str) -> Result<Self> {
        let refuse = |reason: &'static str| {
            // Whatever is in it, it is not for the eyes of those who read logs.
            Err(Error::with_source(ErrorKind::Value, "use a URL for requests", reason))
        };
        let Ok(uri) = url.parse::<Uri>() else { return refuse("it is none") };
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return refuse("it begins with neither http: nor https:");
        }
        if uri.authority().is_none_or(|authority| authority.as_str().contains('@')) {
            return refuse("a name and a password do not belong into it");
        }
        let mut request = Request::new(());
        *request.method_mut() = ureq_proto::http::Method::POST;
        *request.uri_mut() = uri;
        Ok(Self { connector: Arc::new(connector), request, retried: RETRIED.into() })
    }

    /// Sets a header of every request, in the place of one of the same name. Optional.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`] if HTTP does not allow the name or the value, or if the header is one
    /// that says where the request ends.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self> {
        let refused = || {
            let text = format!("{name:?} with this value is no header of a request");
            Error::new(ErrorKind::Value, text)
        };
        let name = HeaderName::try_from(name).map_err(|_| refused())?;
        let value = HeaderValue::try_from(value).map_err(|_| refused())?;
        let framing = [header::CONTENT_LENGTH, header::EXPECT, header::TRANSFER_ENCODING];
        if framing.contains(&name) {
            return Err(refused());
        }
        self.request.headers_mut().insert(name, value);
        Ok(self)
    }

    /// Sets the name and the password that the server asks for (RFC 7617). Optional. Only HTTPS
    /// keeps them secret.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`] if there is a colon in the name: nobody could tell where it ends.
    pub fn basic_auth(mut self, name: &str, password: &str) -> Result<Self> {
        let encoded = BASE64_STANDARD.encode(format!("{name}:{password}"));
        match HeaderValue::try_from(format!("Basic {encoded}")) {
            Ok(mut value) if !name.contains(':') => {
                // Libraries log headers.
                value.set_sensitive(true);
                self.request.headers_mut().insert(header::AUTHORIZATION, value);
                Ok(self)
            }
            _ => {
                Err(Error::new(ErrorKind::Value, "a name that is sent with a password has a colon"))
            }
        }
    }

    /// Sets with which answers the server means that it may take the same frame later. Optional.
    ///
    /// A handler with a backlog keeps such a frame, and all that come after it, until the server
    /// takes it. With every other answer but success the frame is lost. 408, 429, 502, 503 and 504
    /// are the default, as the protocol of `OpenTelemetry` has it: 500 is not among them, since a
    /// frame that a server fails to handle each time would never let another one through.
    pub fn retried(mut self, statuses: &[u16]) -> Self {
        self.retried = statuses.into();
        self
    }
}

impl Connect for Http {
    fn connect(&self, deadline: Instant) -> Result<Box<dyn Transport>> {
        let connection = self.connector.connect(deadline)?;
        let (request, retried) = (self.request.clone(), Arc::clone(&self.retried));
        Ok(Box::new(Requests::new(connection, request, retried)))
    }

    /// The URL, but for its query, which may have a secret in it.
    fn peer(&self) -> String {
        let url = self.request.uri().to_string();
        url.split_once('?').map_or(&*url, |(place, _)| place).to_owned()
    }
}

impl fmt::Debug for Http {
    /// Without headers and query, which may have secrets in them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Http");
        debug.field("connector", &self.connector).field("peer", &self.peer());
        debug.finish_non_exhaustive()
    }
}
