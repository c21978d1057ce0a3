//! A connected socket on which nothing waits longer than it may.

use std::io;
#[cfg(feature = "tls")]
use std::net::Shutdown;
use std::net::SocketAddr;
use std::time::Instant;

use socket2::Socket;

use super::{Transport, system};

/// A socket whose calls have deadlines.
#[derive(Debug)]
pub(super) struct Channel {
    socket: Socket,
}

impl Channel {
    pub(super) fn new(socket: Socket) -> io::Result<Self> {
        system::prepare(&socket)?;
        Ok(Self { socket })
    }

    /// Sends some of `bytes`: on a stream at least one, of a datagram all.
    pub(super) fn send(&self, bytes: &[u8], deadline: Instant) -> io::Result<usize> {
        system::send(&self.socket, bytes, deadline)
    }

    /// Sends a datagram to `address`.
    pub(super) fn send_to(
        &self,
        bytes: &[u8],
        address: SocketAddr,
        deadline: Instant,
    ) -> io::Result<usize> {
        system::send_to(&self.socket, bytes, address, deadline)
    }

    /// Receives some bytes; none if the peer has closed.
    #[cfg(feature = "tls")]
    pub(super) fn receive(&self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        system::receive(&self.socket, buffer, deadline)
    }

    /// Receives the bytes that are there, or is told [`io::ErrorKind::WouldBlock`].
    pub(super) fn receive_now(&self, buffer: &mut [u8]) -> io::Result<usize> {
        system::receive_now(&self.socket, buffer)
    }

    /// Says that nothing more will be sent.
    #[cfg(feature = "tls")]
    pub(super) fn end(&self) -> io::Result<()> {
        self.socket.shutdown(Shutdown::Write)
    }

    /// The socket, to be connected anew.
    #[cfg(any(test, unix))]
    pub(super) fn socket(&self) -> &Socket {
        &self.socket
    }
}

/// A stream of bytes.
#[derive(Debug)]
pub(super) struct Stream {
    channel: Channel,
}

impl Stream {
    pub(super) fn new(channel: Channel) -> Self {
        Self { channel }
    }

    /// Sends all of `bytes`. Says how many the system has taken.
    fn send_counted(&self, bytes: &[u8], deadline: Instant) -> (usize, io::Result<()>) {
        let mut taken = 0;
        while let Some(rest) = bytes.get(taken..).filter(|rest| !rest.is_empty()) {
            match self.channel.send(rest, deadline) {
                Ok(count) => taken += count,
                Err(error) => return (taken, Err(error)),
            }
        }
        (taken, Ok(()))
    }
}

impl Transport for Stream {
    fn send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        self.send_counted(bytes, deadline).1
    }

    /// The system takes all frames at once, if it has room. What it has taken is certain even if
    /// the rest fails.
    fn send_frames(
        &mut self,
        bytes: &[u8],
        ends: &[usize],
        deadline: Instant,
    ) -> (usize, io::Result<()>) {
        let (taken, result) = self.send_counted(bytes, deadline);
        (ends.partition_point(|end| *end <= taken), result)
    }

    /// What the peer says is read and thrown away: a log goes one way.
    fn is_closed(&mut self) -> bool {
        let mut buffer = [0; 512];
        for _ in 0..MOST_READS {
            match self.channel.receive_now(&mut buffer) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) => match error.kind() {
                    io::ErrorKind::Interrupted => {}
                    io::ErrorKind::WouldBlock => return false,
                    _ => return true,
                },
            }
        }
        false
    }
}

impl Drop for Stream {
    /// A socket that is closed with something unread resets the connection, and what is under way
    /// to the peer is lost.
    fn drop(&mut self) {
        self.is_closed();
    }
}

/// A peer that talks without end must not keep a call for ever.
const MOST_READS: usize = 128;
