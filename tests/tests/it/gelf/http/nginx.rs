//! A server that half the web has: nginx.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::time::Duration;

use handlers_core::{Handler, ManualClock, Timestamp};
use handlers_gelf::{Compression, GelfHttpHandler, GelfHttpHandlerBuilder};
use handlers_net::Backlog;
use handlers_tests::support::{Dir, SocketPath, wait_until};
use handlers_tests::test_dir;
use serde_json::Value as Json;

use super::{counts, handler};
use crate::gelf::{LONG, noise, text};
use crate::transport::tls::authority::{Authority, Pair};

/// A server, which is killed with this value. What it is asked stands in `requests.log`.
struct Nginx<'d> {
    dir: &'d Dir,
    inner: SocketPath,
    port: u16,
    child: Child,
}

impl<'d> Nginx<'d> {
    /// Starts a server with more lines in its configuration.
    fn start(dir: &'d Dir, more: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
        let port = listener.local_addr().expect("it is bound").port();
        drop(listener);
        let inner = SocketPath::new();
        let socket = inner.to_str().expect("it is text");
        let config = CONFIG.replace("PORT", &port.to_string());
        let ssl = if more.contains("ssl_certificate") { "ssl" } else { "" };
        let config = config.replace("INNER", socket).replace("MORE", more).replace("SSL", ssl);
        dir.write("nginx.conf", config);
        dir.write("requests.log", "");
        let child = Self::run(dir, port);
        Self { dir, inner, port, child }
    }

    fn run(dir: &Dir, port: u16) -> Child {
        let mut command = Command::new("nginx");
        command.arg("-p").arg(dir.path()).args(["-c", "nginx.conf", "-e", "error.log"]);
        let child = command.spawn().expect("the tests need nginx");
        wait_until("nginx", || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
        child
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.inner);
    }

    fn restart(&mut self) {
        self.child = Self::run(self.dir, self.port);
    }

    /// Waits until a connection has been closed that was idle for less time than those before it.
    fn wait_until_idle_connections_end(&self) {
        let mut probe = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("it listens");
        probe.set_read_timeout(Some(LONG)).expect("it is no zero");
        probe.write_all(b"GET /probe HTTP/1.1\r\nHost: probe\r\n\r\n").expect("it reads");
        probe.read_to_end(&mut Vec::new()).expect("it closes the connection");
    }

    /// The first `count` requests, which must come, and no more.
    fn requests(&self, count: usize) -> Vec<Json> {
        wait_until("the requests", || self.lines().len() >= count);
        let lines = self.lines();
        assert_eq!(lines.len(), count);
        lines.iter().map(|line| serde_json::from_str(line).expect("it is JSON")).collect()
    }

    fn lines(&self) -> Vec<String> {
        // Bodies may be anything.
        let bytes = self.dir.read_bytes("requests.log");
        let text = String::from_utf8_lossy(&bytes);
        text.split_terminator('\n').map(str::to_owned).collect()
    }
}

impl Drop for Nginx<'_> {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The texts of messages that were sent as they are.
fn texts(requests: &[Json]) -> Vec<String> {
    let text = |request: &Json| {
        let message: Json = serde_json::from_str(request["body"].as_str()?).ok()?;
        Some(message["short_message"].as_str()?.to_owned())
    };
    requests.iter().map(|request| text(request).expect("the body is a message")).collect()
}

fn send(handler: &GelfHttpHandler, numbers: std::ops::Range<u32>) {
    for message in expected(numbers) {
        handler.handle(&text(message));
    }
}

fn expected(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(|number| format!("message {number}")).collect()
}

#[test]
fn thousands_of_messages_need_few_connections() {
    let dir = test_dir!();
    // Its default is 1000 requests.
    let nginx = Nginx::start(&dir, "keepalive_requests 250;");
    let (handler, errors) = handler(nginx.port, |builder| builder.compression(Compression::None));
    send(&handler, 0..1000);
    let requests = nginx.requests(1000);
    assert_eq!(texts(&requests), expected(0..1000));
    let connections: HashSet<u64> =
        requests.iter().filter_map(|request| request["connection"].as_u64()).collect();
    assert_eq!(connections.len(), 4);
    assert_eq!((counts(&handler), errors.try_iter().count()), ([1000, 0, 0, 3], 0));
}

#[test]
fn compressed_messages_say_what_they_are() {
    let dir = test_dir!();
    let nginx = Nginx::start(&dir, "");
    for compression in [Compression::Zlib, Compression::Gzip, Compression::None] {
        let (handler, _) = handler(nginx.port, |builder| builder.compression(compression));
        handler.handle(&text("x".repeat(10_000)));
    }
    let requests = nginx.requests(3);
    let coding = |request: &Json| request["coding"].as_str().unwrap().to_owned();
    assert_eq!(requests.iter().map(coding).collect::<Vec<_>>(), ["deflate", "gzip", ""]);
    let length = |number: usize| requests[number]["length"].as_u64().unwrap();
    assert!(length(0) < 1000 && length(1) < 1000 && length(2) > 10_000);
}

#[test]
fn a_message_that_is_too_long_is_refused_and_the_next_one_is_not() {
    let dir = test_dir!();
    let nginx = Nginx::start(&dir, "client_max_body_size 1k; lingering_close off;");
    let (handler, errors) = handler(nginx.port, |builder| builder.compression(Compression::None));
    // The server closes the connection while the longest one is still being sent.
    for length in [2000, 10_000_000] {
        handler.handle(&text(noise(length)));
        let error = errors.recv().unwrap();
        assert!(error.ends_with("the server answered 413 Payload Too Large"), "{error}");
        handler.handle(&text("short"));
    }
    let mut statuses: Vec<u64> =
        nginx.requests(4).iter().filter_map(|request| request["status"].as_u64()).collect();
    // A connection may end after the next one has begun.
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 202, 413, 413]);
    assert_eq!(counts(&handler)[..3], [2, 2, 0]);
}

#[test]
fn a_connection_that_was_idle_for_too_long_costs_no_message() {
    let dir = test_dir!();
    let nginx = Nginx::start(&dir, "keepalive_timeout 10ms;");
    let (handler, errors) = handler(nginx.port, |builder| builder.compression(Compression::None));
    for message in expected(0..5) {
        handler.handle(&text(message));
        nginx.wait_until_idle_connections_end();
    }
    assert_eq!(texts(&nginx.requests(5)), expected(0..5));
    assert_eq!((counts(&handler)[..3].to_vec(), errors.try_iter().count()), (vec![5, 0, 0], 0));
    assert_eq!(counts(&handler)[3], 4);
}

#[test]
fn a_restart_costs_what_the_counters_say_and_nothing_with_a_backlog() {
    for backlog in [None, Some(Backlog::memory(1 << 20))] {
        let dir = test_dir!();
        let mut nginx = Nginx::start(&dir, "");
        let clock = ManualClock::new(Timestamp::from_seconds(1e9));
        let keeps = backlog.is_some();
        let (handler, errors) = handler(nginx.port, |builder| {
            let builder = builder.compression(Compression::None).clock(clock.clone());
            backlog.into_iter().fold(builder, GelfHttpHandlerBuilder::backlog)
        });
        send(&handler, 0..100);
        nginx.requests(100);
        nginx.kill();
        send(&handler, 100..200);
        nginx.restart();
        clock.advance(Duration::from_secs(60));
        send(&handler, 200..300);
        let (received, lost) = if keeps { (300, 0) } else { (200, 100) };
        handler.flush().unwrap();
        let all = expected(0..300);
        let all: Vec<String> = if keeps { all } else { [&all[..100], &all[200..]].concat() };
        assert_eq!(texts(&nginx.requests(received)), all);
        assert_eq!(counts(&handler), [received as u64, lost, 0, 1]);
        assert_eq!(errors.try_iter().count() as u64, lost);
    }
}

#[test]
fn it_wants_a_certificate_and_says_so_in_its_own_way() {
    let dir = test_dir!();
    let authority = Authority::new(&dir, "authority");
    let (mine, its) = (authority.issue("me", "DNS:me"), authority.issue("it", "IP:127.0.0.1"));
    let file = authority.file();
    let Pair { certificate, key } = &its;
    let nginx = Nginx::start(
        &dir,
        &format!(
            "ssl_certificate {}; ssl_certificate_key {}; ssl_client_certificate {}; ssl_verify_client on;",
            certificate.display(),
            key.display(),
            file.display(),
        ),
    );
    let (with, _) = handler(nginx.port, |builder| {
        let builder = builder.tls(true).ca_certs(&file).compression(Compression::None);
        builder.client_certificate(&mine.certificate, &mine.key)
    });
    send(&with, 0..10);
    assert_eq!(texts(&nginx.requests(10)), expected(0..10));
    assert_eq!(counts(&with), [10, 0, 0, 0]);
    let (without, errors) = handler(nginx.port, |builder| builder.tls(true).ca_certs(&file));
    without.handle(&text("secret"));
    let error = errors.recv().unwrap();
    assert!(error.ends_with("the server answered 400 Bad Request"), "{error}");
    assert_eq!(counts(&without)[..2], [0, 1]);
}

/// The first server has the second one read the body, without which it would not be logged.
const CONFIG: &str = r#"
daemon off;
master_process off;
pid nginx.pid;
events {}
http {
    client_body_temp_path temp;
    proxy_temp_path temp;
    fastcgi_temp_path temp;
    scgi_temp_path temp;
    uwsgi_temp_path temp;
    client_body_buffer_size 1m;
    log_format requests escape=json '{"connection": $connection, "status": $status, "length": $content_length, "coding": "$http_content_encoding", "body": "$request_body"}';
    access_log off;
    server {
        listen 127.0.0.1:PORT SSL;
        access_log requests.log requests;
        MORE
        location /probe {
            access_log off;
            return 200;
        }
        location /gelf {
            proxy_pass http://unix:INNER;
        }
    }
    server {
        listen unix:INNER;
        location / {
            return 202;
        }
    }
}
"#;
