//! What certificates prove, those of the server and ours.

use std::fs;
use std::io;
use std::path::Path;

use handlers_core::ErrorKind;
use handlers_queue::RedisTls;
use handlers_tests::test_dir;

use super::tls::{Encrypted, assert_said, trusting};
use super::{next, put};
use crate::transport::tls::authority::{Authority, Pair};

#[test]
fn a_certificate_that_is_not_good_is_refused_and_records_are_counted() {
    let dir = test_dir!();
    let (authority, other) = (Authority::new(&dir, "authority"), Authority::new(&dir, "other"));
    let issue = |name: &str, from: &str, until: &str| {
        authority.issue_between(name, "DNS:localhost", from, until)
    };
    let bad = [
        (authority.issue("wrong", "DNS:elsewhere"), "certificate not valid for name \"localhost\""),
        (issue("expired", "20200101000000Z", "20210101000000Z"), "certificate expired"),
        (issue("early", "20980101000000Z", "20990101000000Z"), "certificate not valid yet"),
        (Pair::self_signed(&dir, "self", false), "UnknownIssuer"),
        (Pair::self_signed(&dir, "self-ca", true), "Other(OtherError(CaUsedAsEndEntity))"),
        (other.issue("strange", "DNS:localhost"), "UnknownIssuer"),
    ];
    for (pair, reason) in &bad {
        let server = Encrypted::start(&dir, pair, &[]);
        let reason = format!("agree upon a TLS session: invalid peer certificate: {reason}");
        server.assert_refuses(trusting(&authority), &reason);
    }
}

#[test]
fn a_certificate_for_another_name_is_good_if_one_says_so() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let pair = authority.issue("elsewhere", "DNS:elsewhere");
    let server = Encrypted::start(&dir, &pair, &[]);
    put(&server.queue(trusting(&authority).server_name("elsewhere")), 0..1);
    server.server.ask(&["DEL", "logs"]);
    server.assert_refuses(trusting(&authority).server_name("nowhere"), "for name \"nowhere\"");
}

#[test]
fn a_certificate_that_is_trusted_itself_is_good_unless_it_is_one_of_an_authority() {
    let dir = test_dir!();
    let itself = |pair: &Pair| RedisTls::builder().ca_file(&pair.certificate);
    let pair = Pair::self_signed(&dir, "self", false);
    put(&Encrypted::start(&dir, &pair, &[]).queue(itself(&pair)), 0..3);
    let pair = Pair::self_signed(&dir, "self-ca", true);
    Encrypted::start(&dir, &pair, &[]).assert_refuses(itself(&pair), "CaUsedAsEndEntity");
}

#[test]
fn files_that_do_not_hold_what_they_should_are_errors_that_show_nothing_of_them() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let (pair, other) = (authority.issue("a", "DNS:a"), authority.issue("b", "DNS:b"));
    pair.convert_key(&["pkcs8", "-topk8", "-passout", "pass:word"], &dir.join("locked"));
    pair.convert_key(&["ec", "-aes128", "-passout", "pass:word"], &dir.join("old"));
    let key = fs::read_to_string(&pair.key).expect("it is there");
    dir.write("line", key.replace('\n', ""));
    dir.write("empty", "");
    dir.write("nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let show = |certificate: &Path, key: &Path| {
        trusting(&authority).client_certificate(certificate, key).build().unwrap_err()
    };
    let trust = |file: &str| RedisTls::builder().ca_file(dir.join(file)).build().unwrap_err();
    let key_of = |file: &str| show(&pair.certificate, &dir.join(file));
    for (error, attempt, reason) in [
        (trust("empty"), "read certificates in ", "there is nothing of that kind"),
        (trust("a.key"), "read certificates in ", "there is nothing of that kind"),
        (trust("nonsense"), "trust a certificate", "nonsense is none"),
        (trust("line"), "read certificates in ", "the file is damaged"),
        (key_of("empty"), "read a private key without a password in ", "nothing of that kind"),
        (key_of("locked"), "read a private key without a password in ", "nothing of that kind"),
        (key_of("old"), "read a private key without a password in ", "the file is damaged"),
        (key_of("line"), "read a private key without a password in ", "the file is damaged"),
        (show(&pair.certificate, &other.key), "use the certificate in ", "keys may not be"),
        (show(&dir.join("empty"), &pair.key), "read certificates in ", "nothing of that kind"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Value);
        assert!(error.to_string().starts_with(attempt), "{error}");
        assert_said(&error, reason);
        let shown = format!("{error:?}");
        let mut lines = key.lines().filter(|line| !line.starts_with('-'));
        assert!(lines.all(|line| !shown.contains(line)), "{shown}");
    }
    assert_eq!(trust("none").io_kind(), Some(io::ErrorKind::NotFound));
    assert_eq!(key_of("none").io_kind(), Some(io::ErrorKind::NotFound));
}

#[test]
fn a_server_that_wants_a_certificate_is_shown_one() {
    let dir = test_dir!();
    let (authority, clients) = (Authority::new(&dir, "authority"), Authority::new(&dir, "clients"));
    let pair = authority.issue("right", "DNS:localhost");
    let client = clients.issue("client", "DNS:app");
    let strange = authority.issue("strange", "DNS:app");
    let with = |pair: &Pair| trusting(&authority).client_certificate(&pair.certificate, &pair.key);
    for (versions, without) in [("TLSv1.3", "CertificateRequired"), ("TLSv1.2", "HandshakeFailure")]
    {
        let server = Encrypted::wants_certificates(&dir, &pair, &clients.file(), versions);
        server.assert_refuses(trusting(&authority), without);
        server.assert_refuses(with(&strange), "received fatal alert: UnknownCA");
        let queue = server.queue(with(&client));
        put(&queue, 0..100);
        assert_eq!(next(&queue), "seq=00000000");
    }
}
