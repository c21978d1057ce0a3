//! The sockets that an address asks for.

use std::io;
use std::path::Path;
#[cfg(unix)]
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use handlers_core::{Error, ErrorKind, Result};

use super::address::{Address, SocketType};
use super::framing::Framing;
#[cfg(unix)]
use crate::transport::Unix;
use crate::transport::{Connect, Tcp, Transport, Udp};

/// The type of the socket, once it is known: shared by the handler and what connects.
#[derive(Debug, Clone, Default)]
pub(super) struct Known(Arc<AtomicU8>);

impl Known {
    pub(super) fn new(socket_type: Option<SocketType>) -> Self {
        let known = Self::default();
        known.set(socket_type);
        known
    }

    pub(super) fn get(&self) -> Option<SocketType> {
        match self.0.load(Ordering::Relaxed) {
            DATAGRAM => Some(SocketType::Datagram),
            STREAM => Some(SocketType::Stream),
            _ => None,
        }
    }

    fn set(&self, socket_type: Option<SocketType>) {
        let number = match socket_type {
            None => 0,
            Some(SocketType::Datagram) => DATAGRAM,
            Some(SocketType::Stream) => STREAM,
        };
        self.0.store(number, Ordering::Relaxed);
    }
}

/// Makes what connects to an address, by datagrams or a stream; none to find that out.
///
/// `framing` is what frames have that may turn out to be datagrams.
pub(super) fn connector(
    address: &Address,
    socket_type: Option<SocketType>,
    known: &Known,
    framing: Framing,
) -> Result<Arc<dyn Connect>> {
    match (address, socket_type) {
        // NET-52. A socket that is not connected is not told that nobody listens: as in Python.
        (Address::Host(host, port), None | Some(SocketType::Datagram)) => {
            Ok(Arc::new(Udp::new(host, *port)))
        }
        (Address::Host(host, port), Some(SocketType::Stream)) => {
            Ok(Arc::new(Tcp::new(host, *port)))
        }
        (Address::Path(path), _) => local(path, socket_type, known, framing),
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it is always an error")]
fn local(
    path: &Path,
    socket_type: Option<SocketType>,
    known: &Known,
    framing: Framing,
) -> Result<Arc<dyn Connect>> {
    Ok(Arc::new(Local { path: path.to_owned(), socket_type, known: known.clone(), framing }))
}

#[cfg(not(unix))]
fn local(path: &Path, _: Option<SocketType>, _: &Known, _: Framing) -> Result<Arc<dyn Connect>> {
    let message = format!("this system has no Unix domain sockets such as {}", path.display());
    Err(Error::new(ErrorKind::Value, message))
}

/// A socket of the same machine.
#[cfg(unix)]
#[derive(Debug)]
struct Local {
    path: PathBuf,
    socket_type: Option<SocketType>,
    known: Known,
    framing: Framing,
}

#[cfg(unix)]
impl Local {
    fn connect_as(&self, socket_type: SocketType, deadline: Instant) -> Result<Box<dyn Transport>> {
        let transport = match socket_type {
            SocketType::Datagram => {
                let inner = Unix::datagram(&self.path).connect(deadline)?;
                Box::new(Datagrams { inner, framing: self.framing, stalled: false }) as _
            }
            SocketType::Stream => Unix::stream(&self.path).connect(deadline)?,
        };
        self.known.set(Some(socket_type));
        Ok(transport)
    }
}

#[cfg(unix)]
impl Connect for Local {
    /// NET-49, NET-50.
    fn connect(&self, deadline: Instant) -> Result<Box<dyn Transport>> {
        if let Some(socket_type) = self.socket_type {
            return self.connect_as(socket_type, deadline);
        }
        let (first, second) = match self.known.get() {
            Some(SocketType::Stream) => (SocketType::Stream, SocketType::Datagram),
            _ => (SocketType::Datagram, SocketType::Stream),
        };
        self.connect_as(first, deadline).or_else(|_| self.connect_as(second, deadline))
    }

    fn peer(&self) -> String {
        format!("unix {}", self.path.display())
    }
}

/// Datagrams to a daemon that may not read them.
#[derive(Debug)]
struct Datagrams {
    inner: Box<dyn Transport>,
    framing: Framing,
    /// Whether the last datagram was not taken in time. One logging call that waits for nothing is
    /// enough: until the daemon reads again, the others do not wait.
    stalled: bool,
}

impl Transport for Datagrams {
    fn send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        let deadline = if self.stalled { Instant::now() } else { deadline };
        let sent = self.inner.send(self.framing.message(bytes), deadline);
        self.stalled = sent.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::TimedOut);
        sent
    }

    fn is_datagram(&self) -> bool {
        true
    }
}

/// Stands in the place of what connects until all settings are known.
#[derive(Debug)]
pub(super) struct NotYet;

impl Connect for NotYet {
    fn connect(&self, _: Instant) -> Result<Box<dyn Transport>> {
        Err(Error::new(ErrorKind::Runtime, "the handler is not built yet"))
    }

    fn peer(&self) -> String {
        "nobody".to_owned()
    }
}

const DATAGRAM: u8 = 1;
const STREAM: u8 = 2;
