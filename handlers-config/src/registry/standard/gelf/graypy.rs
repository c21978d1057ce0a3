//! The package graypy.

use handlers_core::{ErrorKind, Handler, Result};
use handlers_gelf::{
    Compression, DEFAULT_GELF_TCP_PORT, DEFAULT_GELF_UDP_PORT, GelfTcpHandler,
    GelfTcpHandlerBuilder, GelfUdpHandler, GraypyFormatter,
};

#[cfg(feature = "gelf-http")]
use crate::registry::standard::net::settings::seconds;
use crate::registry::standard::net::settings::{backoff, flag_attribute, optional_port};
use crate::registry::{Arguments, Parameters, Prepared, Registry};

pub(super) fn add(registry: Registry) -> Registry {
    let all = |names: &[&str]| {
        names.iter().copied().fold(Parameters::new().required("host"), Parameters::optional)
    };
    let udp = || {
        let first = all(&["port", "gelf_chunker"]);
        OPTIONS.into_iter().chain(["compress"]).fold(first, Parameters::optional)
    };
    let tcp = || OPTIONS.into_iter().fold(all(&["port"]), Parameters::optional);
    let tls = || {
        let first = all(&["port", "validate", "ca_certs", "certfile", "keyfile"]);
        OPTIONS.into_iter().fold(first, Parameters::optional)
    };
    let http = || {
        let first = all(&["port", "compress", "path", "timeout"]);
        OPTIONS.into_iter().fold(first, Parameters::optional)
    };
    ["graypy", "graypy.handler"].into_iter().fold(registry, |registry, module| {
        registry
            .handler(&format!("{module}.GELFUDPHandler"), udp(), udp_handler)
            .handler(&format!("{module}.GELFTCPHandler"), tcp(), tcp_handler)
            .handler(&format!("{module}.GELFTLSHandler"), tls(), tls_handler)
            .handler(&format!("{module}.GELFHTTPHandler"), http(), http_handler)
    })
}

/// GELF-46, without `compress`, which not all handlers have.
const OPTIONS: [&str; 6] =
    ["debugging_fields", "extra_fields", "fqdn", "localname", "facility", "level_names"];

/// GELF-56.
fn udp_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    if arguments.take("gelf_chunker").is_some() {
        return Err(super::is_python(arguments, "gelf_chunker"));
    }
    let backoff = backoff(arguments)?;
    let closes = flag_attribute(arguments, "closeOnError").unwrap_or(false);
    let compresses = arguments.flag("compress").unwrap_or(true);
    let formatter = formatter(arguments)?;
    let host = arguments.non_null_text("host")?.unwrap_or_default();
    let builder = GelfUdpHandler::builder(&host, optional_port(arguments, DEFAULT_GELF_UDP_PORT)?)
        .compression(if compresses { Compression::Zlib } else { Compression::None })
        .chunk_at_size(true)
        .graypy(formatter)
        .backoff(backoff)
        .close_on_error(closes);
    Ok(Prepared::handler(move || builder.build()))
}

/// GELF-59.
fn tcp_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let builder = stream(arguments, DEFAULT_GELF_TCP_PORT)?;
    Ok(Prepared::handler(move || builder.build()))
}

/// GELF-60.
#[cfg(feature = "gelf-tls")]
fn tls_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let validates = arguments.flag("validate");
    let ca_certs = arguments.text("ca_certs")?;
    let certificate = arguments.text("certfile")?;
    let key = arguments.text("keyfile")?;
    if validates == Some(true) && ca_certs.is_none() {
        let text = "CA bundle file path must be specified";
        return Err(arguments.refuse("ca_certs", ErrorKind::Value, text));
    }
    if key.is_some() && certificate.is_none() {
        return Err(arguments.refuse("certfile", ErrorKind::Value, "certfile must be specified"));
    }
    let mut builder = stream(arguments, handlers_gelf::DEFAULT_GELF_TLS_PORT)?.tls(true);
    if validates == Some(false) {
        builder = builder.cert_reqs(handlers_gelf::CertReqs::None);
    }
    if let Some(path) = ca_certs {
        builder = builder.ca_certs(path);
    }
    if let Some(certificate) = certificate {
        let key = key.filter(|key| !key.is_empty()).unwrap_or_else(|| certificate.clone());
        builder = builder.client_certificate(certificate, key);
    }
    Ok(Prepared::handler(move || builder.build()))
}

#[cfg(not(feature = "gelf-tls"))]
fn tls_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    Err(super::without_tls(arguments, "class"))
}

/// GELF-61.
#[cfg(feature = "gelf-http")]
fn http_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    let compresses = arguments.flag("compress").unwrap_or(true);
    let has_timeout = arguments.has("timeout");
    let timeout = seconds(arguments, "timeout")?;
    let path = arguments.non_null_text("path")?;
    let formatter = formatter(arguments)?;
    let host = arguments.non_null_text("host")?.unwrap_or_default();
    let port = optional_port(arguments, handlers_gelf::DEFAULT_GELF_HTTP_PORT)?;
    let mut builder = handlers_gelf::GelfHttpHandler::builder(&host, port)
        .compression(if compresses { Compression::Zlib } else { Compression::None })
        .graypy(formatter);
    if has_timeout {
        builder = builder.timeout(timeout.unwrap_or(std::time::Duration::MAX));
    }
    if let Some(path) = path {
        builder = builder.path(path);
    }
    Ok(Prepared::handler(move || builder.build()))
}

#[cfg(not(feature = "gelf-http"))]
fn http_handler(arguments: &mut Arguments) -> Result<Prepared<dyn Handler>> {
    Err(super::without_http(arguments, "class"))
}

/// What the handlers for TCP and TLS have in common.
fn stream(arguments: &mut Arguments, port: u16) -> Result<GelfTcpHandlerBuilder> {
    let backoff = backoff(arguments)?;
    let closes = flag_attribute(arguments, "closeOnError").unwrap_or(false);
    let formatter = formatter(arguments)?;
    let host = arguments.non_null_text("host")?.unwrap_or_default();
    let builder = GelfTcpHandler::builder(&host, optional_port(arguments, port)?);
    Ok(builder.graypy(formatter).backoff(backoff).close_on_error(closes))
}

/// GELF-46.
fn formatter(arguments: &mut Arguments) -> Result<GraypyFormatter> {
    let is_qualified = arguments.flag("fqdn").unwrap_or(false);
    let name = arguments.text("localname")?;
    if is_qualified && name.as_ref().is_some_and(|name| !name.is_empty()) {
        let text = "cannot specify 'fqdn' and 'localname' arguments together";
        return Err(arguments.refuse("localname", ErrorKind::Value, text));
    }
    let mut builder = GraypyFormatter::builder()
        .debugging_fields(arguments.flag("debugging_fields").unwrap_or(true))
        .extra_fields(arguments.flag("extra_fields").unwrap_or(true))
        .level_names(arguments.flag("level_names").unwrap_or(false));
    if is_qualified {
        builder = builder.fqdn();
    } else if let Some(name) = name {
        builder = builder.host(name);
    }
    if let Some(facility) = arguments.text("facility")? {
        builder = builder.facility(facility);
    }
    Ok(builder.build())
}
