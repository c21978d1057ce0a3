//! Messages that would like to be several. Row C10 for what goes over the network;
//! [`crate::sys_log_handler`] has the same for `SysLogHandler`.

use std::net::{TcpListener, UdpSocket};

use handlers_core::{Handler, Record};
use handlers_net::{DatagramHandler, JsonLines, SocketHandler};
use serde_json::Value as Json;

use super::{AGES, read_all};
use crate::receiver::Receiver;

const NASTY: &str =
    "a\n{\"msg\": \"forged\"}\r\n\0\0\0\x05.\x1b[2J\u{85}\u{2028}\u{1F600}\"\\'%s ${jndi:x} {0}";

#[test]
fn a_pickle_brings_every_character_and_nothing_more() {
    let (tcp, udp) = (Receiver::tcp(0), Receiver::udp());
    let handlers: [(Box<dyn Handler>, Receiver); 2] = [
        (Box::new(socket(tcp.port(), |builder| builder)), tcp),
        (Box::new(DatagramHandler::new("127.0.0.1", udp.port()).unwrap()), udp),
    ];
    for (handler, receiver) in handlers {
        send(&*handler);
        assert_eq!(receiver.messages(2), [NASTY, "next"]);
    }
}

#[test]
fn a_line_of_json_cannot_be_forged() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let handler = socket(port, |builder| builder.encoder(JsonLines::new()));
    send(&handler);
    handler.close().unwrap();
    let text = String::from_utf8(read_all(listener.accept().unwrap().0)).unwrap();
    assert_eq!(messages(&text), [NASTY, "next"]);

    let port = udp.local_addr().unwrap().port();
    let handler = DatagramHandler::builder("127.0.0.1", port).encoder(JsonLines::new());
    send(&handler.build().unwrap());
    let mut buffer = [0; 5000];
    let length = udp.recv(&mut buffer).unwrap();
    assert_eq!(messages(str::from_utf8(&buffer[..length]).unwrap()), [NASTY]);
}

fn socket(
    port: u16,
    settings: impl FnOnce(handlers_net::SocketHandlerBuilder) -> handlers_net::SocketHandlerBuilder,
) -> SocketHandler {
    let builder = SocketHandler::builder("127.0.0.1", port).timeout(AGES);
    settings(builder).build().expect("nothing has to be found")
}

fn send(handler: &dyn Handler) {
    for message in [NASTY, "next"] {
        handler.handle(&Record::builder().name(NASTY).message(message).build());
    }
}

/// The messages of lines of JSON, of which each has one end.
fn messages(text: &str) -> Vec<String> {
    let lines = text.strip_suffix('\n').expect("a line has an end").split('\n');
    let records = lines.map(|line| serde_json::from_str(line).expect("a line is JSON"));
    records.map(|record: Json| record["msg"].as_str().expect("it is text").to_owned()).collect()
}
