//! A stream on which nothing waits longer than it may.

use std::io::{self, Read};
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::Path;
use std::time::{Duration, Instant};

#[cfg(unix)]
use socket2::SockAddr;
use socket2::{Domain, Protocol, Socket, Type};

use super::address::Address;
use super::lookup::Lookup;

/// A connected socket whose calls have deadlines.
#[derive(Debug)]
pub(super) struct Stream {
    socket: Socket,
}

impl Stream {
    /// Connects to the first address of the server that can be reached.
    pub(super) fn connect(
        address: &Address,
        lookup: &mut Lookup,
        deadline: Instant,
    ) -> io::Result<Self> {
        let socket = match address {
            Address::Tcp { host, port } => {
                connect_to_one(&lookup.find(host, *port, deadline)?, deadline)?
            }
            #[cfg(unix)]
            Address::Unix(path) => connect_to_path(path, deadline)?,
        };
        Ok(Self { socket })
    }

    /// Sends all of `bytes`.
    pub(super) fn send(&self, mut bytes: &[u8], deadline: Instant) -> io::Result<()> {
        while !bytes.is_empty() {
            let sent = until(deadline, |left| {
                self.socket.set_write_timeout(Some(left))?;
                self.socket.send_with_flags(bytes, NO_SIGNAL)
            })?;
            bytes = bytes.get(sent..).unwrap_or_default();
        }
        Ok(())
    }

    /// Receives some bytes; none if the peer has closed.
    pub(super) fn receive(&self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        until(deadline, |left| {
            self.socket.set_read_timeout(Some(left))?;
            (&self.socket).read(buffer)
        })
    }
}

fn connect_to_one(addresses: &[SocketAddr], deadline: Instant) -> io::Result<Socket> {
    let mut outcome = Err(io::ErrorKind::TimedOut.into());
    for (index, address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        // An address that never answers leaves some time for the next.
        let others = u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
        outcome = connect_to_address(*address, (left / others).max(LEAST_SHARE).min(left));
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

fn connect_to_address(address: SocketAddr, timeout: Duration) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Every command waits for its answer: a small one must not wait to be joined by others.
    socket.set_tcp_nodelay(true)?;
    socket.connect_timeout(&address.into(), timeout)?;
    // The system may have taken the very port that nobody listens at as ours: then the socket is
    // connected to itself.
    if socket.local_addr()?.as_socket() == Some(address) {
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    Ok(socket)
}

/// Connects, and waits while too many others do: the kernel calls that a full write buffer.
#[cfg(unix)]
fn connect_to_path(path: &Path, deadline: Instant) -> io::Result<Socket> {
    let (socket, address) = (Socket::new(Domain::UNIX, Type::STREAM, None)?, SockAddr::unix(path)?);
    until(deadline, |left| {
        socket.set_write_timeout(Some(left))?;
        socket.connect(&address)
    })?;
    Ok(socket)
}

/// Tries until it is done, or refused, or the deadline has come. It is tried once in any case.
fn until<T>(
    deadline: Instant,
    mut attempt: impl FnMut(Duration) -> io::Result<T>,
) -> io::Result<T> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        // A timeout of zero would mean for ever.
        match attempt(left.max(Duration::from_millis(1))) {
            Err(error) if is_early(&error) && Instant::now() < deadline => {}
            Err(error) if is_early(&error) => return Err(io::ErrorKind::TimedOut.into()),
            outcome => return outcome,
        }
    }
}

/// Whether an attempt has ended for no other reason than the time.
fn is_early(error: &io::Error) -> bool {
    let early = [io::ErrorKind::Interrupted, io::ErrorKind::TimedOut, io::ErrorKind::WouldBlock];
    early.contains(&error.kind())
}

/// With a hundred addresses an equal part of a second would suffice for none.
const LEAST_SHARE: Duration = Duration::from_millis(200);

/// `MSG_NOSIGNAL`: a server that is gone is an error, also in a program that has not switched off
/// the signal, as those of Rust do.
#[cfg(any(target_os = "linux", target_os = "android"))]
const NO_SIGNAL: i32 = 0x4000;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const NO_SIGNAL: i32 = 0;

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn late() -> Instant {
        Instant::now() + Duration::from_secs(30)
    }

    fn connected() -> (Stream, std::net::TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let address = Address::Tcp { host: "localhost".to_owned(), port };
        let stream = Stream::connect(&address, &mut Lookup::default(), late()).unwrap();
        (stream, listener.accept().unwrap().0)
    }

    #[test]
    fn a_peer_that_never_reads_is_not_waited_for_beyond_the_deadline() {
        let (stream, _peer) = connected();
        let begin = Instant::now();
        let error = stream.send(&vec![0; 64 << 20], begin + Duration::from_millis(50)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(begin.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_peer_that_has_closed_is_an_error_and_no_signal() {
        let (stream, peer) = connected();
        drop(peer);
        assert_eq!(stream.receive(&mut [0; 8], late()).unwrap(), 0);
        assert!((0..100).any(|_| stream.send(b"PING\r\n", late()).is_err()));
    }

    #[test]
    fn a_port_where_nobody_listens_is_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let address = Address::Tcp { host: "127.0.0.1".to_owned(), port };
        let error = Stream::connect(&address, &mut Lookup::default(), late()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }
}
