//! The way to a server, in the clear or encrypted.

use std::io::{self, Read};
use std::time::Instant;

use super::lookup::Lookup;
use super::settings::Settings;
use super::socket::Stream;
#[cfg(feature = "redis-tls")]
use super::tls::Session;

/// A stream that is connected, and encrypted if the settings say so.
#[derive(Debug)]
pub(super) enum Transport {
    Plain(Stream),
    #[cfg(feature = "redis-tls")]
    Tls(Box<Session>),
}

impl Transport {
    /// Connects; with TLS the server has then proved who it is.
    pub(super) fn connect(
        settings: &Settings,
        lookup: &mut Lookup,
        deadline: Instant,
    ) -> io::Result<Self> {
        let stream = Stream::connect(&settings.address, lookup, deadline)?;
        #[cfg(feature = "redis-tls")]
        if let Some(tls) = &settings.tls {
            let session = tls.open(stream, settings.address.host(), deadline)?;
            return Ok(Self::Tls(Box::new(session)));
        }
        Ok(Self::Plain(stream))
    }

    /// Sends all of `bytes`.
    pub(super) fn send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.send(bytes, deadline),
            #[cfg(feature = "redis-tls")]
            Self::Tls(session) => session.send(bytes, deadline),
        }
    }

    /// What there is to be read until `deadline`.
    pub(super) fn reader(&mut self, deadline: Instant) -> Reader<'_> {
        Reader { transport: self, deadline, has_begun: false, failure: None }
    }

    fn receive(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.receive(buffer, deadline),
            #[cfg(feature = "redis-tls")]
            Self::Tls(session) => session.receive(buffer, deadline),
        }
    }
}

/// Reads until its deadline, and remembers why it could not.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    transport: &'a mut Transport,
    deadline: Instant,
    has_begun: bool,
    failure: Option<io::Error>,
}

impl Reader<'_> {
    /// Why reading has failed, if it has.
    pub(super) fn into_failure(self) -> Option<io::Error> {
        self.failure
    }

    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A server that never ends its answer has something to be read each time.
        if self.has_begun && Instant::now() >= self.deadline {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.has_begun = true;
        match self.transport.receive(buffer, self.deadline)? {
            0 => {
                let text = "the server has closed the connection";
                Err(io::Error::new(io::ErrorKind::ConnectionReset, text))
            }
            count => Ok(count),
        }
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.receive(buffer).map_err(|error| {
            let kind = error.kind();
            self.failure = Some(error);
            kind.into()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    use super::*;
    use crate::redis::address::Address;

    fn connected() -> (Transport, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let address = Address::Tcp { host: "127.0.0.1".to_owned(), port };
        let settings = Settings { address, ..Settings::default() };
        let late = Instant::now() + Duration::from_secs(30);
        let transport = Transport::connect(&settings, &mut Lookup::default(), late).unwrap();
        (transport, listener.accept().unwrap().0)
    }

    #[test]
    fn a_peer_that_says_nothing_is_not_waited_for_beyond_the_deadline() {
        let (mut transport, _peer) = connected();
        let mut reader = transport.reader(Instant::now() + Duration::from_millis(20));
        assert_eq!(reader.read(&mut [0; 8]).unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(reader.into_failure().unwrap().kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_peer_that_never_ends_is_not_listened_to_beyond_the_deadline() {
        let (mut transport, mut peer) = connected();
        peer.write_all(&[b'+'; 1000]).unwrap();
        let mut reader = transport.reader(Instant::now());
        assert_eq!(reader.read(&mut [0; 8]).unwrap(), 8, "it is tried once");
        assert_eq!(reader.read(&mut [0; 8]).unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_peer_that_has_closed_is_an_error() {
        let (mut transport, peer) = connected();
        drop(peer);
        let mut reader = transport.reader(Instant::now() + Duration::from_secs(30));
        assert_eq!(reader.read(&mut [0; 8]).unwrap_err().kind(), io::ErrorKind::ConnectionReset);
        let failure = reader.into_failure().unwrap();
        assert_eq!(failure.to_string(), "the server has closed the connection");
    }
}
