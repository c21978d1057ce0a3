//! Sockets that block, with a timeout that is set before each call.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use socket2::{SockAddr, Socket};

/// Makes a connected socket fit for the functions below.
pub(in crate::transport) fn prepare(socket: &Socket) -> io::Result<()> {
    socket.set_nonblocking(false)
}

/// Sends what the system takes of `bytes`, and waits until it takes some.
pub(in crate::transport) fn send(
    socket: &Socket,
    bytes: &[u8],
    deadline: Instant,
) -> io::Result<usize> {
    until(deadline, |left| {
        socket.set_write_timeout(Some(left))?;
        socket.send(bytes)
    })
}

/// Sends a datagram to `address`.
pub(in crate::transport) fn send_to(
    socket: &Socket,
    bytes: &[u8],
    address: SocketAddr,
    deadline: Instant,
) -> io::Result<usize> {
    let address = SockAddr::from(address);
    until(deadline, |left| {
        socket.set_write_timeout(Some(left))?;
        socket.send_to(bytes, &address)
    })
}

/// Receives some bytes, and waits until there are some. None: the peer has closed.
pub(in crate::transport) fn receive(
    socket: &Socket,
    buffer: &mut [u8],
    deadline: Instant,
) -> io::Result<usize> {
    until(deadline, |left| {
        socket.set_read_timeout(Some(left))?;
        io::Read::read(&mut &*socket, buffer)
    })
}

/// Receives the bytes that are there, or is told [`io::ErrorKind::WouldBlock`].
pub(in crate::transport) fn receive_now(socket: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
    socket.set_nonblocking(true)?;
    let received = io::Read::read(&mut &*socket, buffer);
    socket.set_nonblocking(false)?;
    received
}

/// Tries until it is done, or refused, or the deadline has come. It is tried once in any case.
fn until(
    deadline: Instant,
    mut attempt: impl FnMut(Duration) -> io::Result<usize>,
) -> io::Result<usize> {
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
