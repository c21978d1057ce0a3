//! CPython as the receiver of what the handlers send.

use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver as Lines};
use std::time::{Duration, Instant};
use std::{iter, thread};

use handlers_core::{Level, Record, RecordBuilder, Timestamp, Value};
use serde_json::{Map, Value as Json};

/// A receiver of CPython's `socketserver`, which is killed with this value.
#[derive(Debug)]
pub(crate) struct Receiver {
    child: Child,
    lines: Lines<String>,
    port: u16,
}

impl Receiver {
    /// Starts a receiver for TCP on `port`, 0 for any that is free.
    pub(crate) fn tcp(port: u16) -> Self {
        Self::tcp_at("127.0.0.1", port)
    }

    /// Starts a receiver for TCP at an address of this host.
    pub(crate) fn tcp_at(host: &str, port: u16) -> Self {
        Self::start(&["tcp", host, &port.to_string()])
    }

    /// Starts a receiver for UDP on a free port.
    pub(crate) fn udp() -> Self {
        Self::start(&["udp", "127.0.0.1", "0"])
    }

    /// Starts a receiver at a Unix socket for streams.
    pub(crate) fn unix(path: &Path) -> Self {
        Self::start(&["unix", &path.display().to_string()])
    }

    /// Starts a receiver at a Unix socket for datagrams.
    pub(crate) fn unix_datagrams(path: &Path) -> Self {
        Self::start(&["unixgram", &path.display().to_string()])
    }

    fn start(arguments: &[&str]) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/receiver.py");
        let mut command = Command::new("python3");
        command.arg(script).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the tests need python3");
        let output = BufReader::new(child.stdout.take().expect("standard output is a pipe"));
        let (send, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
        let mut receiver = Self { child, lines, port: 0 };
        let ready = receiver.line();
        let port = ready.strip_prefix("ready ").expect("the first line says where it listens");
        receiver.port = port.parse().expect("a port is a number");
        receiver
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The next record, which must come.
    pub(crate) fn record(&self) -> Map<String, Json> {
        let line = self.line();
        match serde_json::from_str(&line) {
            Ok(Json::Object(fields)) => fields,
            other => panic!("{other:?}: {line}"),
        }
    }

    /// The messages of the next `count` records, which must come.
    pub(crate) fn messages(&self, count: usize) -> Vec<String> {
        (0..count).map(|_| message(&self.record())).collect()
    }

    /// The messages of all records that come until then.
    pub(crate) fn messages_until(self, end: Instant) -> Vec<String> {
        let next = || {
            let left = end.saturating_duration_since(Instant::now());
            self.lines.recv_timeout(left).ok()
        };
        let lines: Vec<String> = iter::from_fn(next).collect();
        lines.iter().filter_map(|line| message_of(line)).collect()
    }

    /// Kills it, and gives the messages that it has printed and nobody has read.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.end();
        self.lines.iter().filter_map(|line| message_of(&line)).collect()
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(DEADLINE).expect("the receiver prints another line")
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.end();
    }
}

/// Asserts that `fields` is what CPython makes of `record`: every attribute, in its order, with the
/// message in the place of template and arguments (NET-18).
pub(crate) fn assert_is(fields: &Map<String, Json>, record: &Record<'_>) {
    let message = record.message().expect("the message can be formatted");
    let mut names = Vec::new();
    for (name, value) in record.attributes() {
        let value = match name {
            "msg" => Value::from(&*message),
            "args" | "exc_info" => Value::None,
            _ => value,
        };
        let field = fields.get(name).expect("every attribute is sent");
        assert!(is_equal(field, &value), "{name}: {field} is not {value:?}");
        names.push(name.to_owned());
    }
    assert_eq!(fields.keys().cloned().collect::<Vec<_>>(), names);
}

/// The record of that number: no two that follow each other have much in common.
pub(crate) fn record(number: u32) -> Record<'static> {
    let levels = [Level::DEBUG, Level::INFO, Level::WARNING, Level::ERROR, Level::new(35)];
    let nanos = 1_700_000_000_000_000_000 + i128::from(number) * 1_234_567_891;
    let mut pad = String::new();
    for part in 0..number % 50 {
        let _ = write!(pad, " é{part}");
    }
    let builder = Record::builder()
        .name(format!("app.part{}", number % 7))
        .level(levels[number as usize % levels.len()])
        .created(Timestamp::from_nanos(nanos))
        .location(Some(&format!("/srv/app/mod{}.py", number % 300)), number, Some("work"));
    let fields = [
        ("request", Value::from(i64::from(number) * 1_000_003)),
        ("ratio", Value::from(f64::from(number) / 7.0)),
        ("user", Value::from(format!("user {number}"))),
        ("cached", Value::from(number.is_multiple_of(2))),
        ("nothing", Value::None),
    ];
    let with_field = |builder: RecordBuilder, (name, value)| {
        builder.field(name, value).expect("no attribute has that name")
    };
    let builder = fields.into_iter().fold(builder, with_field);
    if number.is_multiple_of(3) {
        return builder.message(format!("message {number}{pad}")).build();
    }
    let arguments = [Value::from(i64::from(number)), Value::from(pad)];
    builder.template("message %d%s", arguments).build()
}

/// The number in the message of a record of [`record`].
pub(crate) fn number(message: &str) -> u32 {
    let digits = message.split_whitespace().nth(1).expect("the message has two words");
    digits.parse().expect("the second one is a number")
}

/// The message in a line, unless that was cut off.
fn message_of(line: &str) -> Option<String> {
    serde_json::from_str(line).ok().map(|record| message(&record))
}

fn message(record: &Map<String, Json>) -> String {
    record["msg"].as_str().expect("a message is text").to_owned()
}

/// Floats come as texts, since not every reader of JSON reads each of them to the last digit.
fn is_equal(field: &Json, value: &Value<'_>) -> bool {
    match value {
        Value::None => field.is_null(),
        Value::Bool(value) => field.as_bool() == Some(*value),
        Value::Int(value) => is_integer(field, &value.to_string()),
        Value::Float(value) => {
            let digits = field.as_str().and_then(|text| text.strip_prefix("float "));
            digits.and_then(|digits| digits.parse().ok()) == Some(*value)
        }
        Value::Str(value) => field.as_str() == Some(value),
        other => panic!("JSON has nothing like {other:?}"),
    }
}

fn is_integer(field: &Json, digits: &str) -> bool {
    field.as_number().is_some_and(|number| number.to_string() == digits)
}

pub(crate) const DEADLINE: Duration = Duration::from_secs(120);
