//! The end of a queue that receives.

use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use handlers_core::{Error, ErrorKind, Record, Result};
use parking_lot::Mutex;
use rustix::event::{PollFd, PollFlags};

use super::bind::Bound;
use super::connection::{Connection, Left, Taken};
use super::poll;
use super::settings::Settings;

/// Reads what producers send, on the thread that wants it.
pub(super) struct Receiver {
    bound: Bound,
    settings: Settings,
    state: Mutex<State>,
    /// A byte in it ends a wait.
    wake_ups: (UnixStream, UnixStream),
    /// Whether producers are to be sent away.
    closing: AtomicBool,
    unreadable: AtomicU64,
}

#[derive(Default)]
struct State {
    connections: Vec<Connection>,
    taken: Taken,
    buffer: Vec<u8>,
    /// Until when nobody is accepted, since that has failed.
    deaf_until: Option<Instant>,
    closed: bool,
}

/// What was ready after a wait.
#[derive(Default)]
struct Ready {
    woken: bool,
    listener: bool,
    /// The places of connections, the last one first.
    connections: Vec<usize>,
}

impl Receiver {
    pub(super) fn new(path: &Path, settings: Settings) -> io::Result<Self> {
        let bound = Bound::new(path, settings.mode)?;
        let wake_ups = UnixStream::pair()?;
        wake_ups.0.set_nonblocking(true)?;
        wake_ups.1.set_nonblocking(true)?;
        Ok(Self {
            bound,
            settings,
            state: Mutex::default(),
            wake_ups,
            closing: AtomicBool::new(false),
            unreadable: AtomicU64::new(0),
        })
    }

    pub(super) fn get(&self, timeout: Duration) -> Result<Option<Record<'static>>> {
        self.check_process()?;
        let now = Instant::now();
        let mut deadline = now.checked_add(timeout).unwrap_or(now + LONGEST_WAIT);
        let mut state = self.state.lock();
        loop {
            if let Some(record) = state.taken.records.pop_front() {
                return record.map(Some);
            }
            self.close_if_asked(&mut state);
            let ready = self.wait(&state, deadline);
            let ready = ready.map_err(|error| Error::io("wait for producers", error))?;
            let Some(ready) = ready else { return Ok(None) };
            if ready.woken {
                // What has come already is taken nevertheless.
                self.forget_wake_ups();
                deadline = now;
            }
            self.read(&mut state, &ready);
        }
    }

    pub(super) fn wake(&self) {
        if self.bound.is_of_this_process() {
            // If it is full, there is a byte in it.
            let _ = (&self.wake_ups.0).write(&[0]);
        }
    }

    /// Sends the producers away. What they have sent can still be taken.
    pub(super) fn close(&self) {
        if !self.bound.is_of_this_process() {
            return;
        }
        self.closing.store(true, Ordering::SeqCst);
        loop {
            // Who waits in `get` has the state.
            self.wake();
            if let Some(mut state) = self.state.try_lock_for(BETWEEN_WAKE_UPS) {
                return self.close_if_asked(&mut state);
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.bound.path()
    }

    /// How many frames were no records.
    pub(super) fn unreadable(&self) -> u64 {
        self.unreadable.load(Ordering::Relaxed)
    }

    /// The sockets of a child are those of its parent, which would miss what the child takes.
    fn check_process(&self) -> Result<()> {
        if self.bound.is_of_this_process() {
            return Ok(());
        }
        let message = "the receiving end of a queue belongs to the process that made it";
        Err(Error::new(ErrorKind::Runtime, message))
    }

    fn close_if_asked(&self, state: &mut State) {
        if !self.closing.load(Ordering::SeqCst) || std::mem::replace(&mut state.closed, true) {
            return;
        }
        self.bound.refuse();
        // Those who connected and were not heard yet may have sent something.
        self.accept(state, usize::MAX);
        for connection in &state.connections {
            connection.refuse();
        }
    }

    /// Waits until there is something to do, `None` if there was nothing in time.
    fn wait(&self, state: &State, deadline: Instant) -> io::Result<Option<Ready>> {
        let deaf_until = state.deaf_until.filter(|until| *until > Instant::now());
        let has_room = state.connections.len() < self.settings.max_connections;
        let mut sockets = Vec::with_capacity(state.connections.len() + 2);
        sockets.push(PollFd::new(&self.wake_ups.1, PollFlags::IN));
        let connections = state.connections.iter().map(Connection::socket);
        sockets.extend(connections.map(|socket| PollFd::new(socket, PollFlags::IN)));
        if has_room && !state.closed && deaf_until.is_none() {
            sockets.push(PollFd::new(self.bound.socket(), PollFlags::IN));
        }
        let first = deaf_until.map_or(deadline, |until| until.min(deadline));
        if !poll::wait(&mut sockets, first)? {
            return Ok((first < deadline).then(Ready::default));
        }
        let mut ready = Ready::default();
        for (index, socket) in sockets.iter().enumerate().rev() {
            match index.checked_sub(1) {
                _ if socket.revents().is_empty() => {}
                None => ready.woken = true,
                Some(place) if place < state.connections.len() => ready.connections.push(place),
                Some(_) => ready.listener = true,
            }
        }
        Ok(Some(ready))
    }

    /// Reads a bit of each connection that has something, so that none keeps the others waiting.
    fn read(&self, state: &mut State, ready: &Ready) {
        let State { connections, taken, buffer, .. } = state;
        buffer.resize(CHUNK, 0);
        for place in &ready.connections {
            let left = connections[*place].read(buffer, taken, self.settings.max_frame);
            if left == Left::Yes {
                connections.swap_remove(*place);
            }
        }
        self.unreadable.fetch_add(std::mem::take(&mut taken.unreadable), Ordering::Relaxed);
        if ready.listener {
            self.accept(state, self.settings.max_connections);
        }
    }

    fn accept(&self, state: &mut State, most: usize) {
        while state.connections.len() < most {
            match self.bound.accept() {
                // One that is broken already is forgotten.
                Ok(socket) => state.connections.extend(Connection::new(socket)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // Nobody is left.
                Err(_) if state.closed => return,
                Err(error) => {
                    // There may be no descriptor left: to try again at once would keep a core busy.
                    state.deaf_until = Some(Instant::now() + DEAF);
                    let error = Error::io("accept a producer", error);
                    return state.taken.records.push_back(Err(error));
                }
            }
        }
    }

    fn forget_wake_ups(&self) {
        let mut bytes = [0; 64];
        while matches!((&self.wake_ups.1).read(&mut bytes), Ok(count) if count == bytes.len()) {}
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// How much of one producer is read before the next one has its turn.
const CHUNK: usize = 64 * 1024;

/// How long whoever closes a queue waits until it wakes its reader again.
const BETWEEN_WAKE_UPS: Duration = Duration::from_millis(1);

/// How long nobody is accepted after that has failed.
const DEAF: Duration = Duration::from_secs(1);

/// A wait without an end.
const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 3600);
