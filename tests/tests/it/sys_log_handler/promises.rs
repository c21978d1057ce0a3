//! The promises that every handler makes. UDP keeps none that is about lost records; but for that it
//! is as datagrams to a path are.

use std::time::Duration;

use handlers_net::syslog::{Framing, SocketType};
use handlers_net::{SysLogHandler, SysLogHandlerBuilder};
use handlers_tests::suite::{self, Subject};
use handlers_tests::support::SocketPath;

use super::inbox::Inbox;

#[test]
fn sys_log_handler_by_tcp() {
    suite::check("SysLogHandler by TCP", || {
        let inbox = Inbox::tcp("127.0.0.1:0");
        let builder = SysLogHandler::builder(("127.0.0.1", inbox.port()));
        let builder = builder.socket_type(SocketType::Stream).framing(Framing::OctetCounting);
        subject(builder, move || inbox.streams().iter().flat_map(|bytes| counted(bytes)).collect())
    });
}

#[test]
fn sys_log_handler_by_unix_datagrams() {
    suite::check("SysLogHandler", || {
        let path = SocketPath::new();
        let inbox = Inbox::unix_datagrams(&path);
        let builder = SysLogHandler::builder(&*path);
        // The path stays as long as somebody may connect to it.
        let lines =
            move || (&path, inbox.datagrams()).1.iter().map(|one| text(one, "\0")).collect();
        subject(builder, lines).takes_no_more_than(100_000)
    });
}

fn subject(
    builder: SysLogHandlerBuilder,
    lines: impl Fn() -> Vec<String> + Send + Sync + 'static,
) -> Subject<SysLogHandler> {
    // What the suite is about is not how long a busy machine takes.
    let handler = builder.timeout(Duration::from_secs(30)).build().expect("the daemon is there");
    Subject::new(handler, lines)
}

/// The text of a message.
fn text(message: &[u8], end: &str) -> String {
    let message = str::from_utf8(message).expect("messages are text");
    let (_, text) = message.split_once('>').expect("a message has a priority");
    text.strip_suffix(end).expect("a message has an end").to_owned()
}

/// The texts of messages whose lengths stand before them.
pub(super) fn counted(mut bytes: &[u8]) -> Vec<String> {
    let mut texts = Vec::new();
    while !bytes.is_empty() {
        let space = bytes.iter().position(|byte| *byte == b' ').expect("a length has an end");
        let length = str::from_utf8(&bytes[..space]).ok().and_then(|digits| digits.parse().ok());
        let length: usize = length.expect("a frame begins with its length");
        let (message, rest) = bytes[space + 1..].split_at(length);
        texts.push(text(message, ""));
        bytes = rest;
    }
    texts
}
