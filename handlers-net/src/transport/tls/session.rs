//! One encrypted connection.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use rustls::{ClientConnection, IoState, ProtocolVersion};

use super::fault::described;
use crate::transport::Transport;
use crate::transport::channel::Channel;

/// A connection whose bytes are encrypted.
#[derive(Debug)]
pub(super) struct Session {
    channel: Channel,
    tls: ClientConnection,
    /// Whether the last frame was sent only in part: then the end of the stream must not look like
    /// one that was meant.
    broken: bool,
    /// Whether the peer has said something since hands were shaken.
    heard: bool,
}

impl Session {
    pub(super) fn new(channel: Channel, tls: ClientConnection) -> Self {
        Self { channel, tls, broken: true, heard: false }
    }

    /// Agrees upon keys, and checks who the peer is.
    pub(super) fn shake_hands(&mut self, deadline: Instant) -> io::Result<()> {
        while self.tls.is_handshaking() {
            self.write_out(deadline)?;
            if self.tls.is_handshaking() {
                self.read_in(deadline)?;
            }
        }
        self.write_out(deadline)?;
        self.broken = false;
        self.heard = false;
        Ok(())
    }

    /// Sends what is encrypted.
    fn write_out(&mut self, deadline: Instant) -> io::Result<()> {
        let mut wire = Wire { channel: &self.channel, deadline };
        while self.tls.wants_write() {
            self.tls.write_tls(&mut wire)?;
        }
        Ok(())
    }

    /// Receives, and waits until there is something.
    fn read_in(&mut self, deadline: Instant) -> io::Result<()> {
        let mut wire = Wire { channel: &self.channel, deadline };
        let read = self.tls.read_tls(&mut wire)?;
        self.process(read)
    }

    /// Receives what is there: keys that change, alerts, the end.
    fn catch_up(&mut self) -> io::Result<()> {
        for _ in 0..MOST_READS {
            match self.tls.read_tls(&mut Now(&self.channel)) {
                Ok(read) => self.process(read)?,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn process(&mut self, read: usize) -> io::Result<()> {
        if read == 0 {
            return Err(closed());
        }
        let state = self.decrypt()?;
        // What the peer says is thrown away: nobody has asked it anything.
        let mut said = state.plaintext_bytes_to_read();
        let mut buffer = [0; 512];
        while said > 0 {
            said = said.saturating_sub(self.tls.reader().read(&mut buffer)?.max(1));
        }
        if state.peer_has_closed() { Err(closed()) } else { Ok(()) }
    }

    fn decrypt(&mut self) -> io::Result<IoState> {
        self.heard = true;
        self.tls.process_new_packets().map_err(|error| {
            // The peer is told why, if that does not have to wait.
            let _ =
                self.tls.write_tls(&mut Wire { channel: &self.channel, deadline: Instant::now() });
            described(error)
        })
    }

    /// Waits until the peer has taken the end of the stream.
    ///
    /// A server of TLS 1.3 sends its tickets after the handshake. If they come to a socket that is
    /// closed already the system resets the connection, and what is under way to the peer is lost.
    fn await_tickets(&mut self) {
        let has_tickets = self.tls.protocol_version() == Some(ProtocolVersion::TLSv1_3);
        if self.heard || !has_tickets || self.channel.end().is_err() {
            return;
        }
        let deadline = Instant::now() + LONGEST_GOOD_BYE;
        while self.read_in(deadline).is_ok() {}
    }

    fn encrypt_and_send(&mut self, mut bytes: &[u8], deadline: Instant) -> io::Result<()> {
        while !bytes.is_empty() {
            // A part: the buffer of the session has a limit.
            let taken = self.tls.writer().write(bytes)?;
            if taken == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            bytes = bytes.get(taken..).unwrap_or_default();
            self.write_out(deadline)?;
        }
        Ok(())
    }
}

impl Transport for Session {
    fn send(&mut self, bytes: &[u8], deadline: Instant) -> io::Result<()> {
        if self.broken {
            return Err(closed());
        }
        self.broken = true;
        // In TLS 1.3 a peer refuses our certificate after we think that all is well.
        self.catch_up()?;
        self.encrypt_and_send(bytes, deadline)?;
        self.broken = false;
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], deadline: Instant) -> io::Result<usize> {
        for _ in 0..MOST_READS {
            match self.tls.reader().read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                received => return received,
            }
            // At the end of the stream the reader will know.
            self.tls.read_tls(&mut Wire { channel: &self.channel, deadline })?;
            self.decrypt()?;
        }
        Err(io::ErrorKind::TimedOut.into())
    }

    /// As many frames at a time as one record of TLS can hold: the peer can read a record when it
    /// has all of it, so that if sending it fails it was none of its frames.
    fn send_frames(
        &mut self,
        bytes: &[u8],
        ends: &[usize],
        deadline: Instant,
    ) -> (usize, io::Result<()>) {
        let (mut sent, mut start) = (0, 0);
        while let Some(first) = ends.get(sent) {
            let fit = ends.partition_point(|end| *end <= start + LARGEST_RECORD).max(sent + 1);
            let end = ends.get(fit - 1).unwrap_or(first);
            if let Err(error) = self.send(bytes.get(start..*end).unwrap_or_default(), deadline) {
                return (sent, Err(error));
            }
            (sent, start) = (fit, *end);
        }
        (sent, Ok(()))
    }

    fn is_closed(&mut self) -> bool {
        self.broken = self.broken || self.catch_up().is_err();
        self.broken
    }

    fn leave(&mut self) {
        self.broken = true;
    }
}

impl Drop for Session {
    /// Says that this is the end, unless that would have to wait. It waits only for a peer that has
    /// not said anything yet.
    fn drop(&mut self) {
        // A socket that is closed with something unread resets the connection, and what is under
        // way to the peer is lost.
        if !self.is_closed() {
            self.tls.send_close_notify();
            let _ = self.write_out(Instant::now());
            self.await_tickets();
        }
    }
}

/// The socket, as rustls wants to see it.
struct Wire<'a> {
    channel: &'a Channel,
    deadline: Instant,
}

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.channel.receive(buffer, self.deadline)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.channel.send(bytes, self.deadline)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The same, for reading without waiting.
struct Now<'a>(&'a Channel);

impl Read for Now<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.receive_now(buffer)
    }
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the peer has ended the TLS session")
}

/// What one record of TLS can hold (RFC 8446, section 5.1), in bytes.
const LARGEST_RECORD: usize = 1 << 14;

/// How long a new connection that is closed waits for what its peer says first.
const LONGEST_GOOD_BYE: Duration = Duration::from_secs(1);

/// A peer that talks without end must not keep a call for ever.
const MOST_READS: usize = 128;
