//! Peers that must show who they are: row B12, for records and for syslog (RFC 5425).

use std::env;
use std::path::Path;
use std::process::Command;

use handlers_core::{Error, ErrorKind, Handler, Result};
use handlers_net::transport::{Tcp, Tls, TlsBuilder};
use handlers_net::{SocketHandler, SysLogHandler};
use handlers_tests::test_dir;

use super::{AGES, encode_message};
use crate::sys_log_handler::error;
use crate::transport::text;
use crate::transport::tls::authority::{Authority, Pair};
use crate::transport::tls::server::Options;

#[test]
fn a_peer_that_shows_who_it_is_gets_the_records() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let pair = authority.issue("right", "DNS:localhost");
    for kind in KINDS {
        let (sent, got) = exchange(kind, &pair, |tls| tls.ca_file(authority.file()));
        sent.unwrap();
        assert_eq!(got, kind.frames);
    }
}

#[test]
fn a_peer_that_cannot_show_who_it_is_gets_nothing() {
    let dir = test_dir!();
    let (ours, theirs) = (Authority::new(&dir, "ours"), Authority::new(&dir, "theirs"));
    let dated = |file, from, until| ours.issue_between(file, "DNS:localhost", from, until);
    for (pair, reason) in [
        (ours.issue("other", "DNS:logs.example.com"), "not for localhost"),
        (theirs.issue("unknown", "DNS:localhost"), "nobody who is trusted has issued"),
        (dated("expired", "20200101000000Z", "20210101000000Z"), "has expired"),
        (dated("early", "20900101000000Z", "20910101000000Z"), "is not valid yet"),
        (Pair::self_signed(&dir, "self", true), "is self-signed"),
        (Pair::self_signed(&dir, "plain", false), "is self-signed"),
    ] {
        for kind in KINDS {
            let (sent, got) = exchange(kind, &pair, |tls| tls.ca_file(ours.file()));
            let said = text(&sent.unwrap_err());
            assert!(
                said.contains(if kind.is_silent { "lost in silence" } else { reason }),
                "{said}"
            );
            assert_eq!(got, "");
            // For those who ask for the danger.
            let (sent, got) = exchange(kind, &pair, |tls| tls.danger_accept_invalid_certs(true));
            sent.unwrap();
            assert_eq!(got, kind.frames);
        }
    }
}

/// It runs itself in another process, for which the system trusts somebody else.
#[test]
fn a_peer_that_the_system_trusts_is_trusted_by_default() {
    if let (Ok(kind), Ok(port)) = (env::var("HANDLERS_KIND"), env::var("HANDLERS_PORT")) {
        let kind = KINDS.iter().find(|known| known.name == kind).expect("the kind is known");
        let tls = Tls::new("localhost", port.parse().expect("a port is a number"));
        return send(kind, tls).unwrap_or_else(|error| panic!("{}", text(&error)));
    }
    let dir = test_dir!();
    let (trusted, other) = (Authority::new(&dir, "trusted"), Authority::new(&dir, "other"));
    let pair = trusted.issue("good", "DNS:localhost");
    for kind in KINDS {
        let server = Options::new(&pair).start();
        let (passed, said) = run_trusting(&trusted.file(), kind, server.port());
        assert!(passed, "{said}");
        assert_eq!(server.finish()["head"], kind.frames);

        let server = Options::new(&pair).start();
        let (passed, said) = run_trusting(&other.file(), kind, server.port());
        let reason = "nobody who is trusted has issued";
        assert!(!passed && (kind.is_silent || said.contains(reason)), "{said}");
        assert_eq!(server.finish()["received"], 0);
    }
}

/// Runs the test above in a process for which the system trusts those in `file`. Says whether it
/// passed, and what it printed.
fn run_trusting(file: &Path, kind: &Kind, port: u16) -> (bool, String) {
    let mut command = Command::new(env::current_exe().expect("this program is a file"));
    let name = "network_faults::tls::a_peer_that_the_system_trusts_is_trusted_by_default";
    command.args(["--exact", name]).env("SSL_CERT_FILE", file).env_remove("SSL_CERT_DIR");
    command.env("HANDLERS_KIND", kind.name).env("HANDLERS_PORT", port.to_string());
    let output = command.output().expect("this program can be run");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("running 1 test"), "{said}");
    (output.status.success(), said)
}

/// What a peer with this certificate gets, and what the handler says of it.
fn exchange(
    kind: &Kind,
    pair: &Pair,
    settings: impl FnOnce(TlsBuilder) -> TlsBuilder,
) -> (Result<()>, String) {
    let server = Options::new(pair).start();
    let tls = settings(Tls::builder(Tcp::new("localhost", server.port()))).build();
    let sent = send(kind, tls);
    let seen = server.finish();
    (sent, seen["head"].as_str().expect("it is text").to_owned())
}

/// Sends two records; an error, if they do not go out.
fn send(kind: &Kind, tls: Result<Tls>) -> Result<()> {
    let handler = (kind.make)(tls?)?;
    for text in ["one", "two"] {
        error(&*handler, text);
    }
    handler.close()?;
    let counters = handler.base().counters();
    match (counters.emitted, counters.dropped, counters.failed) {
        (2, 0, 0) => Ok(()),
        (0, 2, 0) => Err(Error::new(ErrorKind::Io, "both were lost in silence, and counted")),
        _ => panic!("{counters:?}"),
    }
}

/// A kind of handler.
struct Kind {
    name: &'static str,
    make: fn(Tls) -> Result<Box<dyn Handler>>,
    /// Whether it drops what it cannot send without a word.
    is_silent: bool,
    /// What it makes of two records.
    frames: &'static str,
}

fn socket_handler(tls: Tls) -> Result<Box<dyn Handler>> {
    let builder = SocketHandler::builder("localhost", 1).connector(tls).timeout(AGES);
    Ok(Box::new(builder.encoder(encode_message).build()?))
}

fn sys_log_handler(tls: Tls) -> Result<Box<dyn Handler>> {
    Ok(Box::new(SysLogHandler::builder(("localhost", 1)).tls(tls).timeout(AGES).build()?))
}

const KINDS: &[Kind] = &[
    Kind { name: "SocketHandler", make: socket_handler, is_silent: true, frames: "onetwo" },
    Kind {
        name: "SysLogHandler",
        make: sys_log_handler,
        is_silent: false,
        frames: "7 <11>one7 <11>two",
    },
];
