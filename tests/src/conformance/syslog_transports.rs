//! Scenarios about the sockets of a syslog handler: which one is made, and what becomes of it.

use std::fs;
use std::io::{self, Read};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::Path;

use handlers_core::Handler;
use handlers_net::SysLogHandler;
use handlers_net::syslog::SocketType;
use serde_json::{Value as Json, json};

use super::case::{Case, Object, Results, Skip, results};
use super::scratch::Scratch;
use super::syslog::{Errors, PATIENCE, build, plain_record, set_up};
use super::values::to_hex;

/// One scenario, by its name: nothing else says what was done.
pub(super) fn scenario(case: &Case<'_>) -> Result<Results, Skip> {
    let scratch = Scratch::new().map_err(|error| Skip::new(error.to_string()))?;
    let path = scratch.path().join("log");
    match case.text("case")? {
        "unix_dgram_autodetect" => datagrams_are_found(case, &path),
        "unix_stream_fallback" => a_stream_is_found(case, &path),
        "unix_stream_server_socktype_dgram_given" => the_wrong_type(case, &path),
        "unix_missing_then_appears" => the_daemon_starts_later(case, &path),
        "unix_daemon_restart_reconnects_in_same_emit" => the_daemon_is_restarted(case, &path),
        "tcp_two_records_no_framing" => two_records_by_tcp(case),
        "tcp_refused_at_construction" => nobody_listens(),
        "udp_emit_after_close_recreates_socket" => a_record_after_close(case),
        "tcp_peer_reset_socket_is_not_recreated" => the_peer_resets(case),
        other => Err(Skip::unknown("scenario", other)),
    }
}

fn datagrams_are_found(case: &Case<'_>, path: &Path) -> Result<Results, Skip> {
    let daemon = Daemon::bind(path)?;
    let handler = build(SysLogHandler::builder(path), &Errors::default())?;
    handler.handle(&plain_record(case, None)?);
    Ok(results([
        ("bytes", daemon.receive()?),
        ("socktype", socket_type(&handler)),
        ("unixsocket", json!(true)),
    ]))
}

fn a_stream_is_found(case: &Case<'_>, path: &Path) -> Result<Results, Skip> {
    let daemon = set_up(UnixListener::bind(path))?;
    let handler = build(SysLogHandler::builder(path), &Errors::default())?;
    let (mut stream, _) = set_up(daemon.accept())?;
    two_records(case, handler, &mut stream)
}

fn the_wrong_type(case: &Case<'_>, path: &Path) -> Result<Results, Skip> {
    let _daemon = set_up(UnixListener::bind(path))?;
    let errors = Errors::default();
    let builder = SysLogHandler::builder(path).socket_type(SocketType::Datagram);
    let handler = build(builder, &errors)?;
    handler.handle(&plain_record(case, None)?);
    Ok(results([("socktype", socket_type(&handler)), ("error", only(&errors)?)]))
}

fn the_daemon_starts_later(case: &Case<'_>, path: &Path) -> Result<Results, Skip> {
    let errors = Errors::default();
    let handler = build(SysLogHandler::builder(path), &errors)?;
    let before = socket_type(&handler);
    handler.handle(&plain_record(case, None)?);
    let first = only(&errors)?;
    let daemon = Daemon::bind(path)?;
    handler.handle(&plain_record(case, None)?);
    Ok(results([
        ("socktype_after_init", before),
        ("first_emit_error", first),
        ("second_emit_error", only(&errors)?),
        ("bytes", daemon.receive()?),
    ]))
}

fn the_daemon_is_restarted(case: &Case<'_>, path: &Path) -> Result<Results, Skip> {
    let errors = Errors::default();
    let daemon = Daemon::bind(path)?;
    let handler = build(SysLogHandler::builder(path), &errors)?;
    handler.handle(&plain_record(case, None)?);
    daemon.receive()?;
    drop(daemon);
    set_up(fs::remove_file(path))?;
    let daemon = Daemon::bind(path)?;
    handler.handle(&plain_record(case, Some("again"))?);
    Ok(results([("bytes", daemon.receive()?), ("error", only(&errors)?)]))
}

fn two_records_by_tcp(case: &Case<'_>) -> Result<Results, Skip> {
    let daemon = set_up(TcpListener::bind("127.0.0.1:0"))?;
    let handler = build(by_tcp(&daemon)?, &Errors::default())?;
    let (mut stream, _) = set_up(daemon.accept())?;
    two_records(case, handler, &mut stream)
}

fn nobody_listens() -> Result<Results, Skip> {
    let daemon = set_up(TcpListener::bind("127.0.0.1:0"))?;
    let builder = by_tcp(&daemon)?;
    drop(daemon);
    let raised = builder.build().err().map(|error| error.python_name());
    Ok(results([("raised", json!(raised))]))
}

fn a_record_after_close(case: &Case<'_>) -> Result<Results, Skip> {
    let daemon = set_up(UdpSocket::bind("127.0.0.1:0"))?;
    set_up(daemon.set_read_timeout(Some(PATIENCE)))?;
    let port = set_up(daemon.local_addr())?.port();
    let errors = Errors::default();
    let handler = build(SysLogHandler::builder(("127.0.0.1", port)), &errors)?;
    let closed = handler.close().is_ok() && !handler.is_connected();
    handler.handle(&plain_record(case, None)?);
    let mut buffer = vec![0; 1 << 16];
    let length = set_up(daemon.recv(&mut buffer))?;
    Ok(results([
        ("socket_none_after_close", json!(closed)),
        ("error", only(&errors)?),
        ("bytes", json!(to_hex(&buffer[..length]))),
    ]))
}

fn the_peer_resets(case: &Case<'_>) -> Result<Results, Skip> {
    let daemon = set_up(TcpListener::bind("127.0.0.1:0"))?;
    let errors = Errors::default();
    let handler = build(by_tcp(&daemon)?, &errors)?;
    let (stream, _) = set_up(daemon.accept())?;
    handler.handle(&plain_record(case, None)?);
    // Who closes a connection with something unread in it resets it.
    set_up(stream.set_read_timeout(Some(PATIENCE)))?;
    set_up(stream.peek(&mut [0]))?;
    drop(stream);
    for _ in 0..3 {
        handler.handle(&plain_record(case, None)?);
    }
    let names: Vec<Json> = errors.take().iter().map(|error| error[0].clone()).collect();
    Ok(results([("errors", json!(names)), ("socket_kept", json!(handler.is_connected()))]))
}

/// NET-60: CPython has a socket there that is closed, which only it can tell from none.
pub(super) fn shows_a_closed_socket(case: &Case<'_>) -> bool {
    case.has("socket_after_init_is_none")
}

pub(super) fn expect_no_closed_socket(case: &mut Object) {
    case.shift_remove("socket_after_init_is_none");
}

/// NET-63.
pub(super) fn keeps_a_broken_connection(case: &Case<'_>) -> bool {
    case.has("socket_kept")
}

pub(super) fn expect_a_new_connection(case: &mut Object) {
    case.insert("errors".to_owned(), json!([]));
    case.insert("socket_kept".to_owned(), json!(true));
}

fn by_tcp(daemon: &TcpListener) -> Result<handlers_net::SysLogHandlerBuilder, Skip> {
    let port = set_up(daemon.local_addr())?.port();
    Ok(SysLogHandler::builder(("127.0.0.1", port)).socket_type(SocketType::Stream))
}

/// Sends two records, and closes the connection.
fn two_records(
    case: &Case<'_>,
    handler: SysLogHandler,
    stream: &mut dyn TimedRead,
) -> Result<Results, Skip> {
    handler.handle(&plain_record(case, None)?);
    handler.handle(&plain_record(case, Some("second"))?);
    let socket_type = socket_type(&handler);
    drop(handler);
    let mut bytes = Vec::new();
    set_up(stream.limit())?;
    set_up(stream.read_to_end(&mut bytes))?;
    Ok(results([("bytes", json!(to_hex(&bytes))), ("socktype", socket_type)]))
}

/// A stream on which nobody waits for ever.
trait TimedRead: Read {
    fn limit(&self) -> io::Result<()>;
}

impl TimedRead for TcpStream {
    fn limit(&self) -> io::Result<()> {
        self.set_read_timeout(Some(PATIENCE))
    }
}

impl TimedRead for std::os::unix::net::UnixStream {
    fn limit(&self) -> io::Result<()> {
        self.set_read_timeout(Some(PATIENCE))
    }
}

/// Takes datagrams at a path.
struct Daemon(UnixDatagram);

impl Daemon {
    fn bind(path: &Path) -> Result<Self, Skip> {
        let socket = set_up(UnixDatagram::bind(path))?;
        set_up(socket.set_read_timeout(Some(PATIENCE)))?;
        Ok(Self(socket))
    }

    fn receive(&self) -> Result<Json, Skip> {
        let mut buffer = vec![0; 1 << 16];
        let length = set_up(self.0.recv(&mut buffer))?;
        Ok(json!(to_hex(&buffer[..length])))
    }
}

/// The one error that was reported, if there was one.
fn only(errors: &Errors) -> Result<Json, Skip> {
    match errors.take().as_slice() {
        [] => Ok(Json::Null),
        [error] => Ok(error.clone()),
        several => Err(Skip::new(format!("one record gave several errors: {several:?}"))),
    }
}

fn socket_type(handler: &SysLogHandler) -> Json {
    json!(match handler.socket_type() {
        Some(SocketType::Datagram) => "SOCK_DGRAM",
        Some(SocketType::Stream) => "SOCK_STREAM",
        _ => "None",
    })
}
