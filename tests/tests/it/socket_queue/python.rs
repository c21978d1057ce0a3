//! Python at the other end, with the lines of the documentation.

use std::process::{Command, Stdio};
use std::time::Duration;

use handlers_core::{Fields, Level, Record, Value};
use handlers_queue::{Overflow, Placed, RecordQueue, SocketQueue};

use super::DEADLINE;
use handlers_tests::support::{SocketPath, wait_until};

#[test]
fn python_sends_with_three_lines() {
    let path = SocketPath::new();
    let queue = SocketQueue::bind(path.as_ref()).unwrap();
    let script = "import json, logging, socket, struct, sys
path = sys.argv[1]
record = logging.LogRecord('app', 30, '/srv/app.py', 7, '%s of %d', ('één', 10), None)
record.user = {'name': 'ann', 'tags': ['a', None, 0.5, 2**70]}
sock = socket.socket(socket.AF_UNIX); sock.connect(path)
line = json.dumps(record.__dict__ | {\"msg\": record.getMessage(), \"args\": None}).encode()
sock.sendall(struct.pack(\">L\", len(line)) + line)";
    let status = Command::new("python3").args(["-c", script]).arg(path.as_ref()).status();
    assert!(status.expect("the tests need python3").success());
    let record = queue.get(DEADLINE).unwrap().expect("a record was sent");
    assert_eq!((record.name(), record.level(), record.line_number()), ("app", Level::WARNING, 7));
    assert_eq!(record.message().unwrap(), "één of 10");
    let user = record.get("user").unwrap().to_string();
    assert_eq!(user, "{'name': 'ann', 'tags': ['a', None, 0.5, 1180591620717411303424]}");
    assert_eq!(queue.dropped(), 0);
}

#[test]
fn python_takes_with_three_lines() {
    let path = SocketPath::new();
    let script = "import json, logging, socket, struct, sys
logging.basicConfig(format='%(name)s %(levelname)s %(message)s %(user)s', stream=sys.stdout)
listener = socket.socket(socket.AF_UNIX); listener.bind(sys.argv[1]); listener.listen()
stream = listener.accept()[0].makefile('rb')
while header := stream.read(4):
    record = logging.makeLogRecord(json.loads(stream.read(*struct.unpack(\">L\", header))))
    logging.getLogger(record.name).handle(record)";
    let mut command = Command::new("python3");
    command.args(["-c", script]).arg(path.as_ref()).stdout(Stdio::piped());
    let child = command.spawn().expect("the tests need python3");
    let queue = SocketQueue::connect(path.as_ref());
    let record = |number: i32| {
        let builder = Record::builder().name("app.db").level(Level::ERROR);
        let builder = builder.template("no %d %%", [Value::from(number)]);
        builder.field("user", "zo\u{eb}\n").unwrap().build()
    };
    wait_until("the receiver", || {
        matches!(queue.put(record(0), Overflow::DropNewest), Ok(Placed::Queued))
    });
    assert_eq!(queue.put(record(1), Overflow::Block).unwrap(), Placed::Queued);
    let dropped = queue.dropped();
    drop(queue);
    let output = child.wait_with_output().expect("the receiver ends");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    // The record of what was given up has no user.
    let expected = "app.db ERROR no 0 % zoë\n\napp.db ERROR no 1 % zoë\n\n";
    assert!(text.ends_with(expected), "{dropped}: {text}");
}

#[test]
fn a_producer_that_sends_nonsense_is_told_of_and_others_are_heard() {
    let path = SocketPath::new();
    let queue = SocketQueue::bind(path.as_ref()).unwrap();
    let script = "import socket, struct, sys
sock = socket.socket(socket.AF_UNIX); sock.connect(sys.argv[1])
for line in b'[1]', b'{\"levelno\": \"high\"}', b'{\"msg\": \"a\"', b'{\"msg\": \"good\"}':
    sock.sendall(struct.pack('>L', len(line)) + line)
sock.sendall(b'GET / HTTP/1.1')";
    let status = Command::new("python3").args(["-c", script]).arg(path.as_ref()).status();
    assert!(status.expect("the tests need python3").success());
    let error = queue.get(DEADLINE).unwrap_err();
    assert_eq!(error.to_string(), "read a record that a producer has sent");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "a record must be a JSON object, not list");
    let good = queue.get(DEADLINE).unwrap().expect("one of them is a record");
    assert_eq!(good.message().unwrap(), "good");
    assert!(queue.get(Duration::ZERO).unwrap().is_none());
    assert_eq!(queue.dropped(), 4);
}
