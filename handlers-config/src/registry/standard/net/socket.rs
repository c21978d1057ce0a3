//! `SocketHandler` and `DatagramHandler`.

use handlers_core::{Handler, Result, Value};
use handlers_net::{
    Backoff, DatagramHandler, DatagramHandlerBuilder, SocketHandler, SocketHandlerBuilder,
};

use super::settings::{backoff, flag_attribute, port};
use crate::registry::{Arguments, Parameters, Prepared, Registry};

pub(super) fn add(registry: Registry) -> Registry {
    let parameters = || Parameters::new().required("host").required("port");
    registry.handler("logging.handlers.SocketHandler", parameters(), socket_handler).handler(
        "logging.handlers.DatagramHandler",
        parameters(),
        datagram_handler,
    )
}

/// NET-2.
fn socket_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let PeerSettings { host, port, backoff, closes } = PeerSettings::read(arguments)?;
    let builder: SocketHandlerBuilder = match port {
        Some(port) => SocketHandler::builder(&host, port),
        #[cfg(unix)]
        None => SocketHandler::unix(host),
        #[cfg(not(unix))]
        None => return Err(no_paths(arguments)),
    };
    let builder = builder.backoff(backoff).close_on_error(closes);
    Ok(Prepared::handler(move || builder.build()))
}

/// NET-36.
fn datagram_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let PeerSettings { host, port, backoff, closes } = PeerSettings::read(arguments)?;
    let builder: DatagramHandlerBuilder = match port {
        Some(port) => DatagramHandler::builder(&host, port),
        #[cfg(unix)]
        None => DatagramHandler::unix(host),
        #[cfg(not(unix))]
        None => return Err(no_paths(arguments)),
    };
    let builder = builder.backoff(backoff).close_on_error(closes);
    Ok(Prepared::handler(move || builder.build()))
}

/// What both handlers are told.
struct PeerSettings {
    host: String,
    /// None if the host is the path of a Unix domain socket (NET-4).
    port: Option<u16>,
    backoff: Backoff,
    closes: bool,
}

impl PeerSettings {
    fn read(arguments: &mut Arguments) -> Result<Self> {
        let backoff = backoff(arguments)?;
        let closes = flag_attribute(arguments, "closeOnError").unwrap_or(false);
        let host = arguments.non_null_text("host")?.unwrap_or_default();
        let value = arguments.value("port")?.unwrap_or(Value::None);
        let port = port(arguments, "port", value)?;
        Ok(Self { host, port, backoff, closes })
    }
}

#[cfg(not(unix))]
fn no_paths(arguments: &mut Arguments) -> handlers_core::Error {
    let message = "without `port`, `host` is a Unix domain socket, which this system does not have";
    arguments.refuse("port", handlers_core::ErrorKind::Value, message)
}
