//! Many handlers whose peer is away: row B6.

use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::time::Duration;

use handlers_core::{ManualClock, Timestamp};
use handlers_net::{Backoff, SocketHandler};
use rustix::net::{AddressFamily, SocketType, bind, listen, socket};

use super::{AGES, encode_message};
use crate::sys_log_handler::error;

/// In CPython they all come at the seventh second, within a tenth of it.
#[test]
fn handlers_come_back_when_those_of_python_do_and_apart_if_they_have_jitter() {
    let together = comes_back(Backoff::default());
    assert_eq!(together.len(), HANDLERS);
    assert!(together.iter().all(|tenth| *tenth == 70), "{together:?}");

    let apart = comes_back(Backoff::default().jitter(0.5));
    assert_eq!(apart.len(), HANDLERS);
    let peak = (40..=LAST).map(|tenth| apart.iter().filter(|one| **one == tenth).count()).max();
    assert!(peak < Some(HANDLERS / 4), "{apart:?}");
}

/// In which tenth of a second each of the handlers is connected, all of which log all the time. Their
/// peer is away for four seconds.
fn comes_back(backoff: Backoff) -> Vec<u32> {
    // Bound, so that nobody else gets the port, but nobody listens yet.
    let listener =
        socket(AddressFamily::INET, SocketType::STREAM, None).expect("there are sockets");
    bind(&listener, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    let listener = TcpListener::from(listener);
    let port = listener.local_addr().expect("it is bound").port();
    let clock = ManualClock::new(Timestamp::from_seconds(0.0));
    let handler = |_| {
        let builder = SocketHandler::builder("127.0.0.1", port).timeout(AGES).backoff(backoff);
        builder.encoder(encode_message).clock(clock.clone()).build().expect("nothing is opened")
    };
    let mut away: Vec<SocketHandler> = (0..HANDLERS).map(handler).collect();
    let (mut back, mut times) = (Vec::new(), Vec::new());
    for tenth in 0..=LAST {
        if tenth == 40 {
            listen(&listener, i32::try_from(HANDLERS).expect("it is small"))
                .expect("the queue may be so long");
        }
        for handler in &away {
            error(handler, "a record");
        }
        let connected = |handler: &mut SocketHandler| handler.is_connected();
        let came: Vec<SocketHandler> = away.extract_if(.., connected).collect();
        times.extend(came.iter().map(|_| tenth));
        back.extend(came);
        clock.advance(Duration::from_millis(100));
    }
    drop((listener, back));
    times
}

const HANDLERS: usize = 300;

/// In tenths of a second: who was too early by a moment waits for eight seconds more at most.
const LAST: u32 = 120;
