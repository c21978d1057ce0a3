//! Where graypy expects a server (GELF-56, GELF-59 to GELF-61). Graylog itself proposes 12201 for all.

/// The port of an input for GELF over HTTP.
pub const DEFAULT_GELF_HTTP_PORT: u16 = 12203;

/// The port of an input for GELF over TCP.
pub const DEFAULT_GELF_TCP_PORT: u16 = 12201;

/// The port of an input for GELF over TLS.
pub const DEFAULT_GELF_TLS_PORT: u16 = 12204;

/// The port of an input for GELF over UDP.
pub const DEFAULT_GELF_UDP_PORT: u16 = 12202;
