//! A syslog daemon that keeps what it is sent.

use std::io;
use std::iter;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::os::fd::AsFd;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{fs, mem};

use handlers_tests::support::wait_for;
use rustix::net::RecvFlags;

/// Takes what comes, and closes its sockets when it is dropped.
#[derive(Debug)]
pub(crate) struct Inbox {
    shared: Arc<Shared>,
    address: Option<SocketAddr>,
    reader: Option<JoinHandle<()>>,
    path: Option<PathBuf>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    ends: AtomicBool,
}

#[derive(Debug)]
struct State {
    socket: Socket,
    /// The streams that were accepted, and all that came over each.
    streams: Vec<(Stream, Vec<u8>)>,
    datagrams: Vec<Vec<u8>>,
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener),
    Udp(UdpSocket),
    UnixDatagram(UnixDatagram),
    UnixStream(UnixListener),
}

#[derive(Debug)]
enum Stream {
    Tcp(std::net::TcpStream),
    Unix(std::os::unix::net::UnixStream),
}

impl Inbox {
    pub(crate) fn tcp(address: &str) -> Self {
        let socket = TcpListener::bind(address).expect("the port is free");
        socket.set_nonblocking(true).expect("a socket need not block");
        let address = socket.local_addr().ok();
        Self::start(Socket::Tcp(socket), address, None)
    }

    pub(crate) fn udp(address: &str) -> Self {
        let socket = UdpSocket::bind(address).expect("the port is free");
        let address = socket.local_addr().ok();
        Self::start(Socket::Udp(socket), address, None)
    }

    pub(crate) fn unix_datagrams(path: &Path) -> Self {
        let socket = UnixDatagram::bind(path).expect("the path is free");
        Self::start(Socket::UnixDatagram(socket), None, Some(path.to_owned()))
    }

    pub(crate) fn unix_streams(path: &Path) -> Self {
        let socket = UnixListener::bind(path).expect("the path is free");
        socket.set_nonblocking(true).expect("a socket need not block");
        Self::start(Socket::UnixStream(socket), None, Some(path.to_owned()))
    }

    fn start(socket: Socket, address: Option<SocketAddr>, path: Option<PathBuf>) -> Self {
        let state = State { socket, streams: Vec::new(), datagrams: Vec::new() };
        let shared = Arc::new(Shared { state: Mutex::new(state), ends: AtomicBool::new(false) });
        let of_reader = Arc::clone(&shared);
        let reader = thread::spawn(move || {
            while !of_reader.ends.load(Ordering::Acquire) {
                of_reader.lock().read();
                thread::park_timeout(PAUSE);
            }
        });
        Self { shared, address, reader: Some(reader), path }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.expect("it has a port").port()
    }

    /// The datagrams so far.
    pub(crate) fn datagrams(&self) -> Vec<Vec<u8>> {
        let mut state = self.shared.lock();
        state.read();
        state.datagrams.clone()
    }

    /// The bytes of each stream so far.
    pub(crate) fn streams(&self) -> Vec<Vec<u8>> {
        let mut state = self.shared.lock();
        state.read();
        state.streams.iter().map(|(_, bytes)| bytes.clone()).collect()
    }

    /// How many bytes came over streams.
    pub(crate) fn received(&self) -> usize {
        self.shared.lock().streams.iter().map(|(_, bytes)| bytes.len()).sum()
    }

    /// The next datagram, which must come.
    pub(crate) fn datagram(&self) -> Vec<u8> {
        wait_for("a datagram", || {
            let mut state = self.shared.lock();
            state.read();
            (!state.datagrams.is_empty()).then(|| state.datagrams.remove(0))
        })
    }

    /// The bytes of the one stream, once there are so many.
    pub(crate) fn bytes(&self, count: usize) -> Vec<u8> {
        wait_for("the bytes", || {
            let streams = self.streams();
            let bytes = streams.first()?;
            assert_eq!(streams.len(), 1, "there is one stream");
            (bytes.len() >= count).then(|| bytes.clone())
        })
    }

    /// Closes the streams that were accepted, as a daemon does that dies.
    pub(crate) fn hang_up(&self) {
        self.shared.lock().streams.clear();
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::Release);
        if let Some(reader) = mem::take(&mut self.reader) {
            reader.thread().unpark();
            let _ = reader.join();
        }
        if let Some(path) = &self.path {
            let _ = fs::remove_file(path);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes all that is there.
    fn read(&mut self) {
        let Self { socket, streams, datagrams } = self;
        match socket {
            Socket::Tcp(socket) => {
                let accepted = iter::from_fn(|| socket.accept().ok());
                streams.extend(accepted.map(|(stream, _)| (Stream::Tcp(stream), Vec::new())));
            }
            Socket::UnixStream(socket) => {
                let accepted = iter::from_fn(|| socket.accept().ok());
                streams.extend(accepted.map(|(stream, _)| (Stream::Unix(stream), Vec::new())));
            }
            Socket::Udp(socket) => receive_all(socket, |part| datagrams.push(part.to_vec())),
            Socket::UnixDatagram(socket) => {
                receive_all(socket, |part| datagrams.push(part.to_vec()));
            }
        }
        for (stream, bytes) in streams {
            match stream {
                Stream::Tcp(stream) => receive_all(stream, |part| bytes.extend(part)),
                Stream::Unix(stream) => receive_all(stream, |part| bytes.extend(part)),
            }
        }
    }
}

/// Receives until nothing is there, or the stream has ended.
fn receive_all(socket: &impl AsFd, mut take: impl FnMut(&[u8])) {
    let mut buffer = vec![0; 1 << 18];
    loop {
        match rustix::net::recv(socket, &mut buffer[..], RecvFlags::DONTWAIT) {
            Ok((0, _)) => return,
            Ok((length, _)) => take(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// Between two looks for what has come.
const PAUSE: Duration = Duration::from_millis(2);
