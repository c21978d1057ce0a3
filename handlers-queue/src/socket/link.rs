//! The connection of a producer, or its absence.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::net::SendFlags;
use socket2::{Domain, SockAddr, Socket, Type};

use super::frame;
use crate::notice;
use crate::retry::{Backoff, Retry};

/// What a producer has under way.
#[derive(Debug)]
pub(super) struct Link {
    socket: Option<Arc<Socket>>,
    /// A frame of which the system has a part.
    begun: Option<Begun>,
    /// Of how many records the receiver has been told that they were given up.
    told: u64,
    retry: Retry,
    /// What the system said when the receiver could not be reached the last time.
    code: Option<i32>,
}

#[derive(Debug)]
struct Begun {
    frame: Vec<u8>,
    sent: usize,
}

/// What became of a frame.
#[derive(Debug)]
pub(super) enum Offered {
    /// It will arrive, if the receiver does not die.
    Taken,
    /// There is no room for it in this socket.
    Full(Arc<Socket>),
    /// The receiver cannot be reached.
    Away(io::Error),
}

impl Link {
    /// Makes a link that has nothing to tell of `dropped` records.
    pub(super) fn new(dropped: u64) -> Self {
        Self { socket: None, begun: None, told: dropped, retry: Retry::default(), code: None }
    }

    /// Sends a frame, or as much of it as there is room for: then the rest goes before the next one.
    ///
    /// Before it goes what is left of the one before, and the news that `dropped` records were given
    /// up. Without all that having been taken the frame is not begun.
    pub(super) fn offer(&mut self, path: &Path, frame: &[u8], dropped: u64) -> Offered {
        self.deliver(path, dropped, |link, socket| link.send(socket, frame))
    }

    /// Sends what is left of the last frame, and that `dropped` records were given up. The receiver is
    /// tried whenever the last attempt was: there will be no other one.
    pub(super) fn finish(&mut self, path: &Path, dropped: u64) -> Offered {
        if self.begun.is_none() && dropped == self.told {
            return Offered::Taken;
        }
        self.retry.succeeded();
        let finish = |link: &mut Self, socket: &Socket| link.send_rest(socket);
        self.deliver(path, dropped, finish)
    }

    fn deliver(
        &mut self,
        path: &Path,
        dropped: u64,
        mut last: impl FnMut(&mut Self, &Socket) -> io::Result<bool>,
    ) -> Offered {
        loop {
            let was_connected = self.socket.is_some();
            let socket = match self.connect(path) {
                Ok(socket) => socket,
                Err(error) => return Offered::Away(error),
            };
            let mut send = || {
                let all = self.send_rest(&socket)?
                    && self.tell(&socket, dropped)?
                    && last(self, &socket)?;
                Ok(all)
            };
            match send() {
                Ok(true) => return Offered::Taken,
                Ok(false) => return Offered::Full(socket),
                Err(error) => {
                    self.disconnect();
                    // The receiver may have been restarted.
                    if !was_connected {
                        self.failed(&error, Instant::now());
                        return Offered::Away(error);
                    }
                }
            }
        }
    }

    fn connect(&mut self, path: &Path) -> io::Result<Arc<Socket>> {
        if let Some(socket) = &self.socket {
            return Ok(Arc::clone(socket));
        }
        let now = Instant::now();
        if self.retry.is_early(now) {
            return Err(self.last_error());
        }
        match connect(path) {
            Ok(socket) => {
                self.retry.succeeded();
                Ok(Arc::clone(self.socket.insert(Arc::new(socket))))
            }
            Err(error) => {
                self.failed(&error, now);
                Err(error)
            }
        }
    }

    /// Why no attempt is made now.
    fn last_error(&self) -> io::Error {
        let unknown = || io::ErrorKind::NotConnected.into();
        self.code.map_or_else(unknown, io::Error::from_raw_os_error)
    }

    fn failed(&mut self, error: &io::Error, now: Instant) {
        self.code = error.raw_os_error();
        self.retry.failed(&BACKOFF, now);
    }

    /// The receiver throws half a frame away, so that it can be sent again.
    fn disconnect(&mut self) {
        self.socket = None;
        if let Some(begun) = &mut self.begun {
            begun.sent = 0;
        }
    }

    fn send_rest(&mut self, socket: &Socket) -> io::Result<bool> {
        let Some(begun) = &mut self.begun else { return Ok(true) };
        begun.sent += send(socket, begun.frame.get(begun.sent..).unwrap_or_default())?;
        if begun.sent < begun.frame.len() {
            return Ok(false);
        }
        self.begun = None;
        Ok(true)
    }

    fn tell(&mut self, socket: &Socket, dropped: u64) -> io::Result<bool> {
        if dropped <= self.told {
            return Ok(true);
        }
        // A record of text has nothing that could not be written.
        let notice = frame::of(&notice::of_dropped(dropped - self.told), usize::MAX);
        let taken = self.send(socket, &notice.unwrap_or_default())?;
        if taken {
            self.told = dropped;
        }
        // A part of it is as good as all, but leaves no room for others.
        Ok(taken && self.begun.is_none())
    }

    /// Sends a frame. If there is room for a part, the rest is kept.
    fn send(&mut self, socket: &Socket, frame: &[u8]) -> io::Result<bool> {
        let sent = send(socket, frame)?;
        if sent == 0 {
            return Ok(false);
        }
        if sent < frame.len() {
            self.begun = Some(Begun { frame: frame.to_vec(), sent });
        }
        Ok(true)
    }
}

/// Sends as much as there is room for.
fn send(socket: &Socket, bytes: &[u8]) -> io::Result<usize> {
    let mut sent = 0;
    while sent < bytes.len() {
        match rustix::net::send(socket, &bytes[sent..], SEND) {
            Ok(count) => sent += count,
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(sent)
}

/// Connects without waiting: if too many others do, it is an error.
fn connect(path: &Path) -> io::Result<Socket> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.connect(&SockAddr::unix(path)?)?;
    Ok(socket)
}

/// A receiver that is gone is an error, not a signal that ends the process. On Apple's systems the
/// socket has been told so when it was made.
#[cfg(not(target_vendor = "apple"))]
const SEND: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
const SEND: SendFlags = SendFlags::empty();

/// To try costs next to nothing on the same machine.
const BACKOFF: Backoff =
    Backoff { start: Duration::from_millis(10), factor: 2.0, max: Duration::from_secs(1) };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_double_up_to_a_second() {
        let (mut link, begin) = (Link::new(0), Instant::now());
        let mut attempts = Vec::new();
        for time in 0..4000 {
            let now = begin + Duration::from_millis(time);
            if !link.retry.is_early(now) {
                attempts.push(time);
                link.failed(&io::ErrorKind::NotFound.into(), now);
            }
        }
        assert_eq!(attempts, [0, 10, 30, 70, 150, 310, 630, 1270, 2270, 3270]);
    }

    #[test]
    fn the_last_attempt_waits_for_nothing() {
        let path = std::env::temp_dir().join(format!("finish-{}.socket", std::process::id()));
        let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let mut link = Link::new(0);
        link.failed(&io::ErrorKind::NotFound.into(), Instant::now() + Duration::from_secs(3600));
        assert!(matches!(link.offer(&path, b"frame", 0), Offered::Away(_)));
        assert!(matches!(link.finish(&path, 1), Offered::Taken));
        drop(listener);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn while_nothing_is_tried_the_last_error_is_told() {
        let mut link = Link::new(0);
        let refused = io::Error::from_raw_os_error(Errno::CONNREFUSED.raw_os_error());
        link.failed(&refused, Instant::now() + Duration::from_secs(3600));
        let error = link.connect(Path::new("/nowhere")).unwrap_err();
        assert_eq!(error.raw_os_error(), refused.raw_os_error());
    }
}
