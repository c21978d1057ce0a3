//! Servers that are not ours: the package kinesyslog, and CPython's `http.server`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use serde_json::Value as Json;

use crate::receiver::DEADLINE;
use crate::sources::root;

/// A server, which is killed with this value.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    lines: Receiver<String>,
    port: u16,
}

impl Server {
    pub(super) fn udp() -> Self {
        Self::start(GELF, &["udp", "0"])
    }

    /// Starts a server for HTTP on `port`, 0 for any that is free. With a certificate and a key it is
    /// one for HTTPS, and may want a certificate of clients.
    pub(super) fn http(port: u16, files: &[&str]) -> Self {
        Self::start(HTTP, &[&[&*port.to_string()], files].concat())
    }

    /// Starts a server for TCP on `port`, 0 for any that is free.
    pub(super) fn tcp(port: u16) -> Self {
        Self::start(GELF, &["tcp", &port.to_string()])
    }

    /// Starts a server that has a certificate and a key, and may want one of clients.
    pub(super) fn tls(files: &[&str]) -> Self {
        Self::start(GELF, &[&["tls", "0"], files].concat())
    }

    fn start(script: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new("python3");
        command.arg(root().join("tests/peers").join(script)).args(arguments);
        command.env("PYTHONPATH", root().join("target/peers"));
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the tests need python3");
        let output = BufReader::new(child.stdout.take().expect("standard output is a pipe"));
        let (send, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
        let mut server = Self { child, lines, port: 0 };
        let ready = server.line();
        let port = ready.strip_prefix("ready ").expect("the first line says where it listens");
        server.port = port.parse().expect("a port is a number");
        server
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The next message, or the next request, which must come.
    pub(super) fn message(&self) -> Json {
        serde_json::from_str(&self.line()).expect("the server prints JSON")
    }

    /// The texts of the next `count` messages.
    pub(super) fn texts(&self, count: usize) -> Vec<String> {
        (0..count).map(|_| short_message(self.message())).collect()
    }

    /// Kills it, and gives how many messages it has printed that nobody has read.
    pub(super) fn kill(self) -> usize {
        self.last_texts().len()
    }

    /// Kills it, and gives the texts of the messages that nobody has read.
    pub(super) fn last_texts(mut self) -> Vec<String> {
        self.end();
        let message = |line: String| serde_json::from_str(&line).expect("the server prints JSON");
        self.lines.iter().map(message).map(short_message).collect()
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(DEADLINE).expect("the server prints another line")
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is passed on as a function")]
fn short_message(message: Json) -> String {
    message["short_message"].as_str().expect("every message has a text").to_owned()
}

const GELF: &str = "gelf_server.py";
const HTTP: &str = "http_server.py";

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}
