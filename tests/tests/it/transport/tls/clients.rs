//! Certificates that we show, and settings that cannot be.

use handlers_core::{Error, ErrorKind};
use handlers_net::transport::{Connect, Tcp, Tls, TlsBuilder};
use handlers_tests::support::wait_for;
use handlers_tests::test_dir;

use super::authority::{Authority, Pair};
use super::certificates::known;
use super::server::Options;
use crate::transport::{late, text};

#[test]
fn a_client_certificate_is_shown_whatever_its_key_looks_like() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let server = authority.issue("server", "DNS:localhost");
    let client = authority.issue("client", "DNS:client");
    client.convert_key(&["ec"], &dir.join("sec1.key"));
    client.together(&dir.join("both.pem"));
    let files = [
        (&client.certificate, client.key.clone()),
        (&client.certificate, dir.join("sec1.key")),
        (&dir.join("both.pem"), dir.join("both.pem")),
    ];
    for (certificate, key) in files {
        for version in ["1.2", "1.3"] {
            let server = Options::new(&server).version(version).client_ca(&authority.file());
            let server = server.start();
            let tls = Tls::builder(Tcp::new("localhost", server.port()));
            let tls = tls.ca_file(authority.file()).client_certificate(certificate, &key);
            let mut transport = tls.build().unwrap().connect(late()).unwrap();
            transport.send(&known(1000), late()).unwrap();
            drop(transport);
            let seen = server.finish();
            assert_eq!((&seen["client"], &seen["received"]), (&"client".into(), &1000.into()));
        }
    }
}

#[test]
fn a_server_that_misses_our_certificate_is_noticed() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let server = authority.issue("server", "DNS:localhost");
    for version in ["1.2", "1.3"] {
        let server = Options::new(&server).version(version).client_ca(&authority.file()).start();
        let tls = Tls::builder(Tcp::new("localhost", server.port())).ca_file(authority.file());
        // In TLS 1.3 the refusal comes after everything has been agreed upon.
        if let Ok(mut transport) = tls.build().unwrap().connect(late()) {
            wait_for("an alert", || transport.send(b"a frame", late()).err());
            assert!(transport.is_closed());
        }
        assert_ne!(server.finish()["ended"], "clean");
    }
}

#[test]
fn files_that_cannot_be_used_are_errors_before_anything_is_sent() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let (one, two) = (authority.issue("one", "DNS:one"), authority.issue("two", "DNS:two"));
    one.convert_key(&["pkcs8", "-topk8", "-passout", "pass:x"], &dir.join("encrypted.key"));
    one.convert_key(&["ec", "-aes128", "-passout", "pass:x"], &dir.join("old.key"));
    dir.write("empty", "");
    dir.write("broken", "-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n");
    dir.write("cut", "-----BEGIN CERTIFICATE-----\nMIIB\n");
    dir.write("nonsense", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");

    let missing = build(|tls| tls.ca_file(dir.join("missing")));
    assert_eq!(missing.kind(), ErrorKind::Io);
    assert_eq!(missing.python_name(), "FileNotFoundError");
    assert!(missing.to_string().starts_with("read the certificates in "), "{missing}");
    for (name, reason) in [
        ("empty", "there are none"),
        ("broken", "they are not encoded in Base64"),
        ("cut", "a section has no end"),
        ("nonsense", "use the certificates in "),
    ] {
        assert_value(&build(|tls| tls.ca_file(dir.join(name))), reason);
    }
    let client = |key: &str| {
        build(|tls| {
            let tls = tls.danger_accept_invalid_certs(true);
            tls.client_certificate(&one.certificate, dir.join(key))
        })
    };
    assert_value(&client("two.key"), "use the certificate in ");
    assert_value(&client("empty"), "there are none");
    assert_value(&client("encrypted.key"), "is encrypted: decrypt it first");
    assert_value(&client("old.key"), "is encrypted: decrypt it first");
    assert_eq!(client("missing").python_name(), "FileNotFoundError");
    drop(two);
}

#[test]
fn a_name_that_no_certificate_can_be_for_is_an_error() {
    for name in ["", "two words", "a\nb", "-"] {
        let settings = |tls: TlsBuilder| tls.danger_accept_invalid_certs(true).server_name(name);
        assert_value(&build(settings), "is no name that a certificate can be for");
    }
}

#[test]
fn no_key_is_shown_by_debug() {
    let dir = test_dir!();
    let pair = Pair::self_signed(&dir, "self", true);
    let tls = Tls::builder(Tcp::new("localhost", 6514)).ca_file(&pair.certificate);
    let tls = tls.client_certificate(&pair.certificate, &pair.key);
    let shown = format!("{tls:?} {:?}", tls.clone().build().unwrap());
    assert!(shown.contains("localhost"), "{shown}");
    let key = std::fs::read_to_string(&pair.key).unwrap();
    let line = key.lines().nth(1).unwrap();
    assert!(!shown.contains(line) && shown.len() < 1000, "{shown}");
}

fn build(settings: impl FnOnce(TlsBuilder) -> TlsBuilder) -> Error {
    let tls = settings(Tls::builder(Tcp::new("localhost", 6514)));
    tls.build().expect_err("it cannot be built")
}

fn assert_value(error: &Error, reason: &str) {
    assert_eq!(error.kind(), ErrorKind::Value, "{error:?}");
    let text = text(error);
    assert!(text.contains(reason), "{text}");
}
