//! Constants and streams that `ext://` leads to.

use handlers_core::Level;

use crate::registry::Registry;
use crate::stream::Stream;

pub(super) fn add(registry: Registry) -> Registry {
    let levels = LEVELS.iter().fold(registry, |registry, (name, level)| {
        registry.constant(&format!("logging.{name}"), level.number())
    });
    let ports = PORTS.iter().fold(levels, |registry, (name, port)| {
        registry.constant(&format!("logging.handlers.{name}"), *port)
    });
    ports
        .stream("sys.stderr", Stream::stderr)
        .stream("sys.stdout", Stream::stdout)
        .stream("sys.__stderr__", Stream::stderr)
        .stream("sys.__stdout__", Stream::stdout)
}

const LEVELS: [(&str, Level); 8] = [
    ("CRITICAL", Level::CRITICAL),
    ("DEBUG", Level::DEBUG),
    ("ERROR", Level::ERROR),
    ("FATAL", Level::CRITICAL),
    ("INFO", Level::INFO),
    ("NOTSET", Level::NOTSET),
    ("WARN", Level::WARNING),
    ("WARNING", Level::WARNING),
];

const PORTS: [(&str, i64); 6] = [
    ("DEFAULT_HTTP_LOGGING_PORT", 9022),
    ("DEFAULT_SOAP_LOGGING_PORT", 9023),
    ("DEFAULT_TCP_LOGGING_PORT", 9020),
    ("DEFAULT_UDP_LOGGING_PORT", 9021),
    ("SYSLOG_TCP_PORT", 514),
    ("SYSLOG_UDP_PORT", 514),
];
