//! GELF over TLS, with certificates of OpenSSL and CPython's `ssl`.

use handlers_core::{Handler, Result};
use handlers_gelf::{CertReqs, GelfTcpHandler, GelfTcpHandlerBuilder};
use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use super::server::Server;
use super::{LONG, text};
use crate::transport::tls::authority::{Authority, Pair};

fn server(pair: &Pair, more: &[&str]) -> Server {
    let files = [&pair.certificate, &pair.key].map(|path| path.to_str().expect("it is text"));
    Server::tls(&[&files, more].concat())
}

fn handler(
    host: &str,
    server: &Server,
    set: impl FnOnce(GelfTcpHandlerBuilder) -> GelfTcpHandlerBuilder,
) -> Result<GelfTcpHandler> {
    set(GelfTcpHandler::builder(host, server.port()).tls(true).timeout(LONG)).build()
}

fn assert_taken(handler: &GelfTcpHandler, server: &Server) {
    handler.handle(&text("ready"));
    assert_eq!(server.texts(1), ["ready"]);
    handler.close().expect("nothing is queued");
}

/// Nothing may be sent to a server that is not to be trusted.
fn assert_refused(handler: &GelfTcpHandler, server: Server) {
    handler.handle(&text("secret"));
    assert_eq!((handler.counters().sent, handler.counters().dropped), (0, 1));
    assert_eq!(server.kill(), 0);
}

/// Expired, for another host, and issued by itself.
pub(super) fn bad_certificates(dir: &Dir, authority: &Authority<'_>) -> [Pair; 3] {
    let (from, until) = ("20200101000000Z", "20210101000000Z");
    let expired = authority.issue_between("expired", "DNS:localhost", from, until);
    let other = authority.issue("other", "DNS:other.example");
    [expired, other, Pair::self_signed(dir, "self", false)]
}

#[test]
fn the_right_certificate_is_taken() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let server = server(&authority.issue("right", "DNS:localhost"), &[]);
    for reqs in [CertReqs::Required, CertReqs::Optional] {
        let set =
            |builder: GelfTcpHandlerBuilder| builder.ca_certs(authority.file()).cert_reqs(reqs);
        assert_taken(&handler("localhost", &server, set).unwrap(), &server);
    }
    let by_name = handler("127.0.0.1", &server, |builder| {
        builder.ca_certs(authority.file()).server_name("localhost")
    });
    assert_taken(&by_name.unwrap(), &server);
}

/// What both handlers that know TLS promise. The module has the functions `server`, `handler`,
/// `assert_taken` and `assert_refused` for its own.
macro_rules! certificate_tests {
    ($builder:ty) => {
        #[test]
        fn certificates_are_checked_unless_it_is_said_that_they_are_not() {
            let dir = test_dir!();
            let authority = Authority::new(&dir, "authority");
            for pair in bad_certificates(&dir, &authority) {
                let strict = server(&pair, &[]);
                let set = |builder: $builder| builder.ca_certs(authority.file());
                assert_refused(&handler("localhost", &strict, set).unwrap(), strict);
                let lax = server(&pair, &[]);
                let set = |builder: $builder| builder.cert_reqs(CertReqs::None);
                assert_taken(&handler("localhost", &lax, set).unwrap(), &lax);
            }
        }

        #[test]
        fn a_server_that_wants_a_certificate_gets_it() {
            let dir = test_dir!();
            let authority = Authority::new(&dir, "authority");
            let mine = authority.issue("me", "DNS:me");
            let (its, file) = (authority.issue("it", "DNS:localhost"), authority.file());
            let server = server(&its, &[file.to_str().expect("it is text")]);
            let with = handler("localhost", &server, |builder| {
                builder.ca_certs(&file).client_certificate(&mine.certificate, &mine.key)
            });
            assert_taken(&with.unwrap(), &server);
        }
    };
}
pub(super) use certificate_tests;

certificate_tests!(GelfTcpHandlerBuilder);

#[test]
fn files_that_are_not_there_are_an_error_at_once() {
    let builder = GelfTcpHandler::builder("localhost", 12201).tls(true).ca_certs("no-such-file");
    let error = builder.build().unwrap_err();
    assert_eq!(error.to_string(), "read the certificates in no-such-file");
}
