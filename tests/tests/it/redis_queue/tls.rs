//! Servers that are spoken to in secret.

use std::fmt::Write as _;
use std::io::{ErrorKind, Read, Write as _};
use std::iter;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use handlers_core::{Error, Handler, Level, Record};
use handlers_queue::{
    Overflow, Placed, QueueHandler, QueueListener, RecordQueue, RedisQueue, RedisQueueBuilder,
    RedisTls, RedisTlsBuilder,
};
use handlers_tests::support::{Dir, ListHandler, free_port};
use handlers_tests::test_dir;

use super::away::Load;
use super::server::Server;
use super::{LONG, SLACK, next, put, record, timed};
use crate::transport::tls::authority::{Authority, Pair};

/// A server with a port for TLS, beside the one at which the test asks.
pub(super) struct Encrypted {
    pub(super) server: Server,
    port: u16,
}

impl Encrypted {
    pub(super) fn start(dir: &Dir, pair: &Pair, options: &[&str]) -> Self {
        let port = free_port();
        let (number, certificate, key) =
            (port.to_string(), text(&pair.certificate), text(&pair.key));
        let mut all = vec!["--tls-port", &number, "--tls-cert-file", &certificate];
        all.extend(["--tls-key-file", &key, "--tls-auth-clients", "no"]);
        all.extend(options);
        Self { server: Server::with(dir, &all), port }
    }

    /// One that wants a certificate of an authority from its clients.
    pub(super) fn wants_certificates(
        dir: &Dir,
        pair: &Pair,
        ca_file: &Path,
        versions: &str,
    ) -> Self {
        let options = ["--tls-auth-clients", "yes", "--tls-ca-cert-file", &text(ca_file)];
        Self::start(dir, pair, &[&options[..], &["--tls-protocols", versions]].concat())
    }

    fn builder(&self, tls: RedisTlsBuilder) -> RedisQueueBuilder {
        let tls = tls.build().expect("its files can be read");
        RedisQueue::builder().address("localhost", self.port).tls(tls)
    }

    pub(super) fn queue(&self, tls: RedisTlsBuilder) -> RedisQueue {
        self.builder(tls).build()
    }

    /// Checks that nothing is put and nothing taken, and that it is said why.
    pub(super) fn assert_refuses(&self, tls: RedisTlsBuilder, reason: &str) {
        let queue = self.builder(tls).retry_start(Duration::ZERO).retry_max(Duration::ZERO).build();
        for number in 0..3 {
            let outcome = queue.put(record(number), Overflow::Fail);
            let error = outcome.expect_err("nobody is trusted");
            let start = "put a record into the stream logs of redis localhost:";
            assert_eq!(error.to_string(), format!("{start}{}", self.port));
            assert_said(&error, reason);
        }
        assert_said(&queue.get(LONG).expect_err("nobody is trusted"), reason);
        let placed = queue.put(record(3), Overflow::DropNewest).expect("it is no error");
        assert_eq!((placed, queue.dropped()), (Placed::Dropped, 4));
        assert_eq!(self.server.ask(&["EXISTS", "logs"]), "0");
    }
}

pub(super) fn trusting(authority: &Authority<'_>) -> RedisTlsBuilder {
    RedisTls::builder().ca_file(authority.file())
}

fn text(path: &Path) -> String {
    path.to_str().expect("the path is text").to_owned()
}

pub(super) fn assert_said(error: &Error, reason: &str) {
    let mut said = String::new();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        write!(said, ": {error}").expect("a string takes all");
        source = error.source();
    }
    assert!(said.contains(reason), "{error}{said}");
}

#[test]
fn records_arrive_in_their_order() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let pair = authority.issue("right", "DNS:localhost");
    for version in ["TLSv1.2", "TLSv1.3"] {
        let server = Encrypted::start(&dir, &pair, &["--tls-protocols", version]);
        let (from, to) = (server.queue(trusting(&authority)), server.queue(trusting(&authority)));
        put(&from, 0..1000);
        for expected in 0..1000 {
            assert_eq!(next(&to), format!("seq={expected:08}"));
        }
        to.acknowledge().unwrap();
        // Longer than anything that TLS sends at once, and than what rustls keeps.
        let long = "long ".repeat(100_000);
        let record = Record::builder().level(Level::INFO).message(long.clone()).build();
        assert_eq!(from.put(record, Overflow::Fail).unwrap(), Placed::Queued);
        assert_eq!(next(&to), long);
    }
}

#[test]
fn handler_and_listener_speak_to_each_other_in_secret() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let pair = authority.issue("right", "DNS:localhost");
    let server = Encrypted::start(&dir, &pair, &[]);
    let list = Arc::new(ListHandler::new());
    let queue = server.queue(trusting(&authority));
    let listener = QueueListener::builder(queue).handler(list.clone()).build();
    let guard = listener.start().unwrap();
    let handler = QueueHandler::new(server.queue(trusting(&authority)));
    thread::scope(|scope| {
        for thread in 0..4 {
            let handler = &handler;
            scope.spawn(move || {
                for number in 0..250 {
                    assert!(handler.handle(&record(thread * 250 + number)));
                }
            });
        }
    });
    let report = guard.stop(LONG);
    assert_eq!((report.handled, report.timed_out), (1000, false));
    let mut lines = list.lines();
    lines.sort_unstable();
    assert!(lines.into_iter().eq((0..1000).map(|number| format!("seq={number:08}"))));
}

#[test]
fn a_server_that_is_restarted_costs_what_is_counted_over_tls_too() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let pair = authority.issue("right", "DNS:localhost");
    let durable = ["--appendonly", "yes", "--appendfsync", "always"];
    let mut server = Encrypted::start(&dir, &pair, &durable);
    let queue = server.builder(trusting(&authority)).max_len(None);
    let queue = queue.retry_max(Duration::from_secs(1)).build();
    let load = Load::default();
    load.put_during(&queue, || {
        for _ in 0..3 {
            load.wait_for_queued(500);
            server.server.kill();
            load.wait_for_dropped(1000);
            server.server.restart();
            load.wait_for_queued(500);
        }
    });
    let reader = server.queue(trusting(&authority));
    load.assert_counted(&queue, &reader, Duration::from_secs(1) + SLACK);
}

#[test]
fn a_server_that_says_nothing_costs_one_timeout_over_tls_too() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let pair = authority.issue("right", "DNS:localhost");
    let server = Encrypted::start(&dir, &pair, &[]);
    let timeout = Duration::from_millis(200);
    let queue = server.builder(trusting(&authority)).max_len(None).timeout(timeout);
    let queue = queue.retry_start(timeout).retry_max(timeout).build();
    let load = Load::default();
    load.put_during(&queue, || {
        for _ in 0..2 {
            load.wait_for_queued(200);
            server.server.freeze();
            load.wait_for_dropped(200);
            server.server.thaw();
        }
        load.wait_for_queued(200);
    });
    load.assert_counted(&queue, &server.queue(trusting(&authority)), timeout + SLACK);
}

#[test]
fn a_wrong_password_is_an_error_that_does_not_show_it_over_tls_too() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let pair = authority.issue("right", "DNS:localhost");
    let server = Encrypted::start(&dir, &pair, &["--requirepass", "right"]);
    let builder = || server.builder(trusting(&authority)).retry_start(LONG);
    let wrong = builder().password("hunter2").build();
    let (error, time) = timed(|| wrong.put(record(0), Overflow::Fail).unwrap_err());
    assert_said(&error, "WRONGPASS: the server refuses the name and the password");
    assert!(!format!("{error:?}").contains("hunter2") && time < Duration::from_secs(1) + SLACK);
    let ((), time) = timed(|| {
        for number in 1..10_000 {
            let placed = wrong.put(record(number), Overflow::DropNewest).unwrap();
            assert_eq!(placed, Placed::Dropped);
        }
    });
    assert!(time < SLACK, "{time:?}");
    assert_eq!(wrong.dropped(), 10_000);
    put(&builder().username("default").password("right").db(3).build(), 0..5);
    assert_eq!(server.server.ask(&["-n", "3", "XLEN", "logs"]), "5");
}

#[test]
fn two_that_do_not_mean_the_same_do_not_wait_for_each_other() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let pair = authority.issue("right", "DNS:localhost");
    let server = Encrypted::start(&dir, &pair, &[]);
    let plain = RedisQueue::builder().address("localhost", server.port).build();
    let tls = server.builder(trusting(&authority)).address("127.0.0.1", server.server.port());
    for queue in [plain, tls.build()] {
        let (placed, time) = timed(|| queue.put(record(0), Overflow::Fail));
        assert!(placed.is_err() && time < Duration::from_secs(1) + SLACK, "{placed:?} {time:?}");
        assert_eq!(queue.dropped(), 1);
    }
}

/// A server that answers the first words of a client with something, byte by byte and without an end.
fn chatter(words: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it has a port").port();
    thread::spawn(move || {
        let mut stream = listener.accept().expect("the queue connects").0;
        let _ = (stream.set_nodelay(true), stream.read(&mut [0; 4096]));
        for word in words.iter().chain(iter::repeat(&0)) {
            let begin = Instant::now();
            if stream.write_all(&[*word]).is_err() {
                return;
            }
            // Too short for any timeout.
            while begin.elapsed() < Duration::from_micros(100) {
                thread::yield_now();
            }
        }
    });
    port
}

#[test]
fn a_handshake_without_an_end_is_not_waited_for() {
    let dir = test_dir!();
    let tls = trusting(&Authority::new(&dir, "authority")).build().unwrap();
    let timeout = Duration::from_millis(300);
    let timed_put = |port| {
        let queue = RedisQueue::builder().address("127.0.0.1", port).tls(tls.clone());
        let queue = queue.timeout(timeout).build();
        let (outcome, time) = timed(|| queue.put(record(0), Overflow::Fail));
        let error = outcome.unwrap_err();
        assert!(time < timeout + SLACK, "{time:?}");
        assert_said(&error, "agree upon a TLS session");
        (error.io_kind(), time)
    };
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    // A message of TLS that is as long as one can be: at that pace it takes more than a second.
    let slow = chatter(&[22, 3, 3, 64, 0, 2, 0, 63, 252]);
    for port in [silent.local_addr().unwrap().port(), slow] {
        let (kind, time) = timed_put(port);
        assert!(kind == Some(ErrorKind::TimedOut) && time >= timeout, "{kind:?} {time:?}");
    }
    let plain = chatter(b"HTTP/1.1 400 Bad Request");
    assert_eq!(timed_put(plain).0, Some(ErrorKind::InvalidData));
}

#[test]
fn a_unix_socket_needs_a_name_that_a_certificate_can_be_for() {
    let dir = test_dir!();
    let path = handlers_tests::support::SocketPath::new();
    let socket = std::os::unix::net::UnixListener::bind(path.as_ref()).unwrap();
    let tls = trusting(&Authority::new(&dir, "authority")).build().unwrap();
    let queue = RedisQueue::builder().unix_socket(path.as_ref()).tls(tls).build();
    let error = queue.put(record(0), Overflow::Fail).unwrap_err();
    assert_said(&error, "is no name that a certificate can be for");
    drop(socket);
}

#[test]
fn the_child_of_a_fork_leaves_the_connection_of_its_parent_alone() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let pair = authority.issue("right", "DNS:localhost");
    let server = Encrypted::start(&dir, &pair, &[]);
    let connections = || {
        let said = server.server.ask(&["INFO", "stats"]);
        let (_, rest) = said.split_once("total_connections_received:").expect("it is told");
        rest.lines().next().and_then(|count| count.parse::<u64>().ok()).expect("it is a number")
    };
    let before = connections();
    let mut command = Command::new("timeout");
    command.args(["60", env!("CARGO_BIN_EXE_forking"), "encrypted", "-"]);
    // Whom the system trusts.
    command.env("SSL_CERT_FILE", authority.file());
    let ended = command.args([&server.port.to_string(), "0"]).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    // The parent's, that of the child that put something, and this question.
    assert_eq!(connections() - before, 3);
    let mut received = 0;
    let queue = server.queue(trusting(&authority));
    while queue.get(Duration::ZERO).unwrap().is_some() {
        received += 1;
    }
    assert_eq!(received, 4);
}
