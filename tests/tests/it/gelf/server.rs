//! A server that is not ours: the package kinesyslog.

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
        Self::start(&["udp", "0"])
    }

    /// Starts a server for TCP on `port`, 0 for any that is free.
    pub(super) fn tcp(port: u16) -> Self {
        Self::start(&["tcp", &port.to_string()])
    }

    /// Starts a server that has a certificate and a key, and may want one of clients.
    pub(super) fn tls(files: &[&str]) -> Self {
        Self::start(&[&["tls", "0"], files].concat())
    }

    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new("python3");
        command.arg(root().join("tests/peers/gelf_server.py")).args(arguments);
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

    /// The next message, which must come.
    pub(super) fn message(&self) -> Json {
        serde_json::from_str(&self.line()).expect("the server prints JSON")
    }

    /// The texts of the next `count` messages.
    pub(super) fn texts(&self, count: usize) -> Vec<String> {
        let text = |message: Json| message["short_message"].as_str().map(str::to_owned);
        (0..count).map(|_| text(self.message()).expect("every message has a text")).collect()
    }

    /// Kills it, and gives how many messages it has printed that nobody has read.
    pub(super) fn kill(mut self) -> usize {
        self.end();
        self.lines.iter().count()
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(DEADLINE).expect("the server prints another line")
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}
