//! Servers that speak TLS.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::authority::Pair;

/// A server for one connection.
pub(crate) struct Server {
    child: Child,
    output: BufReader<ChildStdout>,
    port: u16,
}

/// How a server is to behave.
pub(crate) struct Options(Value);

impl Options {
    pub(crate) fn new(pair: &Pair) -> Self {
        let (certificate, key) = (&pair.certificate, &pair.key);
        Self(json!({
            "certificate": certificate, "key": key, "version": "1.3",
            "client_ca": null, "says": null, "closes": false,
        }))
    }

    /// The newest version that it speaks.
    pub(crate) fn version(self, version: &str) -> Self {
        self.set("version", json!(version))
    }

    /// Wants a certificate of the client.
    pub(crate) fn client_ca(self, path: &Path) -> Self {
        self.set("client_ca", json!(path))
    }

    /// Says something first.
    pub(crate) fn says(self, text: &str) -> Self {
        self.set("says", json!(text))
    }

    /// Ends the session at once.
    pub(crate) fn closes(self) -> Self {
        self.set("closes", json!(true))
    }

    pub(crate) fn start(self) -> Server {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/transport/tls/server.py");
        let mut command = Command::new("python3");
        command.arg(script).arg(self.0.to_string()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("python3 can be run");
        let mut output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let mut port = String::new();
        output.read_line(&mut port).expect("the server says its port");
        Server { child, output, port: port.trim().parse().expect("a port is a number") }
    }

    fn set(mut self, key: &str, value: Value) -> Self {
        self.0[key] = value;
        self
    }
}

impl Server {
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Waits until the server has said what it says first.
    pub(crate) fn wait_until_said(&mut self) {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the server can be heard");
        assert_eq!(line, "said\n");
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a child has a number"), signal).expect("it is our child");
    }

    /// Waits for the end of the connection, and says what the server has seen.
    pub(crate) fn finish(mut self) -> Value {
        let mut text = String::new();
        self.output.read_to_string(&mut text).expect("the server says what it got");
        serde_json::from_str(&text).expect("the server speaks JSON")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
