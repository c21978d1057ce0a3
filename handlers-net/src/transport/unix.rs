//! Streams and datagrams to a socket of the same machine.

use std::ffi::OsStr;
use std::fmt::Write;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use handlers_core::{Error, Result};
use rustix::io::Errno;
use socket2::{Domain, SockAddr, Socket, Type};

use super::channel::{Channel, Stream};
use super::{Connect, Transport};

/// Connects to a socket that has a path, such as `/dev/log`, or on Linux an abstract name, which
/// begins with a NUL.
///
/// A reader that does not read is an error when the deadline has come, not a program that hangs. A
/// datagram whose reader has been restarted goes to the new one.
///
/// # Errors
///
/// To connect a datagram socket to a stream, or the other way round, is the system's `EPROTOTYPE`.
///
/// # Examples
///
/// ```
/// use handlers_net::transport::{Connect, Unix};
/// use std::os::unix::net::UnixDatagram;
/// use std::time::{Duration, Instant};
/// # let path = std::env::temp_dir().join(format!("unix-transport-{}", std::process::id()));
///
/// let reader = UnixDatagram::bind(&path)?;
/// let deadline = Instant::now() + Duration::from_secs(5);
/// let mut transport = Unix::datagram(&path).connect(deadline)?;
/// transport.send(b"a record", deadline)?;
///
/// let mut buffer = [0; 100];
/// let length = reader.recv(&mut buffer)?;
/// assert_eq!(&buffer[..length], b"a record");
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "nothing is sent until somebody connects"]
pub struct Unix {
    path: PathBuf,
    kind: Kind,
    late: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Datagram,
    Stream,
}

impl Unix {
    /// Makes the settings for datagrams to the socket at `path`.
    pub fn datagram(path: impl AsRef<Path>) -> Self {
        Self { path: path.as_ref().to_owned(), kind: Kind::Datagram, late: false }
    }

    /// Makes the settings for a stream to the socket at `path`.
    pub fn stream(path: impl AsRef<Path>) -> Self {
        Self { path: path.as_ref().to_owned(), kind: Kind::Stream, late: false }
    }

    /// Sets whether a datagram socket looks for its reader at the first send only, as Python's
    /// `DatagramHandler` does. Optional; it looks when it connects by default.
    ///
    /// Then to connect never fails for want of a reader; to send does, until there is one.
    pub fn late(mut self, late: bool) -> Self {
        self.late = late;
        self
    }

    /// The path, or the abstract name with the NUL before it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn open(&self, deadline: Instant) -> io::Result<Box<dyn Transport>> {
        let address = SockAddr::unix(&self.path)?;
        match self.kind {
            Kind::Datagram => {
                let channel = Channel::new(Socket::new(Domain::UNIX, Type::DGRAM, None)?)?;
                let mut datagrams = Datagrams { channel, address, connected: false };
                if !self.late {
                    datagrams.connect()?;
                }
                Ok(Box::new(datagrams))
            }
            Kind::Stream => {
                let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
                connect_stream(&socket, &address, deadline)?;
                Ok(Box::new(Stream::new(Channel::new(socket)?)))
            }
        }
    }
}

impl Connect for Unix {
    fn connect(&self, deadline: Instant) -> Result<Box<dyn Transport>> {
        self.open(deadline).map_err(|error| Error::io(format!("connect to {}", self.peer()), error))
    }

    /// The NUL of an abstract name is shown as `@`.
    fn peer(&self) -> String {
        let bytes = self.path.as_os_str().as_bytes();
        let mut peer = "unix ".to_owned();
        match bytes.split_first() {
            Some((0, name)) => write!(peer, "@{}", OsStr::from_bytes(name).display()),
            _ => write!(peer, "{}", self.path.display()),
        }
        .expect("a string takes everything");
        peer
    }
}

/// Connects, and waits while too many others do.
///
/// The kernel has no way to wait for that but to block: a socket that may not gets `EAGAIN`, and
/// `poll` calls it ready at once.
fn connect_stream(socket: &Socket, address: &SockAddr, deadline: Instant) -> io::Result<()> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        socket.set_write_timeout(Some(left.max(Duration::from_millis(1))))?;
        match socket.connect(address) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

/// A socket for datagrams, connected so that it can wait for room in the queue of its reader.
#[derive(Debug)]
struct Datagrams {
    channel: Channel,
    address: SockAddr,
    connected: bool,
}

impl Datagrams {
    fn connect(&mut self) -> io::Result<()> {
        self.channel.socket().connect(&self.address)?;
        self.connected = true;
        Ok(())
    }
}

impl Transport for Datagrams {
    fn send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        if self.connected {
            match self.channel.send(bytes, deadline) {
                Ok(_) => return Ok(()),
                Err(error) if is_gone(&error) => self.connected = false,
                Err(error) => return Err(error),
            }
        }
        // A reader that was restarted has the same path, but is not the socket we know.
        self.connect()?;
        self.channel.send(bytes, deadline)?;
        Ok(())
    }

    fn is_datagram(&self) -> bool {
        true
    }
}

/// Whether an error says that the reader has closed its socket.
fn is_gone(error: &io::Error) -> bool {
    let gone = [Errno::CONNREFUSED, Errno::CONNRESET, Errno::NOTCONN, Errno::PIPE];
    gone.iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_named_by_its_path_or_its_abstract_name() {
        assert_eq!(Unix::datagram("/dev/log").peer(), "unix /dev/log");
        assert_eq!(Unix::stream("\0handlers").peer(), "unix @handlers");
        assert_eq!(Unix::stream("").peer(), "unix ");
    }

    #[test]
    fn a_path_that_is_too_long_for_the_system_is_an_error() {
        for unix in [Unix::datagram("x".repeat(200)), Unix::stream("x".repeat(200))] {
            let error = unix.connect(Instant::now()).unwrap_err();
            assert_eq!(error.io_kind(), Some(io::ErrorKind::InvalidInput));
        }
    }
}
