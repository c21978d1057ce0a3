//! Receivers of lines in the test's own process, which know when they have read all that was sent.

use std::io::{self, Read};
use std::net::{Ipv4Addr, Shutdown, TcpListener};
use std::os::unix::net::UnixDatagram;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use handlers_core::{HandlerBase, Record, Result};
use handlers_net::transport::{Connect, Tcp, Transport, Unix};
use handlers_tests::support::{SocketPath, wait_until};

/// What has been sent and received, in bytes, and the bytes themselves.
#[derive(Debug, Clone, Default)]
pub(crate) struct Collector {
    sent: Arc<AtomicUsize>,
    received: Arc<Mutex<Vec<u8>>>,
    /// Which lives as long as somebody may send or look.
    _socket: Option<Arc<Socket>>,
}

/// A socket that is read by a thread, which ends with this value.
#[derive(Debug)]
struct Socket {
    socket: UnixDatagram,
    _path: SocketPath,
}

impl Collector {
    /// Listens for streams; gives what connects to it.
    pub(crate) fn streams() -> (Self, impl Connect) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let collector = Self::default();
        let received = collector.clone();
        thread::spawn(move || {
            // One connection after the other, so that their lines stay in order.
            for connection in listener.incoming().map_while(io::Result::ok) {
                received.read(connection);
            }
        });
        let connector =
            Counted { connector: Tcp::new("127.0.0.1", port), collector: collector.clone() };
        (collector, connector)
    }

    /// Listens for datagrams, of which none is lost; gives what sends them.
    pub(crate) fn datagrams() -> (Self, impl Connect) {
        let path = SocketPath::new();
        let socket = UnixDatagram::bind(&path).expect("the path is free");
        let read = socket.try_clone().expect("a descriptor is free");
        let connector = Unix::datagram(&path);
        let received = Self::default();
        let socket = Arc::new(Socket { socket, _path: path });
        let collector = Self { _socket: Some(socket), ..received.clone() };
        thread::spawn(move || {
            let mut buffer = vec![0; 1 << 20];
            while let Ok(length @ 1..) = read.recv(&mut buffer) {
                received.push(&buffer[..length]);
            }
        });
        let connector = Counted { connector, collector: collector.clone() };
        (collector, connector)
    }

    /// All lines, once all that was sent has come.
    pub(crate) fn lines(&self) -> Vec<String> {
        wait_until("the last byte", || self.received().len() == self.sent.load(Ordering::SeqCst));
        let text = String::from_utf8(self.received().clone()).expect("what was sent is text");
        text.split_terminator('\n').map(str::to_owned).collect()
    }

    fn read(&self, mut connection: impl Read) {
        let mut buffer = vec![0; 65_536];
        while let Ok(length @ 1..) = connection.read(&mut buffer) {
            self.push(&buffer[..length]);
        }
    }

    fn push(&self, bytes: &[u8]) {
        self.received().extend_from_slice(bytes);
    }

    fn received(&self) -> std::sync::MutexGuard<'_, Vec<u8>> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = self.socket.shutdown(Shutdown::Read);
    }
}

/// Makes a line of a record with the formatter of its handler.
pub(crate) fn line(handler: &HandlerBase, record: &Record<'_>, out: &mut Vec<u8>) -> Result<()> {
    let mut line = String::new();
    handler.format(record, &mut line)?;
    out.extend_from_slice(line.as_bytes());
    out.push(b'\n');
    Ok(())
}

/// Counts what goes through a connector.
#[derive(Debug)]
struct Counted<C> {
    connector: C,
    collector: Collector,
}

#[derive(Debug)]
struct CountedTransport {
    transport: Box<dyn Transport>,
    collector: Collector,
}

impl<C: Connect> Connect for Counted<C> {
    fn connect(&self, deadline: Instant) -> Result<Box<dyn Transport>> {
        let transport = self.connector.connect(deadline)?;
        Ok(Box::new(CountedTransport { transport, collector: self.collector.clone() }))
    }

    fn peer(&self) -> String {
        self.connector.peer()
    }
}

impl Transport for CountedTransport {
    fn send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        self.transport.send(bytes, deadline)?;
        self.collector.sent.fetch_add(bytes.len(), Ordering::SeqCst);
        Ok(())
    }

    fn is_closed(&mut self) -> bool {
        self.transport.is_closed()
    }

    fn is_datagram(&self) -> bool {
        self.transport.is_datagram()
    }
}
