//! Records of all sizes: row B7.

use std::net::UdpSocket;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;

use handlers_core::{Handler, Record};
use handlers_net::{DatagramHandler, SocketHandler, SysLogHandler};
use handlers_tests::support::SocketPath;

use super::AGES;
use crate::receiver::Receiver;
use crate::sys_log_handler::{error, kept};

/// What is lost is what CPython's handler loses: pickles from some 65,000 bytes of text on, syslog
/// messages from 65,502 on, both over a path from some 212,000 on.
#[test]
fn a_datagram_arrives_whole_or_is_reported_as_in_python() {
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = udp.local_addr().unwrap().port();
    let handlers: [Box<dyn Handler>; 2] = [
        Box::new(SysLogHandler::new(("127.0.0.1", port)).unwrap()),
        Box::new(DatagramHandler::new("127.0.0.1", port).unwrap()),
    ];
    for handler in handlers {
        let lost = lost(&*handler, &UDP, |buffer| udp.recv(buffer).unwrap());
        assert_eq!(lost, lost_in_python(&*handler, &UDP, None), "{handler:?}");
    }

    let path = SocketPath::new();
    let unix = UnixDatagram::bind(&path).unwrap();
    let handlers: [Box<dyn Handler>; 2] = [
        Box::new(SysLogHandler::builder(&*path).timeout(AGES).build().unwrap()),
        Box::new(DatagramHandler::unix(&path).timeout(AGES).build().unwrap()),
    ];
    for handler in handlers {
        let lost = lost(&*handler, &UNIX, |buffer| unix.recv(buffer).unwrap());
        assert_eq!(lost, lost_in_python(&*handler, &UNIX, Some(&SocketPath::new())), "{handler:?}");
    }
}

/// As a pickle that CPython loads.
#[test]
fn a_message_of_a_hundred_megabytes_arrives_as_a_pickle() {
    let receiver = Receiver::tcp(0);
    let handler = SocketHandler::builder("127.0.0.1", receiver.port()).timeout(AGES);
    let handler = handler.build().unwrap();
    let text = "0123456789".repeat(10_000_000);
    handler.handle(&Record::builder().message(&*text).build());
    handler.handle(&Record::builder().message("next").build());
    let messages = receiver.messages(2);
    assert!(messages[0] == text, "{} bytes have arrived", messages[0].len());
    assert_eq!((&*messages[1], handler.counters().sent), ("next", 2));
}

#[test]
fn a_message_of_a_hundred_megabytes_is_too_long_for_a_datagram_and_the_next_is_sent() {
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let path = SocketPath::new();
    let unix = UnixDatagram::bind(&path).unwrap();
    let text = "x".repeat(100_000_000);
    for handler in [
        DatagramHandler::new("127.0.0.1", udp.local_addr().unwrap().port()).unwrap(),
        DatagramHandler::unix(&path).build().unwrap(),
    ] {
        let errors = kept(&handler);
        error(&handler, &text);
        assert_eq!(errors.names(), ["OSError"]);
        error(&handler, "next");
        assert_eq!((handler.counters().sent, handler.counters().dropped), (1, 1));
    }
    let mut buffer = [0; 1000];
    assert!(udp.recv(&mut buffer).unwrap() > 100 && unix.recv(&mut buffer).unwrap() > 100);
}

/// The lengths of the messages that a handler reports as lost; the others arrive.
fn lost(
    handler: &dyn Handler,
    lengths: &[usize],
    receive: impl Fn(&mut [u8]) -> usize,
) -> Vec<usize> {
    let mut buffer = vec![0; 1 << 20];
    let mut lost = Vec::new();
    for length in lengths {
        let errors = kept(handler);
        error(handler, &"z".repeat(*length));
        match errors.names()[..] {
            [] => assert!(receive(&mut buffer) >= *length, "{length}"),
            ["OSError"] => lost.push(*length),
            ref names => panic!("{length}: {names:?}"),
        }
    }
    lost
}

/// The same for CPython's handler of that name, by UDP or to a socket at `path`.
fn lost_in_python(handler: &dyn Handler, lengths: &[usize], path: Option<&Path>) -> Vec<usize> {
    let script = "
import logging, logging.handlers, socket, sys
name, path, *lengths = sys.argv[1:]
reader = socket.socket(socket.AF_UNIX if path else socket.AF_INET, socket.SOCK_DGRAM)
reader.bind(path or ('127.0.0.1', 0))
lost = []
class Handler(getattr(logging.handlers, name)):
    def handleError(self, record):
        lost.append(len(record.getMessage()))
place = path or reader.getsockname()
if name == 'SysLogHandler':
    handler = Handler(place)
else:
    handler = Handler(place, None) if path else Handler(*place)
for length in map(int, lengths):
    before = len(lost)
    handler.handle(logging.makeLogRecord({'msg': 'z' * length, 'levelname': 'ERROR'}))
    if len(lost) == before:
        assert len(reader.recv(1 << 20)) >= length
print(*lost)
";
    let name = format!("{handler:?}");
    let name = name.trim_start_matches('<').split(' ').next().expect("it begins with a name");
    let mut command = Command::new("python3");
    let path = path.unwrap_or_else(|| Path::new(""));
    command.args(["-c", script, name]).arg(path);
    command.args(lengths.iter().map(ToString::to_string));
    let output = command.output().expect("python3 can be run");
    assert!(output.status.success(), "{}", output.stderr.escape_ascii());
    let text = String::from_utf8(output.stdout).expect("it prints text");
    text.split_whitespace().map(|length| length.parse().expect("it prints numbers")).collect()
}

const UDP: [usize; 8] = [60_000, 64_000, 65_501, 65_502, 65_507, 65_508, 70_000, 200_000];

const UNIX: [usize; 6] = [1000, 100_000, 200_000, 211_000, 214_000, 400_000];
