//! How sessions begin, go on and end.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use handlers_net::transport::{Connect, Tcp, Tls};
use handlers_tests::support::wait_until;
use handlers_tests::test_dir;
use rustix::process::Signal;

use super::authority::Pair;
use super::certificates::known;
use super::server::Options;
use crate::transport::{assert_times_out, in_a_second, late};

/// Connects to whatever listens at the port.
fn to(port: u16) -> Tls {
    let tls = Tls::builder(Tcp::new("localhost", port)).danger_accept_invalid_certs(true);
    tls.build().expect("nothing has to be read")
}

/// Someone who does something with the first connection.
fn peer(work: impl FnOnce(TcpStream) + Send + 'static) -> (Tls, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let tls = to(listener.local_addr().expect("it is bound").port());
    (tls, thread::spawn(move || work(listener.accept().expect("somebody connects").0)))
}

#[test]
fn frames_arrive_whole_in_both_versions_and_the_end_is_a_proper_one() {
    let dir = test_dir!();
    let pair = Pair::self_signed(&dir, "self", true);
    for version in ["1.2", "1.3"] {
        for length in [0, 1, 16_384, 65_536, 10_000_000] {
            let server = Options::new(&pair).version(version).start();
            let tls = to(server.port());
            assert_eq!(tls.peer(), format!("tls localhost:{}", server.port()));
            let mut transport = tls.connect(late()).unwrap();
            assert!(!transport.is_closed() && !transport.is_datagram());
            let frame = known(length);
            let (first, rest) = frame.split_at(length / 3);
            transport.send(first, late()).unwrap();
            assert!(!transport.is_closed());
            transport.send(rest, late()).unwrap();
            drop(transport);
            let seen = server.finish();
            assert_eq!(seen["received"], length, "{seen}");
            assert_eq!((&seen["equal"], &seen["ended"]), (&true.into(), &"clean".into()));
            assert_eq!(seen["version"], format!("TLSv{version}"));
        }
    }
}

#[test]
fn a_peer_that_talks_disturbs_nobody() {
    let dir = test_dir!();
    let pair = Pair::self_signed(&dir, "self", true);
    let mut server = Options::new(&pair).says(&"hello".repeat(1000)).start();
    let mut transport = to(server.port()).connect(late()).unwrap();
    server.wait_until_said();
    for part in known(100_000).chunks(1000) {
        transport.send(part, late()).unwrap();
        assert!(!transport.is_closed());
    }
    drop(transport);
    let seen = server.finish();
    assert_eq!((&seen["received"], &seen["equal"]), (&100_000.into(), &true.into()), "{seen}");
    assert_eq!(seen["ended"], "clean");
}

#[test]
fn a_peer_that_ends_the_session_is_noticed() {
    let dir = test_dir!();
    let pair = Pair::self_signed(&dir, "self", true);
    let server = Options::new(&pair).closes().start();
    let mut transport = to(server.port()).connect(late()).unwrap();
    wait_until("the end of the session", || transport.is_closed());
    let error = transport.send(b"a frame", late()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionAborted);
}

#[test]
fn a_server_that_is_killed_is_noticed() {
    let dir = test_dir!();
    let pair = Pair::self_signed(&dir, "self", true);
    let server = Options::new(&pair).start();
    let mut transport = to(server.port()).connect(late()).unwrap();
    transport.send(&known(1000), late()).unwrap();
    drop(server);
    wait_until("the end of the session", || transport.is_closed());
    assert!(transport.send(b"a frame", late()).is_err());
}

#[test]
fn a_peer_that_never_speaks_costs_no_more_than_the_deadline() {
    let (tls, peer) = peer(|mut stream| {
        let mut greeting = Vec::new();
        // Until we go.
        let _ = stream.read_to_end(&mut greeting);
        assert_eq!(greeting[0], 22, "a TLS greeting has come");
    });
    assert_times_out(|deadline| tls.connect(deadline));
    peer.join().unwrap();
}

#[test]
fn a_peer_that_speaks_something_else_is_an_error_at_once() {
    let (tls, peer) = peer(|mut stream| {
        stream.write_all(b"220 mail.example.com ESMTP\r\n").unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let error = in_a_second(|deadline| tls.connect(deadline)).unwrap_err();
    assert_eq!(error.io_kind(), Some(io::ErrorKind::InvalidData));
    peer.join().unwrap();
}

#[test]
fn a_peer_that_hangs_up_instead_of_answering_is_an_error_at_once() {
    let (tls, peer) = peer(|mut stream| {
        let mut greeting = [0; 16];
        stream.read_exact(&mut greeting).unwrap();
    });
    let error = in_a_second(|deadline| tls.connect(deadline)).unwrap_err();
    let kinds = [io::ErrorKind::ConnectionAborted, io::ErrorKind::ConnectionReset];
    assert!(kinds.contains(&error.io_kind().unwrap()), "{error:?}");
    peer.join().unwrap();
}

#[test]
fn a_peer_that_drips_a_greeting_costs_no_more_than_the_deadline() {
    let (tls, peer) = peer(|mut stream| {
        let (_stop, stopped) = std::sync::mpsc::channel::<()>();
        // The head of a long record, which never comes to its end.
        let head = [22, 3, 3, 0x3F, 0xFF, 2, 0, 0x3F, 0xFB];
        for byte in head.into_iter().chain([0; 1000]) {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            let _ = stopped.recv_timeout(std::time::Duration::from_millis(50));
        }
    });
    assert_times_out(|deadline| tls.connect(deadline));
    peer.join().unwrap();
}

// The frame that was cut must not look like the last one of a good session.
#[test]
fn a_frame_that_could_not_be_sent_ends_the_session_without_a_good_bye() {
    let dir = test_dir!();
    let pair = Pair::self_signed(&dir, "self", true);
    let server = Options::new(&pair).start();
    let mut transport = to(server.port()).connect(late()).unwrap();
    server.signal(Signal::STOP);
    let frame = known(50_000_000);
    assert_times_out(|deadline| transport.send(&frame, deadline));
    assert!(transport.is_closed(), "it is of no use any more");
    assert!(transport.send(b"another", late()).is_err());
    drop(transport);
    server.signal(Signal::CONT);
    let seen = server.finish();
    assert_eq!(seen["equal"], true);
    assert_ne!(seen["ended"], "clean", "{seen}");
}

#[test]
fn frames_that_are_sent_together_arrive_one_behind_the_other() {
    let dir = test_dir!();
    let pair = Pair::self_signed(&dir, "self", true);
    let ends = [1, 2, 2, 16_386, 16_387, 32_772, 32_773, 150_000, 150_500, 200_000];
    for version in ["1.2", "1.3"] {
        let server = Options::new(&pair).version(version).start();
        let mut transport = to(server.port()).connect(late()).unwrap();
        let (sent, result) = transport.send_frames(&known(200_000), &ends, late());
        result.unwrap();
        assert_eq!(sent, ends.len());
        drop(transport);
        let seen = server.finish();
        assert_eq!((&seen["received"], &seen["equal"]), (&200_000.into(), &true.into()), "{seen}");
    }
}

// A peer can read none of a record of TLS that has not come whole.
#[test]
fn what_a_stalled_peer_will_get_of_many_frames_is_known_to_the_frame() {
    let dir = test_dir!();
    let pair = Pair::self_signed(&dir, "self", true);
    // In 1.3 the server has something to say once it goes on; that nobody is there to hear it would
    // reset the connection.
    let server = Options::new(&pair).version("1.2").start();
    let mut transport = to(server.port()).connect(late()).unwrap();
    server.signal(Signal::STOP);
    let ends: Vec<usize> = (1..=20_000).map(|number| number * 1000).collect();
    let bytes = known(20_000_000);
    let (sent, result) = in_a_second(|deadline| transport.send_frames(&bytes, &ends, deadline));
    assert_eq!(result.unwrap_err().kind(), io::ErrorKind::TimedOut);
    drop(transport);
    server.signal(Signal::CONT);
    let seen = server.finish();
    assert_eq!(
        (&seen["received"], &seen["equal"]),
        (&(sent * 1000).into(), &true.into()),
        "{seen}"
    );
}
