//! The package logging-gelf.

use handlers_core::{Formatter, Handler, Result, Value};
#[cfg(feature = "gelf-tls")]
use handlers_gelf::CertReqs;
use handlers_gelf::{
    Compression, Framing, GelfTcpHandler, GelfTcpHandlerBuilder, GelfUdpHandler,
    LoggingGelfFormatter,
};

#[cfg(feature = "gelf-tls")]
use super::{CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED};
use crate::argument::Argument;
use crate::registry::standard::net::settings::{backoff, flag_attribute, required_port};
use crate::registry::{Arguments, Parameters, Prepared, Registry};

pub(super) fn add(registry: Registry) -> Registry {
    let peer = || Parameters::new().required("host").required("port");
    let tls = ["use_tls", "cert_reqs", "ca_certs"];
    let tcp = tls.into_iter().fold(peer(), Parameters::optional);
    let names = ["schema", "null_character", "JSONEncoder", "exclude_patterns"];
    let formatter_parameters = names.into_iter().fold(Parameters::new(), Parameters::optional);
    registry
        .handler("logging_gelf.handlers.GELFTCPSocketHandler", tcp, tcp_handler)
        .handler("logging_gelf.handlers.GELFUDPSocketHandler", peer(), udp_handler)
        .formatter("logging_gelf.formatters.GELFFormatter", formatter_parameters, formatter)
}

/// GELF-15. Messages end in a line end, as the input expects that was made for the package
/// (GELF-18).
fn tcp_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let builder = {
        let backoff = backoff(arguments)?;
        let closes = flag_attribute(arguments, "closeOnError").unwrap_or(false);
        let host = arguments.non_null_text("host")?.unwrap_or_default();
        let port = required_port(arguments)?;
        let builder = GelfTcpHandler::builder(&host, port).framing(Framing::Newline);
        tls(arguments, builder.backoff(backoff).close_on_error(closes))?
    };
    Ok(Prepared::handler(move || builder.build()))
}

/// GELF-20.
fn udp_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let backoff = backoff(arguments)?;
    let closes = flag_attribute(arguments, "closeOnError").unwrap_or(false);
    let host = arguments.non_null_text("host")?.unwrap_or_default();
    let port = required_port(arguments)?;
    let builder = GelfUdpHandler::builder(&host, port).compression(Compression::None);
    let builder = builder.backoff(backoff).close_on_error(closes);
    Ok(Prepared::handler(move || builder.build()))
}

/// GELF-17: only `true` itself means TLS. Where nothing is said of certificates they are checked.
#[cfg(feature = "gelf-tls")]
fn tls(arguments: &mut Arguments, builder: GelfTcpHandlerBuilder) -> Result<GelfTcpHandlerBuilder> {
    let is_on = matches!(arguments.take("use_tls"), Some(Argument::Value(Value::Bool(true))));
    let mut builder = builder.tls(is_on);
    match arguments.integer("cert_reqs")? {
        None => {}
        Some(CERT_NONE) => builder = builder.cert_reqs(CertReqs::None),
        Some(CERT_OPTIONAL) => builder = builder.cert_reqs(CertReqs::Optional),
        Some(CERT_REQUIRED) => builder = builder.cert_reqs(CertReqs::Required),
        Some(_) => {
            let text = "`cert_reqs` must be one of `ext://ssl.CERT_NONE`, `ext://ssl.CERT_OPTIONAL` and `ext://ssl.CERT_REQUIRED`";
            return Err(arguments.refuse("cert_reqs", handlers_core::ErrorKind::Value, text));
        }
    }
    if let Some(path) = arguments.text("ca_certs")?.filter(|path| !path.is_empty()) {
        builder = builder.ca_certs(path);
    }
    Ok(builder)
}

#[cfg(not(feature = "gelf-tls"))]
fn tls(arguments: &mut Arguments, builder: GelfTcpHandlerBuilder) -> Result<GelfTcpHandlerBuilder> {
    if let Some(Argument::Value(Value::Bool(true))) = arguments.take("use_tls") {
        return Err(super::without_tls(arguments, "use_tls"));
    }
    arguments.take("cert_reqs");
    arguments.take("ca_certs");
    Ok(builder)
}

/// GELF-22. Schemas and encoders are classes, which a program adds by itself.
fn formatter(arguments: &mut Arguments) -> Result<Prepared<dyn Formatter>> {
    for name in ["schema", "JSONEncoder"] {
        if arguments.take(name).is_some_and(|class| class.is_true()) {
            return Err(super::is_python(arguments, name));
        }
    }
    let ends_in_null =
        matches!(arguments.take("null_character"), Some(Argument::Value(Value::Bool(true))));
    let patterns = match arguments.value("exclude_patterns")? {
        Some(Value::List(patterns) | Value::Tuple(patterns)) => patterns,
        Some(other) if other.is_truthy() => {
            return Err(arguments.wrong("exclude_patterns", "a list", &other.into()));
        }
        _ => Vec::new(),
    };
    let patterns = patterns.into_iter().map(|pattern| pattern.to_string());
    let builder = LoggingGelfFormatter::builder()
        .null_character(ends_in_null)
        .exclude_patterns(patterns.collect::<Vec<_>>());
    let formatter = builder.build().map_err(|error| arguments.blame("exclude_patterns", error))?;
    Ok(Prepared::formatter(move || Ok(formatter)))
}
