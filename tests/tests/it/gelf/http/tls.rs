//! GELF over HTTPS.

use std::sync::Arc;

use handlers_core::{Error, Handler, Level, Record, Result, get_logger};
use handlers_gelf::{CertReqs, GelfHttpHandler, GelfHttpHandlerBuilder};
use handlers_tests::support::ListHandler;
use handlers_tests::test_dir;

use super::counts;
use crate::gelf::server::Server;
use crate::gelf::tls::{bad_certificates, certificate_tests};
use crate::gelf::{LONG, text};
use crate::transport::tls::authority::{Authority, Pair};

fn server(pair: &Pair, more: &[&str]) -> Server {
    let files = [&pair.certificate, &pair.key].map(|path| path.to_str().expect("it is text"));
    Server::http(0, &[&files, more].concat())
}

fn handler(
    host: &str,
    server: &Server,
    set: impl FnOnce(GelfHttpHandlerBuilder) -> GelfHttpHandlerBuilder,
) -> Result<GelfHttpHandler> {
    let builder = GelfHttpHandler::builder(host, server.port()).tls(true).timeout(LONG);
    set(builder.error_hook(|_: &Record<'_>, _: &Error| {})).build()
}

fn assert_taken(handler: &GelfHttpHandler, server: &Server) {
    for number in 0..10 {
        handler.handle(&text(format!("ready {number}")));
        assert_eq!(server.texts(1), [format!("ready {number}")]);
    }
    assert_eq!(counts(handler), [10, 0, 0, 0]);
    handler.close().expect("nothing is queued");
}

/// Nothing may be sent to a server that is not to be trusted.
fn assert_refused(handler: &GelfHttpHandler, server: Server) {
    handler.handle(&text("secret"));
    assert_eq!(counts(handler), [0, 1, 0, 0]);
    assert_eq!(server.kill(), 0);
}

#[test]
fn the_right_certificate_is_taken() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let server = server(&authority.issue("right", "DNS:localhost,IP:127.0.0.1"), &[]);
    for host in ["localhost", "127.0.0.1"] {
        let set = |builder: GelfHttpHandlerBuilder| builder.ca_certs(authority.file());
        let handler = handler(host, &server, set).unwrap();
        assert_eq!(handler.peer(), format!("https://{host}:{}/gelf", server.port()));
        assert_taken(&handler, &server);
    }
}

certificate_tests!(GelfHttpHandlerBuilder);

// A client of TLS 1.3 hears of it with the answer, which GELF over TCP does not have.
#[test]
fn a_server_that_wants_a_certificate_refuses_who_has_none() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let file = authority.file();
    let its = authority.issue("it", "DNS:localhost");
    let server = server(&its, &[file.to_str().expect("it is text")]);
    let without = handler("localhost", &server, |builder| builder.ca_certs(&file));
    assert_refused(&without.unwrap(), server);
}

// A library that cannot would end the program here.
#[test]
fn a_key_of_another_certificate_is_an_error_at_once() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let (one, two) = (authority.issue("one", "DNS:one"), authority.issue("two", "DNS:two"));
    let builder = GelfHttpHandler::builder("localhost", 443).tls(true).ca_certs(authority.file());
    let error = builder.client_certificate(&one.certificate, &two.key).build().unwrap_err();
    assert!(error.to_string().starts_with("use the certificate in "), "{error}");
}

#[test]
fn who_checks_no_certificate_is_warned() {
    let logger = get_logger("handlers_gelf");
    let list = Arc::new(ListHandler::with_format("%(levelname)s %(message)s"));
    logger.add_handler(Arc::clone(&list) as Arc<dyn Handler>);
    let none = |builder: GelfHttpHandlerBuilder| builder.cert_reqs(CertReqs::None);
    none(GelfHttpHandler::builder("unchecked.example", 443).tls(true)).build().unwrap();
    none(GelfHttpHandler::builder("plain.example", 80)).build().unwrap();
    let tcp = handlers_gelf::GelfTcpHandler::builder("unchecked.example", 12204).tls(true);
    tcp.cert_reqs(CertReqs::None).build().unwrap();
    logger.remove_handler(&(Arc::clone(&list) as Arc<dyn Handler>));
    assert!(logger.is_enabled_for(Level::WARNING));
    let warnings = list.lines();
    for port in [443, 12204] {
        let expected =
            format!("WARNING nobody checks the certificate of tls unchecked.example:{port}");
        assert!(warnings.contains(&expected), "{warnings:?}");
    }
    assert!(!warnings.iter().any(|line| line.contains("plain.example")), "{warnings:?}");
}
