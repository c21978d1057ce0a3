//! Sockets that never block, and `poll` to wait for them.
//!
//! A send timeout of the socket itself would not do: it begins anew with every part that the system
//! takes, and it is reported as `EAGAIN`.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{RecvFlags, SendFlags};
use socket2::Socket;

/// Makes a connected socket fit for the functions below.
pub(in crate::transport) fn prepare(socket: &Socket) -> io::Result<()> {
    socket.set_nonblocking(true)
}

/// Sends what the system takes of `bytes`, and waits until it takes some.
pub(in crate::transport) fn send(
    socket: &Socket,
    bytes: &[u8],
    deadline: Instant,
) -> io::Result<usize> {
    until(socket, PollFlags::OUT, deadline, || Ok(rustix::net::send(socket, bytes, SEND)?))
}

/// Sends a datagram to `address`.
pub(in crate::transport) fn send_to(
    socket: &Socket,
    bytes: &[u8],
    address: SocketAddr,
    deadline: Instant,
) -> io::Result<usize> {
    until(socket, PollFlags::OUT, deadline, || {
        Ok(rustix::net::sendto(socket, bytes, SEND, &address)?)
    })
}

/// Receives some bytes, and waits until there are some. None: the peer has closed.
pub(in crate::transport) fn receive(
    socket: &Socket,
    buffer: &mut [u8],
    deadline: Instant,
) -> io::Result<usize> {
    until(socket, PollFlags::IN, deadline, || receive_now(socket, buffer))
}

/// Receives the bytes that are there, or is told [`io::ErrorKind::WouldBlock`].
pub(in crate::transport) fn receive_now(socket: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
    let (received, _) = rustix::net::recv(socket, buffer, RecvFlags::DONTWAIT)?;
    Ok(received)
}

/// Tries until it is done, or refused, or the deadline has come. It is tried once in any case.
fn until(
    socket: &Socket,
    readiness: PollFlags,
    deadline: Instant,
    mut attempt: impl FnMut() -> io::Result<usize>,
) -> io::Result<usize> {
    loop {
        match attempt() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                wait(socket, readiness, deadline)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

/// Waits until the socket is ready or broken.
fn wait(socket: &Socket, readiness: PollFlags, deadline: Instant) -> io::Result<()> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let left = Timespec::try_from(left.min(LONGEST_WAIT)).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(socket, readiness)], Some(&left)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// A peer that is gone is an error, not a signal that ends the process. On Apple's systems the
/// socket has been told so when it was made.
#[cfg(not(target_vendor = "apple"))]
const SEND: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
const SEND: SendFlags = SendFlags::empty();

/// Some systems refuse to wait longer at once.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
