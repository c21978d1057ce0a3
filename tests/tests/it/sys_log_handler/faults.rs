//! Daemons that do not behave.

use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use handlers_core::Handler;
use handlers_net::SysLogHandler;
use handlers_net::syslog::SocketType;
use handlers_tests::support::SocketPath;

use super::{error, kept};

// FAULTS B7: CPython is not told either.
#[test]
fn a_port_that_nobody_listens_at_is_no_error() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    drop(socket);
    let handler = SysLogHandler::new(("127.0.0.1", port)).unwrap();
    let errors = kept(&handler);
    (0..100).for_each(|number| error(&handler, &number.to_string()));
    assert!(errors.names().is_empty(), "{errors:?}");
    assert_eq!(handler.counters().sent, 100);
}

// FAULTS B8: CPython's caller is stuck after 11 datagrams, for ever, with the handler's lock.
#[test]
fn a_daemon_that_does_not_read_costs_its_time_once() {
    let path = SocketPath::new();
    let daemon = UnixDatagram::bind(&*path).unwrap();
    let timeout = Duration::from_millis(300);
    let handler = SysLogHandler::builder(&*path).timeout(timeout).build().unwrap();
    let errors = kept(&handler);
    let begin = Instant::now();
    (0..2000).for_each(|number| error(&handler, &number.to_string()));
    let taken = begin.elapsed();
    assert!(taken >= timeout, "{taken:?}");
    assert!(taken < timeout * 20, "2000 records took {taken:?}");

    let lost = errors.names().len();
    assert!(errors.names().iter().all(|name| *name == "TimeoutError"), "{errors:?}");
    assert_eq!(handler.base().counters().failed, lost as u64);
    assert_eq!(handler.counters().sent, 2000 - lost as u64);

    // It reads what was sent, and all is well again.
    daemon.set_nonblocking(true).unwrap();
    let mut buffer = [0; 100];
    let read = std::iter::from_fn(|| daemon.recv(&mut buffer).ok()).count();
    assert_eq!(read, 2000 - lost);
    error(&handler, "x");
    let length = daemon.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..length], b"<11>x\0");
    assert_eq!(errors.names().len(), lost);
}

// FAULTS B2 and P6: no call takes longer than its timeout, and a half message is never continued.
#[test]
fn a_stream_that_is_not_read_costs_no_call_more_than_its_time() {
    let daemon = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = daemon.local_addr().unwrap().port();
    let timeout = Duration::from_millis(200);
    let builder = SysLogHandler::builder(("127.0.0.1", port)).timeout(timeout);
    let handler = builder.socket_type(SocketType::Stream).build().unwrap();
    let errors = kept(&handler);
    let text = "y".repeat(1 << 20);
    while errors.names().len() < 2 {
        let begin = Instant::now();
        error(&handler, &text);
        let taken = begin.elapsed();
        assert!(taken < timeout * 20, "one record took {taken:?}");
    }
    assert_eq!(handler.base().counters().failed, errors.names().len() as u64);
    assert_eq!(handler.counters().dropped, errors.names().len() as u64);
}

#[test]
fn eight_threads_wait_no_longer_than_one() {
    let path = SocketPath::new();
    let _daemon = UnixDatagram::bind(&*path).unwrap();
    let timeout = Duration::from_millis(300);
    let handler = SysLogHandler::builder(&*path).timeout(timeout).build().unwrap();
    let errors = kept(&handler);
    let begin = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..100).for_each(|number| error(&handler, &number.to_string())));
        }
    });
    let taken = begin.elapsed();
    assert!(taken < timeout * 20, "800 records took {taken:?}");
    let counters = handler.base().counters();
    assert_eq!(counters.failed, errors.names().len() as u64);
    assert_eq!(counters.emitted + counters.failed, 800);
}
