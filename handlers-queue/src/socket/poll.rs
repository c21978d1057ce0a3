//! Waiting for sockets.

use std::io;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::Socket;

/// Waits until a socket takes some bytes, or is broken; says whether it was in time.
pub(super) fn wait_for_room(socket: &Socket, deadline: Instant) -> io::Result<bool> {
    wait(&mut [PollFd::new(socket, PollFlags::OUT)], deadline)
}

/// Waits until one of these is ready, or is broken; says whether it was in time. If the deadline has
/// come it looks once.
pub(super) fn wait(sockets: &mut [PollFd<'_>], deadline: Instant) -> io::Result<bool> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let limit = Timespec::try_from(left.min(LONGEST_WAIT)).map_err(io::Error::other)?;
        match poll(sockets, Some(&limit)) {
            Ok(0) if left.is_zero() => return Ok(false),
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => return Ok(true),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Some systems refuse to wait longer at once.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
