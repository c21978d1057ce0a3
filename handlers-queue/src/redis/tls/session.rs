//! One encrypted connection.

use std::io::{self, Read, Write};
use std::time::Instant;

use handlers_core::fork_generation;
use rustls::ClientConnection;

use crate::redis::socket::Stream;

/// A connection whose bytes are encrypted.
#[derive(Debug)]
pub(in crate::redis) struct Session {
    stream: Stream,
    tls: ClientConnection,
    /// Whether something has failed: then the end of the stream must not look like one that was
    /// meant.
    broken: bool,
    /// The process that has the connection.
    process: u64,
}

impl Session {
    /// Agrees upon keys, and checks who the server is.
    pub(super) fn open(
        stream: Stream,
        tls: ClientConnection,
        deadline: Instant,
    ) -> io::Result<Self> {
        let mut session = Self { stream, tls, broken: false, process: fork_generation() };
        session.complete(deadline)?;
        Ok(session)
    }

    /// Sends all of `bytes`.
    pub(in crate::redis) fn send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        // The buffer of the session has a limit.
        for record in bytes.chunks(LARGEST_RECORD) {
            self.tls.writer().write_all(record)?;
            self.complete(deadline)?;
        }
        Ok(())
    }

    /// Receives some bytes; none if the server has closed.
    pub(in crate::redis) fn receive(
        &mut self,
        buffer: &mut [u8],
        deadline: Instant,
    ) -> io::Result<usize> {
        let mut wire = Wire::new(&self.stream, deadline);
        let received = match rustls::Stream::new(&mut self.tls, &mut wire).read(buffer) {
            // Answers say themselves where they end.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
            received => received,
        };
        self.broken |= received.is_err();
        received
    }

    /// Shakes hands, or sends what is encrypted.
    fn complete(&mut self, deadline: Instant) -> io::Result<()> {
        let completed = self.tls.complete_io(&mut Wire::new(&self.stream, deadline));
        self.broken |= completed.is_err();
        completed.map(drop).map_err(|error| self.reason(error))
    }

    /// Why nothing can be sent. A server that refuses our certificate says so and closes, and we may
    /// still be about to say something.
    fn reason(&mut self, error: io::Error) -> io::Error {
        if ![io::ErrorKind::BrokenPipe, io::ErrorKind::ConnectionReset].contains(&error.kind()) {
            return error;
        }
        let read = self.tls.read_tls(&mut Wire::new(&self.stream, Instant::now()));
        match (read, self.tls.process_new_packets()) {
            (Ok(_), Err(said)) => io::Error::new(io::ErrorKind::InvalidData, said),
            _ => error,
        }
    }
}

impl Drop for Session {
    /// Says that this is the end, unless that would have to wait. In a child that was forked it is
    /// not: the parent goes on.
    fn drop(&mut self) {
        if !self.broken && self.process == fork_generation() {
            self.tls.send_close_notify();
            let _ = self.complete(Instant::now());
        }
    }
}

/// The socket, as rustls wants to see it.
struct Wire<'a> {
    stream: &'a Stream,
    deadline: Instant,
    has_read: bool,
}

impl<'a> Wire<'a> {
    fn new(stream: &'a Stream, deadline: Instant) -> Self {
        Self { stream, deadline, has_read: false }
    }
}

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A server that says one byte after the other has something to be read each time.
        if self.has_read && Instant::now() >= self.deadline {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.has_read = true;
        self.stream.receive(buffer, self.deadline)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.send(bytes, self.deadline).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What one record of TLS can hold (RFC 8446, section 5.1), in bytes.
const LARGEST_RECORD: usize = 1 << 14;

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::sync::Arc;
    use std::time::Duration;

    use rustls::{ClientConfig, RootCertStore};

    use super::*;
    use crate::RedisTls;
    use crate::redis::address::Address;
    use crate::redis::lookup::Lookup;

    #[test]
    fn a_peer_that_always_has_something_to_say_is_not_listened_to_beyond_the_deadline() {
        let config = ClientConfig::builder().with_root_certificates(RootCertStore::empty());
        let tls = RedisTls::builder().config(Arc::new(config.with_no_client_auth()));
        let tls = tls.build().unwrap();
        let late = Instant::now() + Duration::from_secs(30);
        // A record of TLS that is as long as one may be, and makes no sense as a whole.
        let mut said = vec![0; 5 + LARGEST_RECORD];
        said[..9].copy_from_slice(&[22, 3, 3, 64, 0, 2, 0, 63, 252]);
        for (deadline, expected) in
            [(Instant::now(), io::ErrorKind::TimedOut), (late, io::ErrorKind::InvalidData)]
        {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            let address = Address::Tcp { host: "127.0.0.1".to_owned(), port };
            let stream = Stream::connect(&address, &mut Lookup::default(), late).unwrap();
            let mut peer = listener.accept().unwrap().0;
            peer.write_all(&said).unwrap();
            let outcome = tls.open(stream, Some("localhost"), deadline);
            assert_eq!(outcome.unwrap_err().kind(), expected);
        }
    }
}
