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
    /// Whether it is another process's.
    is_left: bool,
}

impl Stream {
    pub(super) fn new(channel: Channel) -> Self {
        Self { channel, is_left: false }
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

    fn receive(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        self.channel.receive(buffer, deadline)
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

    fn leave(&mut self) {
        self.is_left = true;
    }
}

impl Drop for Stream {
    /// A socket that is closed with something unread resets the connection, and what is under way
    /// to the peer is lost. What another process waits for is left to it.
    fn drop(&mut self) {
        if !self.is_left {
            self.is_closed();
        }
    }
}

/// A peer that talks without end must not keep a call for ever.
const MOST_READS: usize = 128;

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    use super::*;

    // The child of a fork has a descriptor of the same socket.
    #[test]
    fn what_another_process_waits_for_is_left_to_it() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut peer = listener.accept().unwrap().0;
        let stream = |socket: TcpStream| Stream::new(Channel::new(socket.into()).unwrap());
        let (mut mine, mut inherited) = (stream(ours.try_clone().unwrap()), stream(ours));
        peer.write_all(b"answer").unwrap();
        let (mut buffer, late) = ([0; 16], Instant::now() + Duration::from_secs(60));
        assert_eq!(mine.receive(&mut buffer[..1], late).unwrap(), 1);
        inherited.leave();
        drop(inherited);
        assert_eq!(mine.receive(&mut buffer[1..], late).unwrap(), 5);
        assert_eq!(&buffer[..6], b"answer");
    }
}
