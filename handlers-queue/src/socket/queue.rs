//! The queue between the processes of one machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use handlers_core::{Error, ErrorKind, Record, Result};

use super::builder::SocketQueueBuilder;
use super::receiver::Receiver;
use super::sender::Sender;
use super::settings::Settings;
use crate::queue::{Overflow, Placed, RecordQueue};

/// One end of a queue between the processes of one machine: the counterpart of Python's
/// `multiprocessing.Queue`.
///
/// One process [`bind`](Self::bind)s the queue to a path and takes the records; any number of others
/// [`connect`](Self::connect) to it and put theirs. What is between them is a Unix socket. A clone is
/// the same end.
///
/// # The sending end
///
/// It connects when there is a record, and connects anew when the receiving end was restarted. What
/// waits, waits in the buffer of the system, which holds some hundred records:
///
/// | [`Overflow`] | if the buffer is full |
/// |---|---|
/// | `Fail`, `DropNewest` | the record is given up |
/// | `DropOldest` | so it is, too: what the system has cannot be taken back |
/// | `Block`, `BlockFor` | it waits for room, for no longer than [`timeout`](SocketQueueBuilder::timeout) |
///
/// If nobody listens the record is given up at once, whatever the policy. The next attempt to connect
/// is made after 10 ms at first, and after a second at most. How many records were given up is in
/// [`dropped`](RecordQueue::dropped), and in a record `3 records dropped` that goes before the first
/// one that can be sent again.
///
/// After a fork the child connects for itself.
///
/// # The receiving end
///
/// It has no thread of its own: [`get`](RecordQueue::get) reads what producers have sent. What they
/// send faster than it is taken stays in their buffers, and makes them wait or drop. So a listener that
/// stops takes all that the system has first. To lose nothing when the process ends, call
/// [`close`](Self::close) before the listener is stopped: then producers know what they could not
/// send. What was sent to a process that is killed is lost.
///
/// What is no record is counted in [`dropped`](RecordQueue::dropped), and is an error of `get` once
/// for each producer.
///
/// # Security
///
/// By default the user of the process, and nobody else, can connect. JSON makes no code run, and the
/// size of a record is limited, but whoever can connect can log what he likes.
///
/// # Python
///
/// A frame is the length of the rest in four bytes, the highest first, and a record as JSON
/// ([`Record::write_json`]). So a Python program sends records with
///
/// ```python
/// sock = socket.socket(socket.AF_UNIX); sock.connect(path)
/// line = json.dumps(record.__dict__ | {"msg": record.getMessage(), "args": None}).encode()
/// sock.sendall(struct.pack(">L", len(line)) + line)
/// ```
///
/// and takes them, from a connection that it has accepted and made a `stream` with `makefile("rb")`, with
///
/// ```python
/// while header := stream.read(4):
///     record = logging.makeLogRecord(json.loads(stream.read(*struct.unpack(">L", header))))
///     logging.getLogger(record.name).handle(record)
/// ```
///
/// # Differences from Python
///
/// `multiprocessing.Queue` has an unbounded buffer and a thread in each producer; who is killed loses
/// what is in it. It sends pickles.
///
/// # Examples
///
/// ```
/// use handlers_core::Record;
/// use handlers_queue::{Overflow, RecordQueue, SocketQueue};
/// use std::time::Duration;
/// # let path = std::env::temp_dir().join(format!("queue-doc-{}", std::process::id()));
///
/// let receiving = SocketQueue::bind(&path)?;
///
/// // In other processes:
/// let sending = SocketQueue::connect(&path);
/// let _ = sending.put(Record::builder().message("ready").build(), Overflow::Fail)?;
///
/// let record = receiving.get(Duration::from_secs(5))?.expect("a record was sent");
/// assert_eq!(record.message()?, "ready");
/// # Ok::<(), handlers_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SocketQueue {
    end: End,
}

#[derive(Debug, Clone)]
enum End {
    Receiving(Arc<Receiver>),
    Sending(Arc<Sender>),
}

impl SocketQueue {
    /// Makes the receiving end, with the defaults of [`builder`](Self::builder).
    ///
    /// # Errors
    ///
    /// Those of [`SocketQueueBuilder::bind`].
    pub fn bind(path: impl Into<PathBuf>) -> Result<Self> {
        Self::builder(path).bind()
    }

    /// Makes a sending end, with the defaults of [`builder`](Self::builder). It connects when there is
    /// a record.
    pub fn connect(path: impl Into<PathBuf>) -> Self {
        Self::builder(path).connect()
    }

    /// Begins a queue at the socket `path`, which has some hundred bytes at most. On Linux a path that
    /// begins with a NUL is an abstract name: there is no file, and everybody may connect.
    ///
    /// | setting | end | default |
    /// |---|---|---|
    /// | [`mode`](SocketQueueBuilder::mode) | receiving | `0o600` |
    /// | [`max_frame`](SocketQueueBuilder::max_frame) | both | 1 MiB |
    /// | [`max_connections`](SocketQueueBuilder::max_connections) | receiving | 1,024 |
    /// | [`timeout`](SocketQueueBuilder::timeout) | sending | five seconds |
    pub fn builder(path: impl Into<PathBuf>) -> SocketQueueBuilder {
        SocketQueueBuilder::new(path.into())
    }

    /// The path of the socket.
    pub fn path(&self) -> &Path {
        match &self.end {
            End::Receiving(receiver) => receiver.path(),
            End::Sending(sender) => sender.path(),
        }
    }

    /// Ends the queue at this end; so does dropping it.
    ///
    /// At the receiving end producers can neither connect nor send any more; what they have sent still
    /// comes out. At the sending end no more is taken; a record of which a part is sent is finished,
    /// within [`timeout`](SocketQueueBuilder::timeout).
    pub fn close(&self) {
        match &self.end {
            End::Receiving(receiver) => receiver.close(),
            End::Sending(sender) => sender.close(),
        }
    }

    pub(super) fn receiving(path: &Path, settings: Settings) -> Result<Self> {
        let attempt = || format!("bind the queue {}", path.display());
        let receiver = Receiver::new(path, settings);
        let receiver = receiver.map_err(|error| Error::io(attempt(), error))?;
        Ok(Self { end: End::Receiving(Arc::new(receiver)) })
    }

    pub(super) fn sending(path: PathBuf, settings: Settings) -> Self {
        Self { end: End::Sending(Arc::new(Sender::new(path, settings))) }
    }
}

impl RecordQueue for SocketQueue {
    /// Sends a record.
    ///
    /// # Errors
    ///
    /// Those of every queue; [`ErrorKind::Runtime`] at the receiving end.
    fn put(&self, record: Record<'static>, overflow: Overflow) -> Result<Placed> {
        match &self.end {
            End::Sending(sender) => sender.put(&record, overflow),
            End::Receiving(_) => Err(wrong_end("the receiving end of a queue takes no records")),
        }
    }

    /// Takes a record.
    ///
    /// # Errors
    ///
    /// A producer has sent what is no record, for the first time; the system cannot accept one;
    /// [`ErrorKind::Runtime`] at the sending end, and in a child of the process that has bound the
    /// queue.
    fn get(&self, timeout: Duration) -> Result<Option<Record<'static>>> {
        match &self.end {
            End::Receiving(receiver) => receiver.get(timeout),
            End::Sending(_) => Err(wrong_end("the sending end of a queue gives no records")),
        }
    }

    /// 0: nobody knows how many records the system has.
    fn len(&self) -> usize {
        0
    }

    fn wake(&self) {
        if let End::Receiving(receiver) = &self.end {
            receiver.wake();
        }
    }

    /// At the sending end, how many records were given up; at the receiving end, how many frames were
    /// no records.
    fn dropped(&self) -> u64 {
        match &self.end {
            End::Receiving(receiver) => receiver.unreadable(),
            End::Sending(sender) => sender.dropped(),
        }
    }
}

#[cold]
fn wrong_end(message: &'static str) -> Error {
    Error::new(ErrorKind::Runtime, message)
}
