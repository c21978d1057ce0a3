//! A producer that is connected, and what has come from it.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::net::Shutdown;

use handlers_core::{Error, Record, Result};
use socket2::Socket;

use super::frame;

/// One producer.
#[derive(Debug)]
pub(super) struct Connection {
    socket: Socket,
    /// What is no whole frame yet.
    bytes: Vec<u8>,
    /// Whether it has been told that what it sends cannot be read: once is enough.
    told: bool,
}

/// What became of a producer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// It is still there.
    No,
    /// It has sent all it will send.
    Yes,
}

/// Records, and what is none.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) records: VecDeque<Result<Record<'static>>>,
    /// How many frames were no records.
    pub(super) unreadable: u64,
}

impl Connection {
    pub(super) fn new(socket: Socket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self { socket, bytes: Vec::new(), told: false })
    }

    pub(super) fn socket(&self) -> &Socket {
        &self.socket
    }

    /// Lets the producer send no more. What it has sent can still be read.
    pub(super) fn refuse(&self) {
        // A producer that has gone is refused already.
        let _ = self.socket.shutdown(Shutdown::Read);
    }

    /// Reads what is there, `buffer` full at most, and takes the whole frames out of it.
    pub(super) fn read(&mut self, buffer: &mut [u8], taken: &mut Taken, max: usize) -> Left {
        let count = loop {
            match (&self.socket).read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Left::No,
                // A producer that was killed may have left half a frame: no record.
                Ok(0) | Err(_) => return Left::Yes,
                Ok(count) => break count,
            }
        };
        let bytes = buffer.get(..count).unwrap_or_default();
        if self.bytes.is_empty() {
            // Most frames come whole and are not copied.
            let outcome = self.take(bytes, taken, max);
            return self.keep(outcome, |connection, end| {
                connection.bytes.extend_from_slice(bytes.get(end..).unwrap_or_default());
            });
        }
        self.bytes.extend_from_slice(bytes);
        let bytes = std::mem::take(&mut self.bytes);
        let outcome = self.take(&bytes, taken, max);
        self.keep(outcome, |connection, end| {
            connection.bytes = bytes;
            connection.bytes.drain(..end);
            // One large record is no reason to have that much for ever.
            if connection.bytes.is_empty() {
                connection.bytes = Vec::new();
            }
        })
    }

    fn keep(&mut self, outcome: Option<usize>, keep: impl FnOnce(&mut Self, usize)) -> Left {
        match outcome {
            Some(end) => {
                keep(self, end);
                Left::No
            }
            None => Left::Yes,
        }
    }

    /// Takes the whole frames out of `bytes`, and says where they end; `None` if the rest is none.
    fn take(&mut self, bytes: &[u8], taken: &mut Taken, max: usize) -> Option<usize> {
        let mut start = 0;
        loop {
            let rest = bytes.get(start..).unwrap_or_default();
            let end = match frame::end(rest, max) {
                Ok(Some(end)) => end,
                Ok(None) => return Some(start),
                Err(error) => {
                    self.complain(error, taken);
                    return None;
                }
            };
            match Record::from_json(&rest[frame::LENGTH..end]) {
                Ok(record) => taken.records.push_back(Ok(record)),
                Err(error) => self.complain(error, taken),
            }
            start += end;
        }
    }

    /// Counts what is no record. The first of a producer is an error, too; if each was, one bad
    /// producer would keep the listener from the others.
    #[cold]
    fn complain(&mut self, error: Error, taken: &mut Taken) {
        taken.unreadable += 1;
        if !std::mem::replace(&mut self.told, true) {
            taken.records.push_back(Err(error.context("read a record that a producer has sent")));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::socket::poll;
    use rustix::event::{PollFd, PollFlags};

    const MAX: usize = 1 << 20;

    fn pair() -> (Connection, Socket) {
        let (ours, theirs) =
            Socket::pair(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap();
        (Connection::new(ours).unwrap(), theirs)
    }

    fn frame_of(text: &str) -> Vec<u8> {
        frame::of(&Record::builder().message(text.to_owned()).build(), MAX).unwrap()
    }

    fn messages(taken: &mut Taken) -> Vec<String> {
        let message = |record: Result<Record<'_>>| match record {
            Ok(record) => record.message().unwrap().into_owned(),
            Err(error) => {
                let cause = std::error::Error::source(&error).unwrap();
                format!("{error}: {cause}")
            }
        };
        taken.records.drain(..).map(message).collect()
    }

    #[test]
    fn frames_may_come_in_any_pieces() {
        let frames = [frame_of("one"), frame_of(&"two".repeat(500)), frame_of("three")].concat();
        for size in [1, 3, 4, 5, 100, 1000, frames.len()] {
            let (mut connection, mut producer) = pair();
            let mut taken = Taken::default();
            for piece in frames.chunks(size) {
                producer.write_all(piece).unwrap();
                let left = connection.read(&mut [0; 10_000], &mut taken, MAX);
                assert_eq!(left, Left::No);
            }
            let expected = ["one".to_owned(), "two".repeat(500), "three".to_owned()];
            assert_eq!(messages(&mut taken), expected, "in pieces of {size}");
            assert!(connection.bytes.is_empty());
        }
    }

    #[test]
    fn half_a_frame_is_no_record_and_no_error() {
        let (mut connection, mut producer) = pair();
        let frame = frame_of("whole");
        producer.write_all(&frame).unwrap();
        producer.write_all(&frame[..frame.len() - 1]).unwrap();
        drop(producer);
        let mut taken = Taken::default();
        assert_eq!(connection.read(&mut [0; 10_000], &mut taken, MAX), Left::No);
        assert_eq!(connection.read(&mut [0; 10_000], &mut taken, MAX), Left::Yes);
        assert_eq!(messages(&mut taken), ["whole"]);
        assert_eq!(taken.unreadable, 0);
    }

    #[test]
    fn what_is_no_record_is_told_of_once_and_the_next_one_is_read() {
        let (mut connection, mut producer) = pair();
        let bad = [&[0, 0, 0, 2][..], b"[]"].concat();
        let bytes = [frame_of("one"), bad.clone(), bad, frame_of("two")].concat();
        producer.write_all(&bytes).unwrap();
        let mut taken = Taken::default();
        assert_eq!(connection.read(&mut [0; 10_000], &mut taken, MAX), Left::No);
        let error = "read a record that a producer has sent: \
                     a record must be a JSON object, not list";
        assert_eq!(messages(&mut taken), ["one", error, "two"]);
        assert_eq!(taken.unreadable, 2);
    }

    #[test]
    fn a_length_beyond_all_bounds_ends_the_connection() {
        let (mut connection, mut producer) = pair();
        producer.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        let mut taken = Taken::default();
        assert_eq!(connection.read(&mut [0; 10_000], &mut taken, MAX), Left::Yes);
        assert_eq!(taken.unreadable, 1);
        assert_eq!(taken.records.len(), 1);
    }

    #[test]
    fn a_producer_that_is_refused_cannot_send_and_what_it_sent_is_read() {
        let (mut connection, mut producer) = pair();
        producer.write_all(&frame_of("before")).unwrap();
        connection.refuse();
        assert_eq!(producer.write(b"x").unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        let mut taken = Taken::default();
        let readable = || {
            let fd = &mut [PollFd::new(connection.socket(), PollFlags::IN)];
            poll::wait(fd, Instant::now() + Duration::from_secs(30))
        };
        assert!(readable().unwrap());
        assert_eq!(connection.read(&mut [0; 10_000], &mut taken, MAX), Left::No);
        assert_eq!(connection.read(&mut [0; 10_000], &mut taken, MAX), Left::Yes);
        assert_eq!(messages(&mut taken), ["before"]);
    }
}
