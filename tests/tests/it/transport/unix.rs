//! Sockets of the same machine.

use std::fs;
use std::io::{self, Read};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener};
use std::path::Path;
use std::process;

use handlers_net::transport::{Connect, Transport, Unix};
use handlers_tests::support::{SocketPath, wait_until};
use rustix::io::Errno;

use super::{assert_times_out, errno, in_a_second, late, send_until_broken};

fn received(socket: &UnixDatagram) -> Vec<u8> {
    let mut buffer = vec![0; 1000];
    let length = socket.recv(&mut buffer).expect("a datagram has come");
    buffer[..length].to_vec()
}

fn accepted(listener: &UnixListener) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut stream = listener.accept().expect("somebody connects").0;
    stream.read_to_end(&mut bytes).expect("the stream has an end");
    bytes
}

/// Sends until the queue of a reader that does not read is full.
fn fill(transport: &mut dyn Transport) -> usize {
    let mut sent = 0;
    assert_times_out(|deadline| -> io::Result<()> {
        loop {
            transport.send(b"a record", deadline)?;
            sent += 1;
        }
    });
    sent
}

#[test]
fn datagrams_and_streams_arrive() {
    let (datagrams, streams) = (SocketPath::new(), SocketPath::new());
    let socket = UnixDatagram::bind(&datagrams).unwrap();
    let mut transport = Unix::datagram(&datagrams).connect(late()).unwrap();
    assert!(transport.is_datagram());
    for datagram in [&b"one"[..], b"", b"three\nlines\0"] {
        transport.send(datagram, late()).unwrap();
        assert_eq!(received(&socket), datagram);
    }

    let listener = UnixListener::bind(&streams).unwrap();
    let mut transport = Unix::stream(&streams).connect(late()).unwrap();
    assert!(!transport.is_datagram());
    transport.send(b"one", late()).unwrap();
    transport.send(b"two", late()).unwrap();
    drop(transport);
    assert_eq!(accepted(&listener), b"onetwo");
}

#[test]
fn abstract_names_are_names() {
    let name = format!("handlers-transport-{}", process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let socket = UnixDatagram::bind_addr(&address).unwrap();
    let unix = Unix::datagram(format!("\0{name}"));
    unix.connect(late()).unwrap().send(b"a record", late()).unwrap();
    assert_eq!(received(&socket), b"a record");
    assert_eq!(unix.peer(), format!("unix @{name}"));
    drop(socket);

    let listener = UnixListener::bind_addr(&address).unwrap();
    let unix = Unix::stream(format!("\0{name}"));
    unix.connect(late()).unwrap().send(b"a record", late()).unwrap();
    assert_eq!(accepted(&listener), b"a record");
}

#[test]
fn a_socket_that_is_missing_is_an_error_until_it_appears() {
    let path = SocketPath::new();
    for unix in [Unix::datagram(&path), Unix::stream(&path)] {
        let error = in_a_second(|deadline| unix.connect(deadline)).unwrap_err();
        assert_eq!(error.python_name(), "FileNotFoundError");
        assert_eq!(error.to_string(), format!("connect to unix {}", path.display()));
    }
    let socket = UnixDatagram::bind(&path).unwrap();
    Unix::datagram(&path).connect(late()).unwrap().send(b"a record", late()).unwrap();
    assert_eq!(received(&socket), b"a record");
}

// As Python's `DatagramHandler`, which has the system look for the reader at each record.
#[test]
fn a_late_socket_finds_its_reader_whenever_that_is_there() {
    let path = SocketPath::new();
    let mut transport = Unix::datagram(&path).late(true).connect(late()).unwrap();
    for _ in 0..3 {
        let error = transport.send(b"lost", late()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
    assert_found(&mut *transport, &path);
}

#[test]
fn a_reader_that_is_restarted_misses_nothing_but_its_absence() {
    let path = SocketPath::new();
    let socket = UnixDatagram::bind(&path).unwrap();
    let mut transport = Unix::datagram(&path).connect(late()).unwrap();
    transport.send(b"a record", late()).unwrap();
    drop(socket);
    let error = transport.send(b"lost", late()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    fs::remove_file(&path).unwrap();
    let error = transport.send(b"lost", late()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    assert_found(&mut *transport, &path);
    fs::remove_file(&path).unwrap();
    // Between two records nobody notices at all.
    assert_found(&mut *transport, &path);
}

fn assert_found(transport: &mut dyn Transport, path: &Path) {
    let socket = UnixDatagram::bind(path).expect("the path is free");
    for _ in 0..3 {
        transport.send(b"a record", late()).expect("there is a reader");
        assert_eq!(received(&socket), b"a record");
    }
}

// CPython blocks for ever at the twelfth record.
#[test]
fn a_datagram_reader_that_is_stalled_costs_no_more_than_the_deadline() {
    let path = SocketPath::new();
    let socket = UnixDatagram::bind(&path).unwrap();
    let mut transport = Unix::datagram(&path).connect(late()).unwrap();
    let sent = fill(&mut *transport);
    assert!(sent > 0, "some records fit into the queue");
    assert_times_out(|deadline| transport.send(b"lost", deadline));

    for _ in 0..sent {
        assert_eq!(received(&socket), b"a record");
    }
    transport.send(b"read again", late()).unwrap();
    assert_eq!(received(&socket), b"read again");
}

#[test]
fn a_stalled_reader_that_goes_on_wakes_whoever_waits() {
    let path = SocketPath::new();
    let socket = UnixDatagram::bind(&path).unwrap();
    let mut transport = Unix::datagram(&path).connect(late()).unwrap();
    let sent = fill(&mut *transport);
    let waiting = std::thread::spawn(move || transport.send(b"at last", late()).unwrap());
    for _ in 0..sent {
        assert_eq!(received(&socket), b"a record");
    }
    assert_eq!(received(&socket), b"at last");
    waiting.join().unwrap();
}

#[test]
fn a_stream_reader_that_is_stalled_costs_no_more_than_the_deadline() {
    let path = SocketPath::new();
    let _listener = UnixListener::bind(&path).unwrap();
    let mut transport = Unix::stream(&path).connect(late()).unwrap();
    fill(&mut *transport);
}

#[test]
fn a_stream_that_nobody_accepts_costs_no_more_than_the_deadline() {
    let path = SocketPath::new();
    let listener = UnixListener::bind(&path).unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let unix = Unix::stream(&path);
    let first = unix.connect(late()).unwrap();
    assert_times_out(|deadline| unix.connect(deadline));

    let waiting = std::thread::spawn(move || unix.connect(late()).unwrap());
    let accepted = [listener.accept().unwrap(), listener.accept().unwrap()];
    drop((first, waiting.join().unwrap(), accepted));
}

#[test]
fn a_stream_reader_that_goes_is_noticed() {
    let path = SocketPath::new();
    let listener = UnixListener::bind(&path).unwrap();
    let mut transport = Unix::stream(&path).connect(late()).unwrap();
    assert!(!transport.is_closed());
    drop(listener.accept().unwrap());
    wait_until("the end of the connection", || transport.is_closed());
    let error = send_until_broken(&mut *transport);
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}

// By this number `SysLogHandler` knows that it must try the other kind (NET-49).
#[test]
fn a_socket_of_the_other_kind_is_told_by_the_systems_number() {
    let (datagrams, streams) = (SocketPath::new(), SocketPath::new());
    let _listener = UnixListener::bind(&streams).unwrap();
    let _socket = UnixDatagram::bind(&datagrams).unwrap();
    for unix in [Unix::datagram(&streams), Unix::stream(&datagrams)] {
        let error = unix.connect(late()).unwrap_err();
        assert_eq!(errno(&error), Some(Errno::PROTOTYPE.raw_os_error()));
    }
}

#[test]
fn a_datagram_that_is_too_long_is_reported_and_the_next_one_sent() {
    let path = SocketPath::new();
    let socket = UnixDatagram::bind(&path).unwrap();
    let mut transport = Unix::datagram(&path).connect(late()).unwrap();
    let error = transport.send(&vec![b'x'; 10_000_000], late()).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(Errno::MSGSIZE.raw_os_error()));
    transport.send(b"a record", late()).unwrap();
    assert_eq!(received(&socket), b"a record");
}
