//! Which peers are trusted.

use handlers_core::{Error, Result};
use handlers_net::transport::{Connect, Tcp, Tls, TlsBuilder};
use handlers_tests::support::Dir;
use handlers_tests::test_dir;

use super::authority::{Authority, Pair};
use super::server::Options;
use crate::transport::{late, text};

/// Bytes that the server knows.
pub(super) fn known(length: usize) -> Vec<u8> {
    (0..length).map(|place| u8::try_from(place * 7 % 251).expect("it is less than 251")).collect()
}

/// Sends something to a server with this certificate: what the server says, or the error.
fn send(pair: &Pair, host: &str, settings: impl FnOnce(TlsBuilder) -> TlsBuilder) -> Result<()> {
    let server = Options::new(pair).start();
    let tls = settings(Tls::builder(Tcp::new(host, server.port()))).build()?;
    let outcome = tls.connect(late()).map(|mut transport| {
        transport.send(&known(1000), late()).expect("a session takes what it is given");
    });
    let seen = server.finish();
    let received = if outcome.is_ok() { 1000 } else { 0 };
    assert_eq!(seen["received"], received, "{outcome:?}, {seen}");
    assert_eq!(seen["equal"], true);
    assert_eq!(seen["ended"] == "clean", outcome.is_ok(), "{seen}");
    outcome
}

fn assert_refused(outcome: Result<()>, reason: &str) {
    let error: Error = outcome.expect_err("the certificate is not good");
    assert_eq!(error.io_kind(), Some(std::io::ErrorKind::InvalidData));
    assert!(error.to_string().starts_with("connect to tls "), "{error}");
    let text = text(&error);
    assert!(text.contains(reason), "{text}");
}

fn expired(authority: &Authority<'_>) -> Pair {
    authority.issue_between("expired", "DNS:localhost", "20200101000000Z", "20210101000000Z")
}

#[test]
fn a_certificate_of_a_trusted_authority_is_good() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let pair = authority.issue("right", "DNS:localhost,IP:127.0.0.1");
    send(&pair, "localhost", |tls| tls.ca_file(authority.file())).unwrap();
    send(&pair, "127.0.0.1", |tls| tls.ca_file(authority.file())).unwrap();
}

#[test]
fn a_file_may_hold_several_authorities() {
    let dir = test_dir!();
    let authorities = [Authority::new(&dir, "one"), Authority::new(&dir, "two")];
    let text = authorities.each_ref().map(|authority| std::fs::read(authority.file()).unwrap());
    dir.write("all.pem", text.concat());
    for (authority, file) in authorities.iter().zip(["first", "second"]) {
        let pair = authority.issue(file, "DNS:localhost");
        send(&pair, "localhost", |tls| tls.ca_file(dir.join("all.pem"))).unwrap();
    }
}

#[test]
fn a_certificate_that_has_expired_is_refused() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let pair = expired(&authority);
    let reason = "the certificate of the peer has expired";
    assert_refused(send(&pair, "localhost", |tls| tls.ca_file(authority.file())), reason);
    let settings =
        |tls: TlsBuilder| tls.ca_file(authority.file()).danger_accept_invalid_hostnames(true);
    assert_refused(send(&pair, "localhost", settings), reason);
}

#[test]
fn a_certificate_that_is_not_valid_yet_is_refused() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let (from, until) = ("20900101000000Z", "20910101000000Z");
    let pair = authority.issue_between("early", "DNS:localhost", from, until);
    let outcome = send(&pair, "localhost", |tls| tls.ca_file(authority.file()));
    assert_refused(outcome, "is not valid yet");
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let pair = authority.issue("other", "DNS:logs.example.com");
    let trusting = |tls: TlsBuilder| tls.ca_file(authority.file());
    let outcome = send(&pair, "localhost", trusting);
    assert_refused(outcome, "logs.example.com");
    assert_refused(send(&pair, "localhost", trusting), "not for localhost");
    assert_refused(send(&pair, "127.0.0.1", trusting), "not for 127.0.0.1");

    send(&pair, "localhost", |tls| trusting(tls).server_name("logs.example.com")).unwrap();
    let settings = |tls| trusting(tls).danger_accept_invalid_hostnames(true);
    send(&pair, "localhost", settings).unwrap();
}

#[test]
fn a_certificate_of_another_authority_is_refused() {
    let dir = test_dir!();
    let (ours, theirs) = (Authority::new(&dir, "ours"), Authority::new(&dir, "theirs"));
    let pair = theirs.issue("right", "DNS:localhost");
    let reason = "nobody who is trusted has issued";
    assert_refused(send(&pair, "localhost", |tls| tls.ca_file(ours.file())), reason);
    // The name alone is not what is asked about here.
    let settings = |tls: TlsBuilder| tls.ca_file(ours.file()).danger_accept_invalid_hostnames(true);
    assert_refused(send(&pair, "localhost", settings), reason);
}

#[test]
fn a_self_signed_certificate_is_refused_and_so_it_is_by_default() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    for is_authority in [true, false] {
        let pair = Pair::self_signed(&dir, "self", is_authority);
        let outcome = send(&pair, "localhost", |tls| tls.ca_file(authority.file()));
        assert_refused(outcome, "is self-signed");
        // With whom the system trusts.
        let system = authority_of_system(&dir);
        let outcome = send(&pair, "localhost", |tls| match &system {
            Some(file) => tls.ca_file(file),
            None => tls,
        });
        assert_refused(outcome, "is self-signed");
    }
}

/// None, if the system trusts somebody; a system without any authority has a file made for it.
fn authority_of_system(dir: &Dir) -> Option<std::path::PathBuf> {
    Tls::new("localhost", 6514).err().map(|_| Authority::new(dir, "system").file())
}

// As OpenSSL accepts it, which does not ask whether it is one of an authority.
#[test]
fn a_self_signed_certificate_is_good_if_it_is_trusted_itself() {
    let dir = test_dir!();
    for is_authority in [true, false] {
        let pair = Pair::self_signed(&dir, "self", is_authority);
        send(&pair, "localhost", |tls| tls.ca_file(&pair.certificate)).unwrap();
        let outcome = send(&pair, "127.0.0.1", |tls| tls.ca_file(&pair.certificate));
        assert_refused(outcome, "not for 127.0.0.1");
    }
}

#[test]
fn everything_is_accepted_by_those_who_ask_for_the_danger() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    for pair in [
        expired(&authority),
        authority.issue("other", "DNS:logs.example.com"),
        Pair::self_signed(&dir, "self", true),
        Pair::self_signed(&dir, "plain", false),
    ] {
        send(&pair, "localhost", |tls| tls.danger_accept_invalid_certs(true)).unwrap();
    }
    let pair = expired(&authority);
    let both = |tls: TlsBuilder| {
        tls.danger_accept_invalid_certs(true).danger_accept_invalid_hostnames(true)
    };
    send(&pair, "localhost", both).unwrap();
    let neither = |tls: TlsBuilder| {
        let tls = tls.ca_file(authority.file());
        tls.danger_accept_invalid_certs(true).danger_accept_invalid_certs(false)
    };
    send(&pair, "localhost", neither).unwrap_err();
}
