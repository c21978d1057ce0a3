//! The ports that Python's handlers and receivers agree on (NET-1).

/// The port of [`SocketHandler`](crate::SocketHandler)'s receivers: 9020.
pub const DEFAULT_TCP_LOGGING_PORT: u16 = 9020;

/// The port of [`DatagramHandler`](crate::DatagramHandler)'s receivers: 9021.
pub const DEFAULT_UDP_LOGGING_PORT: u16 = 9021;

/// The port of receivers by HTTP: 9022.
pub const DEFAULT_HTTP_LOGGING_PORT: u16 = 9022;

/// The port that Python reserves for receivers by SOAP: 9023.
pub const DEFAULT_SOAP_LOGGING_PORT: u16 = 9023;

/// The port of syslog daemons by UDP: 514.
pub const SYSLOG_UDP_PORT: u16 = 514;

/// The port of syslog daemons by TCP: 514.
pub const SYSLOG_TCP_PORT: u16 = 514;
