//! The two standard streams as streams to log to.

use std::fmt;
use std::io::{self, Write};

/// Standard output or standard error, unbuffered: one line is one system call.
///
/// Unlike the standard library's own, a stream that was closed answers with an error, so that the
/// records it did not take are counted and reported. The locks of [`io::Stdout`] and [`io::Stderr`]
/// are not taken: a thread that holds one of them and logs would wait for a thread that logs and
/// waits for it. So what a program has printed without ending the line comes after what it logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StandardStream {
    /// Standard error.
    Stderr,
    /// Standard output.
    Stdout,
}

#[cfg(unix)]
impl Write for StandardStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        use std::os::fd::AsFd;
        let written = match self {
            Self::Stderr => rustix::io::write(io::stderr().as_fd(), bytes),
            Self::Stdout => rustix::io::write(io::stdout().as_fd(), bytes),
        };
        Ok(written?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(not(unix))]
impl Write for StandardStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stderr => io::stderr().write(bytes),
            Self::Stdout => io::stdout().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stderr => io::stderr().flush(),
            Self::Stdout => io::stdout().flush(),
        }
    }
}

/// What a stream is called; with a space behind it when it is shown, unless it is nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct StreamName(String);

impl StreamName {
    pub(crate) fn new(name: &dyn fmt::Display) -> Self {
        Self(name.to_string())
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = if self.0.is_empty() { "" } else { " " };
        write!(f, "{}{space}", self.0)
    }
}
