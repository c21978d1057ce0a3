//! Datagrams in chunks.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::num::NonZeroUsize;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use handlers_core::Result;
use handlers_net::transport::{Connect, Transport};

use super::chunking::{Chunking, header};

/// Sends what is too long for one datagram in several, as GELF has it (GELF-10): what a
/// [`GelfUdpHandler`](crate::GelfUdpHandler) connects with.
///
/// | setting | default |
/// |---|---|
/// | [`chunk_size`](Self::chunk_size) | [`WAN_CHUNK`](crate::WAN_CHUNK) |
/// | [`chunk_at_size`](Self::chunk_at_size) | `false` |
/// | [`message_ids`](Self::message_ids) | random numbers |
///
/// A message of more than 128 chunks is an error of the kind of `EMSGSIZE`: nothing of it is sent.
///
/// # Examples
///
/// ```
/// use handlers_gelf::Chunked;
/// use handlers_net::transport::{Connect, Udp};
/// use std::net::UdpSocket;
/// use std::num::NonZeroUsize;
/// use std::time::{Duration, Instant};
///
/// let receiver = UdpSocket::bind("127.0.0.1:0")?;
/// let udp = Udp::new("127.0.0.1", receiver.local_addr()?.port());
/// let chunked = Chunked::new(udp).chunk_size(NonZeroUsize::new(4).unwrap()).message_ids(|| 7);
/// let deadline = Instant::now() + Duration::from_secs(5);
/// chunked.connect(deadline)?.send(b"seven b", deadline)?;
///
/// let mut buffer = [0; 100];
/// let length = receiver.recv(&mut buffer)?;
/// assert_eq!(&buffer[..length], b"\x1e\x0f\x07\0\0\0\0\0\0\0\x00\x02seve");
/// let length = receiver.recv(&mut buffer)?;
/// assert_eq!(&buffer[..length], b"\x1e\x0f\x07\0\0\0\0\0\0\0\x01\x02n b");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use = "nothing is sent until somebody connects"]
pub struct Chunked<C> {
    connector: C,
    chunking: Chunking,
    ids: Arc<dyn Fn() -> u64 + Send + Sync>,
}

impl<C: Connect> Chunked<C> {
    /// Makes the settings for the datagrams of `connector`.
    pub fn new(connector: C) -> Self {
        Self { connector, chunking: Chunking::new(), ids: Arc::new(random_ids()) }
    }

    /// Sets how many bytes of a message are in a chunk; its header has 12 more. Optional.
    pub fn chunk_size(mut self, size: NonZeroUsize) -> Self {
        self.chunking.size = size;
        self
    }

    /// Sets whether a message that is just as long as a chunk is sent as one chunk, with a header,
    /// instead of as it is (GELF-56). Optional.
    pub fn chunk_at_size(mut self, at_size: bool) -> Self {
        self.chunking.at_size = at_size;
        self
    }

    /// Sets where the numbers of messages come from. No server may get the same number from two
    /// senders within five seconds. Optional.
    pub fn message_ids(mut self, ids: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.ids = Arc::new(ids);
        self
    }

    pub(super) fn with_chunking(mut self, chunking: Chunking) -> Self {
        self.chunking = chunking;
        self
    }
}

impl<C: Connect> Connect for Chunked<C> {
    fn connect(&self, deadline: Instant) -> Result<Box<dyn Transport>> {
        Ok(Box::new(Chunks {
            transport: self.connector.connect(deadline)?,
            chunking: self.chunking,
            ids: Arc::clone(&self.ids),
            datagram: Vec::new(),
        }))
    }

    fn peer(&self) -> String {
        self.connector.peer()
    }
}

impl<C: fmt::Debug> fmt::Debug for Chunked<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Chunked");
        debug.field("connector", &self.connector).field("chunking", &self.chunking);
        debug.finish_non_exhaustive()
    }
}

/// Cuts what is sent.
struct Chunks {
    transport: Box<dyn Transport>,
    chunking: Chunking,
    ids: Arc<dyn Fn() -> u64 + Send + Sync>,
    /// The chunk on its way, kept for its capacity.
    datagram: Vec<u8>,
}

impl Transport for Chunks {
    fn send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        if self.chunking.is_whole(bytes.len()) {
            return self.transport.send(bytes, deadline);
        }
        let count = self.chunking.count(bytes.len()).ok_or_else(too_long)?;
        let id = (self.ids)();
        for (number, chunk) in (0..count).zip(bytes.chunks(self.chunking.size.get())) {
            self.datagram.clear();
            self.datagram.extend_from_slice(&header(id, number, count));
            self.datagram.extend_from_slice(chunk);
            self.transport.send(&self.datagram, deadline)?;
        }
        Ok(())
    }

    fn is_closed(&mut self) -> bool {
        self.transport.is_closed()
    }

    fn is_datagram(&self) -> bool {
        self.transport.is_datagram()
    }

    fn is_confirmed(&self) -> bool {
        self.transport.is_confirmed()
    }

    fn leave(&mut self) {
        self.transport.leave();
    }
}

impl fmt::Debug for Chunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Chunks");
        debug.field("transport", &self.transport).field("chunking", &self.chunking);
        debug.finish_non_exhaustive()
    }
}

/// Numbers that nobody else has. A process that forked has the keys and the count of its parent, but
/// not its number.
fn random_ids() -> impl Fn() -> u64 + Send + Sync {
    let (keys, next) = (RandomState::new(), AtomicU64::new(0));
    move || keys.hash_one((process::id(), next.fetch_add(1, Ordering::Relaxed)))
}

/// What a handler knows for a record that would never get through.
#[cfg(unix)]
fn too_long() -> io::Error {
    rustix::io::Errno::MSGSIZE.into()
}

/// `WSAEMSGSIZE`.
#[cfg(not(unix))]
fn too_long() -> io::Error {
    io::Error::from_raw_os_error(10040)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::atomic::AtomicBool;

    use super::*;

    /// Notes whether it was left.
    #[derive(Debug, Clone, Default)]
    struct Socket(Arc<AtomicBool>);

    impl Connect for Socket {
        fn connect(&self, _deadline: Instant) -> Result<Box<dyn Transport>> {
            Ok(Box::new(self.clone()))
        }

        fn peer(&self) -> String {
            "socket".to_owned()
        }
    }

    impl Transport for Socket {
        fn send(&mut self, _bytes: &[u8], _deadline: Instant) -> io::Result<()> {
            Ok(())
        }

        fn leave(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_forked_child_leaves_the_socket_to_its_parent() {
        let socket = Socket::default();
        Chunked::new(socket.clone()).connect(Instant::now()).unwrap().leave();
        assert!(socket.0.load(Ordering::Relaxed));
    }

    #[test]
    fn random_numbers_do_not_come_twice() {
        let sources = [random_ids(), random_ids()];
        let numbers: HashSet<u64> =
            (0..1000).flat_map(|_| sources.each_ref().map(|next| next())).collect();
        assert_eq!(numbers.len(), 2000);
    }
}
